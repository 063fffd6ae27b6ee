"""Where people come from: folders, tables and packs, with names in any script."""

from __future__ import annotations

import csv
import json
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.errors import ContractMismatch, InvalidParameter
from lookalike.faces.models import SFACE
from lookalike.faces.runtime import Floats
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.sources import found, pack
from lookalike.gallery.sources.candidate import Candidate, Problem, name_of_file, stable_id
from lookalike.gallery.starter import load
from lookalike.gallery.store import Portrait

CREDIT = Credit("A. Uthor", "CC0", "https://example.org/cc0", "https://example.org/")


def names(path: Path) -> dict[str, list[str]]:
    """Everyone a source finds, with the names of their photos."""
    people = [each for each in found(path, "mine") if isinstance(each, Candidate)]
    return {p.person.name.get("ko") or "": [x.name for x in p.pictures] for p in people}


def problems(path: Path) -> list[tuple[str, str]]:
    return [(p.where, p.why) for p in found(path, "mine") if isinstance(p, Problem)]


def test_ids_are_the_same_every_time_and_in_both_forms_of_unicode() -> None:
    starter = next(p for p in load(SFACE.contract).people if p.name.ko == "아이유")
    assert stable_id("아이유") == starter.id
    assert stable_id("mine", "아이유") == stable_id("mine", unicodedata.normalize("NFD", "아이유"))
    assert stable_id("mine", "아이유") != stable_id("other", "아이유")


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("아이유", "아이유"),
        ("아이유_01", "아이유"),
        ("아이유 (2)", "아이유"),
        ("Barack_Obama_0003", "Barack Obama"),
        ("2NE1", "2NE1"),
        ("Blink-182", "Blink-182"),
        ("  Chloë__Sevigny ", "Chloë Sevigny"),
        ("新垣結衣", "新垣結衣"),
    ],
)
def test_names_of_files(stem: str, name: str) -> None:
    assert name_of_file(unicodedata.normalize("NFD", stem)) == name


def test_a_folder_of_folders_and_files(tmp_path: Path, photos: Mapping[str, bytes]) -> None:
    for file in (
        "Barack_Obama/b.jpg",
        "Barack_Obama/a.JPG",
        "Barack_Obama/.hidden.jpg",
        "Barack_Obama/more/c.jpg",
        unicodedata.normalize("NFD", "아일린 콜린스_01.png"),
        "아일린 콜린스 (2).png",
        "_01.jpg",
        ".DS_Store",
        "notes.txt",
        "empty/x.txt",
    ):
        (tmp_path / file).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / file).write_bytes(photos["obama.jpg"])
    assert names(tmp_path) == {
        "Barack Obama": ["Barack_Obama/a.JPG", "Barack_Obama/b.jpg"],
        "아일린 콜린스": ["아일린 콜린스 (2).png", "아일린 콜린스_01.png"],
    }
    assert sorted(problems(tmp_path)) == [
        (".DS_Store", "hidden"),
        ("Barack_Obama/.hidden.jpg", "hidden"),
        ("Barack_Obama/more", "a folder inside a person's folder"),
        ("_01.jpg", "the name is empty"),
        ("empty", "no photos in the folder"),
        ("empty/x.txt", "not an image"),
        ("notes.txt", "not an image"),
    ]
    korean = next(
        p for p in found(tmp_path, "c", CREDIT) if isinstance(p, Candidate) if p.person.name.ko
    )
    assert korean.person.id == stable_id("c", "아일린 콜린스")
    assert korean.person.name == Text(ko="아일린 콜린스")
    assert korean.credit == CREDIT
    assert korean.pictures[0].read() == photos["obama.jpg"]


def test_other_files_are_no_source(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InvalidParameter, match="neither a folder, nor a table"):
        found(tmp_path / "a.txt", "mine")


