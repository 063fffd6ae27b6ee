"""What runs on the machines of a cluster: the classes that Ray makes replicas of.

Each reads the settings of its own machine from the environment that Ray was started in, and
computes as the plan says. What a method raises is told as its answer, as `faces/apart` does.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from lookalike import config
from lookalike.cache import usable
from lookalike.cluster.engine import engine_of
from lookalike.cluster.plan import Plan
from lookalike.cluster.shards import Shard
from lookalike.config import Settings
from lookalike.database.database import Address, opened
from lookalike.errors import LookalikeError, SetupError
from lookalike.faces.apart.confined import Confined
from lookalike.faces.models import installed
from lookalike.processes import share_heaps

if TYPE_CHECKING:
    from fastapi import FastAPI

    from lookalike.cluster.asking import Handle

# Searches that one copy of a shard has under way: more only wait for its one core.
SEARCHES = 8
_LOG = logging.getLogger("lookalike")


class FacesPart:
    """Looks at photos, as the process beside a server does: those that wait are looked at together,
    and one that takes too long takes that process along."""

    def __init__(self, plan: Plan) -> None:
        """
        Raises:
            SetupError: this machine does not compute as the others.
        """
        share_heaps()
        self._plan = plan
        self._faces = Confined(settings_of(plan))
        self._threads = ThreadPoolExecutor(self._faces.at_once)
        self._faces.warm()
        _check_alike(plan, self._faces)

    async def ask(self, method: str, *arguments: object, **options: object) -> object:
        """What a method of `Faces` returns; `library` is none of its methods, nor is `plan`."""

        def call() -> object:
            if method == "library":
                return self._faces.library
            if method == "plan":
                return self._plan
            return getattr(self._faces, method)(*arguments, **options)

        return await _answered(self._threads, call)

    def __del__(self) -> None:
        self._faces.close()


class ShardPart:
    """Holds one shard, and maps the file of it where it is large."""

    def __init__(self, plan: Plan, number: int) -> None:
        share_heaps()
        settings = settings_of(plan)
        from lookalike.gallery.store import Store

        embedder = installed.embedder(settings)
        store = Store(settings.home, embedder.contract, Address.of(settings))
        which = hashlib.sha256(f"{settings.database}/{embedder.contract}".encode()).hexdigest()[:24]
        folder = settings.cache / "shards" / f"{which}-{number}-of-{plan.shards}"
        self._shard = Shard(
            store.database, embedder.dimension, embedder.contract, folder, number, plan.shards
        )
        self._shard.warm([each.id for each in store.collections()])
        self._threads = ThreadPoolExecutor(SEARCHES)

    async def ask(self, method: str, *arguments: object) -> object:
        """What a method of `Indexes` returns of this shard."""
        return await _answered(self._threads, lambda: self._shard.ask(method, *arguments))


class FrontPart:
    """Page, JSON API and Rekognition API: the application of a single machine."""

    def __init__(
        self,
        plan: Plan,
        faces: Handle,
        shards: Sequence[Handle],
        videos: Sequence[Handle],
    ) -> None:
        """
        Args:
            videos: named for Ray to run it; it finds its jobs in the database.
        """
        share_heaps()
        self._settings = settings_of(plan)
        self._engine = lambda: engine_of(self._settings, plan, faces, shards)

    def __serve_build_asgi_app__(self) -> FastAPI:
        """As Ray asks for it, when a replica begins."""
        from lookalike.server import create_app

        return create_app(self._settings, self._engine, works=False)


class VideosPart:
    """Looks at videos and imports people, one after the other: a job at a time."""

    def __init__(self, plan: Plan) -> None:
        from lookalike.rekognition import video_work
        from lookalike.video.jobs import Jobs
        from lookalike.video.runner import Runner
        from lookalike.web.imports import work as import_work

        settings = settings_of(plan)
        self._database = opened(settings.home, Address.of(settings))
        works = video_work.WORKS | import_work.WORKS
        self._runner = Runner(settings, Jobs(self._database), works)
        self._runner.__enter__()

    def ask(self, method: str) -> None:
        """Nothing: it finds its jobs in the database."""

    def __del__(self) -> None:
        self._runner.__exit__()
        self._database.close()


async def _answered(threads: ThreadPoolExecutor, call: Callable[[], Any]) -> Any:
    """What is returned, or raised."""
    try:
        return await asyncio.get_running_loop().run_in_executor(threads, call)
    except LookalikeError as error:
        return error
    except Exception as error:
        # The one who asked gets the error, and not where it came from.
        _LOG.exception("A part of the cluster failed")
        return error


def settings_of(plan: Plan) -> Settings:
    """Those of this machine, computing as all do."""
    return plan.pinned(usable(config.load()))


def _check_alike(plan: Plan, faces: Confined) -> None:
    """
    Raises:
        SetupError: this machine computes in another way than the plan says.
    """
    found = faces.library
    if found.precision != plan.precision:
        raise SetupError(
            f"The plan of the cluster says {plan.precision}, and this machine computes in "
            f"{found.precision}: scores would depend on the machine. Choose the other precision "
            "for all (lookalike cluster up --precision), or leave this machine out."
        )
