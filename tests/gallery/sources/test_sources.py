"""Where people come from: folders, tables and packs, with names in any script."""

from __future__ import annotations

import csv
import json
import pickle
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lookalike import amazon
from lookalike.errors import InvalidParameter, ObjectUnavailable
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.people import FIELDS, Credit, Person, Text
from lookalike.gallery.sources import found
from lookalike.gallery.sources.candidate import Candidate
from lookalike.gallery.sources.file_names import named_after
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.sources.values import stable_id
from lookalike.gallery.starter import load
from tests.support.amazon.cloud import BUCKET, Cloud

CREDIT = Credit("A. Uthor", "CC0", "https://example.org/cc0", "https://example.org/")


def names(path: Path) -> dict[str, list[str]]:
    """Everyone a source finds, with the names of their photos."""
    people = [each for each in found(path, "mine") if isinstance(each, Candidate)]
    return {p.person.name.get("ko") or "": [x.name for x in p.pictures] for p in people}


def problems(path: Path) -> list[tuple[str, str]]:
    return [(p.where, p.why) for p in found(path, "mine") if isinstance(p, LeftOut)]


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
    decomposed = unicodedata.normalize("NFD", stem)
    assert named_after([decomposed])[decomposed].name == name


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


def test_a_prefix_in_s3_is_a_folder(cloud: Cloud, photos: Mapping[str, bytes]) -> None:
    for name in (
        *("Barack_Obama/1.jpg", "Barack_Obama/2.jpg", "Barack_Obama/old/3.jpg", "Joe Biden.jpg"),
        *("아일린 콜린스_01.png", "notes.txt", ".hidden.jpg", "empty/"),
    ):
        cloud.put(f"fans/2026/{name}", photos["obama.jpg"] if name[-1] != "/" else b"")
    cloud.put("fans/2026 other/Nobody.jpg", b"")
    source = amazon.folder(f"s3://{BUCKET}/fans/2026", cloud.url)
    everyone = list(found(source, "mine"))
    people = [each for each in everyone if isinstance(each, Candidate)]
    assert {each.person.label: [one.name for one in each.pictures] for each in people} == {
        "Barack Obama": ["Barack_Obama/1.jpg", "Barack_Obama/2.jpg"],
        "Joe Biden": ["Joe Biden.jpg"],
        "아일린 콜린스": ["아일린 콜린스_01.png"],
    }
    assert {each.where: each.why for each in everyone if isinstance(each, LeftOut)} == {
        ".hidden.jpg": "hidden",
        "Barack_Obama/old": "a folder inside a person's folder",
        "notes.txt": "not an image",
    }
    # Another machine reads it.
    read = pickle.loads(pickle.dumps(people[0].pictures[0].read))
    assert read() == photos["obama.jpg"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://", "'s3://' is no s3://bucket/prefix"),
        (f"s3://{BUCKET}/nothing", "There is nothing below s3://footage/nothing"),
        ("s3://no-such-bucket/fans", "s3://no-such-bucket/fans cannot be read: there is no such"),
    ],
)
def test_what_is_no_prefix_is_told_so(cloud: Cloud, address: str, said: str) -> None:
    with pytest.raises((InvalidParameter, ObjectUnavailable), match=said):
        amazon.folder(address, cloud.url)


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
    "country": "us",
    "fields": "politics; Letters",
    "born": "1961-08-04",
    "died": "",
    "description_ko": "제44대 대통령",
    "description_en": "44th president",
    "links": "https://www.obama.org/",
    "wikidata": "Q76",
    "external_ids": "imdb=nm1682433; kpopping = 가=나",
    "fetched_at": "2026-05-16",
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
    country="US",
    fields=("politics", "letters"),
    wikidata="Q76",
    websites=("https://www.obama.org/",),
    external_ids=(("imdb", "nm1682433"), ("kpopping", "가=나")),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_with_every_fact(images: Path, encoding: str) -> None:
    (candidate,) = found(table(images, FACTS, encoding=encoding), "mine")
    assert isinstance(candidate, Candidate)
    assert candidate.person == OBAMA
    assert candidate.credit == CREDIT
    assert [picture.name for picture in candidate.pictures] == ["a.jpg", "b.jpg"]
    fetched = {picture.fetched_at for picture in candidate.pictures}
    assert fetched == {datetime(2026, 5, 16, tzinfo=UTC)}


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
        (
            {"gender": "x"},
            "gender: 'x'; it must be one of: female, male, nonbinary, other, or empty",
        ),
        (
            {"country": "Korea"},
            "country: 'Korea' is no country's code (ISO 3166-1); one looks like KR",
        ),
        ({"fields": "music;x"}, f"fields: 'x'; each must be one of: {', '.join(FIELDS)}"),
        ({"born": "4.8.1961"}, "born: '4.8.1961' is no date; write 1993, 1993-05 or 1993-05-16"),
        ({"external_ids": "imdb"}, "external_ids: 'imdb' is no pair; write imdb=nm1682433"),
        (
            {"external_ids": "imdb="},
            "external_ids: the id of imdb must have 1 to 255 characters that can be shown",
        ),
        (
            {"external_ids": "imdb=nm1; =5"},
            "external_ids: '' is no place of ids; it is a word such as imdb",
        ),
        (
            {"fetched_at": "16.5.2026"},
            "fetched_at: '16.5.2026' is no time; write 2026-05-16 or 2026-05-16T12:30:00Z",
        ),
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
        ("name,images\nBeyoncé,a.jpg\n".encode("latin-1"), "is not UTF-8 text"),
        ("name,images\nx,a.jpg\n".encode("utf-16-le"), "is not UTF-8 text"),
        ("name,images\nx,a.jpg\n".encode("utf-16")[:-1], "is not UTF-8 text"),
        ("name,images\nx,a.jpg\n".encode("utf-32"), "is not UTF-8 text"),
        (b"PK\3\4" + bytes(99), "is a workbook or an archive; save it as CSV UTF-8"),
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
