"""Many photos looked at by all machines of a cluster: Ray Data deals them out in batches, and looks
again at what a machine had that is gone.

Each machine reads the photos that it looks at: they lie at one path on all of them, or in S3. What
became of them comes back here in their order, so that whoever asked writes it down as if the photos
had been looked at one after the other.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle  # nosec B403 # of this process, and of machines that run what it sends them anyway
from collections.abc import Iterable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.cluster import running
from lookalike.cluster.parts import settings_of
from lookalike.cluster.plan import Plan
from lookalike.config import Settings
from lookalike.errors import LookalikeError, SetupError
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Answer, Question, Read, Seen

# Photos of a batch at most: what a machine does anew when it is lost, with all that it had begun.
_BATCH = 16
# Batches for each of those who look, so that the last of them end at nearly the same time.
_EACH = 4
# Photos that are dealt out at a time: more would fill memory with their names.
_DEALT = 50_000
# Photos that one reads beside the one it looks at: from S3 each takes some 50 ms.
_READERS = 4
# How often a batch is begun again when the process that had it ends: it may be the reason.
_AGAIN = 5
# Of a sha256, by which a photo is known to need no look: no two photos share it.
_PREFIX = 16
# Visitors come first, on every machine.
_NICE = 10


@contextmanager
def opened(settings: Settings) -> Iterator[ClusterLookers]:
    """The cluster that this machine is a part of, to look at photos.

    Raises:
        ExtraMissing: Ray is not installed.
        SetupError: this machine is a part of no cluster, or not everything of that answers.
    """
    with running.joined(settings):
        plan = running.deployed()
        cores = sum(each.cores for each in running.state().machines if each.alive)
        yield ClusterLookers(settings, plan, int(cores))


class ClusterLookers:
    """See `Lookers`."""

    def __init__(self, settings: Settings, plan: Plan, cores: int) -> None:
        """
        Args:
            cores: of all machines.
        """
        self.settings = plan.pinned(settings)
        self._plan = plan
        self._most = max(1, cores // settings.threads)

    def through(
        self,
        photos: Iterable[Read],
        question: Question[Answer],
        known: Set[str] = frozenset(),
    ) -> Iterator[Seen[Answer]]:
        """
        Raises:
            SetupError: the cluster, or a machine that cannot see the photos, stops it.
        """
        import ray

        order = _Order(self._plan, question, ray.put(_prefixes(known)))
        left = iter(photos)
        while dealt := list(islice(left, _DEALT)):
            with _stopped_is_an_error():
                for read, seen in zip(dealt, self._seen(dealt, order), strict=True):
                    _check_there(read, seen)
                    yield seen

    def _seen(self, photos: Sequence[Read], order: _Order) -> Iterator[Seen[Any]]:
        """What became of them, as Ray has it."""
        from ray.data import ActorPoolStrategy, DataContext, from_items

        batch = min(_BATCH, -(-len(photos) // (_EACH * self._most)))
        batches = -(-len(photos) // batch)
        _quiet(DataContext.get_current())
        rows = from_items(
            [{"read": pickle.dumps(each)} for each in photos], override_num_blocks=batches
        )
        looked = rows.map_batches(
            Looker,
            fn_constructor_args=(order,),
            batch_size=None,
            batch_format="pyarrow",
            compute=ActorPoolStrategy(size=min(self._most, batches)),
            # What runs takes no place of the server's parts, and yields to them.
            num_cpus=0,
            max_restarts=-1,
            max_task_retries=_AGAIN,
        )
        for row in looked.iter_rows():
            yield pickle.loads(row["seen"])  # nosec B301 # of our machines, who have the token


@dataclass(frozen=True, slots=True)
class _Order:
    """What all are told who look.

    Attributes:
        known: where Ray holds what `_prefixes` made.
    """

    plan: Plan
    question: Question[Any]
    known: Any


class Looker:
    """One of those who look at photos, in a process of its own, as Ray Data makes them."""

    def __init__(self, order: _Order) -> None:
        import ray

        os.nice(_NICE)
        self._question = order.question
        self._known: NDArray[np.bytes_] = ray.get(order.known)
        self._analyzer = Analyzer(settings_of(order.plan))
        self._readers = ThreadPoolExecutor(_READERS)

    def __call__(self, batch: Any) -> Any:
        """A table of the photos that are to be read -> a table of what became of them."""
        import pyarrow

        reads = [pickle.loads(each) for each in batch["read"].to_pylist()]  # nosec B301 # as above
        seen = [
            pickle.dumps(self._look(data)) for data in self._readers.map(_data_or_reason, reads)
        ]
        return pyarrow.table({"seen": pyarrow.array(seen, pyarrow.binary())})

    def _look(self, data: bytes | OSError | LookalikeError) -> Seen[Any]:
        if isinstance(data, Exception):
            return Seen("", unread=data)
        digest = hashlib.sha256(data)
        if _holds(self._known, digest.digest()):
            return Seen(digest.hexdigest())
        return Seen(digest.hexdigest(), self._question(self._analyzer, data))


def _data_or_reason(read: Read) -> bytes | OSError | LookalikeError:
    try:
        return read()
    except (OSError, LookalikeError) as error:
        return error


def _prefixes(known: Set[str]) -> NDArray[np.bytes_]:
    """Beginnings of what photos are known by, sorted: the processes of a machine map them
    together, 16 MB for a million."""
    digests = (bytes.fromhex(each)[:_PREFIX] for each in known)
    return np.sort(np.fromiter(digests, f"S{_PREFIX}", len(known)))


def _holds(known: NDArray[np.bytes_], digest: bytes) -> bool:
    wanted = np.bytes_(digest[:_PREFIX])
    place = int(np.searchsorted(known, wanted))
    return place < len(known) and known[place] == wanted


def _check_there(read: Read, seen: Seen[Any]) -> None:
    """
    Raises:
        SetupError: a machine does not see a photo that is seen here.
    """
    if isinstance(seen.unread, FileNotFoundError) and isinstance(_data_or_reason(read), bytes):
        raise SetupError(
            f"A machine of the cluster does not see {seen.unread.filename}, which is there on this "
            "one: put photos where all machines see them at the same path, or into S3. What was "
            "added is kept."
        )


def _quiet(context: Any) -> None:
    """Whoever asks shows how far it is; what comes back is in order."""
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_options.preserve_order = True
    logging.getLogger("ray.data").setLevel(logging.ERROR)


@contextmanager
def _stopped_is_an_error() -> Iterator[None]:
    from ray.data.exceptions import SystemException
    from ray.exceptions import RayError

    try:
        yield
    except (RayError, SystemException) as error:
        why = str(error).strip().splitlines()
        raise SetupError(
            f"The cluster stopped looking at photos: {why[-1] if why else type(error).__name__} "
            "What was added is kept; run the same command again to go on."
        ) from error
