"""People of the gallery by commands: added to, edited, merged, removed, taken down and let in."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from tests.support import PATIENCE_S, coverings
from tests.support.commands import Commands
from tests.support.processes import LOOKALIKE

NAME = "버락 오바마 2세"


@pytest.fixture
def cli(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Commands:
    for name in ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"):
        (tmp_path / name).write_bytes(photos[name])
    return Commands(tmp_path, replace(settings, home=tmp_path / "home"), {"COLUMNS": "200"})


def answer(cli: Commands, *args: str) -> Any:
    done = cli("gallery", *args, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def added(cli: Commands, *args: str) -> str:
    """The id of who was added, or added to."""
    person_id: str = answer(cli, "add", *args)["id"]
    return person_id


def refused(cli: Commands, *args: str, code: int = 1) -> str:
    done = cli("gallery", *args)
    assert (done.returncode, done.stdout) == (code, "")
    return done.stderr


def portraits(cli: Commands, who: str) -> list[str]:
    return [each["id"] for each in answer(cli, "portraits", who)["portraits"]]


def test_a_second_photo_is_added_to_who_is_there(cli: Commands) -> None:
    first = cli("gallery", "add", NAME, "obama.jpg").stdout
    person_id = re.fullmatch(rf"Added {NAME} as (\w+) to mine with 1 portrait\.\n", first)
    assert person_id is not None
    who = person_id[1]
    second = cli("gallery", "add", unicodedata.normalize("NFD", NAME), "obama2.jpg").stdout
    assert second == f"Added 1 portrait to {NAME} ({who}), who is in mine.\n"
    third = answer(cli, "add", NAME, "obama.jpg", "obama3.jpg", "--group", "presidents")
    assert (third["id"], third["new"], third["added"]) == (who, False, 1)
    assert third["groups"] == ["presidents"]
    again = cli("gallery", "add", NAME, "obama.jpg").stdout
    assert again == f"{NAME} ({who}) in mine has these photos already.\n"
    assert len(portraits(cli, who)) == 3
    assert len(answer(cli, "list", "--collection", "mine")["people"]) == 1
    other = answer(cli, "add", NAME, "obama.jpg", "--group", "painters")
    assert (other["new"], other["id"] != who) == (True, True)


def test_poor_portraits_are_added_with_a_warning(
    cli: Commands, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    dark = coverings.dark(engine.analyzer, photos["obama2.jpg"])
    (cli.folder / "dark.png").write_bytes(dark)
    measured = engine.analyzer.analyze(dark).faces[0].quality
    done = cli("gallery", "add", NAME, "obama.jpg", "dark.png")
    assert done.stdout.endswith(" to mine with 2 portraits.\n")
    assert done.stderr == (
        "Warning: somebody is badly found by dark.png: "
        f"blurred (sharpness {measured.sharpness:.0f} of 100), "
        f"dark (brightness {measured.brightness:.0f} of 100). Add a better photo if you have one.\n"
    )
    again = answer(cli, "add", NAME, "obama3.jpg", "dark.png")
    ((warning),) = again["warnings"]
    assert (again["added"], warning["photo"]) == (1, 1)
    assert [each["flaw"] for each in warning["shortcomings"]] == ["blurred", "dark"]
    assert cli("gallery", "add", NAME, "obama.jpg").stderr == ""


def test_another_face_needs_a_word(cli: Commands) -> None:
    who = added(cli, NAME, "obama.jpg")
    said = refused(cli, "add", NAME, "biden.jpg")
    assert re.fullmatch(
        rf"Error: {NAME} is in 'mine' already with another face: {NAME} \({who}, similarity "
        rf"\d+\); from 50 on it would be taken for one person's\. Say --to {who} to add to them "
        r"anyway, or --new for another person of that name\.\n",
        said,
    )
    problem = json.loads(cli("gallery", "add", NAME, "biden.jpg", "--json").stdout)
    assert (problem["type"], problem["status"]) == ("urn:lookalike:problem:unlike", 409)
    ((known),) = problem["people"]
    assert (known["id"], known["name"], known["similarity"] < 50) == (who, NAME, True)
    assert len(portraits(cli, who)) == 1
    other = answer(cli, "add", NAME, "biden.jpg", "--new")
    assert (other["new"], other["added"]) == (True, 1)
    assert added(cli, NAME, "astronaut.png", "--to", who) == who
    assert added(cli, "obama2.jpg", "obama3.jpg", "--to", who) == who
    assert len(portraits(cli, who)) == 4
    assert "--to and --new exclude" in refused(
        cli, "add", NAME, "obama.jpg", "--to", who, "--new", code=2
    )


@pytest.mark.parametrize(
    ("args", "code", "line"),
    [
        (("add", NAME), 2, "Missing argument 'PHOTOS...'."),
        (("add", NAME, "gone.jpg"), 2, "File 'gone.jpg' does not exist."),
        (("add", "obama.jpg", "--to", "U0"), 1, "Nobody in the gallery has the id or name 'U0'."),
        (("add", "obama.jpg", "--to", "Q76"), 1, "is in the starter gallery alone, which is read"),
        (("add", NAME, "obama.jpg", "--collection", "starter"), 1, "The starter gallery is read-"),
        (("edit", "Q76", "--born", "1961"), 1, "lookalike gallery takedown Q76"),
        (("rename", "barack OBAMA", "Barry"), 1, "which is read-only"),
        (("remove", "Q76"), 1, "which is read-only"),
        (("merge", "Q76", "Q6279"), 1, "which is read-only"),
        (("edit", "Q76"), 2, "Say what to change, such as --group or --born; see --help."),
        (("portraits", "U0"), 1, "Nobody in the gallery has the id or name 'U0'."),
        (("undo-takedown", "T0"), 1, "There is no takedown with the receipt 'T0'."),
    ],
)
def test_what_is_asked_wrongly(cli: Commands, args: tuple[str, ...], code: int, line: str) -> None:
    assert line in refused(cli, *args, code=code)


def test_facts_are_edited_one_by_one(cli: Commands) -> None:
    who = added(cli, NAME, "obama.jpg", "--born", "1961", "--group", "a", "--group", "b")
    edited = answer(
        cli,
        *("edit", NAME, "--name-en", "B. Obama", "--born", "1961-08-04", "--group", "presidents"),
        *("--link", "https://e.org", "--gender", "male", "--description-ko", "대통령"),
        *("--external-id", "imdb=nm1682433", "--wikidata", "Q76"),
    )
    assert (edited["id"], edited["name"]) == (who, {"ko": NAME, "en": "B. Obama"})
    assert (edited["born"], edited["groups"]) == ("1961-08-04", ["presidents"])
    assert (edited["gender"], edited["description"]["ko"]) == ("male", "대통령")
    assert {"kind": "website", "url": "https://e.org"} in edited["links"]
    assert cli("gallery", "edit", who, "--group", "", "--born", "").stdout == (
        f"Changed B. Obama · {NAME} ({who}) in mine.\n"
    )
    shown = answer(cli, "show", who)
    assert (shown["born"], shown["groups"], shown["gender"]) == (None, [], "male")
    assert "born: 'soon' is no date" in refused(cli, "edit", who, "--born", "soon")
    assert "external_ids: 'x' is no pair" in refused(cli, "edit", who, "--external-id", "x")


def test_somebody_is_renamed_in_the_language_of_the_name(cli: Commands) -> None:
    who = added(cli, NAME, "obama.jpg")
    assert answer(cli, "rename", who, "Barry")["name"] == {"ko": NAME, "en": "Barry"}
    said = cli("gallery", "rename", "barry", "오바마").stdout
    assert said == f"Renamed Barry · {NAME} ({who}): Barry · 오바마.\n"
    assert added(cli, "오바마", "obama2.jpg") == who


def test_people_of_one_name_are_told_apart_by_id(cli: Commands) -> None:
    one = added(cli, NAME, "obama.jpg")
    two = added(cli, NAME, "biden.jpg", "--new")
    for command in (("edit", NAME, "--born", "1961"), ("remove", NAME), ("takedown", NAME)):
        said = refused(cli, *command)
        assert f"Several people are called '{NAME}': " in said
        assert f"{one} ({NAME}, mine)" in said
        assert f"{two} ({NAME}, mine)" in said
    assert added(cli, NAME, "obama2.jpg") == one
    assert cli("gallery", "remove", two).stdout == f"Removed {NAME} ({two}).\n"
    assert answer(cli, "remove", NAME) == {"person": one, "collection": None, "portrait": None}
    assert answer(cli, "list", "--collection", "mine")["people"] == []


def test_users_of_a_collection_that_is_searched_only_by_name_are_found(cli: Commands) -> None:
    gallery = Gallery.open(cli.settings, SFACE)
    gallery.store.create("team", is_open=False)
    gallery.own_collection("team").create_user("anna")
    gallery.close()
    assert answer(cli, "rename", "anna", "안나")["name"] == {"ko": "안나", "en": "anna"}
    assert cli("gallery", "remove", "ANNA").stdout == "Removed anna · 안나 (anna).\n"


def test_one_portrait_is_removed(cli: Commands) -> None:
    who = added(cli, NAME, "obama.jpg", "obama2.jpg", "--author", "Pete", "--licence", "CC0")
    first, second = portraits(cli, who)
    listed = cli("gallery", "portraits", NAME).stdout
    assert f"2 portraits of {NAME}" in listed
    assert first in listed
    assert "Pete, CC0" in listed
    removed = answer(cli, "remove", who, "--portrait", first)
    assert removed["portrait"] == first
    assert portraits(cli, who) == [second]
    assert "It is the only portrait" in refused(cli, "remove", who, "--portrait", second)


def test_two_people_are_merged(cli: Commands) -> None:
    one = added(cli, NAME, "obama.jpg")
    two = added(cli, "Barry", "obama2.jpg", "obama3.jpg", "--born", "1961")
    three = added(cli, "Joe", "biden.jpg")
    said = cli("gallery", "merge", NAME, "barry").stdout
    assert said == (
        f"Merged Barry ({two}) into Barry · {NAME} ({one}) in mine: 2 portraits came over.\n"
    )
    assert len(portraits(cli, one)) == 3
    assert "Nobody in the gallery" in refused(cli, "show", two)
    said = refused(cli, "merge", one, three)
    assert f"Joe ({three}) has another face than Barry · {NAME} ({one})" in said
    assert "Say --yes to merge them anyway." in said
    merged = answer(cli, "merge", one, three, "--yes")
    assert (merged["id"], merged["merged"], merged["added"]) == (one, three, 1)
    assert (merged["name"], merged["born"]) == ({"ko": NAME, "en": "Barry"}, "1961")


def test_a_takedown_is_undone_by_its_receipt(cli: Commands) -> None:
    who = added(cli, "Barack Obama", "obama.jpg")
    receipt = answer(cli, "takedown", "Q76", "--reason", "by mail")
    assert (receipt["person"]["id"], receipt["portraits"]) == ("Q76", 1)
    assert "asked to be left out" in refused(cli, "add", "BARACK OBAMA", "obama.jpg")
    listed = cli("gallery", "takedowns").stdout
    assert receipt["id"] in listed
    assert "Barack Obama · 버락 오바마 (Q76)" in listed
    said = cli("gallery", "undo-takedown", receipt["id"]).stdout.splitlines()
    assert said[0].startswith("Undone: the takedown of Barack Obama · 버락 오바마 (Q76), 20")
    assert said[1:] == [
        "Kept out no more: name:barack obama, name:버락 오바마, wikidata:Q76",
        "Back in starter: Barack Obama · 버락 오바마 (Q76)",
        "Portraits that were removed are gone; add or import their photos anew:",
        f"  to mine: {who}",
    ]
    assert answer(cli, "show", "Q76")["born"] == "1961-08-04"
    assert answer(cli, "add", "Barack Obama", "obama.jpg")["new"]
    (kept,) = answer(cli, "takedowns")["takedowns"]
    assert kept["undone"] is not None
    assert "was undone on" in refused(cli, "undo-takedown", receipt["id"])
    again = answer(cli, "takedown", "Q76")
    undone = answer(cli, "undo-takedown", again["id"])
    assert [each["id"] for each in undone["back"]] == ["Q76"]


@pytest.mark.parametrize(
    ("typed", "code", "people"), [("new", 0, [1, 1]), ("", 1, [1]), (None, 0, [2])]
)
def test_whoever_sits_at_it_is_asked(
    cli: Commands, typed: str | None, code: int, people: list[int]
) -> None:
    """None: the id of who is there."""
    who = added(cli, NAME, "obama.jpg")
    ours, theirs = pty.openpty()
    env = os.environ | {
        "LOOKALIKE_HOME": str(cli.settings.home),
        "LOOKALIKE_CACHE": str(cli.settings.cache),
        "LOOKALIKE_THREADS": "2",
    }
    process = subprocess.Popen(
        [LOOKALIKE, "gallery", "add", NAME, "biden.jpg"],
        env=env,
        cwd=cli.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said = b""
    # It cannot be read once the other side is closed.
    with suppress(OSError):
        while part := os.read(ours, 1000):
            said += part
            if said.rstrip().endswith(b"[stop]:"):
                os.write(ours, ((who if typed is None else typed) + "\n").encode())
    os.close(ours)
    assert process.wait(PATIENCE_S) == code, said
    assert f"({who}, new, stop) [stop]:".encode() in said
    found = answer(cli, "list", "--collection", "mine")["people"]
    assert sorted(len(portraits(cli, each["id"])) for each in found) == people
