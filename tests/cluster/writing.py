"""Who writes to a cluster while parts of it fail: faces, and access keys that come and go."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lookalike.config import Settings
from lookalike.rekognition.access.keys import Keys, Unlocked
from tests.support.amazon import clients

COLLECTION = "written"
# What a request is refused with while a part is gone, or the database; SDKs try again.
_REFUSALS = {"ThrottlingException", "ServiceUnavailable"}
# What a key that is not there is told.
_UNKNOWN = "UnrecognizedClientException"
_PAUSE_S = 0.2
_MOST = 4096


@dataclass(slots=True)
class Writer:
    """
    Attributes:
        urls: of the hosts, each asked in turn.
        key: that it signs with.
        keys: those of the cluster, as another host of the same database has them.
        acknowledged: ids of the faces that were added.
        refused: how often, by why.
        wrong: what was neither done nor refused as it should be.
        deleted: how many keys were made on one host, used on another, deleted, and unknown there.
    """

    urls: Sequence[str]
    key: Unlocked
    keys: Keys
    photo: bytes
    acknowledged: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    deleted: int = 0

    def write(self, turn: int) -> None:
        """A face, then a key on the host after that one."""
        first, second = (self.urls[(turn + more) % len(self.urls)] for more in (0, 1))
        self._add(first)
        made = self.keys.create()
        there = self._told(second, made)
        self.keys.delete(made.key.id)
        gone = self._told(second, made)
        if there == _UNKNOWN or gone == "":
            self.wrong.append(f"a key: {there or 'known'}, deleted: {gone or 'known'}")
        self.deleted += (there, gone) == ("", _UNKNOWN)

    def _add(self, url: str) -> None:
        def add(client: Any) -> None:
            made = client.index_faces(CollectionId=COLLECTION, Image={"Bytes": self.photo})
            self.acknowledged += [each["Face"]["FaceId"] for each in made["FaceRecords"]]

        told = self._asked(url, self.key, add)
        if told and told not in _REFUSALS and told != "unreachable":
            self.wrong.append(told)

    def _told(self, url: str, key: Unlocked) -> str:
        return self._asked(url, key, lambda client: client.list_collections())

    def _asked(self, url: str, key: Unlocked, ask: Callable[[Any], object]) -> str:
        """Why it was refused; nothing if it was not."""
        try:
            with clients.client(url, key) as client:
                ask(client)
        except ClientError as error:
            code: str = error.response["Error"]["Code"]
            if code != _UNKNOWN:
                self.refused[code] += 1
            return code
        except BotoCoreError:
            # Nobody is there, or it has gone over it.
            self.refused["unreachable"] += 1
            return "unreachable"
        return ""

    def lost(self) -> set[str]:
        """What was acknowledged, and is not listed or not found on some host."""
        wanted = set(self.acknowledged)
        return {face for url in self.urls for face in wanted - self._there(url)}

    def _there(self, url: str) -> set[str]:
        with clients.client(url, self.key, attempts=5) as client:
            listed = client.list_faces(CollectionId=COLLECTION, MaxResults=_MOST)["Faces"]
            found = client.search_faces_by_image(
                CollectionId=COLLECTION, Image={"Bytes": self.photo}, MaxFaces=_MOST
            )["FaceMatches"]
        return {each["FaceId"] for each in listed} & {each["Face"]["FaceId"] for each in found}


@contextmanager
def writing(settings: Settings, urls: Sequence[str], photo: bytes) -> Iterator[Writer]:
    """Write all the time, until the end of the context."""
    done = threading.Event()
    with ExitStack() as stack:
        keys = Keys(settings)
        stack.callback(keys.close)
        writer = Writer(urls, keys.create(), keys, photo)
        with clients.client(urls[0], writer.key, attempts=5) as client:
            if COLLECTION not in client.list_collections()["CollectionIds"]:
                client.create_collection(CollectionId=COLLECTION)

        def write() -> None:
            turn = 0
            while not done.is_set():
                writer.write(turn)
                turn += 1
                time.sleep(_PAUSE_S)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            yield writer
        finally:
            done.set()
            thread.join()
