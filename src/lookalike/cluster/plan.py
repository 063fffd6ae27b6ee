"""How a cluster is laid out: how many of what, and what all of its machines compute alike with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args, get_type_hints

from lookalike.config import Settings
from lookalike.errors import InvalidParameter, SetupError

# Of the application, and where its configuration of Ray Serve finds it.
NAME, PATH = "lookalike", "lookalike.cluster.application:built"

# Of whichever the machines have: a score would depend on the machine that is asked.
Runtime = Literal["openvino", "onnxruntime"]
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True, slots=True)
class Plan:
    """As it is written into the configuration of Ray Serve.

    Attributes:
        shards: parts of every collection; another number of them is read anew from the database.
        copies: of each shard, on as many machines where there are as many.
        fronts: processes that answer: page, JSON API and Rekognition API; one a machine at most.
        faces, most_faces: processes that look at photos, at least and at most; between them Ray
            goes by how many photos wait.
        videos: processes that look at videos and import people.
        runtime, precision: of the networks, on every machine.
        host, port: where each machine listens for requests.
        shard_seconds: that a shard has for its part of an answer before another copy is asked.
        shard_gib: memory that each copy of a shard is given a place for.
    """

    shards: int = 2
    copies: int = 2
    fronts: int = 1
    faces: int = 1
    most_faces: int = 4
    videos: int = 1
    runtime: Runtime = "openvino"
    precision: Precision = "float32"
    host: str = "127.0.0.1"
    port: int = 8000
    shard_seconds: float = 3.0
    shard_gib: float = 0.5

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Plan:
        """
        Raises:
            InvalidParameter: there is something in it that is not of a plan, or not allowed.
        """
        hints = get_type_hints(cls)
        for name, value in given.items():
            if name not in hints:
                raise InvalidParameter(f"{name!r} is not of a plan; these are: {', '.join(hints)}.")
            if not _fits(hints[name], value) and (name, value) != ("videos", 0):
                raise InvalidParameter(f"{name} is {value!r}; it must be {_wanted(hints[name])}.")
        plan = cls(**given)
        return replace(plan, most_faces=max(plan.faces, plan.most_faces))

    def written(self) -> dict[str, Any]:
        """As `of` reads it."""
        return asdict(self)

    def pinned(self, settings: Settings) -> Settings:
        """The settings of one machine, computing as all others do.

        Raises:
            SetupError: they name no database that machines could share.
        """
        if not settings.database:
            raise SetupError(
                "A cluster keeps everything in PostgreSQL: set LOOKALIKE_DATABASE to "
                "postgresql://user:password@host/name on every machine, before Ray is started."
            )
        return replace(
            settings,
            runtime=self.runtime,
            precision=self.precision,
            host=self.host,
            port=self.port,
        )


def _fits(hint: Any, value: object) -> bool:
    if choices := get_args(hint):
        return value in choices
    if hint is str:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int if hint is int else int | float):
        return False
    return bool(value > 0)


def _wanted(hint: Any) -> str:
    choices = get_args(hint)
    return f"one of: {', '.join(choices)}" if choices else f"a number of {hint.__name__} above 0"
