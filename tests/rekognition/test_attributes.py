"""Attributes, Confidence and Quality over Amazon's own client: what is measured, and all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from docs import attributes as recorded
from lookalike.faces.quality import Pose, Quality
from lookalike.faces.traits.traits import Gaze, Trait, Traits
from lookalike.rekognition.faces import attributes, scales
from tests.support import coverings
from tests.support.amazon.clients import client
from tests.support.amazon.service_model import service
from tests.support.serving import Server

Photos = Mapping[str, bytes]
DEFAULT = {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}


@pytest.fixture(scope="module")
def aws(server: Server) -> Iterator[Any]:
    with client(server.url) as opened:
        yield opened


@pytest.fixture(scope="module")
def complete(serve: Callable[..., AbstractContextManager[Server]]) -> Iterator[Any]:
    with serve(attributes="complete") as server, client(server.url) as opened:
        yield opened


def details(aws: Any, photo: bytes, *asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.detect_faces(Image={"Bytes": photo}, Attributes=list(asked))[
        "FaceDetails"
    ]
    return found


def members_of(shape: str) -> set[str]:
    return set(service().shape_for(shape).members)


def test_what_is_measured_is_told_of_a_portrait(aws: Any, photos: Photos) -> None:
    (face,) = details(aws, photos["astronaut.png"], "ALL")
    assert face.keys() == members_of("FaceDetail") - {"EyesOpen", "FaceOccluded"}
    for member in ("Smile", "MouthOpen"):
        assert face[member]["Value"] is True
        assert face[member]["Confidence"] > 90
    for member in ("Eyeglasses", "Sunglasses", "Beard", "Mustache"):
        assert face[member]["Value"] is False
        assert face[member]["Confidence"] > 90
    assert [each["Type"] for each in face["Emotions"]] == ["HAPPY", "CALM"]
    assert abs(face["EyeDirection"]["Yaw"]) < 10
    assert 80 < face["EyeDirection"]["Confidence"] < 100


def test_only_what_is_asked_for_is_told(aws: Any, photos: Photos) -> None:
    (face,) = details(aws, photos["obama.jpg"], "DEFAULT", "SUNGLASSES", "EMOTIONS")
    assert face.keys() - DEFAULT == {"Sunglasses", "Emotions"}
    (face,) = details(aws, photos["obama.jpg"], "FACE_OCCLUDED")
    assert face.keys() == DEFAULT


def test_nothing_that_amazon_sends_is_missing_of_what_is_complete(
    complete: Any, photos: Photos
) -> None:
    """Six people, one in profile, and a cat that is taken for one: all is told, or not known."""
    for photo in (photos["t1.jpg"], coverings.cat()):
        for face in details(complete, photo, "ALL"):
            check_whole(face)
    (face,) = details(complete, photos["obama.jpg"], "DEFAULT")
    assert face.keys() == DEFAULT


def check_whole(face: Mapping[str, Any]) -> None:
    assert face.keys() == members_of("FaceDetail")
    emotions = [each["Confidence"] for each in face["Emotions"]]
    assert emotions == sorted(emotions, reverse=True)
    kinds = {each["Type"] for each in face["Emotions"]}
    assert kinds == set(service().shape_for("EmotionName").enum) - {"UNKNOWN"}
    for name in members_of("FaceDetail"):
        told = face[name]
        if isinstance(told, dict):
            assert told.keys() == set(service().shape_for("FaceDetail").members[name].members)
            assert 0 <= told.get("Confidence", 50) <= 100


def test_compared_and_indexed_faces_are_complete_too(complete: Any, photos: Photos) -> None:
    image = {"Bytes": photos["obama.jpg"]}
    compared = complete.compare_faces(SourceImage=image, TargetImage={"Bytes": photos["t1.jpg"]})
    celebrities = complete.recognize_celebrities(Image=image)
    faces = [
        *(each["Face"] for each in compared["FaceMatches"]),
        *compared["UnmatchedFaces"],
        *(each["Face"] for each in celebrities["CelebrityFaces"]),
        *celebrities["UnrecognizedFaces"],
    ]
    assert len(faces) == 7
    for face in faces:
        assert face.keys() == members_of("ComparedFace")
    complete.create_collection(CollectionId="complete")
    indexed = complete.index_faces(
        CollectionId="complete", Image=image, DetectionAttributes=["ALL"]
    )
    complete.delete_collection(CollectionId="complete")
    (record,) = indexed["FaceRecords"]
    check_whole(record["FaceDetail"])
    assert record["Face"]["Confidence"] == record["FaceDetail"]["Confidence"] > 99


def test_of_whom_nothing_is_known_the_value_is_false_and_the_confidence_50() -> None:
    told = attributes.of_traits(None, {"ALL"}, complete=True)
    assert told["Beard"] == {"Value": False, "Confidence": 50.0}
    assert told["Emotions"][0] == {"Type": "CALM", "Confidence": 50.0}
    assert sum(each["Confidence"] for each in told["Emotions"]) == pytest.approx(100)
    assert told["EyeDirection"] == {"Yaw": 0.0, "Pitch": 0.0, "Confidence": 50.0}
    assert attributes.of_traits(None, {"ALL"}, complete=False) == {}


def test_eyes_are_told_the_less_surely_the_nearer_they_are_to_the_bar() -> None:
    """Between those that look into the camera and those that look aside lie 12 degrees."""

    def confidence(yaw: float, open_eyes: float = 1.0) -> float:
        likely = dict.fromkeys(Trait, 0.0) | {Trait.EYES_OPEN: open_eyes}
        told = attributes.of_traits(Traits(likely, Gaze(yaw, 0)), {"EYE_DIRECTION"}, complete=False)
        return float(told["EyeDirection"]["Confidence"])

    assert confidence(12) == confidence(-12) == 68
    assert confidence(0) == confidence(24) > 94
    assert confidence(-40) == 99
    assert confidence(-40, open_eyes=0) == 50


def test_what_is_sent_beat_nine_of_ten_where_it_was_measured() -> None:
    (test,) = (each for each in recorded.read() if each["protocol"].endswith(" test"))
    lows = {key: each["low"] or 0.0 for key, each in recorded.figures(test).items()}
    assert {each for each in Trait if lows[f"balanced/{each}"] > 0.9} == attributes.PROVEN
    assert lows["balanced/eye_side"] > 0.9
    # What says 90 or more is right as often.
    assert all(low > 0.9 for key, low in lows.items() if key.startswith("sure/"))


def test_clear_portraits_pass_the_gates_of_programs(aws: Any, photos: Photos) -> None:
    for name in ("obama.jpg", "biden.jpg", "astronaut.png"):
        (face,) = details(aws, photos[name], "DEFAULT")
        assert face["Confidence"] > 99
        assert face["Quality"]["Sharpness"] > 90
        assert face["Quality"]["Brightness"] > 80


def test_scales_keep_the_order_of_what_they_are_made_of() -> None:
    def quality(of: float) -> Quality:
        return Quality(0.9, 100, sharpness=of, brightness=of, pose=Pose(0, 0, 0))

    steps = [each / 2 for each in range(201)]
    for scale in (scales.sharpness, scales.brightness):
        shown = [scale(quality(each)) for each in steps]
        assert shown == sorted(shown)
        assert (shown[0], shown[-1]) == (0, 100)
    for on_face in (True, False):
        surer = [scales.confidence(each / 200, on_face=on_face) for each in steps]
        assert surer == sorted(surer)
    assert scales.confidence(0.93, on_face=True) > 99 > scales.confidence(0.85, on_face=True)
    assert scales.confidence(0.85, on_face=False) == 93
