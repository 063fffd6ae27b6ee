"""Why two faces are alike, on real photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import httpx
import numpy as np
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.scores.explain import Region, explain
from tests.support import patient
from tests.support.serving import Server

REGIONS = {"forehead", "brows", "eyes", "nose", "cheeks", "mouth", "jaw"}


def test_the_middle_of_the_face_carries_the_resemblance(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    face = engine.face(photos["obama.jpg"], 0)
    found = explain(face, engine.matcher.person("Q76"), engine.analyzer.embed)
    weights = {each.region: each.weight for each in found.weights}
    assert weights.keys() == REGIONS
    assert sum(weights.values()) == pytest.approx(1)
    assert [each.weight for each in found.weights] == sorted(weights.values(), reverse=True)
    assert weights["eyes"] > weights["forehead"]
    assert found.map.shape == (28, 28)
    assert found.map.min() >= 0
    assert found.map.max() == 1
    corners = found.map[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.mean() < 0.5 * found.map[8:20, 8:20].mean()


@pytest.mark.parametrize(
    ("region", "rows"),
    [("eyes", slice(44, 64)), ("mouth", slice(81, 103)), ("nose", slice(60, 80))],
)
def test_what_is_hidden_already_carries_less(
    engine: LocalEngine, photos: Mapping[str, bytes], region: Region, rows: slice
) -> None:
    face = engine.face(photos["obama.jpg"], 0)
    other = engine.matcher.person("Q76")
    crop = face.crop.copy()
    crop[rows] = cv2.GaussianBlur(crop, (0, 0), 12)[rows]
    covered = replace(face, crop=crop, embedding=engine.analyzer.embed([crop])[0])
    before, after = (
        {each.region: each.weight for each in explain(each, other, engine.analyzer.embed).weights}
        for each in (face, covered)
    )
    assert after[region] < 0.6 * before[region]


def test_a_mirrored_face_has_a_mirrored_map(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    face = engine.face(photos["single_face.jpg"], 0)
    other = engine.face(photos["obama2.jpg"], 0).embedding
    crop = np.ascontiguousarray(face.crop[:, ::-1])
    mirrored = replace(face, crop=crop, embedding=engine.analyzer.embed([crop])[0])
    one = explain(face, other, engine.analyzer.embed).map
    two = explain(mirrored, other, engine.analyzer.embed).map[:, ::-1]
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] > 0.5


def test_a_face_against_its_opposite_has_equal_weights(
    engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """Nothing falls where there is no resemblance at all."""
    face = engine.face(photos["obama.jpg"], 0)
    found = explain(face, -face.embedding, engine.analyzer.embed)
    assert [each.weight for each in found.weights] == [pytest.approx(1 / 7)] * 7
    assert found.map.max() == 0


def ask(server: Server, files: Mapping[str, bytes], **fields: str) -> httpx.Response:
    return patient.post(f"{server.url}/api/v1/explain", files=files, data=fields)


def test_a_person_over_http(server: Server, photos: Mapping[str, bytes]) -> None:
    found = ask(server, {"photo": photos["obama.jpg"]}, person="Q76", collection="starter").json()
    assert {each["name"] for each in found["regions"]} == REGIONS
    assert sum(each["weight"] for each in found["regions"]) == pytest.approx(1)
    grid = found["grid"]
    assert (grid["size"], grid["rows"], grid["columns"]) == (112, 28, 28)
    assert [len(row) for row in grid["values"]] == [28] * 28
    assert max(max(row) for row in grid["values"]) == 1
    assert found["score"]["verdict"] == "same-person"


def test_the_score_is_that_of_the_ranking(server: Server, photos: Mapping[str, bytes]) -> None:
    url = f"{server.url}/api/v1/lookalikes"
    ranked = patient.post(url, files={"photo": photos["t1.jpg"]}).json()
    best = ranked["faces"][2]["people"][0]
    found = ask(server, {"photo": photos["t1.jpg"]}, person=best["id"], face="2").json()
    assert found["score"]["cosine"] == pytest.approx(best["score"]["cosine"], abs=1e-5)


def test_another_photo_over_http(server: Server, photos: Mapping[str, bytes]) -> None:
    files = {"photo": photos["obama.jpg"], "reference": photos["obama3.jpg"]}
    assert ask(server, files).json()["score"]["verdict"] == "same-person"


@pytest.mark.parametrize(
    ("fields", "status", "detail"),
    [
        ({}, 422, "Give either person or reference."),
        ({"person": "Q0"}, 404, "Nobody in the gallery has the id 'Q0'."),
        ({"person": "Q76", "collection": "nope"}, 404, "There is no collection 'nope'"),
        ({"person": "Q76", "face": "1"}, 422, "face: 1; the photo has faces 0 to 0."),
        ({"person": "Q76", "face": "-1"}, 422, "face: Input should be greater"),
    ],
)
def test_what_is_not_allowed(
    server: Server, photos: Mapping[str, bytes], fields: dict[str, str], status: int, detail: str
) -> None:
    answer = ask(server, {"photo": photos["obama.jpg"]}, **fields)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_person_and_reference_exclude_each_other(
    server: Server, photos: Mapping[str, bytes]
) -> None:
    files = {"photo": photos["obama.jpg"], "reference": photos["obama3.jpg"]}
    assert ask(server, files, person="Q76").status_code == 422
