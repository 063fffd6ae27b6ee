"""The process that looks at photos: it may be killed at any time, and nothing else is lost.

Photos that wait are looked at together, and their faces embedded in one batch; one that comes
alone is not kept waiting for others.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from multiprocessing.connection import Connection

from lookalike.config import Settings
from lookalike.errors import LookalikeError
from lookalike.faces.analyzer import Analyzer, Request
from lookalike.faces.apart.messages import Answered, Asked, Begun
from lookalike.processes import end_with_parent, share_heaps

# Photos that are looked at together. More gain nothing, and the first would wait for the last.
MOST = 4


def serve(settings: Settings, connection: Connection) -> None:
    """Answer until the other end closes. What is said first is the library of the embedder, or why
    the networks cannot be opened."""
    share_heaps()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_with_parent()
    try:
        analyzer = Analyzer(settings)
        analyzer.warm()
    except LookalikeError as error:
        connection.send(error)
        return
    connection.send(analyzer.library)
    asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, asked), daemon=True).start()
    while True:
        _answer(analyzer, connection, [asked.get(), *_waiting(asked)])


def _listen(connection: Connection, asked: queue.SimpleQueue[Asked]) -> None:
    try:
        while True:
            asked.put(connection.recv())
    except (EOFError, OSError):
        # Nobody is there to be answered.
        os._exit(0)


def _waiting(asked: queue.SimpleQueue[Asked]) -> list[Asked]:
    """What is asked already, as far as it is looked at together."""
    found: list[Asked] = []
    while len(found) < MOST - 1:
        try:
            found.append(asked.get_nowait())
        except queue.Empty:
            break
    return found


def _answer(analyzer: Analyzer, connection: Connection, calls: list[Asked]) -> None:
    photos = [each for each in calls if each.method == "analyze"]
    for each in calls:
        if each not in photos:
            connection.send(Begun(each.number))
            connection.send(Answered(each.number, _called(analyzer, each)))
    found = analyzer.analyze_all(
        [Request(*each.arguments) for each in photos],  # type: ignore[arg-type]
        lambda place: connection.send(Begun(photos[place].number)),
    )
    for each, answer in zip(photos, found, strict=True):
        connection.send(Answered(each.number, answer))


def _called(analyzer: Analyzer, call: Asked) -> object:
    try:
        return getattr(analyzer, call.method)(*call.arguments)
    # Whatever it is, the one who asked is told, and the next is answered.
    except Exception as error:
        return error
