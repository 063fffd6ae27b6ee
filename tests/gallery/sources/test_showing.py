"""Imports whose portraits a page may show, as a user runs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lookalike import config
from lookalike.config import Settings
from tests.support.homes import Home


@pytest.fixture
def mine(tmp_path: Path, settings: Settings, photos: Mapping[str, bytes]) -> Home:
    stars = tmp_path / "stars"
    stars.mkdir()
    (stars / "Barack Obama.jpg").write_bytes(photos["obama.jpg"])
    (stars / "Joe Biden.jpg").write_bytes(photos["biden.jpg"])
    (tmp_path / "obama2.jpg").write_bytes(photos["obama2.jpg"])
    return Home(tmp_path, config.load({}, home=tmp_path / "home", cache=settings.cache))


def shown(home: Home) -> dict[str, list[bool]]:
    return {name: [each.shown for each in own] for name, own in home.people().items()}


def test_a_folder_is_shown_with_its_licence(mine: Home) -> None:
    first = mine.report("stars")
    assert (first["portraits_added"], first["shown"]) == (2, 0)
    assert shown(mine) == {"Barack Obama": [False], "Joe Biden": [False]}
    # Without a licence nothing is, but the thumbnails are there.
    second = mine.report("stars", "--show")
    assert (second["thumbnails_added"], second["shown"]) == (2, 0)
    dry = mine.report("stars", "--show", "--licence", "CC BY 4.0", "--dry-run")
    assert dry["shown"] == 0
    told = mine("import", "stars", "--show", "--licence", "CC BY 4.0", "--author", "Ada")
    assert "The page may show 2 more portraits, with their credit." in told
    assert shown(mine) == {"Barack Obama": [True], "Joe Biden": [True]}
    (obama,) = mine.people()["Barack Obama"]
    assert obama.credit is not None
    assert (obama.credit.author, obama.credit.licence) == ("Ada", "CC BY 4.0")
    assert mine.report("stars", "--show", "--licence", "CC BY 4.0")["shown"] == 0


def test_rows_of_a_table_are_shown_as_far_as_they_state_a_licence(mine: Home) -> None:
    (mine.folder / "stars" / "people.csv").write_text(
        "name,images,licence\nBarack Obama,Barack Obama.jpg,CC BY 4.0\nJoe Biden,Joe Biden.jpg,\n",
        "utf-8",
    )
    assert mine.report("stars/people.csv", "--show")["shown"] == 1
    assert shown(mine) == {"Barack Obama": [True], "Joe Biden": [False]}


def test_a_pack_says_nothing_of_it_and_who_imports_it_may(mine: Home) -> None:
    mine("import", "stars", "--show", "--licence", "CC BY 4.0", "--collection", "a")
    mine("export", "a", "a.pack.zip", "--thumbnails")
    mine("import", "a.pack.zip", "--collection", "b")
    assert all(not each.shown for own in mine.people("b").values() for each in own)
    mine("import", "a.pack.zip", "--collection", "c", "--show")
    gallery = mine.gallery()
    everyone = [one for _, own in gallery.everyone("c") for one in own]
    gallery.close()
    assert [each.shown for each in everyone] == [True, True]


def test_somebody_who_is_added_is_shown_with_a_licence(mine: Home) -> None:
    wanting = mine("add", "Barack Obama", "obama2.jpg", "--show", fails=2)
    assert "--show needs --licence" in wanting
    mine("add", "Barack Obama", "obama2.jpg")
    mine("add", "Barack Obama", "obama2.jpg", "--show", "--licence", "CC BY 4.0")
    assert shown(mine) == {"Barack Obama": [True]}
