"""Share cards as pictures, beside reference pictures of names and layout, without any person.

python -m tests.web.sharing.test_cards      draws the references again
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lookalike.gallery.people import Credit, Text
from lookalike.scores.calibrations import calibration
from lookalike.scores.similarity import Score
from lookalike.site import Colours, Site
from lookalike.web.score_words import rarity
from lookalike.web.sharing import cards
from lookalike.web.sharing.cards import Card, Shape
from lookalike.web.sharing.lettering import drawable, fitted, font

REFERENCES = Path(__file__).parent / "cards"
CALIBRATION = calibration("sface-2021dec/1")
LONG_KOREAN = Text("김수한무거북이와두루미 삼천갑자동방삭치치카포")
LONG_LATIN = Text(en="Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Sr.")
EVENT = Site(
    name="봄날의 무대",
    tagline=Text("극단 봄, 서른 번째 무대", "Theatre Spring"),
    colours=Colours("#0b6b5d", "#7fd8c4"),
)
# Scores that no new calibration changes.
_RARE = Score(0.42, 81.96, 83.91, 15_687, False, 6.4e-5)
_RAREST = Score(0.6, 99.19, 100, 100_000, True, 1e-6)
CARDS = {
    "korean": Card(Text("아이유", "IU"), _RARE, "ko", Site()),
    "long-korean": Card(LONG_KOREAN, Score(0.25, 38.67, 30.94, 35, False, 0.028), "ko", Site()),
    "latin": Card(Text(en="Barack Obama"), _RAREST, "en", Site()),
    "long-latin": Card(LONG_LATIN, Score(0.36, 66.68, 62.24, 1_294, False, 7.7e-4), "en", Site()),
    "event": Card(Text("송강호"), Score(0.31, 54.9, 46.54, 212, False, 4.7e-3), "ko", EVENT),
}
SHAPES: tuple[Shape, ...] = ("wide", "tall")
# Beyond noise and the rounding of another version of the drawing library, below a moved line.
TOLERANCE = 0.6


def opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data)).convert("RGB")


def difference(one: PIL.Image.Image, other: PIL.Image.Image) -> float:
    """Mean absolute difference of the channels, 0 to 255."""
    return float(np.abs(np.asarray(one, int) - np.asarray(other, int)).mean())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CARDS)
def test_cards_look_as_they_did(name: str, shape: Shape) -> None:
    made = opened(cards.render(CARDS[name], shape))
    with PIL.Image.open(REFERENCES / f"{name}-{shape}.png") as reference:
        assert difference(made, reference.convert("RGB")) < TOLERANCE


def test_another_name_is_beyond_the_tolerance() -> None:
    one = opened(cards.render(CARDS["korean"], "wide"))
    other = opened(cards.render(replace(CARDS["korean"], name=Text("이아유", "IU")), "wide"))
    assert difference(one, other) > TOLERANCE


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
    assert cards.shown_name(Text("漢字", "Kanji"), "ko") == "Kanji"
    assert cards.shown_name(Text("송강호", "Song Kang-ho"), "en") == "Song Kang-ho"
    assert cards.shown_name(Text("漢字"), "ko") == "漢字"


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
    assert cards.may_show(Credit("A", licence, None, None)) is allowed
    assert cards.may_show(None) is False


def test_a_portrait_has_its_credit_beside_it_and_one_that_may_not_be_shown_is_not() -> None:
    square = np.full((320, 320, 3), (20, 120, 220), np.uint8)
    free, closed = (Credit("Jane Doe", each, None, None) for each in ("CC BY 4.0", "CC BY-ND 4.0"))
    plain = CARDS["korean"]
    shown = opened(cards.render(replace(plain, portrait=square, credit=free), "wide"))
    hidden = opened(cards.render(replace(plain, portrait=square, credit=closed), "wide"))
    assert shown.getpixel((270, 280)) == (20, 120, 220)
    assert difference(hidden, opened(cards.render(plain, "wide"))) == 0
    credit = (64, 494, 500, 545)
    assert difference(shown.crop(credit), hidden.crop(credit)) > 2


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


def test_a_card_says_that_its_score_is_provisional() -> None:
    card = replace(CARDS["korean"], score=replace(CALIBRATION.score(0.4), one_in=1_234))
    assert cards.words(card) == "1,200명 중 1명꼴로 닮았어요"
    rough = replace(card, calibrated=False)
    assert cards.words(rough) == "1,200명 중 1명꼴로 닮았어요 (추정치)"
    english = cards.words(replace(rough, language="en"))
    assert english == "as alike as 1 stranger in 1,200 (a rough estimate)"
    assert difference(opened(cards.render(card, "wide")), opened(cards.render(rough, "wide"))) > 0


def main() -> None:
    REFERENCES.mkdir(exist_ok=True)
    for name, card in CARDS.items():
        for shape in SHAPES:
            picture = opened(cards.render(card, shape))
            picture.quantize(128).save(REFERENCES / f"{name}-{shape}.png", optimize=True)


if __name__ == "__main__":
    main()
