"""The application that Ray Serve runs: the parts of a plan, and how Ray sees to them.

`built` is what a configuration of Ray Serve names (`plan.PATH`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ray import serve
from ray.serve import Application
from ray.serve.config import AutoscalingConfig

from lookalike.cluster.parts import SEARCHES, FacesPart, FrontPart, ShardPart, VideosPart
from lookalike.cluster.plan import Plan
from lookalike.faces.apart.confined import Confined

# Seconds between two looks at a replica, and after which one that says nothing is replaced.
_LOOK_S, _SILENT_S = 3.0, 8.0
# Seconds that one has for what is under way when it is to end.
_DRAIN_S = 10.0
# Photos that wait at each of the faces from which on Ray starts another one.
_WAITING = 3.0
# Requests that a front takes at a time; its own queue says when it is busy.
_REQUESTS = 200
# Shares of a core that Ray counts for what mostly waits, and for what yields to all others: one of
# each, and two shards, go on a machine with two cores.
_LITTLE, _IDLE = 0.2, 0.1
_GIB = 1024**3


def built(given: dict[str, Any]) -> Application:
    """The application of a plan, as `Plan.written` writes it.

    Raises:
        InvalidParameter: it is not a plan.
    """
    plan = Plan.of(given)
    videos = [_videos(plan)] if plan.videos else []
    shards = [_shard(plan, number) for number in range(plan.shards)]
    return _deployed(
        serve.ingress(None)(FrontPart),
        "Front",
        (plan, _faces(plan), shards, videos),
        num_replicas=plan.fronts,
        # Ray listens where there is something of it: not all of them on the first machine.
        max_replicas_per_node=1,
        ray_actor_options={"num_cpus": _LITTLE},
        max_ongoing_requests=_REQUESTS,
    )


def _faces(plan: Plan) -> Application:
    scaling = AutoscalingConfig(
        min_replicas=plan.faces,
        max_replicas=plan.most_faces,
        target_ongoing_requests=_WAITING,
        upscale_delay_s=5,
        downscale_delay_s=300,
    )
    return _deployed(
        FacesPart,
        "Faces",
        (plan,),
        autoscaling_config=scaling,
        ray_actor_options={"num_cpus": 1},
        max_ongoing_requests=Confined.at_once,
    )


def _shard(plan: Plan, number: int) -> Application:
    """Its copies are on different machines, as far as there are as many. It is called by the number
    of all: what is asked of one of two is never answered by one of three."""
    return _deployed(
        ShardPart,
        f"Shard{number}of{plan.shards}",
        (plan, number),
        num_replicas=plan.copies,
        max_replicas_per_node=1,
        ray_actor_options={"num_cpus": _LITTLE, "memory": int(plan.shard_gib * _GIB)},
        max_ongoing_requests=SEARCHES,
    )


def _videos(plan: Plan) -> Application:
    return _deployed(
        VideosPart,
        "Videos",
        (plan,),
        num_replicas=plan.videos,
        ray_actor_options={"num_cpus": _IDLE},
    )


def _deployed(part: type, name: str, given: Sequence[object], **options: Any) -> Application:
    deployment = serve.deployment(
        name=name,
        health_check_period_s=_LOOK_S,
        health_check_timeout_s=_SILENT_S,
        graceful_shutdown_timeout_s=_DRAIN_S,
        **options,
    )(part)
    return deployment.bind(*given)
