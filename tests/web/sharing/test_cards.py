"""Share cards as pictures, beside reference pictures of names and layout, without any person.

python -m tests.web.sharing.test_cards      draws the references again
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.faces.image import Pixels
from lookalike.faces.photo import Face
from lookalike.gallery.people import Credit, Text
from lookalike.scores.calibrations import calibration
from lookalike.scores.similarity import Score
from lookalike.site import Colours, Site
from lookalike.web.score_words import rarity
from lookalike.web.sharing import cards, saying
from lookalike.web.sharing.card import FACE_SIDE, SIZES, Card, Design, Shape, may_show
from lookalike.web.sharing.layout import LAYOUTS
from lookalike.web.sharing.lettering import drawable, fitted, font

REFERENCES = Path(__file__).parent / "cards"
CALIBRATION = calibration("sface-2021dec/1")
ADDRESS = "https://lookalike.example/stage"
CREDIT = Credit("Jane Doe", "CC BY 4.0", None, None)
LONG_KOREAN = Text("김수한무거북이와두루미 삼천갑자동방삭치치카포")
LONG_LATIN = Text(en="Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Sr.")
EVENT = Site(
    name="봄날의 무대",
    tagline=Text("극단 봄, 서른 번째 무대", "Theatre Spring"),
    colours=Colours("#0b6b5d", "#7fd8c4"),
)
# Scores that no new calibration changes.
_RARE = Score(0.42, 71.96, 73.91, 5_687, False, 1.7e-4)
_COMMON = Score(0.25, 38.67, 30.94, 35, False, 0.028)
KOREAN = Card(Text("아이유", "IU"), _RARE, "ko", Site(), 0.92, ADDRESS)
CARDS = {
    "korean": KOREAN,
    "long-latin": Card(LONG_LATIN, _COMMON, "en", Site()),
    "event": Card(LONG_KOREAN, _RARE, "ko", EVENT, address="https://spring.example"),
}
SHAPES: tuple[Shape, ...] = ("tall", "square", "wide")
DESIGNS: tuple[Design, ...] = ("pair", "poster", "prints")
LOOKS = list(itertools.product(DESIGNS, SHAPES))
# Beyond what a JPEG and another version of the drawing library change, below a moved line.
TOLERANCE = 2.0


@pytest.fixture(scope="module")
def faces(engine: LocalEngine, photos: Mapping[str, bytes]) -> Card:
    """A card with two faces: a visitor's, and one that stands for the celebrity's."""
    own, other = (
        engine.framed_portrait(photos[name], FACE_SIDE) for name in ("astronaut.png", "obama2.jpg")
    )
    return replace(KOREAN, face=own, portrait=other, credit=CREDIT)


def opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data)).convert("RGB")


def halved(card: Card, design: Design, shape: Shape) -> PIL.Image.Image:
    picture = cards.drawn(card, shape, design)
    return picture.resize((picture.width // 2, picture.height // 2))


def pixels(card: Card, design: Design, shape: Shape) -> Pixels:
    return np.asarray(cards.drawn(card, shape, design))


def difference(one: PIL.Image.Image, other: PIL.Image.Image) -> float:
    """The share of pixels that are clearly of another colour, in thousandths."""
    apart = np.abs(np.asarray(one, int) - np.asarray(other, int)).max(-1)
    return 1000 * float((apart > 40).mean())


@pytest.mark.parametrize(("design", "shape"), LOOKS)
@pytest.mark.parametrize("name", CARDS)
def test_cards_look_as_they_did(name: str, design: Design, shape: Shape) -> None:
    made = halved(CARDS[name], design, shape)
    with PIL.Image.open(REFERENCES / f"{name}-{design}-{shape}.jpg") as reference:
        assert difference(made, reference.convert("RGB")) < TOLERANCE


def test_another_name_is_beyond_the_tolerance() -> None:
    other = replace(KOREAN, name=Text("이아유", "IU"))
    made = (halved(each, "pair", "square") for each in (KOREAN, other))
    assert difference(*made) > TOLERANCE


@pytest.mark.parametrize(("design", "shape"), LOOKS)
def test_a_card_is_a_jpeg_of_its_size(faces: Card, design: Design, shape: Shape) -> None:
    data = cards.render(faces, shape, design)
    with PIL.Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", SIZES[shape], "RGB")
    assert len(data) < 500_000


@pytest.mark.parametrize(("design", "shape"), LOOKS)
def test_both_faces_are_seen_whole_and_large(
    faces: Card, engine: LocalEngine, design: Design, shape: Shape
) -> None:
    """The network finds both, the visitor's on the left, as those who they are."""
    found = engine.analyzer.analyze(cards.render(faces, shape, design)).faces
    left, right = sorted(found, key=lambda each: each.box.left)
    for seen, shown in ((left, faces.face), (right, faces.portrait)):
        assert shown is not None
        assert same(engine, seen, shown)
        assert seen.box.width > 0.11 * max(SIZES[shape])


