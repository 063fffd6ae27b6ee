"""The engine of a cluster: that of a single machine, whose networks and index are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lookalike.cluster.asking import Handle, Part
from lookalike.cluster.looking import RemoteFaces
from lookalike.cluster.plan import Plan
from lookalike.cluster.shards import Sharded
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.apart.confined import Confined
from lookalike.gallery.gallery import Gallery

# A photo may wait for so many others, each at its longest.
_WAITS = 3


def engine_of(
    settings: Settings, plan: Plan, faces: Handle, shards: Sequence[Handle]
) -> LocalEngine:
    """An engine with all open that the first photo needs."""
    looking = Part("What looks at photos", faces, float(_WAITS * settings.deadline))
    analyzer = RemoteFaces(settings, looking, plan.most_faces * Confined.at_once)
    parts = [
        Part(f"Shard {number}", handle, plan.shard_seconds) for number, handle in enumerate(shards)
    ]
    gallery = Gallery.open(settings, analyzer.embedder, partial(Sharded, parts))
    gallery.store.database.prepare()
    analyzer.warm()
    return LocalEngine(settings, gallery, analyzer)
