"""A backup while others write: one state, with all that was acknowledged before it began."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from lookalike.backup import making, restoring
from lookalike.backup.restoring import Allowed
from lookalike.database import snapshot
from lookalike.rekognition.access.keys import Keys
from tests.support import PATIENCE_S, ROOT, backups, patient
from tests.support.amazon import clients
from tests.support.processes import Process, started
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]

# Adds people of two portraits each, and notes each one when it is committed. SQLite's lock knows no
# turns: who asks for it without a pause can keep others from it until they give up.
_WRITER = """
import sys
import time
from itertools import count
from pathlib import Path
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from tests.support.backups import unit

name, home, noted = sys.argv[1], Path(sys.argv[2]), open(sys.argv[3], "ab", buffering=0)
store = Store(home, SFACE.contract)
for number in count():
    two = [Portrait(unit(place), image_id=str(place), thumbnail=bytes(3000)) for place in (1, 2)]
    store.add(Person(f"{name}{number}", "mine", Text(en="Somebody")), two)
    noted.write(f"{number}\\n".encode())
    time.sleep(0.005)
"""
_WRITERS = ("A", "B")


@contextmanager
def writing(home: Path, folder: Path) -> Iterator[Callable[[], set[str]]]:
    """Two processes that write; gives everyone whose commit was acknowledged by now."""
    noted = {name: folder / name for name in _WRITERS}

    def acknowledged() -> set[str]:
        return {
            f"{name}{number}"
            for name, file in noted.items()
            for number in (file.read_text().splitlines() if file.exists() else ())
        }

    def command(name: str) -> list[str]:
        return [sys.executable, "-c", _WRITER, name, str(home), str(noted[name])]

    with started(command("A"), cwd=ROOT) as one, started(command("B"), cwd=ROOT) as other:
        wait_for(lambda: all(file.exists() for file in noted.values()), one, other)
        yield acknowledged
        assert (one.poll(), other.poll()) == (None, None), "they write to the end"


def wait_for(done: Callable[[], bool], *processes: Process) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert all(each.poll() is None for each in processes), "a writer ended"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def more(acknowledged: Callable[[], set[str]], than: int) -> bool:
    return len(acknowledged()) > than


def people(path: Path) -> dict[str, int]:
    """Everyone in a database that is sound, and how many portraits they have."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        counting = """SELECT people.id, count(faces.id) FROM people
            LEFT JOIN faces ON faces.person = people.id GROUP BY people.id"""
        return dict(connection.execute(counting).fetchall())


def test_what_it_holds_is_one_state_with_all_that_was_acknowledged(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many steps, between which others commit.
    monkeypatch.setattr(snapshot, "_PAGES", 3)
    settings = backups.filled(home)
    during = []
    with writing(home, tmp_path) as acknowledged:
        for number in range(4):
            file, other = tmp_path / f"{number}.backup", backups.settings_of(tmp_path / f"{number}")
            wait_for(partial(more, acknowledged, 20 * (number + 1)))
            before = acknowledged()
            making.make(settings, file)
            during.append(len(acknowledged()) - len(before))
            restoring.restore(other, file, Allowed())
            found = people(other.home / "lookalike.sqlite3")
            assert found.pop("U1") == 1
            assert before <= found.keys()
            assert set(found.values()) == {2}
            for name in _WRITERS:
                numbers = {int(each[1:]) for each in found if each[0] == name}
                assert numbers == set(range(len(numbers))), "none without those before"
    assert max(during) > 0, "they wrote meanwhile"


def test_a_running_server_moves_with_its_keys_and_galleries(
    serve: Serve, home: Path, tmp_path: Path, photos: Mapping[str, bytes]
) -> None:
    file, other = tmp_path / "all.backup", tmp_path / "other"
    settings = backups.settings_of(home)
    keys = Keys(settings)
    key = keys.create()
    keys.close()
    with serve(home=home, auth="on") as server, clients.client(server.url, key) as client:
        client.create_collection(CollectionId="team")
        image = {"Bytes": photos["obama.jpg"]}
        (indexed,) = client.index_faces(CollectionId="team", Image=image)["FaceRecords"]
        making.make(settings, file)
        client.delete_collection(CollectionId="team")
    restoring.restore(backups.settings_of(other), file, Allowed())
    with serve(home=other, auth="on") as server, clients.client(server.url, key) as client:
        assert patient.get(f"{server.url}/readyz").status_code == 200
        (match,) = client.search_faces_by_image(CollectionId="team", Image=image)["FaceMatches"]
        assert match["Face"]["FaceId"] == indexed["Face"]["FaceId"]
