"""The file of an event of one's own: `lookalike serve --site site.toml`.

Every key is checked when the server starts.

    name = "봄날의 무대"
    collection = "spring"
    show_portraits = true
    link = "https://shop.example/people/{id}"

    [heading]
    ko = "나는 어느 배우를 닮았을까?"
    en = "Which of our cast do you look like?"

    [colours]
    accent = "#0b6b5d"
    accent_dark = "#7fd8c4"

    [people.Q76]
    link = "https://shop.example/obama"

    [embed]
    origins = ["https://fans.example"]

    [[offers]]
    title.ko = "둥근 얼굴에 어울리는 안경"
    picture = "offers/glasses.jpg"
    link = "https://shop.example/glasses"
    fields = ["acting"]
    shapes = ["round"]
"""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import PIL.Image

from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.gallery.people import FIELDS, Text
from lookalike.scores.face_shape import SHAPES
from lookalike.site import ID, Audience, Colours, Offer, Picture, Site, SitePerson
from lookalike.web import colours

# WCAG 2.2, success criterion 1.4.3, for text of ordinary size.
_CONTRAST = 4.5
# Of an offer: what browsers show, and bytes that a phone loads at once.
_PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_LARGEST_PICTURE = 500_000
# Which visitors can choose to search among.
_GENDERS = ("female", "male")
_OFFER = (
    *("id", "title", "text", "link", "picture"),
    *("people", "groups", "fields", "genders", "shapes", "resemblance"),
)


def site_of(settings: Settings) -> Site:
    """The site of the settings' file, in a frame also where the settings say so.

    Raises:
        InvalidParameter: see `load`; or what is set is no web site.
    """
    site = load(settings.site)
    more = [each.strip() for each in settings.embed_origins.split(",") if each.strip()]
    _check_origins(more, "LOOKALIKE_EMBED_ORIGINS")
    return replace(site, origins=tuple(dict.fromkeys((*site.origins, *more))))


def load(path: str) -> Site:
    """The site of a file; of no file (an empty path), ours.

    Raises:
        InvalidParameter: the file cannot be read, or a key or a value in it is not allowed.
    """
    if not path:
        return Site()
    try:
        facts = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidParameter(f"The site file {path} cannot be read: {error}.") from None
    try:
        return _site(facts, Path(path).resolve().parent)
    except InvalidParameter as error:
        raise InvalidParameter(f"{path}: {error}") from None


def _site(facts: Mapping[str, Any], folder: Path) -> Site:
    fields = ("name", "tagline", "heading", "lead", "colours", "collection", "link", "people")
    _check_keys("", facts, (*fields, "embed", "counts", "show_portraits", "offers"))
    name = _string(facts, "name")
    if name is None:
        raise InvalidParameter("name is missing: what the event is called.")
    return Site(
        name=name,
        tagline=_text(facts, "tagline"),
        heading=_text(facts, "heading"),
        lead=_text(facts, "lead"),
        colours=_colours(_table(facts, "colours")),
        collection=_string(facts, "collection"),
        show_portraits=_shows(facts),
        link=_link(facts, "link", ID),
        people=tuple(_person(_table(facts, "people"), each) for each in _table(facts, "people")),
        origins=_origins(_table(facts, "embed")),
        counts=_flag(facts, "counts", True),
        offers=_offers(facts.get("offers", []), folder),
    )


def _shows(facts: Mapping[str, Any]) -> bool:
    """Whether the portraits of the site's collection are shown: only of one that is named."""
    shows = _flag(facts, "show_portraits", False)
    if shows and _string(facts, "collection") is None:
        raise InvalidParameter("show_portraits needs collection: whose portraits are shown.")
    return shows


def _person(people: Mapping[str, Any], person_id: str) -> SitePerson:
    where = f"people.{person_id}"
    facts = _table(people, person_id, "people.")
    _check_keys(where, facts, ("link", "name"))
    return SitePerson(
        person_id, _link(facts, "link", where=f"{where}."), _text(facts, "name", f"{where}.")
    )


def _offers(found: object, folder: Path) -> tuple[Offer, ...]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidParameter("offers must be tables: [[offers]].")
    made = tuple(_offer(number, each, folder) for number, each in enumerate(found, 1))
    ids = [each.id for each in made]
    for each in ids:
        if ids.count(each) > 1:
            raise InvalidParameter(f"offers: two have the id {each!r}; they are counted by it.")
    return made


def _offer(number: int, facts: Mapping[str, Any], folder: Path) -> Offer:
    """The one of that number, from 1."""
    where = f"offers.{number}."
    _check_keys(where[:-1], facts, _OFFER)
    offer_id = _string(facts, "id", where) or str(number)
    # It becomes a part of an address.
    if not re.fullmatch(r"[a-z0-9-]{1,64}", offer_id):
        raise InvalidParameter(
            f"{where}id is {offer_id!r}; it may have small letters, digits and hyphens, 64 at most."
        )
    title = _text(facts, "title", where)
    if not title.known:
        raise InvalidParameter(f"{where}title is missing: what is offered, ko or en.")
    return Offer(
        id=offer_id,
        title=title,
        text=_text(facts, "text", where),
        link=_link(facts, "link", where=where),
        picture=_picture(_string(facts, "picture", where), folder, where),
        audience=_audience(facts, where),
    )


