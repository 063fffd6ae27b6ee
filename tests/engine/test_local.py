"""The main job, on real photos through the real networks and the real gallery."""

from __future__ import annotations

import io
from collections.abc import Mapping

import PIL.Image
import pytest
from PIL import ImageEnhance
from threadpoolctl import threadpool_info

from lookalike.engine.local import LocalEngine
from lookalike.errors import CollectionNotFound, DamagedImage, NoFace
from lookalike.scores.similarity import Verdict


def jpeg(picture: PIL.Image.Image, quality: int = 90) -> bytes:
    written = io.BytesIO()
    picture.convert("RGB").save(written, "JPEG", quality=quality)
    return written.getvalue()


@pytest.mark.parametrize(
    "name", ["obama.jpg", "obama2.jpg", "obama3.jpg", "obama_partial_face.jpg"]
)
def test_obama_ranks_first(engine: LocalEngine, photos: Mapping[str, bytes], name: str) -> None:
    found = engine.find(photos[name], limit=5)
    best, second, *_ = found.faces[0].matches
    assert best.person.name.en == "Barack Obama"
    assert best.score.verdict is Verdict.SAME_PERSON
    assert second.score.cosine < best.score.cosine - 0.1


def test_biden_and_hanks_rank_first(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    for name, expected in (("biden.jpg", "Joe Biden"), ("Tom_Hanks_54745.png", "Tom Hanks")):
        best = engine.find(photos[name], limit=1).faces[0].matches[0]
        assert best.person.name.en == expected
        assert best.score.similarity > 80


def test_every_face_is_ranked(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    found = engine.find(photos["t1.jpg"], limit=7)
    assert len(found.faces) == 6
    for ranked in found.faces:
        assert len(ranked.matches) == 7
        similarities = [match.score.similarity for match in ranked.matches]
        assert similarities == sorted(similarities, reverse=True)
        assert len({match.person.id for match in ranked.matches}) == 7


def test_a_stranger_gets_an_answer_and_no_identity(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """Eileen Collins is not in the gallery: someone is nearest, nobody is the same person."""
    found = engine.find(photos["astronaut.png"], limit=10)
    assert len(found.faces[0].matches) == 10
    assert all(m.score.verdict is not Verdict.SAME_PERSON for m in found.faces[0].matches)


def test_collins_stays_herself(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    picture = PIL.Image.open(io.BytesIO(photos["astronaut.png"])).convert("RGB")
    variants = {
        "mirrored": jpeg(picture.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT)),
        "smaller": jpeg(picture.resize((200, 200))),
        "larger": jpeg(picture.resize((2000, 2000))),
        "recompressed": jpeg(picture, quality=20),
        "darker": jpeg(ImageEnhance.Brightness(picture).enhance(0.5)),
        "all": jpeg(
            picture.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT).resize((256, 256)), quality=40
        ),
    }
    for what, variant in variants.items():
        (score,) = engine.compare(photos["astronaut.png"], variant).scores
        assert score.verdict is Verdict.SAME_PERSON, what


def test_two_people_stay_below_80(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    names = ("obama.jpg", "biden.jpg", "astronaut.png", "single_face.jpg", "Tom_Hanks_54745.png")
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            for score in engine.compare(photos[one], photos[other]).scores:
                assert score.similarity < 80, (one, other)


def test_references_are_scored_in_order(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    found = engine.find(photos["obama.jpg"], (photos["obama2.jpg"], photos["biden.jpg"]), limit=1)
    same, other = found.faces[0].references
    assert same.verdict is Verdict.SAME_PERSON
    assert other.similarity < 80
    assert len(found.references) == 2


def test_comparison_scores_every_face(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    comparison = engine.compare(photos["obama.jpg"], photos["t1.jpg"])
    assert len(comparison.scores) == len(comparison.target.faces) == 6
    assert max(score.similarity for score in comparison.scores) < 80


def test_errors_say_which_photo(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    blank = jpeg(PIL.Image.new("RGB", (300, 300), "teal"))
    with pytest.raises(NoFace, match="300 x 300") as caught:
        engine.find(blank, limit=1)
    assert caught.value.subject == "photo"
    with pytest.raises(NoFace) as caught:
        engine.find(photos["obama.jpg"], (blank,), limit=1)
    assert caught.value.subject == "reference"
    with pytest.raises(DamagedImage) as damaged:
        engine.compare(photos["obama.jpg"], b"")
    assert damaged.value.subject == "target"


def test_unknown_collections_are_named(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    with pytest.raises(CollectionNotFound, match="'nope'"):
        engine.find(photos["obama.jpg"], limit=1, collection="nope")


def test_numpy_takes_no_more_cores_than_the_networks(engine: LocalEngine) -> None:
    limits = {each["num_threads"] for each in threadpool_info() if "numpy" in each["filepath"]}
    assert limits <= {engine.settings.threads}