@pytest.mark.parametrize(("design", "shape"), LOOKS)
def test_one_face_alone_is_larger_than_one_of_two(
    faces: Card, engine: LocalEngine, design: Design, shape: Shape
) -> None:
    for alone in (replace(faces, face=None), replace(faces, portrait=None)):
        (seen,) = engine.analyzer.analyze(cards.render(alone, shape, design)).faces
        shown = alone.portrait if alone.face is None else alone.face
        assert shown is not None
        assert same(engine, seen, shown)
        both = engine.analyzer.analyze(cards.render(faces, shape, design)).faces
        assert seen.box.width > 0.95 * min(each.box.width for each in both)


def same(engine: LocalEngine, seen: Face, shown: Pixels) -> bool:
    written = io.BytesIO()
    PIL.Image.fromarray(shown).save(written, "PNG")
    (known,) = engine.analyzer.analyze(written.getvalue()).faces
    return engine.matcher.compare(seen.embedding, known.embedding).verdict == "same-person"


@pytest.mark.parametrize(("design", "shape"), LOOKS)
def test_a_camera_reads_the_address_also_of_a_smaller_copy(
    faces: Card, design: Design, shape: Shape
) -> None:
    card = cards.render(faces, shape, design)
    for share in (1.0, 0.5):
        picture = opened(card)
        smaller = picture.resize([round(side * share) for side in picture.size])
        read, *_ = cv2.QRCodeDetector().detectAndDecode(np.asarray(smaller)[..., ::-1].copy())
        assert read == ADDRESS


@pytest.mark.parametrize(("design", "shape"), LOOKS)
def test_a_card_that_leads_nowhere_has_no_code(design: Design, shape: Shape) -> None:
    made = pixels(replace(KOREAN, address=None), design, shape)
    assert cv2.QRCodeDetector().detectAndDecode(made[..., ::-1].copy())[0] == ""


def test_where_it_can_be_tried_as_people_write_it() -> None:
    assert saying.place(KOREAN) == "lookalike.example/stage"
    www = replace(KOREAN, address="https://www.lookalike.example:8443/")
    assert saying.place(www) == "lookalike.example:8443"
    assert saying.place(replace(KOREAN, address=None, site=EVENT)) == "봄날의 무대"


@pytest.mark.parametrize(("design", "shape"), LOOKS)
@pytest.mark.parametrize("name", [LONG_KOREAN, LONG_LATIN, Text("RM")])
def test_texts_stay_in_their_places(faces: Card, name: Text, design: Design, shape: Shape) -> None:
    """Long and short names change nothing outside their column and the names of prints."""
    layout = LAYOUTS[design, shape]
    plain = replace(KOREAN, name=Text("아이유"))
    before = pixels(plain, design, shape).astype(int)
    after = pixels(replace(plain, name=name), design, shape).astype(int)
    rows, columns = np.nonzero(np.abs(before - after).max(-1) > 8)
    area = layout.text
    assert rows.min() >= area.top
    assert rows.max() < area.bottom
    assert columns.min() >= area.left - 8
    assert columns.max() < area.right + 8


