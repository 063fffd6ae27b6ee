"""What all tests of a process share: opened networks, which remember what they answered.

Most tests show the same few photos to the same networks. Opening these takes half a second, and
looking at a photo a tenth to a third; all around them, from decoding on, is done every time.
"""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from lookalike.config import Settings
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Answer, Question
from lookalike.faces.apart.workers import Workers
from lookalike.faces.image import Pixels
from lookalike.faces.models import graph, runtime
from lookalike.faces.models.manifest import Fed, Folders
from lookalike.faces.models.network import Network, Runtime, Shape
from lookalike.faces.vectors import Floats

# Answers that a network remembers, the largest of 0.8 MB.
_MOST = 100


class Remembering:
    """A network that is not asked twice about the same batch. Several threads may call it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._turn = threading.Lock()
        self._answers: OrderedDict[bytes, tuple[Floats, ...]] = OrderedDict()

    def __call__(self, pictures: Pixels) -> tuple[Floats, ...]:
        asked = hashlib.sha1(pictures.data, usedforsecurity=False).digest()
        with self._turn:
            if asked not in self._answers:
                self._answers[asked] = tuple(each.copy() for each in self._network(pictures))
            self._answers.move_to_end(asked)
            if len(self._answers) > _MOST:
                self._answers.popitem(last=False)
            return tuple(each.copy() for each in self._answers[asked])


@contextmanager
def networks() -> Iterator[None]:
    """Meanwhile, each network is opened once for a shape."""
    opened: dict[tuple[object, ...], Network] = {}
    create = runtime.create
    turn = threading.Lock()

    def creating(settings: Settings) -> Runtime:
        opener = create(settings)
        if settings.runtime == "fastest":
            return opener
        folders = Folders.of(settings)
        options = (settings.runtime, settings.device, settings.precision, settings.threads)
        open_anew = opener.open

        def open_once(fed: Fed, shape: Shape) -> Network:
            # A file that is not there, or damaged, shows here.
            graph.prepared(fed.model, folders, rewrite_prelu=settings.runtime == "onnxruntime")
            how = (fed.model.sha256, fed.colour, fed.mean, fed.std)
            key = (*options, *how, shape)
            with turn:
                if key not in opened:
                    opened[key] = Remembering(open_anew(fed, shape))
                return opened[key]

        opener.open = open_once  # type: ignore[method-assign]
        return opener

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "create", creating)
        yield


@contextmanager
def certificates() -> Iterator[None]:
    """Meanwhile, those of all authorities are read once, and not for every client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", cache(ssl.create_default_context))
        yield


@contextmanager
def no_workers() -> Iterator[None]:
    """Meanwhile, what is asked of worker processes is answered at once, in this process."""

    def start(self: Any, settings: Settings, processes: int | None = None) -> None:
        self.settings = settings
        self.processes = processes or 1
        self.analyzer = Analyzer(settings)

    def ask(self: Any, question: Question[Answer], data: bytes) -> Future[Answer]:
        answer = Future[Answer]()
        answer.set_result(question(self.analyzer, data))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workers, "__init__", start)
        patch.setattr(Workers, "ask", ask)
        patch.setattr(Workers, "__exit__", lambda *_: None)
        yield
