"""Packs: every fact goes with them, and nothing in them is trusted."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.errors import ContractMismatch, InvalidParameter
from lookalike.faces.appearance.appearance import Appearance
from lookalike.faces.geometry import Box
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources import pack
from lookalike.gallery.sources.values import stable_id
from tests.support.packs import changed, manifest, members, resealed

CREDIT = Credit("A. Uthor", "CC0", "https://example.org/cc0", "https://example.org/")
OBAMA = Person(
    id="Q76",
    collection="mine",
    name=Text("버락 오바마", "Barack Obama"),
    description=Text("제44대 대통령", "44th president"),
    born="1961-08-04",
    died="2999",
    groups=("presidents", "authors"),
    gender="male",
    country="US",
    fields=("politics", "letters"),
    wikidata="Q76",
    websites=("https://www.obama.org/",),
    external_ids=(("imdb", "nm1682433"), ("kpopping", "가 / 나")),
)


def unit(seed: int) -> Floats:
    vector = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


@pytest.fixture(scope="module")
def small(engine: LocalEngine, photos: Mapping[str, bytes]) -> bytes:
    """A thumbnail of Obama."""
    data = photos["obama.jpg"]
    thumbnail = engine.analyzer.with_thumbnail(
        engine.analyzer.analyze(data).main_face(), data
    ).thumbnail
    assert thumbnail is not None
    return thumbnail


def whole(thumbnail: bytes | None) -> Portrait:
    """A portrait of which everything is known."""
    return Portrait(
        unit(1),
        CREDIT,
        image_id="1" * 64,
        box=Box(1.5, 2, 30, 40),
        quality=Quality(0.9, 30, 50, 45, Pose(1, -2, 3), on_face=False),
        external_image_id="poster-7",
        image_size=(640, 480),
        fetched_at=datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC),
        thumbnail=thumbnail,
        appearance=Appearance.of(np.arange(-100, 105).astype(np.float32)),
    )


def everyone(thumbnail: bytes | None = None) -> list[tuple[Person, list[Portrait]]]:
    return [
        (OBAMA, [whole(thumbnail), Portrait(unit(2))]),
        (Person(id="U1", collection="mine", name=Text("가")), [Portrait(unit(3))]),
        (Person(id=stable_id("mine", "나"), collection="mine", name=Text("나")), []),
    ]


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A pack without thumbnails."""
    counts = pack.write(tmp_path / "mine.pack.zip", "mine", everyone(), SFACE)
    assert counts == {"people": 3, "portraits": 3, "thumbnails": 0}
    return tmp_path / "mine.pack.zip"


@pytest.fixture
def pictured(tmp_path: Path, small: bytes) -> Path:
    """A pack with one thumbnail."""
    path = tmp_path / "pictured.pack.zip"
    counts = pack.write(path, "mine", everyone(small), SFACE, thumbnails=True)
    assert counts["thumbnails"] == 1
    return path


def test_a_pack_carries_every_field(pictured: Path, small: bytes) -> None:
    """A new field of a person or a portrait fails here until packs carry it."""
    read = pack.read(pictured, None, SFACE)
    (person, (portrait, _)), *_ = read.people
    for field in fields(Person):
        assert getattr(OBAMA, field.name) != field.default, f"fill {field.name} in this test"
        assert getattr(person, field.name) == getattr(OBAMA, field.name)
    # Coverage is warned of where a portrait is added, and kept nowhere.
    for field in (each for each in fields(Portrait) if each.name != "coverage"):
        value = getattr(whole(small), field.name)
        assert value is not None, f"fill {field.name} in this test"
        if field.name == "vector":
            assert portrait.vector @ value == pytest.approx(1, abs=1e-5)
        elif field.name == "appearance":
            assert portrait.appearance
            assert portrait.appearance.packed() == value.packed()
        else:
            assert getattr(portrait, field.name) == value


def test_a_pack_carries_everyone(packed: Path) -> None:
    read = pack.read(packed, None, SFACE)
    assert (read.collection, read.contract, read.thumbnails) == ("mine", SFACE.contract, 0)
    assert [person for person, _ in read.people] == [person for person, _ in everyone()]
    (first, second), (third,), none = (own for _, own in read.people)
    assert (first.image_id, second.credit, none) == ("1" * 64, None, ())
    for seed, portrait in enumerate((first, second, third), 1):
        assert portrait.vector @ unit(seed) == pytest.approx(1, abs=1e-5)


def test_thumbnails_only_if_asked_for(tmp_path: Path, small: bytes) -> None:
    path = tmp_path / "x.zip"
    pack.write(path, "mine", everyone(small), SFACE)
    assert pack.read(path, None, SFACE).thumbnails == 0
    assert small not in path.read_bytes()


def test_times_are_carried_in_utc(tmp_path: Path) -> None:
    seoul = datetime(2026, 5, 6, 16, 8, tzinfo=timezone(timedelta(hours=9)))
    pack.write(tmp_path / "x.zip", "mine", [(OBAMA, [Portrait(unit(1), fetched_at=seoul)])], SFACE)
    ((_, (portrait,)),) = pack.read(tmp_path / "x.zip", None, SFACE).people
    assert portrait.fetched_at == datetime(2026, 5, 6, 7, 8, tzinfo=UTC)