@pytest.mark.parametrize("width", [300, 476, 596, 920])
@pytest.mark.parametrize(
    "name",
    [
        *(LONG_KOREAN.ko, LONG_LATIN.en, "송강호", "Jean-Claude Van Damme"),
        "가나다라마바사아자차카타파하거너더러머버",
        "X",
    ],
)
def test_a_name_stays_in_its_column_with_every_letter(name: str, width: int) -> None:
    made = fitted(name, "bold", (84, 24), width, 3)
    assert len(made.lines) <= 3
    assert all(made.font.getlength(line) <= width for line in made.lines)
    assert "".join(made.lines).replace(" ", "") == name.replace(" ", "")


def test_lines_break_between_words_and_are_alike() -> None:
    made = fitted("아르놀트 알로이스 슈바르체네거 주니어", "bold", (84, 34), 476, 2)
    assert made.lines == ("아르놀트 알로이스", "슈바르체네거 주니어")
    assert fitted("Jean-Claude Van Damme", "bold", (84, 34), 476, 2).lines == (
        "Jean-Claude",
        "Van Damme",
    )


def test_what_is_far_too_long_ends_in_an_ellipsis() -> None:
    made = fitted("가" * 200, "bold", (84, 34), 476, 2)
    assert len(made.lines) == 2
    assert made.lines[1].endswith("가…")
    assert made.font.getlength(made.lines[1]) <= 476


def test_the_fonts_hold_all_of_hangul_and_latin() -> None:
    for weight in ("regular", "bold"):
        assert font(weight, 20).getname()[0] == "Lookalike Sans"
        assert drawable("".join(chr(code) for code in range(0xAC00, 0xD7A4)), weight)
        assert drawable("Beyoncé Čapek Nguyễn Łukasz ß Œ ñ 1234567890 ·…“”‘’–—", weight)
    assert not drawable("漢字")


def test_a_name_that_cannot_be_drawn_gives_way_to_the_other() -> None:
    assert saying.shown_name(Text("漢字", "Kanji"), "ko") == "Kanji"
    assert saying.shown_name(Text("송강호", "Song Kang-ho"), "en") == "Song Kang-ho"
    assert saying.shown_name(Text("漢字"), "ko") == "漢字"


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("CC BY 4.0", True),
        ("CC BY-SA 3.0", True),
        ("CC BY-SA 3.0 de", True),
        ("CC BY 2.0 kr", True),
        ("CC0", True),
        ("Public domain", True),
        ("PD-USGov", True),
        ("CC BY-NC 2.0", False),
        ("CC BY-ND 4.0", False),
        ("CC BY-NC-SA 4.0", False),
        ("KOGL Type 4", False),
        ("Fair use", False),
        (None, False),
    ],
)
def test_licences_that_let_a_portrait_onto_a_card(licence: str | None, allowed: bool) -> None:
    assert may_show(Credit("A", licence, None, None)) is allowed
    assert may_show(None) is False


@pytest.mark.parametrize(("design", "shape"), LOOKS)
def test_a_portrait_has_its_credit_and_one_that_may_not_be_shown_is_not(
    faces: Card, design: Design, shape: Shape
) -> None:
    alone = replace(faces, face=None)
    closed = replace(alone, credit=Credit("Jane Doe", "CC BY-ND 4.0", None, None))
    plain = pixels(KOREAN, design, shape)
    assert np.array_equal(pixels(closed, design, shape), plain)
    area = LAYOUTS[design, shape].credit
    inside = np.s_[area.top : area.bottom, area.left : area.right]
    shown = pixels(alone, design, shape)
    assert np.abs(shown[inside].astype(int) - plain[inside]).mean() > 1
    other = replace(alone, credit=replace(CREDIT, author="John Roe"))
    changed = np.nonzero(np.abs(pixels(other, design, shape).astype(int) - shown).max(-1))[0]
    assert changed.min() >= area.top
    assert changed.max() < area.bottom


