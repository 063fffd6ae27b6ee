"""Imports as a user runs them: what is added, what is left out, and going on after a stop."""

from __future__ import annotations

import io
import json
import os
import signal
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import PIL.Image
import psutil
import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.gallery.people import Credit
from tests.support import PATIENCE_S, coverings
from tests.support.homes import Home, counts, many
from tests.support.packs import members, resealed
from tests.support.processes import finished
from tests.support.standings import fitted, whole


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


def test_numbered_files_are_one_person(
    mine: Home, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    for name, photo in (
        ("버락 오바마 1.jpg", "obama.jpg"),
        ("버락 오바마 - 복사본.jpg", "obama2.jpg"),
        ("버락 오바마3.jpg", "obama3.jpg"),
        ("NCT 127.jpg", "biden.jpg"),
    ):
        (tmp_path / "stars").mkdir(exist_ok=True)
        (tmp_path / "stars" / name).write_bytes(photos[photo])
    report = mine.report("stars")
    assert counts(report) == (2, 0, 4, 0)
    assert report["joined"] == [
        {"person": "버락 오바마", "files": ["버락 오바마 1.jpg", "버락 오바마3.jpg"]}
    ]
    people = {name: len(found) for name, found in mine.people().items()}
    assert people == {"버락 오바마": 3, "NCT 127": 1}
    assert fitted(mine.settings.home) == whole("mine"), "no search has to fit standing first"
    again = mine("import", "stars")
    assert "By their numbers taken for 버락 오바마: 버락 오바마 1.jpg, 버락 오바마3.jpg" in again


def test_poor_portraits_are_named(
    mine: Home, engine: LocalEngine, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "stars" / "Barack Obama"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(photos["obama.jpg"])
    dark = coverings.dark(engine.analyzer, photos["obama2.jpg"])
    (folder / "2.png").write_bytes(dark)
    measured = engine.analyzer.analyze(dark).faces[0].quality
    said = mine("import", "stars", "--dry-run")
    assert "Poor portraits, by which somebody is badly found: 1\n" in said
    flaws = (
        f"blurred (sharpness {measured.sharpness:.0f} of 100), "
        f"dark (brightness {measured.brightness:.0f} of 100)"
    )
    assert f"  Barack Obama/2.png of Barack Obama: {flaws}" in said.splitlines()
    report = mine.report("stars")
    assert counts(report) == (1, 0, 2, 0)
    (poor,) = report["warnings"]
    assert (poor["person"], poor["where"]) == ("Barack Obama", "Barack Obama/2.png")
    assert [each["flaw"] for each in poor["shortcomings"]] == ["blurred", "dark"]
    assert mine.report("stars", "--thumbnails")["warnings"] == []


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


def test_killed_and_started_again(mine: Home, photos: Mapping[str, bytes]) -> None:
    """Nobody is there by half after kill -9, and the second run adds only who is missing."""
    many(mine.folder / "many", photos["obama.jpg"], 30)
    with mine.starting("import", "many", threads=1) as process:
        mine.wait_for_some(process)
        process.kill()
    before = mine.people()
    assert 0 < len(before) < 30
    assert {len(own) for own in before.values()} == {2}
    report = mine.report("many")
    assert counts(report) == (30 - len(before), 0, 60 - 2 * len(before), 2 * len(before))
    assert {len(own) for own in mine.people().values()} == {2}


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    mine: Home, photos: Mapping[str, bytes]
) -> None:
    many(mine.folder / "many", photos["obama.jpg"], 30)
    with mine.starting("import", "many", "--json") as process:
        mine.wait_for_some(process)
        # The terminal sends it to every process of the group.
        os.killpg(process.pid, signal.SIGINT)
        out, err = finished(process, code=1)
    assert err == "Stopped; run the same command again to go on.\n"
    report = json.loads(out)
    assert report["interrupted"]
    assert report["people_added"] == len(mine.people()) < 30


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
    many(mine.folder / "many", photos["obama.jpg"], 30)
    with mine.starting("import", "many", threads=1) as process:
        mine.wait_for_some(process)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.kill()
        _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
        assert alive == []


def test_thumbnails_are_kept_only_when_asked_for(
    mine: Home, stars: Path, photos: Mapping[str, bytes]
) -> None:
    first = mine.report("stars")
    assert (first["portraits_added"], first["thumbnails_added"]) == (4, 0)
    assert {each.thumbnail for own in mine.people().values() for each in own} == {None}
    dry = mine.report("stars", "--thumbnails", "--dry-run")
    assert {each.thumbnail for own in mine.people().values() for each in own} == {None}
    second = mine.report("stars", "--thumbnails")
    assert counts(second) == counts(dry) == (0, 0, 0, 4)
    assert second["thumbnails_added"] == dry["thumbnails_added"] == 4
    portraits = [each for own in mine.people().values() for each in own]
    assert len(portraits) == 4
    for each in portraits:
        assert each.thumbnail is not None
        assert 3_000 < len(each.thumbnail) < 45_000
    third = mine.report("stars", "--thumbnails")
    assert (counts(third), third["thumbnails_added"]) == ((0, 0, 0, 5), 0)
    (mine.folder / "obama.jpg").write_bytes(photos["obama3.jpg"])
    mine("add", "오바마", "obama.jpg", "--thumbnails")
    mine("add", "Barack", "obama.jpg")
    added = mine.people()
    assert added["오바마"][0].thumbnail is not None
    assert added["Barack"][0].thumbnail is None


def test_a_pack_brings_its_thumbnails(
    mine: Home, stars: Path, tmp_path: Path, settings: Settings
) -> None:
    mine("import", "stars", "--thumbnails")
    mine("export", "mine", "bare.pack.zip")
    said = mine("export", "mine", "mine.pack.zip", "--thumbnails")
    assert said == "Wrote 3 people with 4 portraits and 4 thumbnails to mine.pack.zip.\n"
    other = Home(tmp_path, config.load({}, home=tmp_path / "other", cache=settings.cache))
    assert counts(other.report("bare.pack.zip")) == (3, 0, 4, 0)
    report = other.report("mine.pack.zip")
    assert (counts(report), report["thumbnails_added"]) == ((0, 0, 0, 4), 4)
    here, there = mine.people(), other.people()
    for name, own in here.items():
        assert [each.thumbnail for each in own] == [each.thumbnail for each in there[name]]


def of_another_model(path: Path, *, keep: int) -> Path:
    """The pack as a model before would have written it, with that many of its thumbnails."""
    rows = [json.loads(line) for line in members(path)["people.jsonl"].splitlines()]
    portraits = [portrait for row in rows for portrait in row["portraits"]]
    length = sum(each["thumbnail"] for each in portraits[:keep])
    for each in portraits[keep:]:
        del each["thumbnail"]
    vectors = np.zeros((len(portraits), 64), np.float16)
    vectors[:, 0] = 1
    written = io.BytesIO()
    np.save(written, vectors)
    return resealed(
        path,
        {"contract": "sface-2021dec/0", "thumbnails": keep},
        people__jsonl="".join(json.dumps(row) + "\n" for row in rows).encode(),
        vectors__npy=written.getvalue(),
        thumbnails__bin=members(path)["thumbnails.bin"][:length],
    )


def test_a_pack_of_another_model_is_made_anew_from_its_thumbnails(
    mine: Home, stars: Path, tmp_path: Path, settings: Settings
) -> None:
    mine("import", "stars", "--thumbnails", "--licence", "CC0")
    mine("export", "mine", "mine.pack.zip", "--thumbnails")
    foreign = of_another_model(mine.folder / "mine.pack.zip", keep=3).name
    other = Home(tmp_path, config.load({}, home=tmp_path / "other", cache=settings.cache))
    done = other.commands("gallery", "import", foreign, "--json")
    assert done.stderr == (
        "The pack was made with sface-2021dec/0; vectors of sface-2021dec/1 are made from its 3 "
        "thumbnails.\n"
    )
    report = json.loads(done.stdout)
    assert report["portraits_added"] == 3
    assert report["photos"] == 4
    (left_out,) = report["left_out"]
    assert left_out["why"].endswith("there is no thumbnail to make one from")
    true = {each.image_id: each for own in mine.people().values() for each in own}
    made = [each for own in other.people().values() for each in own]
    assert len(made) == 3
    for each in made:
        assert float(each.vector @ true[each.image_id].vector) > 0.98
        assert (each.box, each.quality) == (true[each.image_id].box, true[each.image_id].quality)
        assert each.credit == Credit(None, "CC0", None, None)
    again = other.report(foreign)
    assert again["left_out"] == report["left_out"]
    assert (again["portraits_added"], again["already"]) == (0, 3)
    bare = of_another_model(mine.folder / "mine.pack.zip", keep=0).name
    assert "export --thumbnails" in other("import", bare, fails=1)


def test_a_hostile_pack_changes_nothing(mine: Home, stars: Path) -> None:
    mine("import", "stars", "--thumbnails")
    mine("export", "mine", "mine.pack.zip", "--thumbnails")
    pack = mine.folder / "mine.pack.zip"
    small = members(pack)["thumbnails.bin"]
    mine("delete", "mine", "--yes")
    for thumbnails, why in (
        (small[:-1], "a thumbnail is stated that is not there"),
        (small + small, "more thumbnails than it states"),
        (b"GIF89a" + small[6:], "cannot be used"),
    ):
        hostile = resealed(pack, thumbnails__bin=thumbnails)
        assert why in mine("import", hostile.name, fails=1)
        assert mine.people() == {}


def test_a_pack_killed_and_started_again(mine: Home, photos: Mapping[str, bytes]) -> None:
    """kill -9 while vectors are made from thumbnails: nobody is there by half."""
    many(mine.folder / "many", photos["obama.jpg"], 30)
    mine("import", "many", "--thumbnails")
    mine("export", "mine", "mine.pack.zip", "--thumbnails")
    mine("delete", "mine", "--yes")
    foreign = of_another_model(mine.folder / "mine.pack.zip", keep=60).name
    with mine.starting("import", foreign) as process:
        mine.wait_for_some(process)
        process.kill()
    before = mine.people()
    assert {len(own) for own in before.values()} == {2}
    report = mine.report(foreign)
    assert counts(report) == (30 - len(before), 0, 60 - 2 * len(before), 2 * len(before))
    assert {len(own) for own in mine.people().values()} == {2}


def test_two_imports_at_once(mine: Home, photos: Mapping[str, bytes]) -> None:
    for place, name in enumerate(("one", "two")):
        for number in range(10):
            own = mine.folder / name / f"{name} {chr(65 + number)}"
            own.mkdir(parents=True)
            (own / "1.jpg").write_bytes(photos["obama.jpg"] + f"{place}-{number}".encode())
    with mine.starting("import", "one") as one, mine.starting("import", "two") as two:
        for process in (one, two):
            _, err = finished(process)
            assert err == ""
    assert len(mine.people()) == 20
    assert {len(own) for own in mine.people().values()} == {1}


def test_what_a_table_says_of_ids_elsewhere_is_merged(mine: Home, stars: Path) -> None:
    table = stars / "people.csv"
    head = "name_en,images,external_ids,fetched_at\n"
    table.write_text(f"{head}Joe Biden,Joe Biden.jpg,imdb=nm1; tmdb=7,2026-05-16T12:30:00+09:00\n")
    mine("import", "stars/people.csv")
    table.write_text(f"{head}Joe Biden,Joe Biden.jpg,IMDB = nm2; kpopping=joe,\n")
    assert counts(mine.report("stars/people.csv")) == (0, 1, 0, 1)
    gallery = mine.gallery()
    (biden,) = gallery.people("mine")
    (portrait,) = gallery.portraits(biden.id)
    gallery.close()
    assert biden.external_ids == (("tmdb", "7"), ("imdb", "nm2"), ("kpopping", "joe"))
    assert portrait.fetched_at == datetime(2026, 5, 16, 3, 30, tzinfo=UTC)
    assert counts(mine.report("stars/people.csv")) == (0, 0, 0, 1)