def test_the_same_gallery_makes_the_same_pack(pictured: Path, small: bytes) -> None:
    again = pictured.with_name("again.zip")
    pack.write(again, "mine", everyone(small), SFACE, thumbnails=True)
    assert again.read_bytes() == pictured.read_bytes()
    assert not list(pictured.parent.glob("*.part"))


def test_a_pack_that_would_be_too_large_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: bytes
) -> None:
    monkeypatch.setitem(pack._LIMITS, "thumbnails.bin", len(small) - 1)
    with pytest.raises(InvalidParameter, match=r"thumbnails.bin of this pack would have more than"):
        pack.write(tmp_path / "x.zip", "mine", everyone(small), SFACE, thumbnails=True)
    assert list(tmp_path.iterdir()) == []


def test_packs_of_version_1_are_read(packed: Path) -> None:
    facts = json.loads(members(packed)["manifest.json"])
    del facts["thumbnails"], facts["members"]["thumbnails.bin"]
    facts["version"] = 1
    first = changed(packed, manifest__json=json.dumps(facts).encode(), thumbnails__bin=None)
    read = pack.read(first, None, SFACE)
    assert [person for person, _ in read.people] == [person for person, _ in everyone()]
    with pytest.raises(InvalidParameter, match=r"holds 'thumbnails\.bin', which no pack does"):
        pack.read(changed(first, thumbnails__bin=b""), None, SFACE)


def test_a_pack_that_moves_gets_the_ids_of_its_new_collection(packed: Path) -> None:
    ids = [person.id for person, _ in pack.read(packed, "other", SFACE).people]
    assert ids == ["Q76", stable_id("other", "U1"), stable_id("other", "나")]


def test_tampered_packs_are_refused(packed: Path) -> None:
    people, vectors = members(packed)["people.jsonl"], members(packed)["vectors.npy"]
    for changes, why in (
        ({"people__jsonl": people.replace(b"Obama", b"Osama")}, "people.jsonl is not what"),
        ({"vectors__npy": vectors[:-2] + b"\0\0"}, "vectors.npy is not what the manifest states"),
        ({"thumbnails__bin": b"x"}, "thumbnails.bin is not what the manifest states"),
        ({"people__jsonl": None}, "it holds 0 times people.jsonl"),
        ({"thumbnails__bin": None}, "it holds 0 times thumbnails.bin"),
        ({"manifest__json": b"{"}, "its manifest is not JSON"),
        ({"manifest__json": b"[]"}, "its manifest is not a JSON object"),
        ({"manifest__json": manifest(packed, format="x")}, "its format is 'x'"),
        ({"manifest__json": manifest(packed, version=3)}, "its version is 3; this one reads 1 and"),
        ({"manifest__json": manifest(packed, version=True)}, "its version is True"),
        ({"manifest__json": manifest(packed, version=[])}, r"its version is \[\]"),
        ({"manifest__json": manifest(packed, members=None)}, "its manifest lacks 'members'"),
        ({"manifest__json": manifest(packed, people=9)}, "it holds 3 people and states 9"),
        ({"manifest__json": manifest(packed, thumbnails=9)}, "it holds 0 thumbnails and states 9"),
        ({"manifest__json": manifest(packed, portraits=9)}, "vectors.npy is not 9 x 128 numbers"),
        ({"manifest__json": manifest(packed, portraits=10**12)}, "vectors.npy is not 10000000"),
        ({"people__jsonl": b"0" * 30_000_000}, "unfolds to more than 200 times"),
    ):
        with pytest.raises(InvalidParameter, match=why):
            pack.read(changed(packed, **changes), None, SFACE)


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "thumbnails/../../x", "people.JSONL"])
def test_packs_with_other_members_are_refused(packed: Path, name: str) -> None:
    with zipfile.ZipFile(packed, "a") as file:
        file.writestr(name, "x")
    with pytest.raises(InvalidParameter, match="which no pack does"):
        pack.read(packed, None, SFACE)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip"])
def test_files_that_are_no_packs(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InvalidParameter, match="no sound zip file"):
        pack.read(tmp_path / "x.zip", None, SFACE)


def stated(path: Path, **changes: object) -> bytes:
    """`people.jsonl` with another first portrait."""
    first, *others = members(path)["people.jsonl"].decode().splitlines()
    row: dict[str, Any] = json.loads(first)
    row["portraits"][0] |= changes
    return "\n".join([json.dumps(row), *others, ""]).encode()


