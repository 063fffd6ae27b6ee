"""The AWS engine through the genuine boto3, with a server of ours in Amazon's place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from lookalike.answers import people
from lookalike.aws import image_bytes
from lookalike.aws.engine import AwsEngine
from lookalike.aws.identities import Identities
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import AwsCollectionMissing, NoFace, UnsupportedFormat
from lookalike.gallery.people import EVERYONE
from tests.support import patient
from tests.support.amazon import pushes
from tests.support.commands import Commands
from tests.support.serving import running

KNOWN = {"RecognizeCelebrities": 1}
FALLEN = {"RecognizeCelebrities": 1, "SearchFacesByImage": 1}


def test_a_celebrity_is_recognised_in_one_call(
    aws: AwsEngine, theirs: Settings, photos: Mapping[str, bytes]
) -> None:
    found = aws.find(photos["obama.jpg"], limit=5)
    (face,) = found.faces
    (match,) = face.matches
    assert match.person.id == "Q76"
    assert match.person.name.ko == "버락 오바마"
    assert match.score.value > 90
    assert match.score.measure == "MatchConfidence"
    assert found.calls == aws.client.total.counts() == KNOWN
    assert not (theirs.cache / "models").exists()  # No network of ours was opened.


def test_faces_are_where_our_networks_find_them(
    aws: AwsEngine, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    found, ours = aws.detect(photos["t1.jpg"]), engine.analyzer.analyze(photos["t1.jpg"])
    seen = found.photo
    assert (seen.width, seen.height, seen.format) == (1280, 886, "JPEG")
    assert found.calls == {"DetectFaces": 1}
    assert len(seen.faces) == len(ours.faces) == 6
    for one, other in zip(seen.faces, ours.faces, strict=True):
        assert one.box.left == pytest.approx(other.box.left, abs=4)
        assert one.landmarks.nose.x == pytest.approx(other.landmarks.nose.x, abs=4)
        assert one.quality.pose.yaw == pytest.approx(other.quality.pose.yaw, abs=4)
        assert one.embedding.size == 0


def test_a_stranger_is_looked_for_in_the_own_collection(
    theirs: Settings,
    aws: AwsEngine,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    tmp_path: Path,
) -> None:
    pushes.add(aws, engine, photos)
    pushes.push(aws, "strangers", pushes.write(photos, tmp_path / "photos"))
    opened = AwsEngine(replace(theirs, aws_collection="strangers"))
    found = opened.find(photos["astronaut.png"], limit=5)
    (face,) = found.faces
    assert [match.person.id for match in face.matches] == ["eileen", "one"]
    assert face.matches[0].person.name.ko == "이름"
    assert face.matches[0].score.value > 99
    assert face.matches[1].score.value < 50  # However unlike: nobody gets an empty answer.
    assert face.matches[0].score.measure == "Similarity"
    assert found.calls == FALLEN
    named = opened.find(photos["obama.jpg"], limit=1, collection="strangers")
    assert len(named.faces[0].matches) == 1
    assert named.calls == {"DetectFaces": 1, "SearchFacesByImage": 1}
    opened.close()


def test_references_are_compared(aws: AwsEngine, photos: Mapping[str, bytes]) -> None:
    references = (photos["obama2.jpg"], photos["biden.jpg"])
    found = aws.find(photos["obama.jpg"], references, limit=1)
    same, other = found.faces[0].references
    assert same.value > 80 > other.value
    assert [len(each.faces) for each in found.references] == [1, 1]
    assert found.calls == {"CompareFaces": 2, "DetectFaces": 2, "RecognizeCelebrities": 1}
    compared = aws.compare(photos["obama.jpg"], photos["obama3.jpg"])
    assert compared.scores[0].value > 80
    assert compared.scores[0].measure == "Similarity"


def test_whoever_was_taken_down_here_is_not_named(
    aws: AwsEngine, photos: Mapping[str, bytes]
) -> None:
    aws.gallery.takedown("Q76")
    reference = (photos["obama2.jpg"],)
    assert aws.find(photos["obama.jpg"], reference, limit=1).faces[0].matches == ()


def test_where_nobody_is_known_it_says_what_to_do(
    theirs: Settings, photos: Mapping[str, bytes]
) -> None:
    stranger = photos["astronaut.png"]
    for collection, words in (
        ("", "no collection of your own is set"),
        ("missing", "has no collection 'missing' of your own"),
        ("empty", "has nobody in it"),
    ):
        opened = AwsEngine(replace(theirs, aws_collection=collection))
        if collection == "empty":
            opened.client.call("CreateCollection", opened.client.total, CollectionId="empty")
        with pytest.raises(AwsCollectionMissing, match=words) as caught:
            opened.find(stranger, limit=1)
        assert "lookalike gallery push" in str(caught.value)
        # A reference was compared: that is an answer.
        found = opened.find(stranger, (stranger,), limit=1)
        assert found.faces[0].matches == ()
        assert found.faces[0].references[0].value > 99
        assert words in (found.notice or "")
        opened.close()


def test_photos_that_cannot_be_used_are_ours_to_refuse(
    aws: AwsEngine, photos: Mapping[str, bytes]
) -> None:
    with pytest.raises(UnsupportedFormat):
        aws.detect(b"not a photo")
    assert aws.client.total.counts() == {}
    with pytest.raises(NoFace) as caught:
        aws.find(photos["obama.jpg"], (photos["free-mountain-vector-01.jpg"],), limit=1)
    assert caught.value.subject == "reference"


def test_the_api_and_the_page_answer_with_aws(
    theirs: Settings, photos: Mapping[str, bytes]
) -> None:
    with running(theirs) as server, patient.Client(base_url=server.url) as http:
        photo = {"photo": photos["obama.jpg"]}
        found = http.post("/api/v1/lookalikes", files=photo).json()
        best = found["faces"][0]["people"][0]
        assert best["id"] == "Q76"
        assert best["score"] == {
            "aws": {"measure": "MatchConfidence", "value": pytest.approx(99, abs=2)},
            "similarity": None,
            "resemblance": None,
            "one_in": None,
            "verdict": None,
            "cosine": None,
            "extrapolated": None,
            "enough": None,
        }
        assert found["aws_calls"] == KNOWN
        assert found["model"]["runtime"] == "aws"
        refused = http.post("/api/v1/lookalikes", files={"photo": photos["astronaut.png"]})
        assert (refused.status_code, refused.json()["type"]) == (
            502,
            "urn:lookalike:problem:aws-collection-missing",
        )
        assert http.get("/api/v1/engine").json()["aws_calls"] == {"RecognizeCelebrities": 2}
        assert http.get("/").status_code == 200
        # Portraits are still enrolled with our networks.
        sent = {"photos": photos["astronaut.png"]}
        added = http.post("/api/v1/people", data={"name": "Eileen"}, files=sent)
        assert added.status_code == 201


def test_the_command_line_pushes_and_finds(
    theirs: Settings,
    aws: AwsEngine,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    tmp_path: Path,
) -> None:
    pushes.add(aws, engine, photos)
    folder = pushes.write(photos, tmp_path / "photos")
    environ = {
        "LOOKALIKE_ENGINE": "aws",
        "LOOKALIKE_AWS_REGION": theirs.aws_region,
        "LOOKALIKE_AWS_ENDPOINT_URL": theirs.aws_endpoint_url,
        "LOOKALIKE_AWS_COLLECTION": "shell",
        "COLUMNS": "120",
    }
    lookalike = Commands(folder, theirs, environ)

    def run(*args: str, code: int = 0) -> tuple[str, str]:
        done = lookalike(*args)
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    # What it cost is told where it ends with an error too.
    _, told = run("find", "astronaut.png", code=1)
    assert "has no collection 'shell' of your own" in told
    assert "Calls to AWS: 1 RecognizeCelebrities\n" in told
    pushed, calls = run("gallery", "push", "mine", "--photos", ".")
    assert pushed == "Indexed 2 portraits in shell, which was created; 0 were in it already.\n"
    assert "Calls to AWS: 1 CreateCollection, 2 IndexFaces" in calls
    found, calls = run("find", "astronaut.png")
    assert "Amazon's score" in found
    assert "Eileen" in found
    assert "Resemblance" not in found
    assert "Calls to AWS: 1 RecognizeCelebrities, 1 SearchFacesByImage" in calls
    compared = json.loads(run("compare", "astronaut.png", "single_face.jpg", "--json")[0])
    assert compared["faces"][0]["score"]["aws"]["measure"] == "Similarity"
    assert compared["aws_calls"] == {"CompareFaces": 1, "DetectFaces": 2}
    looked, _ = run("detect", "astronaut.png", "--attributes")
    assert "1 faces in 512 x 512 pixels" in looked
    assert "female" in looked


def test_celebrities_are_ours_by_the_wikidata_page_that_aws_links_to(aws: AwsEngine) -> None:
    """Ids of Amazon's own, and addresses without a scheme, as it gives them."""
    identities = Identities(aws.gallery, EVERYONE)
    obama = {"Id": "3Ir0du6", "Name": "Obama", "Urls": ["www.wikidata.org/wiki/Q76"]}
    ours = identities.celebrity(obama)
    assert ours is not None
    assert (ours.id, ours.name.ko) == ("Q76", "버락 오바마")
    urls = ["www.wikidata.org/wiki/Q999999999", "www.imdb.com/name/nm1"]
    theirs = identities.celebrity(
        {"Id": "4Sz6jD", "Name": "Some One", "Urls": urls, "KnownGender": {"Type": "Female"}}
    )
    assert theirs is not None
    assert (theirs.id, theirs.collection, theirs.gender) == ("Q999999999", "aws", "female")
    assert [each.kind for each in theirs.links] == [
        "wikipedia-ko",
        "wikipedia-en",
        "wikidata",
        "website",
    ]
    assert theirs.links[-1].url == "https://www.imdb.com/name/nm1"
    # A portrait could not be fetched: it is nobody of our galleries.
    assert people.person(theirs).portrait is None
    aws.gallery.takedown("Q76")
    assert Identities(aws.gallery, EVERYONE).celebrity(obama) is None


