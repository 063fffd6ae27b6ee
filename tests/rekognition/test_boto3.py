"""The Rekognition API through Amazon's own client, on real photos and real networks."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import boto3
import PIL.Image
import PIL.ImageFilter
import pytest
from botocore.loaders import Loader

from lookalike.engine.local import LocalEngine
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.quality import Pose
from lookalike.rekognition.quality_filter import passing, reasons
from tests.support import coverings
from tests.support.amazon.clients import client, refusing
from tests.support.amazon.cloud import Cloud
from tests.support.serving import Server

Photos = Mapping[str, bytes]
MAX_IMAGE = 5_242_880
LANDMARKS = {"eyeLeft", "eyeRight", "mouthLeft", "mouthRight", "nose"}


@pytest.fixture(scope="module")
def aws(server: Server) -> Iterator[Any]:
    with client(server.url) as opened:
        yield opened


def png(picture: PIL.Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def blank(width: int, height: int) -> bytes:
    return png(PIL.Image.new("RGB", (width, height), "white"))


_FROM_LEFT_TO_RIGHT = (
    "leftEyeLeft leftPupil leftEyeRight rightEyeLeft rightPupil rightEyeRight",
    "leftEyeBrowLeft leftEyeBrowUp leftEyeBrowRight rightEyeBrowLeft rightEyeBrowUp "
    "rightEyeBrowRight",
    "mouthLeft mouthUp mouthRight",
    "noseLeft noseRight",
    "upperJawlineLeft midJawlineLeft chinBottom midJawlineRight upperJawlineRight",
)


def opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data)).convert("RGB")


def smaller(data: bytes, factor: float) -> bytes:
    picture = opened(data)
    return png(picture.resize((round(picture.width * factor), round(picture.height * factor))))


def area(face: Mapping[str, Any]) -> float:
    return float(face["BoundingBox"]["Width"] * face["BoundingBox"]["Height"])


def check_face(face: Mapping[str, Any]) -> None:
    assert set(face) == {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
    box = face["BoundingBox"]
    assert -0.05 < box["Left"] < box["Left"] + box["Width"] < 1.05
    assert -0.05 < box["Top"] < box["Top"] + box["Height"] < 1.05
    assert 60 < face["Confidence"] <= 100
    at = {each["Type"]: (each["X"], each["Y"]) for each in face["Landmarks"]}
    assert at.keys() == LANDMARKS
    assert at["eyeLeft"][0] < at["eyeRight"][0]
    assert at["mouthLeft"][0] < at["mouthRight"][0]
    assert at["eyeLeft"][1] < at["nose"][1] < at["mouthRight"][1]
    assert all(box["Left"] < x < box["Left"] + box["Width"] for x, _ in at.values())
    assert all(-90 <= face["Pose"][axis] <= 90 for axis in ("Roll", "Yaw", "Pitch"))
    assert all(0 <= face["Quality"][each] <= 100 for each in ("Brightness", "Sharpness"))


def test_application_written_for_aws_needs_only_another_endpoint(
    server: Server, photos: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", server.url)
    application = boto3.session.Session().client("rekognition")
    answer = application.recognize_celebrities(Image={"Bytes": photos["obama2.jpg"]})
    celebrity = answer["CelebrityFaces"][0]
    assert celebrity["Name"] == "Barack Obama"
    assert "." in celebrity["Urls"][0].partition("/")[0]
    compared = application.compare_faces(
        SourceImage={"Bytes": photos["astronaut.png"]},
        TargetImage={"Bytes": photos["biden.jpg"]},
        SimilarityThreshold=0,
    )
    assert 0 <= compared["FaceMatches"][0]["Similarity"] < 80
    application.close()


@pytest.mark.parametrize(
    ("person", "name", "gender"),
    [
        ("Q567", "Angela Merkel", "Female"),
        ("Q76", "Barack Obama", "Male"),
        ("Q41173", "Demi Lovato", "Nonbinary"),
    ],
)
def test_the_gender_that_is_publicly_known(aws: Any, person: str, name: str, gender: str) -> None:
    info = aws.get_celebrity_info(Id=person)
    assert (info["Name"], info["KnownGender"]) == (name, {"Type": gender})


@pytest.mark.parametrize("name", ["obama.jpg", "obama2.jpg", "obama3.jpg"])
def test_celebrity_is_recognised(aws: Any, photos: Photos, name: str) -> None:
    answer = aws.recognize_celebrities(Image={"Bytes": photos[name]})
    (celebrity,) = answer["CelebrityFaces"]
    assert (celebrity["Name"], celebrity["Id"]) == ("Barack Obama", "Q76")
    assert celebrity["KnownGender"] == {"Type": "Male"}
    assert 90 < celebrity["MatchConfidence"] <= 100
    assert celebrity["Urls"][0] == "www.wikidata.org/wiki/Q76"
    assert not any("://" in url for url in celebrity["Urls"])
    check_face(celebrity["Face"])
    assert answer["UnrecognizedFaces"] == []
    assert "OrientationCorrection" not in answer
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36


def test_celebrity_info_is_that_of_the_recognised(aws: Any, photos: Photos) -> None:
    answer = aws.recognize_celebrities(Image={"Bytes": photos["obama.jpg"]})
    celebrity = answer["CelebrityFaces"][0]
    info = aws.get_celebrity_info(Id=celebrity["Id"])
    assert (info["Name"], info["Urls"]) == ("Barack Obama", celebrity["Urls"])


def test_every_celebrity_has_a_name_and_a_link(aws: Any, engine: LocalEngine) -> None:
    for person in engine.gallery.people()[::100]:
        info = aws.get_celebrity_info(Id=person.id)
        assert info["Name"] == person.name.get("en")
        assert info["Urls"]


def test_strangers_may_carry_their_nearest_person_with_a_low_confidence(
    serve: Callable[..., AbstractContextManager[Server]], photos: Photos
) -> None:
    with serve(celebrities="nearest") as server, client(server.url) as nearest:
        answer = nearest.recognize_celebrities(Image={"Bytes": photos["t1.jpg"]})
    faces = answer["CelebrityFaces"]
    assert len(faces) == 6
    assert answer["UnrecognizedFaces"] == []
    assert all(0 <= each["MatchConfidence"] < 99 for each in faces)
    areas = [area(each["Face"]) for each in faces]
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize(("name", "strangers"), [("astronaut.png", 1), ("t1.jpg", 6)])
def test_strangers_are_unrecognised(aws: Any, photos: Photos, name: str, strangers: int) -> None:
    answer = aws.recognize_celebrities(Image={"Bytes": photos[name]})
    assert answer["CelebrityFaces"] == []
    assert len(answer["UnrecognizedFaces"]) == strangers
    for face in answer["UnrecognizedFaces"]:
        check_face(face)


def test_whoever_shows_too_little_is_unrecognised(
    aws: Any, photos: Photos, analyzer: Analyzer
) -> None:
    covered = coverings.covered(analyzer, photos["obama.jpg"], "sunglasses")
    answer = aws.recognize_celebrities(Image={"Bytes": covered})
    assert (len(answer["CelebrityFaces"]), len(answer["UnrecognizedFaces"])) == (0, 1)


def test_the_more_people_the_less_sure(engine: LocalEngine, photos: Photos) -> None:
    """1,157 here; what is expected of strangers grows with how many are looked among."""
    face = engine.analyzer.analyze(photos["astronaut.png"]).faces[0]
    (match,) = engine.matcher.rank(face.embedding, 1)
    few, many = (replace(match.score, among=each).certainty for each in (10, 1000))
    assert 100 > few > many > 0
    assert few == pytest.approx(100 * math.exp(-10 * match.score.fmr))


def test_photo_without_faces_is_an_empty_answer(aws: Any) -> None:
    nothing = {"Bytes": blank(320, 240)}
    celebrities = aws.recognize_celebrities(Image=nothing)
    assert (celebrities["CelebrityFaces"], celebrities["UnrecognizedFaces"]) == ([], [])
    assert aws.detect_faces(Image=nothing)["FaceDetails"] == []


def test_unknown_celebrity_is_not_found(aws: Any) -> None:
    with pytest.raises(aws.exceptions.ResourceNotFoundException, match="'Q0'"):
        aws.get_celebrity_info(Id="Q0")


@pytest.mark.parametrize("attributes", [None, ["DEFAULT"]])
def test_faces_are_detected_largest_first(
    aws: Any, photos: Photos, attributes: list[str] | None
) -> None:
    asked = {} if attributes is None else {"Attributes": attributes}
    answer = aws.detect_faces(Image={"Bytes": photos["t1.jpg"]}, **asked)
    faces = answer["FaceDetails"]
    assert len(faces) == 6
    areas = [area(face) for face in faces]
    assert areas == sorted(areas, reverse=True)
    for face in faces:
        check_face(face)


def test_boxes_are_those_of_the_engine_as_ratios(
    aws: Any, photos: Photos, engine: LocalEngine
) -> None:
    answer = aws.detect_faces(Image={"Bytes": photos["astronaut.png"]})
    face, found = (
        answer["FaceDetails"][0],
        engine.analyzer.analyze(photos["astronaut.png"]).faces[0],
    )
    assert face["BoundingBox"] == pytest.approx(
        {
            "Left": found.box.left / 512,
            "Top": found.box.top / 512,
            "Width": found.box.width / 512,
            "Height": found.box.height / 512,
        },
        abs=1e-4,
    )
    at = {each["Type"]: each for each in face["Landmarks"]}
    assert at["eyeLeft"]["X"] == pytest.approx(found.landmarks.left_eye.x / 512, abs=1e-4)
    assert at["mouthRight"]["Y"] == pytest.approx(found.landmarks.mouth_right.y / 512, abs=1e-4)


@pytest.mark.parametrize("name", ["obama.jpg", "t1.jpg", "astronaut.png"])
def test_all_thirty_landmarks_come_with_all(aws: Any, photos: Photos, name: str) -> None:
    plain, found = (
        aws.detect_faces(Image={"Bytes": photos[name]}, Attributes=[each])["FaceDetails"]
        for each in ("DEFAULT", "ALL")
    )
    named = aws.meta.service_model.shape_for("LandmarkType").enum
    assert len(named) == 30
    for few, face in zip(plain, found, strict=True):
        assert face["Landmarks"][:5] == few["Landmarks"]
        at = {each["Type"]: (each["X"], each["Y"]) for each in face["Landmarks"]}
        assert at.keys() == set(named)
        # Of those who look aside, one point of an arch may hide another.
        for row in _FROM_LEFT_TO_RIGHT if name != "t1.jpg" else ():
            places = [at[each][0] for each in row.split()]
            assert places == sorted(places), row
        for eye in ("leftEye", "rightEye"):
            heights = [at[eye + each][1] for each in ("BrowUp", "Up", "Down")]
            assert heights == sorted(heights), eye
        assert at["mouthUp"][1] < at["mouthDown"][1] < at["chinBottom"][1]


def test_boxes_of_faces_that_are_cut_off_leave_the_photo(aws: Any, photos: Photos) -> None:
    answer = aws.detect_faces(Image={"Bytes": photos["obama_partial_face.jpg"]})
    (face,) = answer["FaceDetails"]
    assert face["BoundingBox"]["Left"] < 0


def test_boxes_are_those_of_the_displayed_photo(aws: Any, photos: Photos) -> None:
    picture = opened(photos["obama.jpg"])
    upright = aws.detect_faces(Image={"Bytes": png(picture)})["FaceDetails"][0]
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise, so stored turned the other way
    written = io.BytesIO()
    picture.transpose(PIL.Image.Transpose.ROTATE_90).save(written, "JPEG", quality=95, exif=exif)
    turned = aws.detect_faces(Image={"Bytes": written.getvalue()})["FaceDetails"][0]
    assert turned["BoundingBox"] == pytest.approx(upright["BoundingBox"], abs=0.01)


def test_small_faces_are_left_out(aws: Any, photos: Photos) -> None:
    """40 pixels in photos up to 1920 pixels, in proportion in larger ones."""
    portrait = opened(photos["astronaut.png"])  # its face is 90 pixels wide
    for factor, seen in ((0.5, 1), (0.4, 0)):
        answer = aws.detect_faces(Image={"Bytes": smaller(photos["astronaut.png"], factor)})
        assert len(answer["FaceDetails"]) == seen
    for width, seen in ((3840, 1), (4800, 0)):
        large = PIL.Image.new("RGB", (width, 600))
        large.paste(portrait, (0, 0))
        assert len(aws.detect_faces(Image={"Bytes": png(large)})["FaceDetails"]) == seen


def test_no_more_faces_than_amazon_answers(aws: Any, photos: Photos) -> None:
    """120 faces: 64 of which who they are is asked, 100 details, 100 compared."""
    tile = opened(photos["astronaut.png"]).crop((140, 20, 310, 190)).resize((100, 100))
    crowd = PIL.Image.new("RGB", (1200, 1000))
    for place in range(120):
        crowd.paste(tile, (place % 12 * 100, place // 12 * 100))
    image = {"Bytes": png(crowd)}
    assert len(aws.recognize_celebrities(Image=image)["UnrecognizedFaces"]) == 64
    assert len(aws.detect_faces(Image=image)["FaceDetails"]) == 100
    answer = compare(aws, photos["astronaut.png"], image["Bytes"])
    assert len(answer["FaceMatches"]) == 100


def compare(aws: Any, source: bytes, target: bytes, **options: Any) -> Any:
    return aws.compare_faces(
        SourceImage={"Bytes": source}, TargetImage={"Bytes": target}, **options
    )


@pytest.mark.parametrize("threshold", [None, 0, 80, 99])
def test_same_person_matches(aws: Any, photos: Photos, threshold: float | None) -> None:
    options = {} if threshold is None else {"SimilarityThreshold": threshold}
    answer = compare(aws, photos["obama.jpg"], photos["obama2.jpg"], **options)
    (match,) = answer["FaceMatches"]
    assert 95 < match["Similarity"] <= 100
    check_face(match["Face"])
    assert answer["UnmatchedFaces"] == []
    assert set(answer["SourceImageFace"]) == {"BoundingBox", "Confidence"}
    assert not any("OrientationCorrection" in name for name in answer)


def test_strangers_do_not_match(aws: Any, photos: Photos) -> None:
    answer = compare(aws, photos["obama.jpg"], photos["biden.jpg"])
    assert answer["FaceMatches"] == []
    (face,) = answer["UnmatchedFaces"]
    check_face(face)


def test_photo_matches_itself_at_100(aws: Any, photos: Photos) -> None:
    same = photos["obama.jpg"]
    answer = compare(aws, same, same, SimilarityThreshold=100)
    assert [each["Similarity"] for each in answer["FaceMatches"]] == [100.0]
    assert (
        answer["FaceMatches"][0]["Face"]["BoundingBox"]
        == (answer["SourceImageFace"]["BoundingBox"])
    )


def test_matches_fall_in_similarity_and_obey_the_threshold(aws: Any, photos: Photos) -> None:
    everyone = compare(aws, photos["t1.jpg"], photos["t1.jpg"], SimilarityThreshold=0)
    similarities = [each["Similarity"] for each in everyone["FaceMatches"]]
    assert len(similarities) == 6
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[0] == 100.0
    assert everyone["UnmatchedFaces"] == []
    threshold = (similarities[1] + similarities[2]) / 2
    some = compare(aws, photos["t1.jpg"], photos["t1.jpg"], SimilarityThreshold=threshold)
    assert [each["Similarity"] for each in some["FaceMatches"]] == similarities[:2]
    areas = [area(face) for face in some["UnmatchedFaces"]]
    assert len(areas) == 4
    assert areas == sorted(areas, reverse=True)


def test_largest_source_face_is_compared_with_every_target_face(aws: Any, photos: Photos) -> None:
    pair = PIL.Image.new("RGB", (1400, 1200))
    for left, name in ((0, "biden.jpg"), (700, "obama2.jpg")):
        person = opened(photos[name])
        person.thumbnail((700, 1200))
        pair.paste(person, (left, 0))
    answer = compare(aws, photos["obama.jpg"], png(pair))
    (match,), (other,) = answer["FaceMatches"], answer["UnmatchedFaces"]
    assert match["Similarity"] > 95
    assert match["Face"]["BoundingBox"]["Left"] > 0.5 > other["BoundingBox"]["Left"]


@pytest.mark.parametrize(
    ("quality_filter", "faces"),
    [(None, 1), ("NONE", 1), ("AUTO", 0), ("LOW", 0), ("MEDIUM", 0), ("HIGH", 0)],
)
def test_quality_filter_leaves_out_poor_faces(
    aws: Any, photos: Photos, quality_filter: str | None, faces: int
) -> None:
    """The target is blurred; the source, obama.jpg, passes every bar."""
    blurred = opened(photos["obama2.jpg"]).filter(PIL.ImageFilter.GaussianBlur(14))
    options = {} if quality_filter is None else {"QualityFilter": quality_filter}
    answer = compare(aws, photos["obama.jpg"], png(blurred), SimilarityThreshold=0, **options)
    assert (len(answer["FaceMatches"]), answer["UnmatchedFaces"]) == (faces, [])
    if not faces:
        with refusing(
            aws.exceptions.InvalidParameterException,
            f"no face of the source image passes the QualityFilter {quality_filter}",
        ):
            compare(aws, png(blurred), photos["obama.jpg"], **options)


def test_quality_filters_rise(engine: LocalEngine, photos: Photos) -> None:
    faces = tuple(
        face
        for name in ("t1.jpg", "multi_face.jpg", "obama.jpg", "single_face.jpg", "astronaut.png")
        for face in engine.analyzer.analyze(photos[name]).faces
    )
    kept = [len(passing(faces, each)) for each in ("NONE", "AUTO", "LOW", "MEDIUM", "HIGH")]
    assert kept[0] == len(faces) == 14
    assert kept == sorted(kept, reverse=True)
    assert kept[2] == 14
    assert kept[-1] < 14  # t1.jpg has soft faces and one in profile


def test_quality_reasons_name_what_is_poor(engine: LocalEngine, photos: Photos) -> None:
    face = engine.analyzer.analyze(photos["obama.jpg"]).faces[0]

    def why(**changes: Any) -> tuple[str, ...]:
        return reasons(replace(face, quality=replace(face.quality, **changes)), "LOW")

    assert why() == ()
    assert why(score=0.5) == ("LOW_CONFIDENCE",)
    assert why(size=30) == ("SMALL_BOUNDING_BOX",)
    assert why(sharpness=1) == ("LOW_SHARPNESS",)
    assert why(brightness=5) == ("LOW_BRIGHTNESS",)
    assert why(brightness=96) == ("LOW_FACE_QUALITY",)
    assert why(pose=Pose(yaw=-75, pitch=0, roll=0)) == ("EXTREME_POSE",)
    assert why(pose=Pose(yaw=0, pitch=50, roll=0)) == ("EXTREME_POSE",)
    assert why(pose=Pose(yaw=0, pitch=0, roll=170)) == ()


def test_missing_faces_are_named(aws: Any, photos: Photos) -> None:
    with refusing(aws.exceptions.InvalidParameterException, "source image"):
        compare(aws, blank(320, 240), photos["obama.jpg"])
    with refusing(aws.exceptions.InvalidParameterException, "target image"):
        compare(aws, photos["obama.jpg"], blank(320, 240))


@pytest.mark.parametrize("size", [(79, 200), (200, 79), (20, 20), (8, 8)])
def test_short_sides_are_refused(aws: Any, size: tuple[int, int]) -> None:
    with refusing(aws.exceptions.InvalidParameterException, r"Image: .* at least 80 pixels"):
        aws.detect_faces(Image={"Bytes": blank(*size)})
    assert aws.detect_faces(Image={"Bytes": blank(80, 80)})["FaceDetails"] == []


def test_other_formats_are_refused(aws: Any, photos: Photos) -> None:
    webp = io.BytesIO()
    opened(photos["obama.jpg"]).save(webp, "WEBP")
    for data in (webp.getvalue(), b"GIF89a", b"hello"):
        with refusing(aws.exceptions.InvalidImageFormatException, "neither a JPEG"):
            aws.detect_faces(Image={"Bytes": data})


def test_damaged_images_are_refused(aws: Any, photos: Photos) -> None:
    for data in (photos["obama.jpg"][:20_000], photos["astronaut.png"][:5_000], b"\xff\xd8\xff"):
        with refusing(aws.exceptions.InvalidImageFormatException, "TargetImage: "):
            compare(aws, photos["obama.jpg"], data)


@pytest.mark.parametrize("size", [MAX_IMAGE + 1, 4 * MAX_IMAGE])
def test_large_images_are_refused(aws: Any, photos: Photos, size: int) -> None:
    large = photos["obama.jpg"].ljust(size, b"\0")
    with refusing(aws.exceptions.ImageTooLargeException, "bytes"):
        aws.recognize_celebrities(Image={"Bytes": large})


def test_images_of_the_largest_size_are_read(aws: Any, photos: Photos) -> None:
    largest = photos["obama.jpg"].ljust(MAX_IMAGE, b"\0")
    answer = compare(aws, largest, largest, SimilarityThreshold=100)
    assert len(answer["FaceMatches"]) == 1


def test_images_of_too_many_pixels_are_refused(aws: Any) -> None:
    wide = PIL.Image.new("1", (20_001, 100))
    with refusing(aws.exceptions.ImageTooLargeException, r"Image: .*at most 20,000"):
        aws.detect_faces(Image={"Bytes": png(wide)})


def test_image_is_given_once(aws: Any, photos: Photos) -> None:
    both = {"Bytes": photos["obama.jpg"], "S3Object": {"Bucket": "photos", "Name": "a.jpg"}}
    for image, has in ((both, "Bytes and S3Object"), ({}, "neither")):
        with refusing(aws.exceptions.InvalidParameterException, has):
            aws.detect_faces(Image=image)


def test_values_that_the_model_forbids_are_refused(aws: Any, photos: Photos) -> None:
    image = {"Bytes": photos["obama.jpg"]}
    refused = aws.exceptions.InvalidParameterException
    with pytest.raises(refused, match="'101' at 'similarityThreshold'"):
        compare(aws, photos["obama.jpg"], photos["obama.jpg"], SimilarityThreshold=101)
    with pytest.raises(refused, match=r"enum value set: \[NONE, AUTO"):
        compare(aws, photos["obama.jpg"], photos["obama.jpg"], QualityFilter="BEST")
    with pytest.raises(refused, match=r"'AGE' at 'attributes\.1\.member'"):
        aws.detect_faces(Image=image, Attributes=["AGE"])
    with pytest.raises(refused, match="'Q-76' at 'id'"):
        aws.get_celebrity_info(Id="Q-76")


def test_examples_of_botocore_are_read(
    serve: Callable[..., AbstractContextManager[Server]], cloud: Cloud
) -> None:
    """All of them name objects of a bucket that is not there."""
    examples = Loader().load_service_model("rekognition", "examples-1")["examples"]
    tried = 0
    with serve(s3_endpoint_url=cloud.url) as server, client(server.url) as aws:
        calls = {"CompareFaces": aws.compare_faces, "DetectFaces": aws.detect_faces}
        for operation, call in calls.items():
            for example in examples[operation]:
                with refusing(aws.exceptions.InvalidS3ObjectException, "s3://mybucket"):
                    call(**example["input"])
                tried += 1
    assert tried >= 2