def written(size: tuple[int, int], kind: str) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xd8 no picture", "broken|cannot be read"),
        (b"<svg onload=alert(1)>", "not an image of a format we read"),
        (written((200, 200), "PNG"), "square JPEG, not 200 x 200 in PNG"),
        (written((200, 100), "JPEG"), "square JPEG, not 200 x 100 in JPEG"),
        (written((400, 400), "JPEG"), "a side may have at most 320"),
        (written((9, 9), "JPEG"), "each side needs at least 16"),
        (written((200, 200), "JPEG") + np.random.default_rng(1).bytes(300_000), "at most 262,144"),
        (b"", "a thumbnail is stated that is not there"),
    ],
)
def test_thumbnails_that_are_none_are_refused(pictured: Path, data: bytes, why: str) -> None:
    people = stated(pictured, thumbnail=len(data))
    hostile = resealed(pictured, people__jsonl=people, thumbnails__bin=data)
    with pytest.raises(InvalidParameter, match=f"line 1 of people.jsonl cannot be used.*({why})"):
        pack.read(hostile, None, SFACE)


@pytest.mark.parametrize("length", [-1, 0, 1.5, True, "9", 10**30, [1]])
def test_lengths_of_thumbnails_that_cannot_be(pictured: Path, length: object) -> None:
    hostile = resealed(pictured, people__jsonl=stated(pictured, thumbnail=length))
    with pytest.raises(InvalidParameter, match="a thumbnail is stated that is not there"):
        pack.read(hostile, None, SFACE)


def test_more_thumbnails_than_are_stated(pictured: Path, small: bytes) -> None:
    with pytest.raises(InvalidParameter, match="more thumbnails than it states"):
        pack.read(resealed(pictured, thumbnails__bin=small + b"x"), None, SFACE)
    with pytest.raises(InvalidParameter, match="it holds 1 thumbnails and states 2"):
        pack.read(resealed(pictured, {"thumbnails": 2}), None, SFACE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"fetched_at": "yesterday"}, "'yesterday' is no time"),
        ({"fetched_at": "0001-01-01T00:00+23:00"}, "is no time"),
        ({"fetched_at": 5}, "fromisoformat"),
        ({"external_image_id": "../x"}, "'../x' is not allowed here"),
        ({"image_id": ""}, "'' is not allowed here"),
        ({"credit": {"licence_url": "javascript:x"}}, "no web address"),
    ],
)
def test_portraits_that_cannot_be_used(pictured: Path, changes: dict[str, Any], why: str) -> None:
    hostile = resealed(pictured, people__jsonl=stated(pictured, **changes))
    with pytest.raises(InvalidParameter, match=why):
        pack.read(hostile, None, SFACE)


def test_a_pack_of_another_model_needs_thumbnails(packed: Path, pictured: Path) -> None:
    other = changed(packed, manifest__json=manifest(packed, contract="other/1"))
    with pytest.raises(
        ContractMismatch, match=r"made with other/1, but sface-2021dec/1.*export --thumbnails"
    ):
        pack.read(other, None, SFACE)
    vectors = pack._npy([unit(each) for each in (1, 2, 3)], 128)
    read = pack.read(resealed(pictured, {"contract": "other/1"}, vectors__npy=vectors), None, SFACE)
    assert (read.contract, read.thumbnails) == ("other/1", 1)


def test_vectors_of_another_model_have_its_dimension(pictured: Path) -> None:
    for dimension, fits in ((512, True), (8_192, True), (8_193, False)):
        vectors = np.zeros((3, dimension), np.float32)
        vectors[:, 0] = 1
        other = resealed(
            pictured, {"contract": "other/1"}, vectors__npy=pack._npy(list(vectors), dimension)
        )
        if fits:
            read = pack.read(other, None, SFACE)
            assert read.people[0][1][0].vector.shape == (dimension,)
        else:
            with pytest.raises(InvalidParameter, match=r"vectors\.npy is not 3 x 8192"):
                pack.read(other, None, SFACE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "../x"}, "'../x' is not allowed here"),
        ({"name": {}}, "a person has no name"),
        ({"websites": ["javascript:x"]}, "no web address"),
        ({"groups": [1]}, "no text"),
        ({"external_ids": ["ab"]}, "'ab' is no pair"),
        ({"external_ids": [["imdb", 5]]}, "no text"),
        ({"external_ids": [["../x", "5"]]}, "'../x' is no place of ids"),
        ({"external_ids": [["imdb", "\u0007"]]}, "characters that can be shown"),
        ({"portraits": [{}]}, "image_id"),
        ({"portraits": [{"image_id": "1"}] * 4}, "more portraits than it has vectors"),
        ({"portraits": []}, "more vectors than it states portraits"),
        ({"portraits": [{"image_id": "1", "thumbnail": 9}]}, "a thumbnail is stated that is not"),
    ],
)
def test_packs_whose_people_cannot_be_used(
    packed: Path, changes: dict[str, object], why: str
) -> None:
    """Sums that are right say only that the file is as its author made it."""
    first, *others = members(packed)["people.jsonl"].decode().splitlines()
    row = json.dumps(json.loads(first) | changes)
    hostile = resealed(packed, people__jsonl="\n".join([row, *others, ""]).encode())
    with pytest.raises(InvalidParameter, match=why):
        pack.read(hostile, None, SFACE)
