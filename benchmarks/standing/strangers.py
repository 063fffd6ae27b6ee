"""Strangers who look for their like in the starter gallery, a photo each, and what is seen in it.

People of LFW who are not in it, and, for hardly any of those are Korean, the Koreans who are, each
with themselves left out. The photos of Korean idols in celebs are of people who are in it too; they
were not enrolled, and are of twenty women: held against what was fitted, never fitted to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.standing.starter import Gallery
from lookalike import config
from lookalike.errors import PhotoError
from lookalike.evaluate.vectors import Which, look
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE
from lookalike.faces.vectors import Floats
from lookalike.scores.standing import Faces

WOMEN, MEN, KOREAN_WOMEN, KOREAN_MEN = "women", "men", "Korean women", "Korean men"
IDOLS = "Korean idols, other photos"
# That count the same in what is fitted.
KINDS = (WOMEN, MEN, KOREAN_WOMEN, KOREAN_MEN)
_LOOK = OF_SHAPE + OF_OUTLINE
# LFW does not say who is a woman; a network does, where it is sure.
_SURE = 0.9
# A cut-out of a face, smaller than that, shows no outline of the head.
_WHOLE = 400
# People of LFW who are in the starter under another name: as alike to that portrait as one stranger
# in 100,000, and looked at one by one.
_OTHERWISE = frozenset(
    (
        *("Begum_Khaleda_Zia", "Beyonce_Knowles", "Dalai_Lama", "Diego_Armando_Maradona"),
        *("Horst_Koehler", "Joseph_Biden", "Lech_Walesa", "Luiz_Inacio_Lula_da_Silva"),
        *("Mario_Lobo_Zagallo", "Prince_Charles", "Queen_Elizabeth_II", "Rosalyn_Carter"),
    )
)


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """
    Attributes:
        vectors, looks: of n photos; see `Faces`.
        people: (n,) whom they show.
        kinds: (n,) of `KINDS`, `IDOLS`, or nothing where nobody is sure.
        whole: (n,) whether the outline of the head can be seen.
    """

    vectors: Floats
    looks: Floats
    people: NDArray[np.str_]
    kinds: NDArray[np.str_]
    whole: NDArray[np.bool_]

    def faces(self, *, looks: bool) -> Faces:
        return Faces(self.vectors, self.looks if looks else None)

    def kind(self, kind: str, *, looks: bool) -> NDArray[np.bool_]:
        """(n,) who are of a kind, and can be seen in that order."""
        return np.asarray((self.kinds == kind) & (self.whole | (not looks)))

    def weights(self, among: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(n,) of which each of `KINDS` among some has the same, and others have 0."""
        weights = np.zeros(len(self.kinds))
        for kind in KINDS:
            rows = among & (self.kinds == kind)
            weights[rows] = 1 / rows.sum()
        return weights


def strangers(data: Path, gallery: Gallery) -> Strangers:
    """Looked at once, and kept beside the models."""
    parts = [_of_lfw(data, gallery), _idols(data), _of_starter(gallery)]
    columns = [
        np.concatenate([getattr(each, field.name) for each in parts]) for field in fields(Strangers)
    ]
    seen = columns[0].any(axis=1)
    return Strangers(*(each[seen] for each in columns))


def _of_lfw(data: Path, gallery: Gallery) -> Strangers:
    photos = _lfw(data, gallery)
    vectors, looks, female = _seen(photos, Which.CENTRAL)
    kinds = np.select([female > _SURE, female < 1 - _SURE], [WOMEN, MEN], "")
    return Strangers(vectors, looks, np.array(list(photos)), kinds, np.ones(len(kinds), np.bool_))


def _idols(data: Path) -> Strangers:
    paths = sorted((data / "celebs").glob("KR_*/*.jpg"))
    photos = {f"{each.parent.name}/{each.name}": each for each in paths}
    vectors, looks, _ = _seen(photos, Which.SUBJECT)
    people = np.array([each.parent.name for each in paths])
    whole = np.array([min(_size(each)) >= _WHOLE for each in paths])
    return Strangers(vectors, looks, people, np.full(len(paths), IDOLS), whole)


def _size(path: Path) -> tuple[int, int]:
    """Height and width in pixels."""
    pixels = cv2.imread(str(path))
    return (0, 0) if pixels is None else (pixels.shape[0], pixels.shape[1])


def _of_starter(gallery: Gallery) -> Strangers:
    rows = gallery.korean
    people = np.array([each.id for each in gallery.people])[rows]
    kinds = np.where(gallery.women, KOREAN_WOMEN, KOREAN_MEN)[rows]
    whole = np.ones(len(people), np.bool_)
    return Strangers(gallery.vectors[rows], gallery.looks[rows], people, kinds, whole)


def _lfw(data: Path, gallery: Gallery) -> dict[str, Path]:
    """The first photo of everybody who is not in the starter."""
    folders = sorted((data / "lfw" / "lfw-deepfunneled").iterdir())
    known = {_plain(each) for each in gallery.names} | {_plain(each) for each in _OTHERWISE}
    strange = [each for each in folders if each.is_dir() and _plain(each.name) not in known]
    return {each.name: min(each.glob("*.jpg")) for each in strange}


def _plain(name: str) -> str:
    """A name without accents, spaces and signs."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]", "", letters.lower())


def _seen(photos: Mapping[str, Path], which: Which) -> tuple[Floats, Floats, Floats]:
    """Vectors, looks, and how likely a network finds a woman; zeros where too little shows."""
    settings = config.load()
    found = look(
        photos,
        settings,
        partial(_look, which),
        f"{which}-standing",
        settings.cache / "benchmarks",
        lambda each, total: track(each, "Strangers", total),
    ).answers
    return found[:, : -_LOOK - 1], found[:, -_LOOK - 1 : -1], found[:, -1]


def _look(which: Which, analyzer: Analyzer, data: bytes) -> Floats:
    """Runs in the worker process."""
    nothing = np.zeros(analyzer.embedder.dimension + _LOOK + 1, np.float32)
    try:
        face = which.face_of(analyzer.analyze(data, appearances=True))
    except PhotoError:
        return nothing
    if face is None or not face.enough:
        return nothing
    looks = np.zeros(_LOOK, np.float32) if face.appearance is None else face.appearance.numbers
    female = analyzer.attributes([face])[0].female
    return np.concatenate([face.embedding, looks, [female]]).astype(np.float32)