def _audience(facts: Mapping[str, Any], where: str) -> Audience:
    least, most = _range(facts, "resemblance", where)
    return Audience(
        people=_strings(facts, "people", where),
        groups=_strings(facts, "groups", where),
        fields=_strings(facts, "fields", where, FIELDS),
        genders=_strings(facts, "genders", where, _GENDERS),
        shapes=_strings(facts, "shapes", where, SHAPES),
        least=least,
        most=most,
    )


def _picture(name: str | None, folder: Path, where: str) -> Picture | None:
    """A picture in the folder of the site file: what is elsewhere is not shown, nor asked for."""
    if name is None:
        return None
    path = (folder / name).resolve()
    said = f"{where}picture is {name!r}; it must be a JPEG, PNG or WebP file in {folder}"
    if not path.is_relative_to(folder) or not path.is_file():
        raise InvalidParameter(f"{said}.")
    data = path.read_bytes()
    if len(data) > _LARGEST_PICTURE:
        raise InvalidParameter(
            f"{said}, of {_LARGEST_PICTURE:,} bytes at most; it has {len(data):,}."
        )
    try:
        with PIL.Image.open(io.BytesIO(data), formats=tuple(_PICTURES)) as image:
            return Picture(path, _PICTURES[image.format or ""], *image.size)
    except (OSError, ValueError):
        raise InvalidParameter(f"{said}.") from None


def _range(facts: Mapping[str, Any], key: str, where: str) -> tuple[float, float]:
    value: object = facts.get(key, [0, 100])
    match value:
        case [int() | float() as least, int() | float() as most] if 0 <= least <= most <= 100:
            return float(least), float(most)
    raise InvalidParameter(f"{where}{key} is {value!r}; it must be like [60, 100], of 0 to 100.")


def _strings(
    facts: Mapping[str, Any], key: str, where: str, allowed: tuple[str, ...] = ()
) -> tuple[str, ...]:
    value: object = facts.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise InvalidParameter(f"{where}{key} is {value!r}; it must be a list of texts in quotes.")
    for each in value:
        if allowed and each not in allowed:
            raise InvalidParameter(f"{where}{key} has {each!r}; allowed are: {', '.join(allowed)}.")
    return tuple(value)


def _colours(facts: Mapping[str, Any]) -> Colours | None:
    _check_keys("colours", facts, ("accent", "accent_dark"))
    if not facts:
        return None
    accent, dark = (_colour(facts, key) for key in ("accent", "accent_dark"))
    _check_contrast("accent", accent, colours.day().paper)
    _check_contrast("accent_dark", dark, colours.night().paper)
    return Colours(accent, dark)


def _colour(facts: Mapping[str, Any], key: str) -> str:
    value = _string(facts, key, "colours.")
    if value is None or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise InvalidParameter(f"colours.{key} is {value!r}; it must be a colour like #c63f1b.")
    return value.lower()


def _check_contrast(key: str, colour: str, paper: str) -> None:
    found = colours.contrast(colour, paper)
    if found < _CONTRAST:
        raise InvalidParameter(
            f"colours.{key} is {colour}, whose contrast to the page's {paper} is {found:.1f}; "
            f"it must be {_CONTRAST} or more, or many could not read it."
        )


def _origins(facts: Mapping[str, Any]) -> tuple[str, ...]:
    _check_keys("embed", facts, ("origins",))
    origins = facts.get("origins", [])
    if not isinstance(origins, list) or not all(isinstance(each, str) for each in origins):
        raise InvalidParameter("embed.origins must be a list of web sites in quotes.")
    _check_origins(origins, "embed.origins")
    return tuple(origins)


def _check_origins(origins: Iterable[str], name: str) -> None:
    for each in origins:
        # It becomes a part of a header, and a browser takes an origin and nothing beyond it.
        if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d{1,5})?", each):
            raise InvalidParameter(
                f"{name} has {each!r}; it must be like https://fans.example, "
                "in small letters, without a path."
            )


def _link(facts: Mapping[str, Any], key: str, needed: str = "", where: str = "") -> str | None:
    value = _string(facts, key, where)
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or needed not in value:
        part = f" with {needed} in it" if needed else ""
        raise InvalidParameter(f"{where}{key} is {value!r}; it must be a web address{part}.")
    return value


def _text(facts: Mapping[str, Any], key: str, where: str = "") -> Text:
    table = _table(facts, key, where)
    _check_keys(f"{where}{key}", table, ("ko", "en"))
    return Text(*(_string(table, language, f"{where}{key}.") for language in ("ko", "en")))


def _table(facts: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
    value: object = facts.get(key, {})
    if not isinstance(value, dict):
        raise InvalidParameter(f"{where}{key} must be a table: [{where}{key}].")
    return value


def _string(facts: Mapping[str, Any], key: str, where: str = "") -> str | None:
    value: object = facts.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise InvalidParameter(f"{where}{key} is {value!r}; it must be a text in quotes.")
    return value.strip()


def _flag(facts: Mapping[str, Any], key: str, default: bool) -> bool:
    value: object = facts.get(key, default)
    if not isinstance(value, bool):
        raise InvalidParameter(f"{key} is {value!r}; it must be true or false.")
    return value


def _check_keys(where: str, facts: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    for key in facts:
        if key not in allowed:
            inside = f" in [{where}]" if where else ""
            raise InvalidParameter(
                f"There is no key {key!r}{inside}; allowed are: {', '.join(allowed)}."
            )
