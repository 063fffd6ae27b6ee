"""A matrix of photos and a family, on a running server."""

from __future__ import annotations

import io
from collections.abc import Mapping

import httpx
import PIL.Image
import pytest

from lookalike.engine.cross_comparison import TOO_CLOSE
from tests.support import patient
from tests.support.serving import Server


def blank() -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", (300, 200), "teal").save(written, "PNG")
    return written.getvalue()


def ask(server: Server, path: str, files: list[tuple[str, bytes]]) -> httpx.Response:
    return patient.post(f"{server.url}/api/v1/{path}", files=files)


def test_every_face_meets_every_other(server: Server, photos: Mapping[str, bytes]) -> None:
    names = ("obama.jpg", "t1.jpg", "obama3.jpg")
    found = ask(server, "matrix", [("photo", photos[name]) for name in names]).json()
    places = [(each["photo"], each["face"]) for each in found["faces"]]
    assert places == [(0, 0), *((1, face) for face in range(6)), (2, 0)]
    assert [len(each["faces"]) for each in found["photos"]] == [1, 6, 1]
    scores = found["scores"]
    for row in range(8):
        assert [scores[row][column] is None for column in range(8)] == [
            row == column for column in range(8)
        ]
        for column in set(range(8)) - {row}:
            assert scores[row][column] == scores[column][row]
    assert scores[0][7]["verdict"] == "same-person"
    assert all(scores[0][column]["similarity"] < 80 for column in range(1, 7))


@pytest.mark.parametrize("count", [1, 10])
def test_how_many_photos(server: Server, photos: Mapping[str, bytes], count: int) -> None:
    answer = ask(server, "matrix", [("photo", photos["obama.jpg"])] * count)
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"photo: {count} photos; 2 to 9 are compared."


def test_how_many_faces(server: Server, photos: Mapping[str, bytes]) -> None:
    crowd = PIL.Image.open(io.BytesIO(photos["t1.jpg"])).convert("RGB")
    twice = PIL.Image.new("RGB", (crowd.width, 2 * crowd.height))
    twice.paste(crowd)
    twice.paste(crowd, (0, crowd.height))
    written = io.BytesIO()
    twice.save(written, "JPEG", quality=90)
    answer = ask(server, "matrix", [("photo", written.getvalue())] * 6)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "photo: 72 faces in all; at most 60."


def test_the_photo_at_fault_is_numbered(server: Server, photos: Mapping[str, bytes]) -> None:
    good = photos["obama.jpg"]
    problem = ask(server, "matrix", [("photo", good), ("photo", good), ("photo", blank())]).json()
    assert (problem["subject"], problem["number"]) == ("photo", 2)
    assert problem["type"].endswith("no-face")
    files = [("child", good), ("parent", good), ("parent", b"text")]
    problem = ask(server, "family", files).json()
    assert (problem["subject"], problem["number"]) == ("parent", 1)
    assert problem["type"].endswith("unsupported-format")
    files = [("child", blank()), ("parent", good), ("parent", good)]
    problem = ask(server, "family", files).json()
    assert (problem["subject"], problem["number"]) == ("child", None)


def test_the_nearer_parent(server: Server, photos: Mapping[str, bytes]) -> None:
    child, near, far = (photos[name] for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))
    found = ask(server, "family", [("child", child), ("parent", far), ("parent", near)]).json()
    assert found["closer"] == 1
    assert found["scores"][1]["verdict"] == "same-person"
    assert [each["feature"] for each in found["features"]] == ["eyes", "nose", "mouth"]
    # Of one's own eyes there is no doubt, and nothing at all is somebody else's.
    assert found["features"][0]["parent"] == 1
    assert {each["parent"] for each in found["features"]} <= {1, None}
    assert [len(each["faces"]) for each in found["photos"]] == [1, 1, 1]
    found = ask(server, "family", [("child", child), ("parent", near), ("parent", far)]).json()
    assert found["closer"] == 0


def test_parents_who_are_as_near_as_each_other(server: Server, photos: Mapping[str, bytes]) -> None:
    parent = PIL.Image.open(io.BytesIO(photos["biden.jpg"]))
    written = io.BytesIO()
    parent.save(written, "PNG")
    files = [("child", photos["obama.jpg"]), ("parent", photos["biden.jpg"])]
    found = ask(server, "family", [*files, ("parent", written.getvalue())]).json()
    one, other = (score["cosine"] for score in found["scores"])
    assert abs(one - other) < TOO_CLOSE
    assert found["closer"] is None
    assert [each["parent"] for each in found["features"]] == [None, None, None]


@pytest.mark.parametrize("parents", [1, 3])
def test_two_parents(server: Server, photos: Mapping[str, bytes], parents: int) -> None:
    files = [("child", photos["obama.jpg"]), *([("parent", photos["biden.jpg"])] * parents)]
    answer = ask(server, "family", files)
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"parent: {parents} photos; two parents are compared."


def test_meshes_of_those_who_ask(server: Server, photos: Mapping[str, bytes]) -> None:
    """The points of a face: where it is, in pixels of the photo."""
    files = [("photo", photos["obama.jpg"]), ("photo", photos["biden.jpg"])]
    plain = ask(server, "matrix", files).json()
    assert [each["faces"][0]["mesh"] for each in plain["photos"]] == [None, None]
    asked = patient.post(f"{server.url}/api/v1/matrix", files=files, data={"mesh": "true"}).json()
    for each in asked["photos"]:
        face = each["faces"][0]
        assert len(face["mesh"]) == 468
        # MediaPipe's tip of the nose, near the detector's.
        tip, nose = face["mesh"][4], face["landmarks"]["nose"]
        assert abs(tip[0] - nose["x"]) + abs(tip[1] - nose["y"]) < 0.1 * face["box"]["width"]
    files = [("child", photos["obama.jpg"]), *([("parent", photos["biden.jpg"])] * 2)]
    asked = patient.post(f"{server.url}/api/v1/family", files=files, data={"mesh": "true"}).json()
    assert [len(each["faces"][0]["mesh"]) for each in asked["photos"]] == [468, 468, 468]


def test_one_person_whom_somebody_has_in_mind(server: Server, photos: Mapping[str, bytes]) -> None:
    url = f"{server.url}/api/v1/lookalikes"
    photo = {"photo": photos["obama.jpg"]}
    plain = patient.post(url, files=photo).json()["faces"][0]
    assert (plain["person"], plain["mesh"]) == (None, None)
    best = patient.post(url, files=photo, data={"person": "Q76", "mesh": "true"}).json()["faces"][0]
    told, ranked = best["person"]["score"], best["people"][0]["score"]
    assert told["verdict"] == ranked["verdict"] == "same-person"
    assert told["resemblance"] == pytest.approx(ranked["resemblance"])
    assert best["person"]["name"]["en"] == "Barack Obama"
    assert len(best["mesh"]) == 468
    # Wherever they rank, and whomever else the search is narrowed to.
    far = {"person": "Q6279", "gender": "female"}
    found = patient.post(url, files=photo, data=far).json()["faces"][0]
    assert found["person"]["score"]["verdict"] == "no-strong-resemblance"
    assert {each["gender"] for each in found["people"]} == {"female"}
    missing = patient.post(url, files=photo, data={"person": "nobody"})
    assert missing.status_code == 404
    assert missing.json()["type"].endswith("person-not-found")