def test_a_credit_names_author_licence_and_change() -> None:
    assert saying.credit_lines(CREDIT, "ko") == (
        "사진: Jane Doe",
        "CC BY 4.0 · 위키미디어 공용 · 얼굴만 잘라 씀",
    )
    assert saying.credit_lines(replace(CREDIT, author=None), "en") == (
        "Photo: author unknown",
        "CC BY 4.0 · Wikimedia Commons · cropped to the face",
    )
    assert saying.credit_lines(None, "ko") == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (Text("유인나"), "나는 유인나를 닮았대요"),
        (Text("송강"), "나는 송강을 닮았대요"),
        (Text("RM"), "나는 RM를 닮았대요"),
    ],
)
def test_what_a_link_is_called(name: Text, said: str) -> None:
    assert saying.sentence(replace(KOREAN, name=name)) == said


def test_what_a_link_is_called_when_it_might_be_oneself_and_when_hardly() -> None:
    itself = replace(KOREAN, score=Score(0.6, 99.19, 100, 100_000, True, 1e-6))
    assert saying.sentence(itself) == "나는 아이유와 똑 닮았대요"
    hardly = replace(KOREAN, score=_COMMON, language="en")
    assert saying.sentence(hardly) == "If anyone, I look like IU"
    assert saying.eyebrow(hardly) == "If anyone, I look like"


@pytest.mark.parametrize(
    ("cosine", "ko", "en"),
    [
        (0.05, "모르는 사람끼리도 흔히 이만큼은 닮아요", "no more alike than many strangers are"),
        (0.6, "10만 명 중 1명도 없을 만큼 닮았어요", "more alike than 1 stranger in 100,000"),
    ],
)
def test_rarity_in_words(cosine: float, ko: str, en: str) -> None:
    one_in = CALIBRATION.score(cosine).one_in
    assert (rarity(one_in, "ko"), rarity(one_in, "en")) == (ko, en)


def test_rarity_is_told_to_two_digits() -> None:
    assert rarity(1_234, "ko") == "1,200명 중 1명꼴로 닮았어요"
    assert rarity(23_456, "ko") == "2.3만 명 중 1명꼴로 닮았어요"
    assert rarity(1_234, "en") == "as alike as 1 stranger in 1,200"


def test_standing_is_the_headline_and_rarity_where_nobody_knows_it() -> None:
    assert saying.headline(KOREAN) == "100명 중 8번째로 많이 닮은 편이에요"
    assert saying.headline(replace(KOREAN, standing=None)) == "5,700명 중 1명꼴로 닮았어요"


def test_a_card_says_that_its_score_is_provisional() -> None:
    card = replace(KOREAN, standing=None, score=replace(CALIBRATION.score(0.4), one_in=1_234))
    assert saying.headline(card) == "1,200명 중 1명꼴로 닮았어요"
    rough = replace(card, calibrated=False)
    assert saying.headline(rough) == "1,200명 중 1명꼴로 닮았어요 (추정치)"
    english = saying.headline(replace(rough, language="en"))
    assert english == "as alike as 1 stranger in 1,200 (a rough estimate)"
    assert difference(*(halved(each, "pair", "wide") for each in (card, rough))) > 0


def main() -> None:
    REFERENCES.mkdir(exist_ok=True)
    for each in REFERENCES.glob("*"):
        each.unlink()
    for (name, card), (design, shape) in itertools.product(CARDS.items(), LOOKS):
        path = REFERENCES / f"{name}-{design}-{shape}.jpg"
        halved(card, design, shape).save(path, quality=85, optimize=True)


if __name__ == "__main__":
    main()
