"""The application on a cluster that is there: deployed, looked at, changed, ended."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike import extras, files
from lookalike.cluster import nodes
from lookalike.cluster.asking import Part
from lookalike.cluster.plan import NAME, Plan
from lookalike.config import Settings
from lookalike.errors import SetupError

_LOOK_S = 0.5
# Seconds for one of the processes that look at photos to say what all of them compute with.
_TELL_S = 30.0
_SHORT = 300


@dataclass(frozen=True, slots=True)
class Replicas:
    """How a part is.

    Attributes:
        running: how many of it answer.
        wanted: how many there should be; of what scales, how many there are to be now.
        where: addresses of the machines that they are on.
    """

    name: str
    running: int
    wanted: int
    where: tuple[str, ...]
    message: str

    @property
    def answers(self) -> bool:
        return self.running > 0


@dataclass(frozen=True, slots=True)
class Machine:
    """
    Attributes:
        cores: that Ray gives places on.
    """

    address: str
    alive: bool
    cores: float


@dataclass(frozen=True, slots=True)
class State:
    """
    Attributes:
        ready: whether everything that an answer is made of is there.
    """

    machines: tuple[Machine, ...]
    parts: tuple[Replicas, ...]
    ready: bool


@contextmanager
def connected(address: str, environ: Mapping[str, str]) -> Iterator[None]:
    """This process may ask Ray, which prints what it thinks of its machines: not to stdout.

    Raises:
        ExtraMissing: it is not installed.
        SetupError: it does not answer.
    """
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        if name in environ:
            os.environ[name] = environ[name]
    extras.check("cluster")
    import ray

    try:
        ray.init(
            address=address, log_to_driver=False, logging_level=logging.ERROR, namespace="lookalike"
        )
    except Exception as error:
        why = str(error).partition("\n")[0][:_SHORT]
        raise SetupError(f"The cluster at {address} does not answer: {why}") from error
    # When it ends it prints what it has kept.
    with redirect_stdout(sys.stderr):
        try:
            yield
        finally:
            ray.shutdown()


@contextmanager
def joined(settings: Settings) -> Iterator[None]:
    """The same of the cluster that this machine is a part of.

    Raises:
        ExtraMissing: Ray is not installed.
        SetupError: this machine is a part of none, or that does not answer.
    """
    extras.check("cluster")
    node = nodes.there(settings.home)
    if node is None:
        raise SetupError("No part of a cluster runs on this machine: lookalike cluster up.")
    with connected(node.address, nodes.environment(settings.home, os.environ, make=False)):
        yield


def deployed() -> Plan:
    """The plan that runs, whichever machine it is asked on.

    Raises:
        SetupError: not everything of it is there.
    """
    from ray import serve

    if not state().ready:
        raise SetupError("Not everything of the cluster answers; see lookalike cluster status.")
    faces = Part("What looks at photos", serve.get_deployment_handle("Faces", NAME), _TELL_S)
    plan = faces.ask("plan")
    assert isinstance(plan, Plan)  # nosec B101 # for types alone
    return plan


def deploy(plan: Plan, settings: Settings) -> None:
    """Have Ray run a plan, or change to it while it runs: replicas are replaced one by one.

    Args:
        settings: name the certificate, if there is one.
    """
    from ray import serve
    from ray.serve.api import RunTarget
    from ray.serve.config import HTTPOptions

    from lookalike.cluster.application import built

    http = HTTPOptions(
        host=plan.host,
        port=plan.port,
        ssl_certfile=settings.certfile or None,
        ssl_keyfile=settings.keyfile or settings.certfile or None,
    )
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    serve.start(proxy_location="EveryNode", http_options=http)
    target = RunTarget(target=built(plan.written()), name=NAME, route_prefix="/")
    serve.run_many([target], wait_for_applications_running=False)


def end() -> None:
    """Let the application answer what is under way, and end."""
    from ray import serve

    serve.shutdown()


def state() -> State:
    """How the cluster is now."""
    import ray

    machines = {each["NodeID"]: each for each in ray.nodes()}
    places = {name: each["NodeManagerAddress"] for name, each in machines.items()}
    parts = tuple(_replicas(places))
    return State(
        machines=tuple(
            Machine(each["NodeManagerAddress"], each["Alive"], each["Resources"].get("CPU", 0.0))
            for each in machines.values()
        ),
        parts=parts,
        ready=bool(parts) and all(each.answers for each in parts if each.name != "Videos"),
    )


def wait(seconds: float) -> State:
    """The state once everything answers, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found = state()
        if found.ready or time.monotonic() > deadline:
            return found
        time.sleep(_LOOK_S)


def keep(home: Path, plan: Plan) -> None:
    """Remember on the first machine what was deployed."""
    with files.replacing(home / "cluster.plan", 0o600) as file:
        file.write(json.dumps(plan.written()).encode())


def kept(home: Path) -> Plan:
    """
    Raises:
        SetupError: nothing was deployed from this machine.
    """
    try:
        return Plan.of(json.loads((home / "cluster.plan").read_text("utf-8")))
    except (OSError, ValueError):
        raise SetupError(
            "Nothing was deployed from this machine: change a cluster on its first one, where "
            "lookalike cluster up was started without --join."
        ) from None


def _replicas(places: Mapping[str, str]) -> Sequence[Replicas]:
    from ray import serve

    details = _details()
    found = serve.status().applications.get(NAME)
    if found is None:
        return ()
    return [
        Replicas(
            name=name,
            running=each.replica_states.get("RUNNING", 0),
            wanted=details.get(name, (0, ()))[0],
            where=tuple(places.get(node, node) for node in details.get(name, (0, ()))[1]),
            message=each.message[:_SHORT],
        )
        for name, each in sorted(found.deployments.items())
    ]


def _details() -> Mapping[str, tuple[int, Sequence[str]]]:
    """Of each part how many there are to be, and on which machines those are that run."""
    from ray.serve.context import _get_global_client

    told: dict[str, Any] = _get_global_client().get_serve_details()
    parts = told.get("applications", {}).get(NAME, {}).get("deployments", {})
    return {
        name: (
            each.get("target_num_replicas") or 0,
            [one["node_id"] for one in each.get("replicas", ()) if one["state"] == "RUNNING"],
        )
        for name, each in parts.items()
    }
