"""Imports as a user runs them: what is added, what is left out, and going on after a stop."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import PIL.Image
import psutil
import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.faces.models import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit
from lookalike.gallery.store import Portrait


@dataclass(frozen=True, slots=True)
class Home:
    """Runs `lookalike gallery` with a home of its own, and looks into it."""

    folder: Path
    settings: Settings

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(Path(sys.executable).parent / "lookalike"), "gallery", *args],
            cwd=self.folder,
            env={
                **os.environ,
                "LOOKALIKE_HOME": str(self.settings.home),
                "LOOKALIKE_CACHE": str(self.settings.cache),
                "PYTHONWARNINGS": "error",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __call__(self, *args: str, fails: int = 0) -> str:
        """What a command prints; with `fails`, its one line of error."""
        process = self.start(*args)
        out, err = process.communicate(timeout=120)
        assert process.returncode == fails, err
        return err if fails else out

    def report(self, *args: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self("import", *args, "--json"))
        return report

    def gallery(self) -> Gallery:
        return Gallery.open(self.settings, SFACE)

    def people(self, collection: str = "mine") -> dict[str, list[Portrait]]:
        gallery = self.gallery()
        try:
            if collection not in {each.id for each in gallery.collections()}:
                return {}
            return {
                person.name.get("ko") or "": list(gallery.portraits(person.id))
                for person in gallery.people(collection)
            }
        finally:
            gallery.close()


@pytest.fixture
def mine(tmp_path: Path, settings: Settings) -> Home:
    return Home(tmp_path, config.load({}, home=tmp_path / "home", cache=settings.cache))


@pytest.fixture
def stars(tmp_path: Path, photos: Mapping[str, bytes]) -> Path:
    """Three people, and photos that nobody can be known by."""
    folder = tmp_path / "stars"
    teal = io.BytesIO()
    PIL.Image.new("RGB", (300, 300), "teal").save(teal, "PNG")
    for name, data in {
        "버락_오바마/1.jpg": photos["obama.jpg"],
        "버락_오바마/2.jpg": photos["obama2.jpg"],
        "Joe Biden.jpg": photos["biden.jpg"],
        "아일린 콜린스_01.png": photos["astronaut.png"],
        "Somebody_Else.jpg": photos["biden.jpg"],
        "Six.jpg": photos["t1.jpg"],
        "Nobody.png": teal.getvalue(),
        "Broken.jpg": photos["obama.jpg"][:3000],
        "notes.txt": b"x",
        ".DS_Store": b"x",
    }.items():
        path = folder / unicodedata.normalize("NFD", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def counts(report: Mapping[str, Any]) -> tuple[int, int, int, int]:
    return (
        report["people_added"],
        report["people_changed"],
        report["portraits_added"],
        report["already"],
    )


def test_a_folder_is_imported_once(mine: Home, stars: Path) -> None:
    dry = mine.report("stars", "--dry-run")
    assert counts(dry) == (3, 0, 4, 0)
    assert mine.people() == {}
    first = mine.report("stars", "--licence", "CC0", "--author", "NASA")
    assert first["left_out"] == dry["left_out"]
    left_out = {each["where"]: each["why"] for each in first["left_out"]}
    assert left_out.pop("Broken.jpg").startswith("The ")
    assert left_out == {
        ".DS_Store": "hidden",
        "notes.txt": "not an image",
        "Nobody.png": "no face",
        "Six.jpg": "several faces of like size",
        "Somebody_Else.jpg": "the same photo as Joe Biden.jpg",
    }
    assert counts(first) == (3, 0, 4, 0)
    people = mine.people()
    assert {name: len(own) for name, own in people.items()} == {
        "버락 오바마": 2,
        "Joe Biden": 1,
        "아일린 콜린스": 1,
    }
    assert people["Joe Biden"][0].credit == Credit("NASA", "CC0", None, None)

    (stars / "Joe Biden_2.jpg").write_bytes((stars / "Joe Biden.jpg").read_bytes())
    again = mine.report("stars")
    assert counts(again) == (0, 0, 0, 6)
    assert mine.people().keys() == people.keys()


def test_new_photos_of_someone_known_are_added(
    mine: Home, stars: Path, photos: Mapping[str, bytes]
) -> None:
    mine("import", "stars")
    folder = stars / unicodedata.normalize("NFD", "버락_오바마")
    (folder / "3.jpg").write_bytes(photos["obama3.jpg"])
    assert counts(mine.report("stars")) == (0, 1, 1, 5)
    assert len(mine.people()["버락 오바마"]) == 3


def test_a_table_adds_facts_and_later_changes_them(mine: Home, stars: Path) -> None:
    table = stars / "people.csv"
    table.write_text("name_ko,name_en,images,born\n조 바이든,Joe Biden,Joe Biden.jpg,1942\n")
    report = mine.report("stars/people.csv", "--source", "https://example.org/")
    assert counts(report) == (1, 0, 1, 0)
    table.write_text("name_ko,images,born\n조 바이든,Joe Biden.jpg,1942-11-20\n,x,\n")
    report = mine.report("stars/people.csv")
    assert counts(report) == (0, 1, 0, 1)
    assert report["left_out"] == [{"person": "", "where": "row 3", "why": "name: empty"}]
    gallery = mine.gallery()
    (biden,) = gallery.people("mine")
    gallery.close()
    assert (biden.name.ko, biden.name.en, biden.born) == ("조 바이든", "Joe Biden", "1942-11-20")
    assert counts(mine.report("stars/people.csv")) == (0, 0, 0, 1)


def test_a_pack_gives_the_same_results_in_another_home(
    mine: Home, stars: Path, tmp_path: Path, settings: Settings
) -> None:
    mine("import", "stars", "--licence", "CC0")
    assert "Wrote 3 people with 4 portraits" in mine("export", "mine", "mine.pack.zip")
    other = Home(tmp_path, config.load({}, home=tmp_path / "other", cache=settings.cache))
    assert counts(other.report("mine.pack.zip", "--dry-run")) == (3, 0, 4, 0)
    assert other.people() == {}
    assert counts(other.report("mine.pack.zip")) == (3, 0, 4, 0)
    assert counts(other.report("mine.pack.zip")) == (0, 0, 0, 4)
    here, there = mine.gallery(), other.gallery()
    for portraits in mine.people().values():
        for portrait in portraits:
            one = here.nearest(portrait.vector, 5, "mine")
            two = there.nearest(portrait.vector, 5, "mine")
            assert [each.person for each in one] == [each.person for each in two]
            cosines = [each.cosine for each in two]
            assert [each.cosine for each in one] == pytest.approx(cosines, abs=1e-3)
    here.close()
    there.close()
    assert {p.credit for own in other.people().values() for p in own} == {
        Credit(None, "CC0", None, None)
    }


def test_a_damaged_pack_writes_nothing(mine: Home, stars: Path) -> None:
    mine("import", "stars")
    mine("export", "mine", "mine.pack.zip")
    mine("delete", "mine", "--yes")
    path = mine.folder / "mine.pack.zip"
    data = bytearray(path.read_bytes())
    data[data.index(b"\x93NUMPY") + 500] ^= 1
    path.write_bytes(data)
    assert len(mine("import", "mine.pack.zip", fails=1).splitlines()) == 1
    assert mine.people() == {}


def many(folder: Path, data: bytes, people: int) -> None:
    """That many people of two photos each, each a different file with the same face."""
    for number in range(people):
        own = folder / f"Person {chr(65 + number // 26)}{chr(65 + number % 26)}"
        own.mkdir(parents=True)
        for photo in range(2):
            # What follows the end of a JPEG is ignored by every decoder.
            (own / f"{photo}.jpg").write_bytes(data + f"{number}-{photo}".encode())


def wait_for_some(mine: Home, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not mine.people():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_killed_and_started_again(mine: Home, photos: Mapping[str, bytes]) -> None:
    """Nobody is there by half after kill -9, and the second run adds only who is missing."""
    many(mine.folder / "many", photos["obama.jpg"], 60)
    process = mine.start("import", "many")
    wait_for_some(mine, process)
    process.kill()
    process.communicate(timeout=30)
    before = mine.people()
    assert 0 < len(before) < 60
    assert {len(own) for own in before.values()} == {2}
    report = mine.report("many")
    assert counts(report) == (60 - len(before), 0, 120 - 2 * len(before), 2 * len(before))
    assert {len(own) for own in mine.people().values()} == {2}


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    mine: Home, photos: Mapping[str, bytes]
) -> None:
    many(mine.folder / "many", photos["obama.jpg"], 60)
    process = mine.start("import", "many", "--json")
    wait_for_some(mine, process)
    # The terminal sends it to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err == "Stopped; run the same command again to go on.\n"
    report = json.loads(out)
    assert report["interrupted"]
    assert report["people_added"] == len(mine.people()) < 60


def test_collections_are_created_and_deleted(mine: Home) -> None:
    mine("create", "fans")
    mine("create", "fans", fails=1)
    assert "'starter'" in mine("import", ".", "--collection", "starter", fails=1)
    assert "Deleted fans with 0 people." in mine("delete", "fans", "--yes")
    assert "no collection 'fans'" in mine("export", "fans", "fans.pack.zip", fails=1)
    (mine.folder / "a.txt").write_text("x")
    assert "neither a folder, nor a table" in mine("import", "a.txt", fails=1)
    assert "Usage:" in mine("import", "missing", fails=2)


def test_workers_end_with_a_parent_that_is_killed(mine: Home, photos: Mapping[str, bytes]) -> None:
    many(mine.folder / "many", photos["obama.jpg"], 60)
    process = mine.start("import", "many")
    wait_for_some(mine, process)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.kill()
    process.communicate(timeout=30)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