@pytest.fixture
def images(tmp_path: Path, photos: Mapping[str, bytes]) -> Path:
    folder = tmp_path / "table"
    folder.mkdir()
    (tmp_path / "outside.jpg").write_bytes(photos["obama.jpg"])
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    for name in ("a.jpg", "b.jpg", unicodedata.normalize("NFD", "한글.jpg")):
        (folder / name).write_bytes(photos["obama.jpg"])
    (folder / "x.txt").write_text("x")
    return folder


def table(folder: Path, *rows: Mapping[str, str], encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


FACTS = {
    "name_ko": "버락 오바마",
    "name_en": "Barack Obama",
    "images": "a.jpg; b.jpg",
    "group": "presidents;authors",
    "gender": "Male",
    "born": "1961-08-04",
    "died": "",
    "description_ko": "제44대 대통령",
    "description_en": "44th president",
    "links": "https://www.obama.org/",
    "wikidata": "Q76",
    "source": CREDIT.source_url or "",
    "author": CREDIT.author or "",
    "licence": CREDIT.licence or "",
    "licence_url": CREDIT.licence_url or "",
}
OBAMA = Person(
    id="Q76",
    collection="mine",
    name=Text("버락 오바마", "Barack Obama"),
    description=Text("제44대 대통령", "44th president"),
    born="1961-08-04",
    groups=("presidents", "authors"),
    gender="male",
    wikidata="Q76",
    websites=("https://www.obama.org/",),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_with_every_fact(images: Path, encoding: str) -> None:
    (candidate,) = found(table(images, FACTS, encoding=encoding), "mine")
    assert isinstance(candidate, Candidate)
    assert candidate.person == OBAMA
    assert candidate.credit == CREDIT
    assert [picture.name for picture in candidate.pictures] == ["a.jpg", "b.jpg"]


def test_json_lines_with_every_fact(images: Path) -> None:
    row: dict[str, Any] = FACTS | {"images": ["a.jpg", "b.jpg"], "group": ["presidents", "authors"]}
    path = images / "people.jsonl"
    path.write_text(json.dumps(row) + "\n\n" + json.dumps({"name": "가", "image": "한글.jpg"}))
    first, second = found(path, "mine", Credit(None, "CC BY 4.0", None, None))
    assert isinstance(first, Candidate)
    assert isinstance(second, Candidate)
    assert (first.person, first.credit) == (OBAMA, CREDIT)
    assert second.person.id == stable_id("mine", "가")
    assert second.credit == Credit(None, "CC BY 4.0", None, None)
    assert second.pictures[0].read()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"images": ""}, "images: empty"),
        ({"images": "a.jpg;none.jpg"}, "images: there is no file 'none.jpg'"),
        ({"images": "../outside.jpg"}, "images: '../outside.jpg' leaves the folder of the table"),
        ({"images": "/etc/passwd"}, "images: '/etc/passwd' leaves the folder of the table"),
        ({"images": "link.jpg"}, "images: 'link.jpg' leaves the folder of the table"),
        ({"images": "a\0.jpg"}, "images: 'a\\x00.jpg' cannot be the name of a file"),
        ({"images": "x.txt"}, "images: 'x.txt' is not an image"),
        (
            {"images": "https://e.org/a.jpg"},
            "images: 'https://e.org/a.jpg' is an address; a table names files in its own folder",
        ),
        ({"name_ko": "", "name_en": " "}, "name: empty"),
        (
            {"name_en": "a\x07b"},
            "name_en: the name 'a\\x07b' holds characters that cannot be shown",
        ),
        ({"name_en": "x" * 201}, "name_en: the name has 201 characters; at most 200"),
        ({"gender": "x"}, "gender: 'x'; it must be one of: female, male, other, or empty"),
        ({"born": "4.8.1961"}, "born: '4.8.1961' is no date; write 1993, 1993-05 or 1993-05-16"),
        ({"wikidata": "76"}, "wikidata: '76' is no Wikidata id; one looks like Q76"),
        (
            {"links": "javascript:alert(1)"},
            "links: 'javascript:alert(1)' is no web address; it must begin with https://",
        ),
    ],
)
def test_a_row_that_cannot_be_used_names_row_and_column(
    images: Path, changes: dict[str, str], why: str
) -> None:
    path = images / "people.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in (FACTS, FACTS | changes)))
    assert problems(path) == [("row 2", why)]
    if "\0" not in str(changes):
        assert problems(table(images, FACTS, FACTS | changes)) == [("row 3", why)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"nom": "x"}', "nom: no such column; there are: name, name_ko"),
        ('{"name": {"ko": "x"}}', "name: must be text or a list of texts"),
        ('{"name": ["x"], "images": "a.jpg"}', "name: must be one text, not a list"),
        ('{"image": "a.jpg", "images": "b.jpg"}', "images: the column is there twice"),
    ],
)
def test_lines_that_are_no_rows(images: Path, line: str, why: str) -> None:
    (images / "people.jsonl").write_text(line)
    ((where, said),) = problems(images / "people.jsonl")
    assert where == "row 1"
    assert said.startswith(why)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "people.csv is empty"),
        (b"name,pictures\n", "row 1: there is no column 'pictures'; there are: name, "),
        (b"name\nx\n", "row 1: the column 'images' is missing"),
        (b"images\nx\n", "row 1: name, name_ko or name_en is missing"),
        (b"name,images,image\n", "row 1: the column 'images' is there twice"),
        ("name,images\n가,a.jpg\n".encode("cp949"), "is not UTF-8 text"),
        (b'name,images\nx,"a.jpg\n', "row 2: unexpected end of data"),
    ],
)
def test_tables_that_cannot_be_read_are_refused(images: Path, text: bytes, why: str) -> None:
    (images / "people.csv").write_bytes(text)
    with pytest.raises(InvalidParameter, match=why):
        list(found(images / "people.csv", "mine"))


