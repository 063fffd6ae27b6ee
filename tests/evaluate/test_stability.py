"""`evaluate stability` on real photos: what is sent again, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import InvalidParameter
from lookalike.evaluate.figures import measure, spread_at
from lookalike.evaluate.protocols import stability
from lookalike.evaluate.resent import CHANGES
from lookalike.evaluate.vectors import Looked
from lookalike.faces.image import Limits, Pixels, decode
from tests.support import shared

NO_FACE = "free-mountain-vector-01.jpg"
PHOTOS = ("single_face.jpg", "Tom_Hanks_54745.png", "t1.jpg", NO_FACE)


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    with shared.no_workers():
        yield


@pytest.fixture(scope="module")
def folder(photos: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sent")
    for name in PHOTOS:
        (made / name).write_bytes(photos[name])
    return made


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.fixture(scope="module")
def pixels(photos: Mapping[str, bytes]) -> Pixels:
    return decode(photos["obama.jpg"], Limits.of(Settings()), 10_000).pixels


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_what_it_says(change: str, pixels: Pixels) -> None:
    data = CHANGES[change](pixels)
    limits = Limits(10**9, 10**9, 10_000)
    again = decode(data, limits, 10_000)
    assert again.format == ("JPEG" if change.startswith("JPEG") else "PNG")
    height, width = pixels.shape[:2]
    kept = {"90 % size": 0.9, "50 % size": 0.5, "cropped": 0.94}.get(change, 1)
    assert again.pixels.shape == pytest.approx((kept * height, kept * width, 3), abs=1)
    brightness = {"brighter": 1.2, "darker": 0.8}.get(change, 1)
    # What was nearly white already cannot be brighter.
    assert again.pixels.mean() == pytest.approx(brightness * pixels.mean(), rel=0.06)
    if change == "mirrored":
        assert (again.pixels[:, ::-1] == pixels).all()
    if change == "cropped":
        rows, columns = round(0.03 * height), round(0.03 * width)
        assert (again.pixels == pixels[rows : height - rows, columns : width - columns]).all()
    if change == "JPEG 85":
        assert len(CHANGES["JPEG 70"](pixels)) < len(data)
        assert 0 < np.abs(again.pixels.astype(int) - pixels).mean() < 3


def test_every_photo_is_looked_at_as_it_is_and_changed(
    folder: Path, settings: Settings, engine: LocalEngine, cache: Path
) -> None:
    protocol = stability.folder(folder)
    assert tuple(protocol.photos) == tuple(sorted(PHOTOS))
    looked = stability.look_again(protocol, settings, cache)
    assert looked.answers.shape == (4, 1 + len(CHANGES), 128)
    for name, looks in zip(protocol.photos, looked.answers, strict=True):
        if name == NO_FACE:
            assert not looks.any()
            continue
        face = engine.analyzer.analyze(protocol.photos[name].read_bytes()).faces[0]  # type: ignore[union-attr]
        assert looks[0] @ face.embedding == pytest.approx(1, abs=1e-4)
        alike = dict(zip(CHANGES, looks[1:] @ looks[0], strict=True))
        assert min(alike.values()) > 0.8
        # A photo and its mirror image have one vector, to rounding.
        del alike["mirrored"]
        assert max(alike.values()) < 1 - 1e-6
    again = stability.look_again(protocol, settings, cache)
    assert (again.answers == looked.answers).all()
    assert again.sha256 == looked.sha256


def test_what_stays_and_how_far_scores_move(
    folder: Path, settings: Settings, engine: LocalEngine, cache: Path
) -> None:
    protocol = stability.folder(folder)
    looked = stability.look_again(protocol, settings, cache)
    found = stability.stay(protocol, looked, settings, engine.gallery, "starter")
    assert found.counts == {
        "photos": 4,
        "photos_without_face": 1,
        "photos_sent_again": 3 * len(CHANGES),
        "sent_again_without_face": 0,
        "people_searched": engine.gallery.collection("starter").people,
    }
    assert found.failed == (NO_FACE,)
    assert found.drawn == "photos"
    (groups,) = found.groups
    assert groups.column == "change"
    assert {each.name for each in groups.groups} == set(CHANGES)
    # Tom Hanks is in the starter, so he stays himself.
    hanks = list(protocol.photos).index("Tom_Hanks_54745.png")
    stays, moves = [], []
    for looks in looked.answers[looked.answers[:, 0].any(axis=1)]:
        first = engine.matcher.rank(looks[0], 1, "starter")[0]
        for look in looks[1:]:
            now = engine.matcher.rank(look, 3, "starter")
            stays.append(now[0].person == first.person)
            score = engine.matcher.compare(look, engine.matcher.person(first.person.id, "starter"))
            moves.append(abs(score.resemblance - first.score.resemblance))
    assert found.figure("best_stays").estimate.value == pytest.approx(np.mean(stays))
    assert found.figure("best_in_three").estimate.value >= np.mean(stays)
    own = stability.stay(protocol, _only(looked, hanks), settings, engine.gallery, "starter")
    assert own.figure("best_stays").estimate.value == 1
    median = found.figure("resemblance_moves/median")
    assert median.unit == "pt"
    assert median.estimate.value == pytest.approx(np.sort(moves)[len(moves) // 2 - 1], abs=0.01)
    last = found.figure("resemblance_moves/95")
    assert median.estimate.value < last.estimate.value <= max(moves) + 0.01


def _only(looked: Looked, photo: int) -> Looked:
    answers = np.zeros_like(looked.answers)
    answers[photo] = looked.answers[photo]
    return Looked(answers, looked.sha256)


def test_a_face_that_a_change_hides_has_lost_its_matches(
    folder: Path, settings: Settings, engine: LocalEngine, cache: Path
) -> None:
    protocol = stability.folder(folder)
    looked = stability.look_again(protocol, settings, cache)
    hanks = list(protocol.photos).index("Tom_Hanks_54745.png")
    hidden = _only(looked, hanks)
    hidden.answers[hanks, 1 + list(CHANGES).index("mirrored")] = 0
    found = stability.stay(protocol, hidden, settings, engine.gallery, "starter")
    assert found.counts["sent_again_without_face"] == 1
    assert found.figure("best_stays").estimate.value == pytest.approx(1 - 1 / len(CHANGES))
    assert found.figure("similarity_moves/median").rows == len(CHANGES) - 1


def test_a_median_counts_rows_as_often_as_they_are_drawn() -> None:
    rows = np.array([True, True, True, False])
    figure = spread_at("a", "A", rows, np.array([3.0, 1, 2, np.nan]), 0.5, "pt")
    assert figure.value(np.ones(4)) == 2
    assert figure.value(np.array([5.0, 1, 1, 9])) == 3
    assert np.isnan(figure.value(np.array([0.0, 0, 0, 1])))
    ((measured,), _) = measure([figure], np.arange(4), rounds=50)
    assert (measured.rows, measured.estimate.low >= 1) == (3, True)


def ran(settings: Settings, *args: object) -> Result:
    environment = {"LOOKALIKE_HOME": str(settings.home), "LOOKALIKE_CACHE": str(settings.cache)}
    return CliRunner(env=environment).invoke(main, ["evaluate", "stability", *map(str, args)])


def test_the_command_takes_a_folder_or_a_table(
    folder: Path, settings: Settings, cache: Path, tmp_path: Path
) -> None:
    report = tmp_path / "stability.html"
    done = ran(settings, folder, "--cache", cache, "--json", "--report", report)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["kind"] == "stability"
    assert found["best_stays"] == found["figures"][0]["estimate"]["value"]
    assert found["resemblance_moves"]["median"]["value"] > 0
    assert "First three stay" in report.with_suffix(".md").read_text()
    table = folder / "people.csv"
    table.write_text(
        "file,person,kind\nt1.jpg,a,crowd\nsingle_face.jpg,b,one\nTom_Hanks_54745.png,b,one\n"
    )
    done = ran(settings, table, "--cache", cache, "--by", "kind", "--json")
    found = json.loads(done.stdout)
    assert found["drawn"] == "people"
    assert [each["column"] for each in found["groups"]] == ["change", "kind"]
    assert [each["figures"][0]["rows"] for each in found["groups"][1]["groups"]] == [8, 16]
    shown = ran(settings, table, "--cache", cache).stdout
    assert "By change" in shown
    assert "mirrored" in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--collection", "nobody"), "no collection 'nobody'. There are: starter"),
        (("--by", "age"), "no column 'age' to group by"),
    ],
)
def test_what_is_not_there_is_named_before_any_work(
    folder: Path, settings: Settings, options: tuple[str, ...], message: str
) -> None:
    done = ran(settings, folder, *options)
    assert done.exit_code == 1
    assert message in done.output


def test_a_folder_without_photos_and_photos_without_faces_are_refused(
    folder: Path, settings: Settings, engine: LocalEngine, cache: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidParameter, match="no photo in the folder"):
        stability.folder(tmp_path)
    (tmp_path / NO_FACE).write_bytes((folder / NO_FACE).read_bytes())
    protocol = stability.folder(tmp_path)
    looked = stability.look_again(protocol, settings, cache)
    with pytest.raises(InvalidParameter, match="No face was found in any photo"):
        stability.stay(protocol, looked, settings, engine.gallery, "starter")
