"""Which files of a folder are photos of one person."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from lookalike.gallery.sources import folder
from lookalike.gallery.sources.candidate import Candidate
from lookalike.gallery.sources.file_names import FileName, named_after

# As Windows, macOS, phones, browsers and people number files.
NUMBERED = ("{} 1", "{} (2)", "{}-3", "{}4", "{}_5", "{} - Copy", "{} copy 2", "{}_006", "{}")
KOREAN = ("{} - 복사본", "{} - 복사본 (2)", "{} 사본", "{} 사본 2", "{} 복사본", "{} (사본)")


@pytest.mark.parametrize("person", ["아이유", "Jane Doe", "B1A4", "NCT 127", "2PM"])
def test_every_way_of_numbering_is_one_person(person: str) -> None:
    # Of a number behind a number nobody can say where it begins.
    ways = [each for each in (*NUMBERED, *KOREAN) if each != "{}4" or not person[-1].isdigit()]
    stems = [each.format(person) for each in ways]
    assert {each.name for each in named_after(stems).values()} == {person}


def test_copies_are_known_without_the_others() -> None:
    for way in (
        *KOREAN,
        "{} - Copy",
        "{} copy 2",
        "{} (2)",
        "{} (another copy)",
        "{}_01",
        "{}-007",
    ):
        stem = way.format("아이유")
        assert named_after([stem]) == {stem: FileName("아이유")}


@pytest.mark.parametrize("stage_name", ["2PM", "IZ*ONE 12", "NCT 127", "B1A4", "X1", "U2", "10cm"])
def test_a_lone_number_is_part_of_the_name(stage_name: str) -> None:
    found = named_after([stage_name, "아이유", "NCT U"])
    assert found[stage_name] == FileName(stage_name)


def test_a_number_that_several_carry_is_told() -> None:
    assert named_after(["IU 1", "IU 2", "비"]) == {
        "IU 1": FileName("IU", guessed=True),
        "IU 2": FileName("IU", guessed=True),
        "비": FileName("비"),
    }


def test_folders_and_spellings_count() -> None:
    decomposed = unicodedata.normalize("NFD", "아이유 2")
    found = named_after(["iu", decomposed, "IU-2"], folders=["IU", "아이유"])
    assert [each.name for each in found.values()] == ["IU", "아이유", "IU"]


def test_letters_with_numbers_are_names() -> None:
    """`X1` and `X2` may be two; so may files that are numbers alone."""
    found = named_after(["X1", "X2", "1", "2"])
    assert [each.name for each in found.values()] == ["X1", "X2", "1", "2"]


def test_a_folder_is_read_with_all_its_files_in_view(tmp_path: Path) -> None:
    (tmp_path / "Jane_Doe").mkdir()
    for stem in ("Jane Doe 2", "IU", "IU 7", "2PM"):
        (tmp_path / f"{stem}.jpg").touch()
    (tmp_path / "Jane_Doe" / "1.jpg").touch()
    found = [each for each in folder.read(tmp_path, "mine") if isinstance(each, Candidate)]
    read = [(each.person.name.en, [p.name for p in each.pictures], each.joined) for each in found]
    assert read == [
        ("Jane Doe", ["Jane_Doe/1.jpg"], ()),
        ("2PM", ["2PM.jpg"], ()),
        ("IU", ["IU 7.jpg", "IU.jpg"], ("IU 7.jpg",)),
        ("Jane Doe", ["Jane Doe 2.jpg"], ("Jane Doe 2.jpg",)),
    ]
    assert found[0].person.id == found[-1].person.id
