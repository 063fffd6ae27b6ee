"""Takedowns over HTTP: their receipts, and how they are undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import httpx

from tests.support import patient
from tests.support.serving import Server
from tests.web.test_admin import TOKEN, files, http, problem

__all__ = ["http"]

Serve = Callable[..., AbstractContextManager[Server]]


def test_a_receipt_undoes_a_takedown(http: httpx.Client, photos: Mapping[str, bytes]) -> None:
    sent = {"name": "Barack Obama"}
    added = http.post("/api/v1/people", data=sent, files=files(photos, "obama.jpg")).json()
    receipt = http.post("/api/v1/people/Q76/takedown", json={"reason": "by mail"}).json()
    (kept,) = http.get("/api/v1/takedowns").json()["takedowns"]
    assert kept == {
        "id": receipt["id"],
        "person": "Q76",
        "name": "Barack Obama · 버락 오바마",
        "reason": "by mail",
        "portraits": 1,
        "removed": [{"collection": "mine", "id": added["id"]}],
        "blocked": ["name:barack obama", "name:버락 오바마", "wikidata:Q76"],
        "at": receipt["at"],
        "undone": None,
    }
    path = f"/api/v1/takedowns/{receipt['id']}/undo"
    undone = http.post(path)
    assert undone.status_code == 200
    answer = undone.json()
    assert (answer["lifted"], answer["kept"]) == (receipt["blocked"], [])
    assert [each["id"] for each in answer["back"]] == ["Q76"]
    assert http.get("/api/v1/people/Q76").json()["collection"] == "starter"
    again = http.post("/api/v1/people", data=sent, files=files(photos, "obama.jpg"))
    assert again.status_code == 201
    assert problem(http.post(path))[:2] == (409, "conflict")
    assert problem(http.post("/api/v1/takedowns/T0/undo"))[:2] == (404, "not-found")
    (kept,) = http.get("/api/v1/takedowns").json()["takedowns"]
    assert kept["undone"] is not None


def test_receipts_are_for_who_may_change_galleries(serve: Serve, home: Path) -> None:
    with (
        serve(home=home, admin_token=TOKEN) as server,
        patient.Client(base_url=server.url) as http,
    ):
        for answer in (
            http.get("/api/v1/takedowns"),
            http.get("/api/v1/people/Q76/facts"),
            http.post("/api/v1/takedowns/T0/undo"),
            http.post("/api/v1/people/Q76/merge", json={"other": "Q6279"}),
        ):
            assert problem(answer)[:2] == (401, "unauthorised")
