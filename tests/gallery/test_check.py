"""`lookalike gallery check` on real photos, and its reckoning on vectors."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.vectors import Floats
from lookalike.gallery.check import check
from lookalike.gallery.findings import Bars, Checkup, GalleryFault, Member
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.portraits import StoredPortrait
from tests.support import coverings
from tests.support.commands import Commands

BARS = Bars(disagrees=0.29, same_face=0.51, alike=0.34)
CREDIT = Credit("NASA", "public domain", None, "https://www.nasa.gov/")
CREDITED = ("--source", "https://example.org/", "--licence", "CC0")


@dataclass(frozen=True, slots=True)
class Home:
    """Runs `lookalike gallery` with a home of its own."""

    commands: Commands

    @property
    def folder(self) -> Path:
        return self.commands.folder

    def __call__(self, *args: str, code: int = 0) -> str:
        done = self.commands("gallery", *args)
        assert done.returncode == code, done.stderr
        return done.stdout

    def findings(self, *args: str, code: int = 3) -> dict[str, list[dict[str, Any]]]:
        """What `check` finds, by fault."""
        found: dict[str, list[dict[str, Any]]] = {}
        for each in json.loads(self("check", "--json", *args, code=code))["findings"]:
            found.setdefault(each["fault"], []).append(each)
        return found


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Home:
    own = replace(settings, home=tmp_path / "home")
    return Home(Commands(tmp_path, own, {"COLUMNS": "200"}))


@pytest.fixture
def folder(home: Home, photos: Mapping[str, bytes]) -> Callable[[dict[str, str | bytes]], str]:
    """Writes a folder of photos: `folder({"Barack Obama/1.jpg": "obama.jpg"})`."""

    def write(files: dict[str, str | bytes]) -> str:
        for name, content in files.items():
            path = home.folder / "stars" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(photos[content] if isinstance(content, str) else content)
        return "stars"

    return write


Folder = Callable[[dict[str, str | bytes]], str]
CLEAN: dict[str, str | bytes] = {
    "Barack Obama/1.jpg": "obama.jpg",
    "Barack Obama/2.jpg": "obama2.jpg",
    "Barack Obama/3.jpg": "obama3.jpg",
    "Eileen Collins/1.png": "astronaut.png",
    "Tom Hanks/1.png": "Tom_Hanks_54745.png",
}


def jpeg(data: bytes, scale: float = 1.0) -> bytes:
    image = PIL.Image.open(io.BytesIO(data)).convert("RGB")
    written = io.BytesIO()
    size = (round(image.width * scale), round(image.height * scale))
    image.resize(size).save(written, "JPEG", quality=75)
    return written.getvalue()


def test_a_clean_gallery_has_no_findings(home: Home, folder: Folder) -> None:
    home("import", folder(CLEAN), *CREDITED)
    assert "Checked 3 people with 5 portraits.\nNothing was found." in home("check")
    assert home.findings("--photos", "stars", code=0) == {}


def test_a_portrait_of_someone_else_is_named_and_can_be_removed(home: Home, folder: Folder) -> None:
    home("import", folder(CLEAN | {"Barack Obama/4.jpg": "biden.jpg"}), *CREDITED)
    found = home.findings("--photos", "stars")
    assert found.keys() == {"disagrees"}
    (finding,) = found["disagrees"]
    (place,) = finding["places"]
    assert place["source"] == "Barack Obama/4.jpg"
    assert place["name"] == {"ko": None, "en": "Barack Obama"}
    assert finding["cosine"] < 0.29
    assert finding["why"].startswith("unlike the other 3 portraits of Barack Obama, and like Joe B")
    removal = finding["advice"].partition("lookalike gallery ")[2].split()
    assert removal[-1] == place["portrait"]
    assert f"Removed the portrait {place['portrait']}" in home(*removal)
    assert home.findings(code=0) == {}


def test_two_that_disagree_are_both_named(home: Home, folder: Folder) -> None:
    files: dict[str, str | bytes] = {"Collins/1.png": "astronaut.png", "Collins/2.jpg": "biden.jpg"}
    home("import", folder(files), *CREDITED)
    (finding,) = home.findings("--photos", "stars")["disagrees"]
    assert [each["source"] for each in finding["places"]] == ["Collins/1.png", "Collins/2.jpg"]


def test_one_face_under_two_names(home: Home, folder: Folder) -> None:
    home("import", folder(CLEAN | {"Someone Else.jpg": "obama3.jpg"}), *CREDITED)
    # The same photo again is refused, so it comes by another way.
    (home.folder / "other.jpg").write_bytes(
        jpeg((home.folder / "stars/Tom Hanks/1.png").read_bytes())
    )
    home("add", "다른 사람", "other.jpg", *CREDITED)
    found = home.findings()["same-face"]
    names = [{name for each in f["places"] for name in each["name"].values()} for f in found]
    assert {"Tom Hanks", "다른 사람"} <= names[0]
    assert found[0]["cosine"] > 0.85
    assert [each["cosine"] for each in found] == sorted((f["cosine"] for f in found), reverse=True)
    # The starter has Tom Hanks too: under this name that is someone else, under his own it is he.
    with_starter = [f for f in found if "starter" in {each["collection"] for each in f["places"]}]
    assert ["Tom Hanks" in n and "다른 사람" in n for n in names].count(True) == 2
    assert all("--collection starter" not in each["advice"] for each in with_starter)
    assert all("give one all the photos" in each["advice"] for each in with_starter)
    union = found[0]["advice"].partition("lookalike gallery ")[2].partition(";")[0].split()
    assert union[0] == "merge"
    assert "in mine: 1 portrait came over." in home(*union)


def test_a_copy_is_a_near_duplicate(
    home: Home, folder: Folder, photos: Mapping[str, bytes]
) -> None:
    home("import", folder(CLEAN | {"Barack Obama/5.jpg": jpeg(photos["obama.jpg"])}), *CREDITED)
    found = home.findings("--photos", "stars")
    assert found.keys() == {"near-duplicate"}
    (finding,) = found["near-duplicate"]
    sources = {each["source"] for each in finding["places"]}
    assert sources == {"Barack Obama/1.jpg", "Barack Obama/5.jpg"}


def test_missing_credits_are_counted_by_person(home: Home, folder: Folder) -> None:
    home("import", folder(CLEAN), "--author", "NASA")
    found = home.findings("--collection", "mine")
    assert found.keys() == {"no-credit"}
    assert "3 of 3 portraits of Barack Obama have no licence" in [
        f["why"] for f in found["no-credit"]
    ]
    assert "No credit: 3" in home("check", code=3)


def test_poor_portraits_are_named(home: Home, folder: Folder, photos: Mapping[str, bytes]) -> None:
    small = jpeg(photos["biden.jpg"], 0.12)
    home("import", folder({"Joe Biden.jpg": small}), *CREDITED)
    (finding,) = home.findings("--photos", "stars")["low-quality"]
    assert "pixels wide" in finding["why"]
    assert finding["places"][0]["source"] == "Joe Biden.jpg"


def test_covered_portraits_are_named(
    home: Home, folder: Folder, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """By their photos, or by the thumbnails that were kept."""
    masked = coverings.covered(engine.analyzer, photos["biden.jpg"], "mask")
    home("import", folder({"Joe Biden.png": masked}), *CREDITED)
    assert home.findings(code=0) == {}
    (seen,) = home.findings("--photos", "stars")["low-quality"]
    home("import", "stars", "--thumbnails", *CREDITED)
    (shown,) = home.findings()["low-quality"]
    assert seen["why"] == shown["why"] == "behind a mask"
    assert seen["places"][0]["source"] == "Joe Biden.png"


def test_group_photos_are_found_with_the_photos(
    home: Home, folder: Folder, photos: Mapping[str, bytes]
) -> None:
    """Obama's face is the larger one beside Biden's, so it was taken for Biden."""
    obama, biden = (
        PIL.Image.open(io.BytesIO(photos[name])).convert("RGB")
        for name in ("obama.jpg", "biden.jpg")
    )
    both = PIL.Image.new("RGB", (1400, 1137))
    both.paste(obama, (0, 0))
    both.paste(biden.resize((400, 400 * biden.height // biden.width)), (950, 200))
    written = io.BytesIO()
    both.save(written, "PNG")
    home("import", folder({"Joe Biden/1.png": written.getvalue()}), *CREDITED)
    (home.folder / "stars/Joe Biden/2.jpg").write_bytes(photos["biden.jpg"])
    home("import", "stars", *CREDITED)
    assert "group-photo" not in home.findings()
    (finding,) = home.findings("--photos", "stars")["group-photo"]
    assert finding["places"][0]["source"] == "Joe Biden/1.png"
    assert "more like the other portraits of Joe Biden" in finding["why"]


def test_what_is_not_there_is_an_error(home: Home) -> None:
    home("check", "--collection", "nope", code=1)
    home("check", "--photos", "missing", code=2)
    assert "Checked 0 people" in home("check")


def unit(number: int) -> Floats:
    vector = np.zeros(128, np.float32)
    vector[number] = 1
    return vector


def member(
    name: str, *vectors: Floats, collection: str = "mine", quality: Quality | None = None
) -> Member:
    person = Person(f"U{name}{collection}", collection, Text(en=name))
    portraits = tuple(
        StoredPortrait(each, CREDIT, quality=quality, id=f"{name}-{number}")
        for number, each in enumerate(vectors)
    )
    return Member(person, portraits)


def faults(checkup: Checkup) -> list[tuple[GalleryFault, list[str]]]:
    return [(each.fault, [str(p.portrait) for p in each.places]) for each in checkup.findings]


def test_wrong_portraits_are_taken_away_one_by_one() -> None:
    """Two wrong ones would drag the mean; after the first has gone the second shows."""
    someone = member("a", unit(0), unit(0), unit(0), unit(1), unit(2))
    found = [names for fault, names in faults(check([someone], bars=BARS)) if fault == "disagrees"]
    assert sorted(found) == [["a-3"], ["a-4"]]


def test_whom_a_wrong_portrait_shows_is_named() -> None:
    people = [member("a", unit(0), unit(0), unit(1)), member("b", unit(1))]
    finding = check(people, bars=BARS).findings[0]
    assert finding.why == "unlike the other 2 portraits of a, and like b (Ubmine)"


def test_one_person_in_two_collections_is_meant_so() -> None:
    mine, fans = member("a", unit(0)), member("a", unit(0), collection="fans")
    assert check([mine, fans], bars=BARS).findings == ()
    other = member("b", unit(0), collection="fans")
    assert {fault for fault, _ in faults(check([mine, other], bars=BARS))} == {
        GalleryFault.SAME_FACE,
        GalleryFault.NEAR_DUPLICATE,
    }
    assert [fault for fault, _ in faults(check([mine], [other], bars=BARS))] == [
        GalleryFault.SAME_FACE
    ]


def test_means_of_many_portraits_alone_make_no_same_face() -> None:
    """Portraits at random round one direction: their means are alike, no two of them are."""
    draw = np.random.default_rng(0).normal
    middle = unit(0)
    noisy = [[_unit(middle + 0.15 * draw(size=128)) for _ in range(30)] for _ in "ab"]
    found = check([member("a", *noisy[0]), member("b", *noisy[1])], bars=BARS)
    assert "same-face" not in {fault for fault, _ in faults(found)}


def _unit(vector: np.ndarray[Any, Any]) -> Floats:
    unit: Floats = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def test_pairs_are_those_of_a_plain_search_across_blocks() -> None:
    vectors = np.random.default_rng(1).normal(size=(1100, 4))
    people = [
        member(str(number), _unit(np.pad(each, (0, 124)))) for number, each in enumerate(vectors)
    ]
    found = check(people, bars=BARS)
    means = np.array([each.portraits[0].vector for each in people])
    expected = int(np.triu(means @ means.T >= BARS.same_face, 1).sum())
    same = [each for each in found.findings if each.fault is GalleryFault.SAME_FACE]
    duplicates = [each for each in found.findings if each.fault is GalleryFault.NEAR_DUPLICATE]
    assert (len(same), len(duplicates)) == (1000, 1000)
    copies = int(np.triu(means @ means.T >= 0.95, 1).sum())
    assert found.left_off == expected - 1000 + copies - 1000
    assert same[0].cosine == pytest.approx(float(np.triu(means @ means.T, 1).max()))


def test_bars_of_quality() -> None:
    poor = Quality(0.85, 40, 5, 50, Pose(-50, 0, 0))
    (finding,) = check([member("a", unit(0), quality=poor)], bars=BARS).findings
    assert finding.why == (
        "the face is only 40 pixels wide, blurred (sharpness 5 of 100), turned away by 50 degrees, "
        "the detector is only 85.0% sure of the face"
    )
    good = Quality(0.9, 100, 60, 50, Pose(10, 0, 0))
    assert check([member("a", unit(0), quality=good)], bars=BARS).findings == ()