def test_a_row_with_more_cells_than_columns(images: Path) -> None:
    (images / "people.csv").write_text("name,images\nx,a.jpg,b.jpg\n\ny,a.jpg\n")
    assert problems(images / "people.csv") == [("row 2", "3 cells under 2 columns")]
    assert names(images / "people.csv") == {"y": ["a.jpg"]}


def unit(seed: int) -> Floats:
    vector = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


PEOPLE = [
    (OBAMA, [Portrait(unit(1), CREDIT, image_id="1" * 64), Portrait(unit(2))]),
    (Person(id="U1", collection="mine", name=Text("가")), [Portrait(unit(3))]),
    (Person(id=stable_id("mine", "나"), collection="mine", name=Text("나")), []),
]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    pack.write(tmp_path / "mine.pack.zip", "mine", PEOPLE, SFACE)
    return tmp_path / "mine.pack.zip"


def test_a_pack_carries_every_fact(packed: Path) -> None:
    read = pack.read(packed, None, SFACE)
    assert read.collection == "mine"
    assert [person for person, _ in read.people] == [person for person, _ in PEOPLE]
    (first, second), (third,), none = (own for _, own in read.people)
    assert (first.credit, first.image_id, second.credit) == (CREDIT, "1" * 64, None)
    assert none == ()
    for seed, portrait in enumerate((first, second, third), 1):
        assert portrait.vector @ unit(seed) == pytest.approx(1, abs=1e-5)


def test_the_same_gallery_makes_the_same_pack(packed: Path) -> None:
    again = packed.with_name("again.zip")
    pack.write(again, "mine", PEOPLE, SFACE)
    assert again.read_bytes() == packed.read_bytes()
    assert [path.name for path in packed.parent.iterdir()].count("again.zip") == 1
    assert not list(packed.parent.glob("*.part"))


def test_a_pack_that_moves_gets_the_ids_of_its_new_collection(packed: Path) -> None:
    ids = [person.id for person, _ in pack.read(packed, "other", SFACE).people]
    assert ids == ["Q76", stable_id("other", "U1"), stable_id("other", "나")]


