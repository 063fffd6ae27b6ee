"""Tables as Excel saves them in several countries, and what else people paste into them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from lookalike.errors import InvalidParameter
from lookalike.evaluate.protocols import table as evaluated
from lookalike.gallery.sources import csv_file, found
from lookalike.gallery.sources.candidate import Candidate
from lookalike.gallery.sources.report import LeftOut
from lookalike.gallery.sources.values import wikidata_id
from lookalike.gallery.wikimedia.rosters import entries

ROWS = (
    ("name", "groups", "images"),
    ("홍길동", "활빈당;의적", "a.jpg;b.jpg"),
    ('Ann, "the" Hand', "x", "a.jpg"),
)
READ = [
    ("홍길동", ("활빈당", "의적"), ["a.jpg", "b.jpg"]),
    ('Ann, "the" Hand', ("x",), ["a.jpg"]),
]


@pytest.fixture
def folder(tmp_path: Path, photos: Mapping[str, bytes]) -> Path:
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.jpg", "photos/c.jpg"):
        (tmp_path / name).write_bytes(photos["obama.jpg"])
    return tmp_path


def saved(separator: str, rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    """As Excel does: CRLF, and quotes where they are needed."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue()


def people(path: Path) -> list[tuple[str, tuple[str, ...], list[str]]]:
    read = [each for each in found(path, "mine") if isinstance(each, Candidate)]
    return [
        (each.person.label, each.person.groups, [picture.name for picture in each.pictures])
        for each in read
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_encodings(folder: Path, separator: str, encoding: str) -> None:
    path = folder / "people.csv"
    path.write_bytes(saved(separator).encode(encoding))
    assert people(path) == READ


def test_utf_16_in_either_order(folder: Path) -> None:
    path = folder / "people.csv"
    path.write_bytes(b"\xfe\xff" + saved("\t").encode("utf-16-be"))
    assert people(path) == READ


@pytest.mark.parametrize("name", ["people.tsv", "people.txt", "PEOPLE.TXT"])
def test_excels_unicode_text(folder: Path, name: str) -> None:
    (folder / name).write_bytes(saved("\t").encode("utf-16"))
    assert people(folder / name) == READ


def test_a_text_without_tabs_is_no_table(folder: Path) -> None:
    (folder / "people.txt").write_text(saved(","))
    with pytest.raises(InvalidParameter, match="neither a folder, nor a table"):
        found(folder / "people.txt", "mine")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("stated", ["sep={}\r\n", "SEP={}\n", '"sep={}"\r\n'])
def test_a_line_that_states_the_separator(folder: Path, separator: str, stated: str) -> None:
    path = folder / "people.csv"
    path.write_text(stated.format(separator) + saved(separator), "utf-8-sig", newline="")
    assert people(path) == READ


def test_rows_are_counted_as_excel_shows_them(folder: Path) -> None:
    for begin in ("", "sep=;\r\n"):
        path = folder / "people.csv"
        path.write_text(f"{begin}name;images\r\nx;none.jpg\r\n", newline="")
        (problem,) = found(path, "mine")
        assert problem == LeftOut("row 2", "images: there is no file 'none.jpg'")


def test_empty_columns_are_none(folder: Path) -> None:
    path = folder / "people.csv"
    path.write_text("name,,images,,\nA,,a.jpg,,\nB, ,b.jpg\nC,x,a.jpg\nD,,a.jpg,,x\n,,,,\n")
    assert people(path) == [("A", (), ["a.jpg"]), ("B", (), ["b.jpg"])]
    assert [each for each in found(path, "mine") if isinstance(each, LeftOut)] == [
        LeftOut("row 4", "3 cells under 2 columns"),
        LeftOut("row 5", "5 cells under 2 columns"),
    ]


@pytest.mark.parametrize("name", [r"photos\c.jpg", r".\photos\c.jpg", r"photos\..\photos\c.jpg"])
def test_backslashes_in_paths(folder: Path, name: str) -> None:
    (folder / "people.csv").write_text(saved(",", (ROWS[0], ("A", "", f"{name};a.jpg"))), "utf-8")
    assert people(folder / "people.csv") == [("A", (), ["photos/c.jpg", "a.jpg"])]


@pytest.mark.parametrize("name", [r"..\out.jpg", r"photos\..\..\out.jpg", r"\\server\out.jpg"])
def test_backslashes_lead_nowhere_else(folder: Path, name: str) -> None:
    inside = folder / "inside"
    inside.mkdir()
    (folder / "a.jpg").rename(folder / "out.jpg")
    (inside / "people.csv").write_text(saved(",", (ROWS[0], ("A", "", name))), "utf-8")
    (problem,) = found(inside / "people.csv", "mine")
    why = f"images: {name!r} leaves the folder of the table"
    assert problem == LeftOut("row 2", why)


@pytest.mark.parametrize(
    "stated",
    [
        "Q76",
        "https://www.wikidata.org/wiki/Q76",
        "http://www.wikidata.org/entity/Q76",
        "https://m.wikidata.org/wiki/Q76?uselang=ko#P18",
        "www.wikidata.org/wiki/Q76",
        "https://www.wikidata.org/wiki/Special:EntityPage/Q76",
    ],
)
def test_addresses_of_wikidata_are_ids(folder: Path, stated: str) -> None:
    assert wikidata_id(stated) == "Q76"
    path = folder / "people.csv"
    path.write_text(f"name,wikidata,images\nA,{stated},a.jpg\n")
    (candidate,) = found(path, "mine")
    assert isinstance(candidate, Candidate)
    assert (candidate.person.id, candidate.person.wikidata) == ("Q76", "Q76")
    path.write_text(f"name,wikidata\nA,{stated}\n")
    (folder / "roster.txt").write_text(f"{stated}  # of the United States\n")
    for roster in (path, folder / "roster.txt"):
        (entry,) = entries.read(str(roster))
        assert isinstance(entry, entries.Entry)
        assert entry.wikidata == "Q76"


@pytest.mark.parametrize(
    "stated",
    [
        "76",
        "q76",
        "Q0",
        "Q2147483648",
        "Q76 ",
        "Q76#P18",
        "https://www.wikidata.org/wiki/P18",
        "https://www.wikidata.org.example/wiki/Q76",
        "https://example.org/wiki/Q76",
    ],
)
def test_what_is_no_id_of_wikidata(stated: str) -> None:
    with pytest.raises(InvalidParameter, match="is no Wikidata id; one looks like Q76"):
        wikidata_id(stated)


def test_another_address_of_wikidata_is_no_name(tmp_path: Path) -> None:
    path = tmp_path / "roster.txt"
    path.write_text("https://www.wikidata.org/wiki/Property:P18\n")
    (problem,) = entries.read(str(path))
    assert isinstance(problem, LeftOut)
    assert "is no Wikidata id of a person" in problem.why


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_rosters_too(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "r.csv").write_bytes("sep=;\r\nname;groups;\r\n아이유;\r\n".encode(encoding))
    (tmp_path / "r.txt").write_bytes("아이유\r\n".encode(encoding))
    (tmp_path / "tabs.txt").write_bytes("name\tgroups\r\n아이유\t\r\n".encode(encoding))
    for name in ("r.csv", "r.txt", "tabs.txt"):
        (entry,) = entries.read(str(tmp_path / name))
        assert isinstance(entry, entries.Entry)
        assert entry.names == ("아이유",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_tables_that_are_evaluated_too(folder: Path, encoding: str) -> None:
    path = folder / "pairs.csv"
    text = "sep=;\r\nFile1;file2;ｓａｍｅ;그룹;\r\nphotos\\c.jpg;a.jpg;1;가수;\r\n"
    path.write_bytes(text.encode(encoding))
    read = evaluated.read(path, ("file1", "file2", "same"))
    assert read.columns["그룹"] == ("가수",)
    photos, places = read.photos(("file1", "file2"), None)
    assert [photos[name] for name in photos] == [folder / "a.jpg", folder / "photos" / "c.jpg"]
    assert np.array_equal(places, [[1, 0]])


def test_the_encoding_is_that_of_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"name\n" + b"x\n" * (1 << 20) + "가\n".encode("cp949"))
    assert csv_file.encoding_of(path) == "cp949"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "가\n".encode())
    assert csv_file.encoding_of(path) == "utf-8-sig"
