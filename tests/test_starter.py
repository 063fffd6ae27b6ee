"""The starter gallery as a maintainer builds it, and what it says of whom.

wikimedia/test_building.py has the rosters.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lookalike.config import Settings
from lookalike.errors import ContractMismatch
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance.appearance import SIZE, unpacked
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import starter
from lookalike.gallery.people import FIELDS, Person, Who, countries
from lookalike.gallery.spelling import group_in_hangul
from lookalike.gallery.starter.appearances import StarterAppearances
from lookalike.gallery.wikimedia import occupations
from lookalike.web.texts import LANGUAGES, locale
from starter import facts
from tests.support import ROOT
from tests.support.processes import finished, started


def test_the_starter_is_built_from_folders(
    tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]
) -> None:
    for folder in ("portraits", "hangul", "tables", "out"):
        (tmp_path / folder).mkdir()
    (tmp_path / "portraits" / "names.csv").write_text(
        "qid,name,birth,death,description,lfw_folder,file\n"
        "Q76,Barack Obama,1961-08-04,,44th president,,Q76.jpg\n"
        "Q1,Nobody,,,,,Q1.jpg\nQ2,Tyrant,,,,,Q76.jpg\n"
    )
    (tmp_path / "portraits" / "Q76.jpg").write_bytes(photos["obama.jpg"])
    PIL.Image.new("RGB", (300, 300), "teal").save(tmp_path / "portraits" / "Q1.jpg")
    (tmp_path / "hangul" / "여섯.jpg").write_bytes(photos["t1.jpg"])
    (tmp_path / "hangul" / "이름.jpg").write_bytes(photos["biden.jpg"])
    tables = tmp_path / "tables"
    (tables / "names_ko.csv").write_text("qid,en,ko\nQ76,Barack Obama,\nQ1,N,\nQ2,T,\n")
    (tables / "names_en.csv").write_text("hangul,en\n여섯,Six\n이름,Name\n")
    (tables / "facts.csv").write_text(
        "id,name,gender,country,fields,born,died,description_ko,groups,source\n"
        "Q76,B. O.,male,US,politics;letters,1961-08-04,,제44대 미국 대통령,A;B,wikidata: born\n"
        "Q1,N,,,,,,,,\n여섯,Six,,,,,,,,\n"
    )
    (tables / "excluded.csv").write_text("id,name\nQ2,Tyrant\n")
    (tables / "faults.csv").write_text("id,name,reason\n")
    names = ("portraits", "hangul", "tables", "out")
    folders = (f"--{each}={tmp_path / each}" for each in names)
    environ = {**os.environ, "LOOKALIKE_CACHE": str(settings.cache), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "starter.build", *folders]
    with started(command, cwd=ROOT, env=environ) as process:
        out, _ = finished(process)
    assert "1 people; 4 left out" in out
    reasons = ("no face: Q1", "reviewed list: Q2", "several faces of like size", "no facts: 이름")
    for reason in reasons:
        assert reason in out
    (line,) = (tmp_path / "out" / "people.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == {
        "id": "Q76",
        "name": {"en": "Barack Obama"},
        "description": {"ko": "제44대 미국 대통령"},
        "born": "1961-08-04",
        "groups": ["A", "B"],
        "gender": "male",
        "country": "US",
        "fields": ["politics", "letters"],
        "wikidata": "Q76",
    }
    (look,) = np.load(tmp_path / "out" / "appearances.npy")
    assert unpacked(look.tobytes()) is not None
    assert len(look) == SIZE
    about = json.loads((tmp_path / "out" / "about.json").read_text("utf-8"))
    assert (about["format"], about["people"]) == (starter.FORMAT, 1)


def test_a_starter_of_another_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "about.json").write_text('{"contract": "sface-2021dec/1", "people": 0}')
    monkeypatch.setattr("lookalike.gallery.starter.resources.files", lambda _: tmp_path)
    with pytest.raises(ContractMismatch, match="has format 1, but this version reads 2"):
        starter.fits(SFACE.contract)


# What it says of whom


@pytest.fixture(scope="module")
def everybody() -> tuple[Person, ...]:
    return starter.load(SFACE.contract).people


def test_what_ships_is_what_the_tables_say(everybody: tuple[Person, ...]) -> None:
    assert {each.id: each for each in everybody} == {
        each.id: each for each in facts.people().values()
    }
    assert len(everybody) == 1157


def test_nobody_lacks_a_fact(everybody: tuple[Person, ...]) -> None:
    for each in everybody:
        assert each.gender in ("female", "male", "nonbinary"), each.label
        assert each.country in countries(), each.label
        assert each.fields, each.label
        assert set(each.fields) <= set(FIELDS), each.label
        assert re.search("[가-힣]", each.description.ko or ""), each.label
        assert each.description.en, each.label
        assert all(group_in_hangul(group) for group in each.groups), each.label


def test_nobody_died_before_they_were_born(everybody: tuple[Person, ...]) -> None:
    for each in everybody:
        if each.died:
            assert each.born, each.label
            assert 15 < _year(each.died) - _year(each.born) < 110, each.label
        elif each.born:
            assert _year(each.born) > 1920, f"{each.label} is said to live"


def test_years_are_those_of_the_descriptions(everybody: tuple[Person, ...]) -> None:
    """Wikidata ends many with them: `American actor (1930–2025)`, `French singer (born 1942)`."""
    for each in everybody:
        said = (each.description.en or "").rpartition(" (")[2]
        if lived := re.fullmatch(r"(\d{4})–(\d{4})\)", said):
            # A president of 2019 to 2023 is no child of four.
            if _year(lived[2]) - _year(lived[1]) > 30:
                assert (_year(each.born or ""), _year(each.died or "")) == (
                    *map(int, lived.groups()),
                ), each.label
        elif born := re.fullmatch(r"born (\d{4})\)", said):
            assert (_year(each.born or ""), each.died) == (int(born[1]), None), each.label


@pytest.mark.parametrize(
    ("who", "stated"),
    [
        ("Q5683", ("male", "GB", "letters", "1343", "1400", "14세기 영국 시인")),
        ("Q76", ("male", "US", "politics", "1961-08-04", None, "제44대 미국 대통령")),
        ("Q1048", ("male", "IT", "politics", "-0099", "-0043", "고대 로마의 장군, 정치가")),
        # Wikidata had the years of somebody else.
        (
            "Q8573",
            (
                *("male", "CN", "politics", "1866-11-12", "1925-03-12"),
                "중국 혁명가, 중화민국 초대 임시 대총통",
            ),
        ),
    ],
)
def test_some_people_one_by_one(
    everybody: tuple[Person, ...], who: str, stated: tuple[str | None, ...]
) -> None:
    (person,) = (each for each in everybody if each.id == who)
    known = (person.gender, person.country, person.fields[0], person.born, person.died)
    assert (*known, person.description.ko) == stated


def test_groups_are_found_by_both_names(everybody: tuple[Person, ...]) -> None:
    def members(group: str) -> set[str | None]:
        return {each.name.ko for each in everybody if Who(group).holds(each)}

    assert len(members("소녀시대")) == 9
    twice = {"나연", "정연", "모모", "사나", "지효", "미나", "다현", "채영", "쯔위"}
    assert members("트와이스") == members("TWICE") == twice
    assert "예성" in members("슈퍼주니어")


def test_every_row_says_where_it_is_from() -> None:
    sources = r"(wikidata: |kpopnet: born|common knowledge|a set of Korean celebrities)"
    for row in facts.rows(facts.TABLES / "facts.csv"):
        assert re.match(sources, row["source"]), row["id"]


def test_fields_have_words_in_both_languages() -> None:
    assert set(occupations.FIELDS) <= set(FIELDS)
    for language in LANGUAGES.values():
        assert tuple(locale(language)["page"]["fields"]) == FIELDS


def _year(date: str) -> int:
    """The year of an ISO date, 0 of none."""
    found = re.match(r"-?\d+", date)
    return int(found[0]) if found else 0


# How they look


def test_what_ships_of_looks_is_of_the_people_that_ship(everybody: tuple[Person, ...]) -> None:
    known = StarterAppearances(everybody).of([*(each.id for each in everybody), "nobody"])
    # Three are turned away, or painted, so that the mesh finds no face.
    assert len(known) == len(everybody) - 3
    found = list(known.values())
    assert np.linalg.norm([each.shape for each in found], axis=1) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm([each.outline for each in found], axis=1) == pytest.approx(1, abs=1e-5)
    # Nobody's is another's: rows and people go together.
    outlines = np.array([each.outline for each in found])
    alike = outlines @ outlines.T - 2 * np.eye(len(found))
    assert alike.max() < 0.95


def test_people_look_as_they_do_in_other_photos(
    analyzer: Analyzer, photos: Mapping[str, bytes], everybody: tuple[Person, ...]
) -> None:
    """The shipped appearance of each of three people is nearer to their photo than most others'."""
    looks = StarterAppearances(everybody).of([each.id for each in everybody])
    people = {"obama.jpg": "Q76", "biden.jpg": "Q6279", "Tom_Hanks_54745.png": "Q2263"}
    for name, who in people.items():
        seen = analyzer.analyze(photos[name], appearances=True).faces[0].appearance
        assert seen is not None
        alike = {each: seen.outline @ look.outline for each, look in looks.items()}
        better = sum(each > alike[who] for each in alike.values())
        assert better < len(alike) / 4, name