def test_what_aws_would_refuse_is_made_fit(aws: AwsEngine, photos: Mapping[str, bytes]) -> None:
    photo = PIL.Image.open(BytesIO(photos["obama.jpg"])).convert("RGB")
    box = aws.detect(photos["obama.jpg"]).photo.faces[0].box
    close = photo.crop(
        (
            int(box.left - 0.3 * box.width),
            int(box.top - 0.3 * box.height),
            int(box.left + 1.3 * box.width),
            int(box.top + 1.3 * box.height),
        )
    )
    for made, size, format in ((close, (64, 76), "PNG"), (photo, (3000, 4000), "WEBP")):
        written = BytesIO()
        made.resize(size).save(written, format, quality=80)
        seen = aws.detect(written.getvalue()).photo
        assert (seen.width, seen.height) == size
        assert len(seen.faces) == 1
        assert 0 < seen.faces[0].box.left < size[0]


def test_images_stay_within_five_megabytes() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2000, 2048, 3), np.uint8)
    data = image_bytes.encoded(noise)
    assert len(data) <= 5 * 1024 * 1024
    assert max(PIL.Image.open(BytesIO(data)).size) < 2048
    assert PIL.Image.open(BytesIO(image_bytes.encoded(noise[:40, :400]))).size == (800, 80)