def changed(path: Path, **members: bytes | None) -> Path:
    """The pack with other members; `manifest__json=` stands for `manifest.json`."""
    changes = {name.replace("__", "."): data for name, data in members.items()}
    with zipfile.ZipFile(path) as file:
        kept = {name: file.read(name) for name in file.namelist()}
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in (kept | changes).items():
            if data is not None:
                file.writestr(name, data)
    return out


def manifest(path: Path, **changes: object) -> bytes:
    with zipfile.ZipFile(path) as file:
        return json.dumps(json.loads(file.read("manifest.json")) | changes).encode()


def test_tampered_packs_are_refused(packed: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        people, vectors = file.read("people.jsonl"), file.read("vectors.npy")
    for members, why in (
        ({"people__jsonl": people.replace(b"Obama", b"Osama")}, "people.jsonl is not what"),
        ({"vectors__npy": vectors[:-2] + b"\0\0"}, "vectors.npy is not what the manifest states"),
        ({"people__jsonl": None}, "it holds 0 times people.jsonl"),
        ({"manifest__json": b"{"}, "its manifest is not JSON"),
        ({"manifest__json": b"[]"}, "its manifest is not a JSON object"),
        ({"manifest__json": manifest(packed, format="x")}, "its format is 'x'"),
        ({"manifest__json": manifest(packed, version=2)}, "its version is 2"),
        ({"manifest__json": manifest(packed, members=None)}, "its manifest lacks 'members'"),
        ({"manifest__json": manifest(packed, people=9)}, "it holds 3 people and states 9"),
        ({"manifest__json": manifest(packed, portraits=9)}, "vectors.npy is not 9 x 128 numbers"),
        ({"manifest__json": manifest(packed, portraits=10**12)}, "vectors.npy is not 10000000"),
        ({"people__jsonl": b"0" * 30_000_000}, "unfolds to more than 200 times"),
    ):
        with pytest.raises(InvalidParameter, match=why):
            pack.read(changed(packed, **members), None, SFACE)


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "thumbnails/../../x", "people.JSONL"])
def test_packs_with_other_members_are_refused(packed: Path, name: str) -> None:
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr(name, "x")
    with pytest.raises(InvalidParameter, match="which no pack does"):
        pack.read(packed, None, SFACE)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip"])
def test_files_that_are_no_packs(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InvalidParameter, match="no sound zip file"):
        pack.read(tmp_path / "x.zip", None, SFACE)


def test_a_pack_of_another_model_is_refused(packed: Path) -> None:
    other = changed(packed, manifest__json=manifest(packed, contract="other/1"))
    with pytest.raises(ContractMismatch, match="made with other/1, but sface-2021dec/1"):
        pack.read(other, None, SFACE)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"id": "../x"}, "'../x' is not allowed here"),
        ({"name": {}}, "a person has no name"),
        ({"websites": ["javascript:x"]}, "no web address"),
        ({"groups": [1]}, "no text"),
        ({"portraits": [{}]}, "image_id"),
        ({"portraits": [{"image_id": "1"}] * 2}, "more portraits than it has vectors"),
        ({"portraits": []}, "more vectors than it states portraits"),
    ],
)
def test_packs_whose_people_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: dict[str, object], why: str
) -> None:
    """Sums that are right say only that the file is as its author made it."""
    row = {"id": "U1", "name": {"ko": "가"}, "portraits": [{"image_id": "1"}]} | person
    monkeypatch.setattr("lookalike.gallery.sources.packed.line", lambda *_: json.dumps(row) + "\n")
    pack.write(tmp_path / "x.zip", "mine", [PEOPLE[1]], SFACE)
    with pytest.raises(InvalidParameter, match=why):
        pack.read(tmp_path / "x.zip", None, SFACE)
