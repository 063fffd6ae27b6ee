"""A hole: an attack on a running server, and what it has to come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lookalike import config
from lookalike.rekognition.access.keys import Keys, Unlocked
from lookalike.rekognition.access.policy import Policy
from tests.support.serving import Serving, serving


class Open(Exception):
    """The attack succeeded; the message says how."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server under attack, as the command started it."""

    serving: Serving
    environ: Mapping[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return self.serving.url

    @property
    def home(self) -> Path:
        return Path(self.environ["LOOKALIKE_HOME"])

    @property
    def memory(self) -> int:
        """Bytes of its processes together."""
        process = psutil.Process(self.serving.process.pid)
        family = (process, *process.children(recursive=True))
        return sum(each.memory_info().rss for each in family)

    @property
    def deadline(self) -> int:
        """Seconds that it may look at a photo."""
        return config.load(self.environ).deadline

    def key(self, policy: Policy | None = None) -> Unlocked:
        """A new access key."""
        keys = Keys(config.load(self.environ))
        try:
            return keys.create(policy=policy)
        finally:
            keys.close()


@dataclass(frozen=True, slots=True)
class Hole:
    """
    Attributes:
        point: of the list of holes that it belongs to.
        attack: says what it came to; raises Open if it succeeded.
        heavy: takes long, or much of the machine.
    """

    point: int
    name: str
    attack: Callable[[Target], str]
    heavy: bool = False


@contextmanager
def started(
    environ: Mapping[str, str], folder: Path, *options: str, **settings: object
) -> Iterator[Target]:
    """A server with a home of its own, ready to be attacked."""
    own = {f"LOOKALIKE_{name.upper()}": str(value) for name, value in settings.items()}
    own = {**environ, **own, "LOOKALIKE_HOME": str(folder), "LOOKALIKE_PORTRAITS": "off"}
    with serving(own, *options) as server:
        yield Target(server, own)


def check(closed: bool, said: object) -> str:
    """What an attack came to.

    Raises:
        Open: it is not `closed`.
    """
    if not closed:
        raise Open(str(said))
    return str(said)
