"""The file of an event of one's own, and the colours that it is checked against."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.gallery.people import Person, Text
from lookalike.site import Audience, Colours, Matched, Offer, Picture, Site, SitePerson
from lookalike.web import colours
from lookalike.web.colours import contrast
from lookalike.web.site import site_file
from tests.support import ROOT
from tests.support.browser import encoded, png

WHOLE = """
name = "봄날의 무대"
collection = "spring"
link = "https://shop.example/people/{id}"
counts = false

[tagline]
ko = "극단 봄"
en = "Theatre Spring"

[heading]
ko = "나는 어느 배우를 닮았을까?"

[colours]
accent = "#0B6B5D"
accent_dark = "#7fd8c4"

[people.Q76]
link = "https://shop.example/obama"
name.ko = "오바마 님"

[embed]
origins = ["https://fans.example", "http://localhost:8080"]

[[offers]]
id = "glasses"
title.ko = "안경"
text.en = "For round faces"
picture = "offers/glasses.png"
link = "https://shop.example/glasses"
people = ["Q76"]
groups = ["소녀시대"]
fields = ["music"]
genders = ["female"]
shapes = ["round"]
resemblance = [40, 80]

[[offers]]
title.en = "A play"
"""


def load(folder: Path, text: str) -> Site:
    path = folder / "site.toml"
    path.write_text(text, "utf-8")
    (folder / "offers").mkdir(exist_ok=True)
    (folder / "offers" / "glasses.png").write_bytes(png(30, 20))
    return site_file.load(str(path))


def test_portraits_of_the_collection_are_shown_where_it_says_so(tmp_path: Path) -> None:
    assert not load(tmp_path, WHOLE).show_portraits
    assert load(tmp_path, "show_portraits = true\n" + WHOLE).show_portraits
    with pytest.raises(InvalidParameter, match="show_portraits needs collection"):
        load(tmp_path, 'name = "a"\nshow_portraits = true')
    with pytest.raises(InvalidParameter, match="show_portraits is 'yes'"):
        load(tmp_path, 'name = "a"\nshow_portraits = "yes"')


def test_every_key(tmp_path: Path) -> None:
    assert load(tmp_path, WHOLE) == Site(
        name="봄날의 무대",
        tagline=Text("극단 봄", "Theatre Spring"),
        heading=Text("나는 어느 배우를 닮았을까?"),
        colours=Colours("#0b6b5d", "#7fd8c4"),
        collection="spring",
        link="https://shop.example/people/{id}",
        people=(SitePerson("Q76", "https://shop.example/obama", Text("오바마 님")),),
        origins=("https://fans.example", "http://localhost:8080"),
        counts=False,
        offers=(
            Offer(
                "glasses",
                Text("안경"),
                Text(en="For round faces"),
                "https://shop.example/glasses",
                Picture(tmp_path / "offers" / "glasses.png", "image/png", 30, 20),
                Audience(
                    *(("Q76",), ("소녀시대",), ("music",), ("female",), ("round",)),
                    least=40,
                    most=80,
                ),
            ),
            Offer("2", Text(en="A play")),
        ),
    )


def test_the_example_is_allowed() -> None:
    example = ROOT / "examples" / "campaign" / "site.toml"
    found = site_file.load(str(example))
    assert found.counts
    assert found.origins


def test_without_a_file_it_is_ours_and_counts_nothing(tmp_path: Path) -> None:
    assert site_file.load("") == Site()
    assert Site().counts is False
    assert load(tmp_path, 'name = "A"') == Site(name="A", counts=True)


def offers(site: Site, **changes: Any) -> list[str]:
    """Ids of what stands beside a result that all of the first offer is for, but for changes."""
    person = Person(**{"id": "Q76", "collection": "", "name": Text()} | changes.pop("person", {}))
    person = replace(person, groups=person.groups or ("girls generation",))
    match: dict[str, Any] = {"resemblance": 60.0, "gender": "female", "shape": "round"} | changes
    return [each.id for each in site.offers_for(Matched(person, **match))]


def test_offers_are_for_whom_they_say(tmp_path: Path) -> None:
    site = load(tmp_path, WHOLE)
    singer = {"fields": ("acting", "music"), "groups": ("Girls' Generation",)}
    assert site.advises_by_shape
    assert offers(site, person=singer) == ["glasses", "2"]
    assert offers(site, person=singer, resemblance=40) == ["glasses", "2"]
    assert offers(site, person=singer, resemblance=80) == ["glasses", "2"]
    for other in (
        {"person": singer | {"id": "Q1"}},
        {"person": singer | {"groups": ("Red Velvet",)}},
        {"person": singer | {"fields": ("acting",)}},
        {"person": singer, "gender": None},
        {"person": singer, "gender": "male"},
        {"person": singer, "shape": None},
        {"person": singer, "shape": "long"},
        {"person": singer, "resemblance": 39.9},
        {"person": singer, "resemblance": 80.1},
    ):
        assert offers(site, **other) == ["2"], other


def test_three_offers_at_most(tmp_path: Path) -> None:
    site = load(tmp_path, 'name = "A"\n' + '[[offers]]\ntitle.ko = "B"\n' * 5)
    assert offers(site) == ["1", "2", "3"]
    assert not site.advises_by_shape
    assert offers(Site()) == []


def test_pictures_of_offers_are_in_the_folder_of_the_file_and_small(tmp_path: Path) -> None:
    inside = tmp_path / "site"
    inside.mkdir()
    (tmp_path / "outside.png").write_bytes(png(3, 2))
    (inside / "text.png").write_text("no picture")
    (inside / "large.png").write_bytes(png(3, 2) + b" " * 500_000)
    (inside / "photo.gif").write_bytes(encoded(PIL.Image.new("RGB", (3, 2)), "GIF"))
    for name in ("../outside.png", "nope.png", "text.png", "photo.gif", "https://a.example/b.png"):
        with pytest.raises(InvalidParameter) as raised:
            load(inside, f'name = "A"\n[[offers]]\ntitle.ko = "B"\npicture = "{name}"')
        assert f"offers.1.picture is {name!r}; it must be a JPEG, PNG or WebP" in str(raised.value)
    with pytest.raises(InvalidParameter, match="of 500,000 bytes at most; it has 500,"):
        load(inside, 'name = "A"\n[[offers]]\ntitle.ko = "B"\npicture = "large.png"')


def test_links_and_names_of_people(tmp_path: Path) -> None:
    found = load(tmp_path, WHOLE)
    assert found.link_of("Q76") == "https://shop.example/obama"
    assert found.link_of("a b/c") == "https://shop.example/people/a%20b%2Fc"
    assert Site().link_of("Q76") is None
    obama = Text("버락 오바마", "Barack Obama")
    assert found.name_of("Q76", obama) == Text("오바마 님", "Barack Obama")
    assert found.name_of("Q1", obama) == obama


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name is missing"),
        ("name = 5", "name is 5; it must be a text in quotes."),
        ('name = " "', "name is ' '; it must be a text in quotes."),
        ('name = "A"\ntitel = "B"', "There is no key 'titel'; allowed are: name, tagline,"),
        ('name = "A"\n[heading]\nfr = "B"', "no key 'fr' in [heading]; allowed are: ko, en."),
        ('name = "A"\nheading = "B"', "heading must be a table: [heading]."),
        ('name = "A"\ncounts = "no"', "counts is 'no'; it must be true or false."),
        ('name = "A"\nlink = "https://a.example"', "must be a web address with {id} in it."),
        ('name = "A"\nlink = "javascript:{id}"', "must be a web address with {id} in it."),
        ('name = "A"\n[people.Q1]\nlink = "x"', "people.Q1.link is 'x'; it must be a web address."),
        (
            'name = "A"\n[people.Q1]\nage = 5',
            "no key 'age' in [people.Q1]; allowed are: link, name.",
        ),
        ('name = "A"\n[people]\nQ1 = 5', "people.Q1 must be a table: [people.Q1]."),
        ('name = "A"\n[colours]\naccent = "#c63f1b"', "colours.accent_dark is None; it must be"),
        (
            'name = "A"\n[colours]\naccent = "red"\naccent_dark = "#fff"',
            "colours.accent is 'red'; it must be a colour like #c63f1b.",
        ),
        (
            'name = "A"\n[colours]\naccent = "#ffcc00"\naccent_dark = "#ffffff"',
            "is #ffcc00, whose contrast to the page's #faf8f5 is 1.4; it must be 4.5",
        ),
        ('name = "A"\n[embed]\norigins = "x"', "embed.origins must be a list"),
        ('name = "A"\n[embed]\norigins = ["*"]', "embed.origins has '*'; it must be like https://"),
        (
            'name = "A"\n[embed]\norigins = ["https://a.example/; script-src *"]',
            "it must be like https://fans.example",
        ),
        ('name = "A"\noffers = "B"', "offers must be tables: [[offers]]."),
        ('name = "A"\n[[offers]]\nfor = "B"', "There is no key 'for' in [offers.1]; allowed are"),
        ('name = "A"\n[[offers]]\nlink = "https://a.example"', "offers.1.title is missing"),
        (
            'name = "A"\n[[offers]]\ntitle.ko = "B"\nlink = "javascript:alert(1)"',
            "offers.1.link is 'javascript:alert(1)'; it must be a web address.",
        ),
        (
            'name = "A"\n[[offers]]\ntitle.ko = "B"\nid = "a/b"',
            "offers.1.id is 'a/b'; it may have small letters, digits and hyphens, 64 at most.",
        ),
        (
            'name = "A"\n[[offers]]\ntitle.ko = "B"\nid = "2"\n[[offers]]\ntitle.ko = "C"',
            "offers: two have the id '2'; they are counted by it.",
        ),
        (
            'name = "A"\n[[offers]]\ntitle.ko = "B"\nshapes = ["egg"]',
            "offers.1.shapes has 'egg'; allowed are: oval, round, square, heart, long.",
        ),
        (
            'name = "A"\n[[offers]]\ntitle.ko = "B"\nfields = "music"',
            "offers.1.fields is 'music'; it must be a list of texts in quotes.",
        ),
        (
            'name = "A"\n[[offers]]\ntitle.ko = "B"\nresemblance = [80, 40]',
            "offers.1.resemblance is [80, 40]; it must be like [60, 100], of 0 to 100.",
        ),
        ("name = ", "cannot be read"),
    ],
)
def test_what_is_not_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidParameter) as raised:
        load(tmp_path, text)
    assert said in str(raised.value)
    assert "site.toml" in str(raised.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InvalidParameter, match=r"The site file nope\.toml cannot be read"):
        site_file.load("nope.toml")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)


def test_colours_are_named_in_one_place() -> None:
    web = Path(colours.__file__).parent
    sheets = {each.name: each.read_text("utf-8") for each in web.glob("static/*.css")}
    tokens = sheets.pop("tokens.css")
    written = re.compile(r"#[0-9a-fA-F]{6}\b")
    for name, text in sheets.items():
        assert not written.search(text), name
    for template in web.glob("templates/*"):
        assert not written.search(template.read_text("utf-8")), template.name
    # A drawing of its own cannot use a name.
    assert set(written.findall((web / "static" / "icon.svg").read_text("utf-8"))) <= set(
        written.findall(tokens)
    )
    scripts = "".join(each.read_text("utf-8") for each in web.glob("static/*.js"))
    everything = tokens + "".join(sheets.values())
    known = re.findall(r"(--[\w-]+):", everything) + re.findall(r'"(--[\w-]+)"', scripts)
    assert set(re.findall(r"var\((--[\w-]+)", everything)) <= set(known)


def test_what_is_written_on_the_page_can_be_read_on_its_paper() -> None:
    for each in (colours.day(), colours.night()):
        for colour in (each.ink, each.ink_soft, each.accent):
            assert contrast(colour, each.paper) >= 4.5
    assert colours.day().paper != colours.night().paper


def test_sites_that_may_show_it_are_named_by_the_settings_too(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "site.toml"
    file.write_text('name = "A"\n[embed]\norigins = ["https://fans.example"]', "utf-8")
    listed = "https://fans.example, http://localhost:3000"
    chosen = replace(settings, site=str(file), embed_origins=listed)
    assert site_file.site_of(chosen).origins == ("https://fans.example", "http://localhost:3000")
    with pytest.raises(InvalidParameter, match=r"LOOKALIKE_EMBED_ORIGINS has '\*'"):
        site_file.site_of(replace(settings, embed_origins="*"))
