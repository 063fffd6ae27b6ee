"""One site file for all hosts of a database: the first that has one brings it there."""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from lookalike import files
from lookalike.config import Settings
from lookalike.database.database import Address, Database, opened
from lookalike.database.postgresql import agreed
from lookalike.errors import InvalidParameter
from lookalike.web.site import site_file

_AGREED = "site"
# The site file among the pictures that it names.
_FILE = "site.toml"


def joined(settings: Settings) -> Settings:
    """With the site file that all hosts have.

    Raises:
        InvalidParameter: this host has another.
        StoreUnavailable: the database cannot be used.
    """
    if not settings.database:
        return settings
    with closing(opened(settings.home, Address.of(settings))) as database:
        return _joined(settings, database)


def publish(settings: Settings, path: Path) -> None:
    """Have all hosts use a site file from their next start on.

    Raises:
        InvalidParameter: the file is not as it must be.
        StoreUnavailable: the database cannot be used.
    """
    site_file.load(str(path))
    with (
        closing(opened(settings.home, Address.of(settings))) as database,
        database.changing(_AGREED) as connection,
    ):
        agreed.put(connection, _AGREED, _packed(path))


def _joined(settings: Settings, database: Database) -> Settings:
    with database.reading() as connection:
        known = agreed.read(connection, _AGREED)
    if not settings.site:
        return settings if known is None else replace(settings, site=_unpacked(settings, known))
    site_file.load(settings.site)
    own = _packed(Path(settings.site))
    if known is None:
        with database.changing(_AGREED) as connection:
            known = agreed.agree(connection, _AGREED, own)
    if known != own:
        raise InvalidParameter(
            f"The site file {settings.site} is another than that of the hosts which share the "
            f"database. Unset LOOKALIKE_SITE to use theirs, or have all use this one from their "
            f"next start on: lookalike hosts site {settings.site}"
        )
    return settings


def _packed(path: Path) -> str:
    """A site file with the pictures that it names, as JSON."""
    text = path.read_bytes()
    offers = tomllib.loads(text.decode()).get("offers", [])
    named = {str(each["picture"]) for each in offers if "picture" in each}
    contents = {_FILE: text} | {each: (path.parent / each).read_bytes() for each in named}
    return json.dumps({name: base64.b64encode(data).decode() for name, data in contents.items()})


def _unpacked(settings: Settings, packed: str) -> str:
    """The path of the same site file in the cache of this host."""
    folder = settings.cache / "sites" / hashlib.sha256(packed.encode()).hexdigest()[:24]
    for name, data in json.loads(packed).items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write(place, base64.b64decode(data))
    return str(folder / _FILE)
