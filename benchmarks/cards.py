"""Milliseconds of a share card on one core: drawing it, and the whole answer with the photo.

    python -m benchmarks.cards

The photo is that of a phone, 12 megapixels (benchmarks/speed.py); the portrait is as large as
Commons' thumbnails, and both faces are on the card.
"""

from __future__ import annotations

import numpy as np

from benchmarks.report import machine, median_ms, on_one_core, table
from benchmarks.speed import SIZES as PHOTOS
from benchmarks.speed import photo
from lookalike import config
from lookalike.engine.local import LocalEngine
from lookalike.faces.pictures.square import face_square
from lookalike.gallery.people import Credit, Text
from lookalike.site import Site
from lookalike.web.sharing import cards
from lookalike.web.sharing.card import FACE_SIDE, SIZES, Card
from tests.support import photos


def section() -> str:
    engine = LocalEngine(config.load())
    data = photo(PHOTOS["12 megapixels"])
    portrait = engine.framed_portrait(photos.load()["obama2.jpg"], FACE_SIDE)
    vector = engine.matcher.person("Q76")

    def card() -> Card:
        found = engine.faces(data, "photo")
        face = found.faces[0]
        return Card(
            name=Text("버락 오바마", "Barack Obama"),
            score=engine.matcher.compare(face.embedding, vector),
            language="ko",
            site=Site(),
            portrait=portrait,
            credit=Credit("Jane Doe", "CC BY 4.0", None, None),
            face=face_square(data, found, face, FACE_SIDE, engine.limits),
        )

    made = card()
    plain = Card(made.name, made.score, "ko", Site())
    rows = []
    for shape, size in SIZES.items():
        drawn = median_ms(lambda s=shape: cards.render(made, s))  # type: ignore[misc]
        letters = median_ms(lambda s=shape: cards.render(plain, s))  # type: ignore[misc]
        whole = median_ms(lambda s=shape: cards.render(card(), s))  # type: ignore[misc]
        kilobytes = np.ceil(len(cards.render(made, shape)) / 1000)
        cells = (f"{letters:.0f}", f"{drawn:.0f}", f"{whole:.0f}", f"{kilobytes:.0f}")
        rows.append((f"{size[0]} x {size[1]}", *cells))
    engine.close()
    header = ("card", "names alone, ms", "both faces, ms", "with the photo, ms", "kB")
    return table(header, rows)


def main() -> None:
    on_one_core()
    print(machine(), section(), sep="\n\n")


if __name__ == "__main__":
    main()
