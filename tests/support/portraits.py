"""Portraits that a server has fetched already."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from lookalike.gallery.people import Credit

CREDIT = Credit(
    author="Jane Doe",
    licence="CC BY-SA 4.0",
    licence_url="https://creativecommons.org/licenses/by-sa/4.0",
    source_url="https://commons.wikimedia.org/wiki/File:Jane.jpg",
)


def put(cache: Path, person_id: str, image: bytes, credit: Credit = CREDIT) -> None:
    """Lay a JPEG into a cache as if it had been fetched."""
    folder = cache / "portraits"
    folder.mkdir(exist_ok=True)
    (folder / f"{person_id}.image").write_bytes(image)
    facts = {"media_type": "image/jpeg", "credit": asdict(credit), "at": 0.0}
    (folder / f"{person_id}.json").write_text(json.dumps(facts), "utf-8")
