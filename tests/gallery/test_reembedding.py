"""A change of the model: what has a thumbnail is embedded again, what has none is named.

The galleries here are of a contract before the one in use: `old` gives real imports vectors of
another model, of another length even, which lead nowhere.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import ContractMismatch
from lookalike.faces.apart.workers import Workers
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import reembedding
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources.image_file import portrait
from lookalike.gallery.store import Store
from tests.support import PATIENCE_S
from tests.support.homes import Home
from tests.support.processes import LOOKALIKE, finished, started

# Enrols so many people, and returns all their rows.
Enrol = Callable[[int], list[tuple[object, ...]]]

BEFORE = replace(SFACE, preprocessing=0).contract
SOURCE = "https://example.org/"
# Runs a command for which the terminal that it is given is its own, so that Ctrl-C there ends it.
AT_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def mine(tmp_path: Path, settings: Settings) -> Home:
    return Home(tmp_path, config.load({}, home=tmp_path / "home", cache=settings.cache))


@pytest.fixture
def store(mine: Home) -> Iterator[Store]:
    opened = Store(mine.settings.home, SFACE.contract)
    yield opened
    opened.close()


def changed(mine: Home, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(mine.settings.home / "lookalike.sqlite3")) as connection:
        connection.execute(statement, values)
        connection.commit()


def old(mine: Home) -> None:
    """Make all of it the work of another model."""
    vector = np.full(64, 0.125, np.float32).tobytes()
    changed(mine, "UPDATE faces SET vector = ?", vector)
    changed(mine, "UPDATE collections SET contract = ?", BEFORE)


def rows(mine: Home) -> list[tuple[object, ...]]:
    """All that a migration could change."""
    with closing(sqlite3.connect(mine.settings.home / "lookalike.sqlite3")) as connection:
        collections = connection.execute("SELECT id, contract FROM collections ORDER BY id")
        faces = connection.execute("SELECT id, vector FROM faces ORDER BY id")
        return [*collections, *faces]


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, photos: Mapping[str, bytes]
) -> Home:
    """Obama with a thumbnail and without, Biden with one, Collins without; made once."""
    folder = tmp_path_factory.mktemp("made")
    mine = Home(folder, config.load({}, home=folder / "home", cache=settings.cache))
    for kind, name, data in (
        ("kept", "버락_오바마", photos["obama.jpg"]),
        ("kept", "Joe_Biden", photos["biden.jpg"]),
        ("bare", "버락_오바마", photos["obama2.jpg"]),
        ("bare", "아일린_콜린스", photos["astronaut.png"]),
    ):
        (folder / kind / name).mkdir(parents=True)
        (folder / kind / name / "1.jpg").write_bytes(data)
    mine("import", "kept", "--thumbnails")
    mine("import", "bare", "--source", SOURCE, "--author", "NASA", "--licence", "CC0")
    old(mine)
    return mine


@pytest.fixture
def mixed(mine: Home, made: Home) -> Home:
    """A copy of it."""
    shutil.copytree(made.folder, mine.folder, dirs_exist_ok=True)
    return mine


def test_a_gallery_of_another_model_is_refused_with_the_command(mixed: Home) -> None:
    for command in (("list",), ("import", "kept"), ("export", "mine", "x.pack.zip")):
        said = mixed(*command, fails=1)
        assert f"'mine' was made with {BEFORE}, but {SFACE.contract} is in use" in said
        assert "lookalike gallery migrate" in said


def test_thumbnails_make_vectors_and_the_rest_is_listed(
    mixed: Home, photos: Mapping[str, bytes]
) -> None:
    before = rows(mixed)
    dry = mixed("migrate", "--dry-run")
    assert rows(mixed) == before
    assert f"mine was made with {BEFORE}. Of its 4 portraits 2 have a thumbnail" in dry
    said = mixed("migrate", "--yes")
    assert said == f"{dry}mine is of {SFACE.contract} now.\n"
    alone, fewer = said.split("With fewer portraits:")
    assert "아일린 콜린스" in alone
    assert "버락 오바마" in fewer
    assert "Joe Biden" not in said
    for part in (alone, fewer):
        assert f"{SOURCE}, NASA, CC0, sha256 of the file " in part
        assert "(no thumbnail was kept)" in part
    assert "gallery import SOURCE --collection mine --thumbnails" in said
    found = {name: [each.image_id for each in own] for name, own in mixed.people().items()}
    assert {name: len(own) for name, own in found.items()} == {
        "버락 오바마": 1,
        "Joe Biden": 1,
        "아일린 콜린스": 0,
    }
    assert mixed("migrate") == f"Nothing to do: all is of {SFACE.contract}.\n"


def test_search_works_afterwards_and_lost_photos_come_back(
    mixed: Home, photos: Mapping[str, bytes]
) -> None:
    mixed("migrate", "--yes")
    engine = LocalEngine(mixed.settings)
    try:
        for photo, name in (("obama3.jpg", "버락 오바마"), ("biden.jpg", "Joe Biden")):
            (face,) = engine.find(photos[photo], limit=3, collection="mine").faces
            assert face.matches[0].person.name.get("ko") == name
            assert face.matches[0].score.similarity > 99
        (biden,) = mixed.people()["Joe Biden"]
        vector = engine.analyzer.analyze(photos["biden.jpg"]).faces[0].embedding
        assert float(biden.vector @ vector) > 0.98
        assert biden.thumbnail
        report = mixed.report("bare", "--thumbnails")
        assert (report["people_changed"], report["portraits_added"]) == (2, 2)
        (face,) = engine.find(photos["astronaut.png"], limit=1, collection="mine").faces
        assert face.matches[0].person.name.ko == "아일린 콜린스"
    finally:
        engine.close()


def test_nothing_is_lost_without_a_yes(mixed: Home) -> None:
    before = rows(mixed)
    done = mixed.commands("gallery", "migrate")
    assert done.returncode == 1
    assert done.stderr == "mine would lose 2 of its 4 portraits. Accept that with --yes.\n"
    assert done.stdout.endswith(f"mine stays of {BEFORE}.\n")
    told = mixed.commands("gallery", "migrate", "--json")
    assert (told.returncode, json.loads(told.stdout)["remade"]) == (1, 2)
    assert rows(mixed) == before


def test_one_collection_that_stays_does_not_keep_the_others(mixed: Home, store: Store) -> None:
    changed(
        mixed,
        "INSERT INTO collections (id, contract, tags, open, created) "
        "VALUES ('zoo', ?, '{}', 1, '2026-01-01 00:00:00.000000')",
        BEFORE,
    )
    assert mixed.commands("gallery", "migrate").returncode == 1
    assert store.contracts() == {"mine": BEFORE, "zoo": SFACE.contract}


@pytest.mark.parametrize(("answer", "code"), [("n\n", 1), ("y\n", 0), ("\x03", 1)])
def test_whoever_sits_at_it_is_asked(mixed: Home, store: Store, answer: str, code: int) -> None:
    ours, theirs = pty.openpty()
    env = os.environ | {
        "LOOKALIKE_HOME": str(mixed.settings.home),
        "LOOKALIKE_CACHE": str(mixed.settings.cache),
    }
    command = [sys.executable, "-c", AT_A_TERMINAL, LOOKALIKE, "gallery", "migrate"]
    process = subprocess.Popen(
        command, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    said = b""
    # It cannot be read once the other side is closed.
    with suppress(OSError):
        while part := os.read(ours, 1000):
            said += part
            # A worker process may have something to say after the question.
            if b"Go on? [y/N]: " in said:
                break
        os.write(ours, answer.encode())
        while part:
            # Python hears a Ctrl-C that comes between the question and its reading only with the
            # next, as whoever sits there would press it. One that it heard is not repeated.
            while not select.select([ours], [], [], 10)[0]:
                if answer == "\x03" and not re.search(b"Aborted|Stopped", said):
                    os.write(ours, answer.encode())
            part = os.read(ours, 1000)
            said += part
    os.close(ours)
    assert process.wait(PATIENCE_S) == code, said
    assert b"mine would lose 2 of its 4 portraits. Go on? [y/N]: " in said
    assert store.contracts() == {"mine": BEFORE if code else SFACE.contract}


def test_a_line_of_json_a_collection(mixed: Home) -> None:
    mixed("import", "kept", "--collection", "fans", fails=1)
    report = json.loads(mixed("migrate", "--json", "--dry-run"))
    people = report.pop("people")
    assert report == {
        "collection": "mine",
        "from": BEFORE,
        "to": SFACE.contract,
        "portraits": 4,
        "remade": 2,
    }
    assert [(each["name"]["ko"], each["kept"]) for each in people] == [
        ("아일린 콜린스", 0),
        ("버락 오바마", 1),
    ]
    (loss,) = people[0]["lost"]
    assert loss["why"] == "no thumbnail was kept"
    assert loss["credit"]["source_url"] == SOURCE
    assert len(loss["image_id"]) == 64


def test_one_collection_or_all(mixed: Home, store: Store) -> None:
    other = Store(mixed.settings.home, BEFORE)
    someone = Person("U1", "fans", Text(en="Someone"))
    other.add(someone, [Portrait(np.eye(128, dtype=np.float32)[0], external_image_id="poster-7")])
    other.close()
    assert "no collection 'none' of your own. There are: fans, mine" in mixed(
        "migrate", "--collection", "none", fails=1
    )
    assert "poster-7 (no thumbnail was kept)" in mixed("migrate", "--yes", "--collection", "fans")
    assert store.contracts() == {"fans": SFACE.contract, "mine": BEFORE}
    mixed("migrate", "--yes")
    assert store.contracts() == {"fans": SFACE.contract, "mine": SFACE.contract}


def test_a_damaged_thumbnail_and_faces_of_nobody_are_listed(mixed: Home) -> None:
    changed(
        mixed, "UPDATE faces SET thumbnail = ? WHERE thumbnail IS NOT NULL", b"\xff\xd8 damaged"
    )
    changed(
        mixed,
        "INSERT INTO faces (id, collection, vector, external_image_id, created) "
        "VALUES ('F1', 'mine', x'00', 'street', '2026-01-01 00:00:00.000000')",
    )
    said = mixed("migrate", "--yes")
    assert "Of its 5 portraits 0 have a thumbnail" in said
    assert "broken from its header on" in said
    assert "  Faces of nobody\n    street (no thumbnail was kept)" in said
    assert {name: len(own) for name, own in mixed.people().items()} == {
        "버락 오바마": 0,
        "Joe Biden": 0,
        "아일린 콜린스": 0,
    }


@pytest.fixture
def enrol(mine: Home, engine: LocalEngine, photos: Mapping[str, bytes]) -> Enrol:
    """Enrols so many people of two portraits each, as a model before did; all their rows."""
    data = photos["obama.jpg"]
    face = engine.analyzer.with_thumbnail(engine.analyzer.analyze(data).faces[0], data)

    def people(count: int) -> list[tuple[object, ...]]:
        store = Store(mine.settings.home, BEFORE)
        for number in range(count):
            own = [portrait(face, f"{number}-{photo}".encode(), None) for photo in range(2)]
            store.add(Person(f"U{number}", "mine", Text(en=f"Person {number}")), own)
        store.close()
        old(mine)
        return rows(mine)

    return people


def test_interrupted_before_the_end_nothing_is_changed(
    mine: Home, store: Store, enrol: Enrol
) -> None:
    before, seen = enrol(10), []

    def stop() -> None:
        seen.append(1)
        if len(seen) == 5:
            raise KeyboardInterrupt

    with Workers(mine.settings, 1) as workers:
        with pytest.raises(KeyboardInterrupt):
            reembedding.reembedded(store, "mine", workers, stop)
        assert rows(mine) == before
        with pytest.raises(ContractMismatch, match="lookalike gallery migrate"):
            store.add(Person("U0", "mine", Text(en="x")), [Portrait(np.eye(128)[0])])
        plan = reembedding.reembedded(store, "mine", workers)
    assert (plan.made, plan.losses) == (20, ())
    assert reembedding.replace_vectors(store, "mine", plan.vectors) == ()
    assert store.contracts() == {"mine": SFACE.contract}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_under_way_leaves_the_old_contract_whole(
    mine: Home, enrol: Enrol, how: signal.Signals
) -> None:
    before = enrol(60)
    with mine.starting("migrate") as process:
        deadline = time.monotonic() + PATIENCE_S
        while not psutil.Process(process.pid).children(recursive=True):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.killpg(process.pid, how)
        _, err = finished(process, code=-how if how == signal.SIGKILL else 1)
    assert err in ("", "Stopped; run the same command again to go on.\n")
    assert rows(mine) == before
    assert "mine is of" in mine("migrate")
    assert len(mine.people()) == 60


def test_two_migrations_at_once(mine: Home, enrol: Enrol) -> None:
    enrol(20)
    with mine.starting("migrate") as one, mine.starting("migrate") as two:
        for process in (one, two):
            _, err = finished(process)
            assert err == ""
    (first, second), *_ = mine.people().values()
    assert first.vector.shape == second.vector.shape == (128,)


FULL = f"""
import resource, signal, sys
from pathlib import Path
import numpy as np
from lookalike.gallery import reembedding
from lookalike.gallery.store import Store

store = Store(Path(sys.argv[1]), {SFACE.contract!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
vector = np.eye(128, dtype=np.float32)[0]
vectors = {{each.id: vector for each in reembedding.origins(store, "mine")}}
reembedding.replace_vectors(store, "mine", vectors)
"""


def test_a_full_disk_is_said_and_changes_nothing(mine: Home, enrol: Enrol) -> None:
    """A limit on the size of files stands in for a disk that is full."""
    before = enrol(200)
    command = [sys.executable, "-c", FULL, str(mine.settings.home)]
    with started(command) as process:
        _, err = finished(process, code=1)
    assert "nothing was changed. Free some space" in err
    assert rows(mine) == before
