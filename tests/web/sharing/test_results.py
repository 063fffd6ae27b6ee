"""Cards, shared results and the pages of both, on a running server."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import PIL.Image
import pytest

from lookalike.engine.local import LocalEngine
from lookalike.errors import NotAllowed, ResultNotFound
from lookalike.gallery.people import Credit
from lookalike.web.sharing.card import SIZES
from lookalike.web.sharing.results import Results, Shared
from tests.support import patient, portraits
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]
DESIGNS = ("pair", "poster", "prints")
BOTH = {"include_photo": "true", "keep_face": "true"}
SHARED = Shared("Q76", "버락 오바마", "나는 버락 오바마를 닮았대요", "드물게 닮았어요", "ko", 0.0)


@pytest.fixture
def own(serve: Serve, home: Path) -> Iterator[Server]:
    with serve(home=home) as started:
        yield started


def card(server: Server, photo: bytes, **fields: str) -> httpx.Response:
    data = {"person": "Q76"} | fields
    url = f"{server.url}/api/v1/cards"
    return patient.post(url, files={"photo": photo}, data=data)


def share(server: Server, photo: bytes, **fields: str) -> httpx.Response:
    data = {"person": "Q76"} | fields
    url = f"{server.url}/api/v1/results"
    return patient.post(url, files={"photo": photo}, data=data)


def everything(folder: Path) -> dict[str, bytes]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def opened(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data)).convert("RGB")


# Cards


@pytest.mark.parametrize(("shape", "size"), SIZES.items())
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_card(
    server: Server, photos: Mapping[str, bytes], shape: str, size: tuple[int, int], lang: str
) -> None:
    answer = card(server, photos["obama.jpg"], shape=shape, lang=lang)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    with PIL.Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", size, "RGB")


def test_three_designs(server: Server, photos: Mapping[str, bytes]) -> None:
    made = {card(server, photos["obama.jpg"], design=each).content for each in DESIGNS}
    assert len(made) == 3
    assert (
        card(server, photos["obama.jpg"]).content
        == card(server, photos["obama.jpg"], design="pair").content
    )


def test_the_address_is_on_the_card_where_others_can_come(
    serve: Serve, server: Server, photos: Mapping[str, bytes]
) -> None:
    """A code that leads to somebody's own machine would lead nobody anywhere."""
    with serve(public_url="https://look.example/stage/") as elsewhere:
        assert code(card(elsewhere, photos["obama.jpg"])) == "https://look.example/stage"
    assert code(card(server, photos["obama.jpg"])) == ""


def code(answer: httpx.Response) -> str:
    """What a QR code on a card says."""
    picture = np.asarray(opened(answer.content))[..., ::-1].copy()
    return str(cv2.QRCodeDetector().detectAndDecode(picture)[0])


def test_the_face_is_on_the_card_only_when_it_is_asked_for(
    server: Server, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    without = card(server, photos["single_face.jpg"], shape="tall").content
    assert engine.analyzer.analyze(without).faces == ()
    asked = card(server, photos["single_face.jpg"], shape="tall", include_photo="true").content
    (face,) = engine.analyzer.analyze(asked).faces
    probe = engine.analyzer.analyze(photos["single_face.jpg"]).faces[0]
    assert engine.matcher.compare(face.embedding, probe.embedding).verdict == "same-person"


def test_the_portrait_is_on_the_card_with_its_licence(
    serve: Serve, own_cache: Path, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    portraits.put(own_cache, "Q76", photos["obama2.jpg"])
    with serve(cache=own_cache) as server:
        shown = card(server, photos["single_face.jpg"], include_photo="true").content
        both = engine.analyzer.analyze(shown).faces
        assert len(both) == 2
        right = max(both, key=lambda face: face.box.left)
        score = engine.matcher.compare(right.embedding, engine.matcher.person("Q76"))
        assert score.verdict == "same-person"
        closed = Credit("Jane Doe", "CC BY-NC-ND 4.0", None, None)
        portraits.put(own_cache, "Q76", photos["obama2.jpg"], closed)
        hidden = card(server, photos["single_face.jpg"], include_photo="true").content
        assert len(engine.analyzer.analyze(hidden).faces) == 1


def test_the_score_is_the_servers_own(server: Server, photos: Mapping[str, bytes]) -> None:
    """What a client says of the score changes nothing."""
    plain = card(server, photos["single_face.jpg"]).content
    lying = card(server, photos["single_face.jpg"], similarity="100", resemblance="100").content
    assert plain == lying
    alike = card(server, photos["obama.jpg"]).content
    assert np.abs(np.asarray(opened(plain), int) - np.asarray(opened(alike))).max() > 100


@pytest.mark.parametrize(
    ("fields", "status", "detail"),
    [
        ({"person": "Q0"}, 404, "Nobody in the gallery has the id 'Q0'."),
        ({"face": "3"}, 422, "face: 3; the photo has faces 0 to 0."),
        ({"shape": "round"}, 422, "shape: Input should be 'tall', 'square' or 'wide'"),
        ({"design": "plain"}, 422, "design: Input should be 'pair', 'poster' or 'prints'"),
        ({"lang": "fr"}, 422, "lang: Input should be 'ko' or 'en'"),
        ({"collection": "nope"}, 404, "There is no collection 'nope'"),
    ],
)
def test_cards_that_cannot_be_made(
    server: Server, photos: Mapping[str, bytes], fields: dict[str, str], status: int, detail: str
) -> None:
    answer = card(server, photos["obama.jpg"], **fields)
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_a_card_of_a_photo_without_a_face(server: Server) -> None:
    written = io.BytesIO()
    PIL.Image.new("RGB", (300, 200), "teal").save(written, "PNG")
    assert card(server, written.getvalue()).json()["type"].endswith("no-face")


# Results


def test_a_result_is_shared_shown_and_deleted(own: Server, photos: Mapping[str, bytes]) -> None:
    answer = share(own, photos["obama.jpg"], lang="ko")
    assert answer.status_code == 201
    made = answer.json()
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", made["id"])
    assert made["url"] == f"{own.url}/r/{made['id']}"
    expires = datetime.fromisoformat(made["expires"])
    assert abs(expires - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)

    page = patient.get(made["url"])
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert page.headers["cache-control"] == "private, no-cache"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert f'property="og:image" content="{made["url"]}/card.jpg"' in page.text
    assert 'property="og:title" content="나는 버락 오바마와 똑 닮았대요"' in page.text
    assert 'name="twitter:card" content="summary_large_image"' in page.text
    assert 'name="robots" content="noindex' in page.text
    assert "나도 해 보기" in page.text
    for path in re.findall(r'(?:href|src)="(/static[^"]+)"', page.text):
        assert patient.get(own.url + path).status_code == 200

    for shape, size in SIZES.items():
        picture = patient.get(f"{made['url']}/card.jpg", params={"shape": shape})
        assert picture.headers["cache-control"] == "public, max-age=300"
        assert picture.headers["x-robots-tag"].startswith("noindex")
        assert opened(picture.content).size == size

    url = f"{own.url}/api/v1/results/{made['id']}"
    wrong = patient.delete(url, headers={"X-Delete-Token": "wrong"})
    assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:lookalike:problem:not-allowed")
    assert patient.delete(url).status_code == 422
    right = {"X-Delete-Token": made["delete_token"]}
    assert patient.delete(url, headers=right).status_code == 204
    assert patient.delete(url, headers=right).status_code == 404
    gone = patient.get(made["url"], headers={"Accept-Language": "en"})
    assert gone.status_code == 404
    assert "This result is gone" in gone.text
    assert patient.get(f"{made['url']}/card.jpg").status_code == 404
    assert everything(own.settings.home / "results") == {}


def test_what_is_kept(own: Server, photos: Mapping[str, bytes]) -> None:
    made = share(own, photos["obama.jpg"], lang="en", days="1").json()
    kept = everything(own.settings.home / "results")
    folder = made["id"]
    assert set(kept) == {
        f"{folder}/{name}" for name in ("result.json", "wide.jpg", "square.jpg", "tall.jpg")
    }
    facts = json.loads(kept[f"{folder}/result.json"])
    assert facts.keys() == {
        *("person", "name", "sentence", "words", "language", "expires", "token")
    }
    assert facts["name"] == "Barack Obama"
    assert made["delete_token"] not in str(kept)
    assert facts["expires"] == pytest.approx(time.time() + 86_400, abs=300)


def test_a_face_is_kept_only_with_consent_of_its_own(
    own: Server, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    photo = photos["single_face.jpg"]
    refused = share(own, photo, include_photo="true")
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("keep_face: it must be true where include_photo is")
    assert everything(own.settings.home / "results") == {}
    for fields, faces in (({"keep_face": "true"}, 0), ({}, 0), (BOTH, 1)):
        made = share(own, photo, **fields).json()
        kept = patient.get(f"{made['url']}/card.jpg", params={"shape": "square"}).content
        assert len(engine.analyzer.analyze(kept).faces) == faces


def test_what_another_version_kept_is_gone(tmp_path: Path) -> None:
    results = Results(tmp_path / "results")
    result_id = kept(results)
    facts = tmp_path / "results" / result_id / "result.json"
    facts.write_text(facts.read_text("utf-8").replace("sentence", "best"), "utf-8")
    with pytest.raises(ResultNotFound):
        results.find(result_id)
    assert results.sweep() == 1


@pytest.mark.parametrize("days", ["0", "31", "x"])
def test_how_long(own: Server, photos: Mapping[str, bytes], days: str) -> None:
    answer = share(own, photos["obama.jpg"], days=days)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("days: Input should be")


def test_the_address_that_others_know(
    serve: Serve, home: Path, photos: Mapping[str, bytes]
) -> None:
    with serve(home=home, public_url="https://look.example/") as server:
        made = share(server, photos["obama.jpg"]).json()
        assert made["url"] == f"https://look.example/r/{made['id']}"
        page = patient.get(f"{server.url}/r/{made['id']}").text
        assert f'content="https://look.example/r/{made["id"]}/card.jpg"' in page


def test_someone_taken_down_is_on_no_shared_page(own: Server, photos: Mapping[str, bytes]) -> None:
    made = share(own, photos["obama.jpg"]).json()
    other = LocalEngine(own.settings)
    other.gallery.takedown("Q76")
    other.close()
    assert patient.get(made["url"]).status_code == 404
    assert patient.get(f"{made['url']}/card.jpg").status_code == 404


def test_a_takedown_removes_results(own: Server, photos: Mapping[str, bytes]) -> None:
    kept = own.settings.home / "results"
    made = share(own, photos["obama.jpg"]).json()
    assert (kept / made["id"]).is_dir()
    receipt = patient.post(f"{own.url}/api/v1/people/Q76/takedown").json()
    assert receipt["results"] == 1
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize("result_id", ["nope", "%2e%2e%2fportraits", "A" * 22])
def test_results_that_never_were(own: Server, result_id: str) -> None:
    assert patient.get(f"{own.url}/r/{result_id}").status_code == 404
    url = f"{own.url}/api/v1/results/{result_id}"
    assert patient.delete(url, headers={"X-Delete-Token": "x"}).status_code == 404


def test_a_result_that_cannot_be_written(
    own: Server, photos: Mapping[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    (own.settings.home / "results").write_text("in the way")
    answer = share(own, photos["obama.jpg"])
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:lookalike:problem:store-unavailable"
    assert str(own.settings.home) not in answer.text
    assert "results cannot be written" in caplog.text


@pytest.mark.parametrize(
    ("limits", "kept", "told"),
    [
        ({"results": 2}, 2, "2 results are kept, as many as may be (LOOKALIKE_RESULTS)"),
        ({"results_bytes": 1}, 1, "have 1 bytes, as many as may be (LOOKALIKE_RESULTS_BYTES)"),
        ({"free_bytes": 2**60}, 0, "bytes are free on the disk (LOOKALIKE_FREE_BYTES)"),
    ],
)
def test_results_beyond_what_may_be_kept_are_refused(
    serve: Serve,
    home: Path,
    photos: Mapping[str, bytes],
    limits: dict[str, int],
    kept: int,
    told: str,
) -> None:
    with serve(home=home, **limits) as server:
        shared = [share(server, photos["obama.jpg"]) for _ in range(kept)]
        assert [each.status_code for each in shared] == [201] * kept
        full = share(server, photos["obama.jpg"])
        assert (full.status_code, full.json()["title"]) == (507, "No more results can be kept")
        assert told in full.json()["detail"]
        assert len(list((home / "results").glob("*"))) == kept
        if shared:
            gone = {"X-Delete-Token": shared[0].json()["delete_token"]}
            url = f"{server.url}/api/v1/results/{shared[0].json()['id']}"
            assert patient.delete(url, headers=gone).status_code == 204
            assert share(server, photos["obama.jpg"]).status_code == 201
        modes = {each.stat().st_mode & 0o777 for each in home.rglob("*.*") if each.is_file()}
        assert modes <= {0o600}
        assert {each.stat().st_mode & 0o777 for each in (home, *home.glob("results"))} == {0o700}


class Clock:
    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


def kept(results: Results, days: int = 7) -> str:
    facts = {name: getattr(SHARED, name) for name in Shared.__slots__}
    shared = Shared(**(facts | {"expires": results.expiry(days)}))
    return results.keep(shared, {"wide": b"wide", "tall": b"tall"}).id


def test_expiry_counts_at_once_and_is_swept(tmp_path: Path) -> None:
    clock = Clock()
    results = Results(tmp_path / "results", clock)
    short, long = kept(results, 1), kept(results, 30)
    clock.time += 86_400 - 1
    assert results.find(short).name == "버락 오바마"
    clock.time += 1
    with pytest.raises(ResultNotFound):
        results.find(short)
    with pytest.raises(ResultNotFound):
        results.card(short, "wide")
    assert results.sweep() == 1
    assert [each.name for each in (tmp_path / "results").iterdir()] == [long]
    assert results.sweep(lambda _: False) == 1


def test_what_a_killed_process_left_is_swept_after_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    clock.time = time.time()
    results = Results(tmp_path / "results", clock)
    kept(results)
    left = tmp_path / "results" / ".x.part"
    left.mkdir()
    (left / "wide.png").write_bytes(b"half")
    results.sweep()
    assert left.exists()
    clock.time += 3_700
    results.sweep()
    assert not left.exists()
    assert len(list((tmp_path / "results").iterdir())) == 1


def test_workers_share_a_folder(tmp_path: Path) -> None:
    folders = [Results(tmp_path / "results") for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda number: kept(folders[number % 4]), range(40)))
        swept = list(pool.map(lambda each: each.sweep(), folders))
        assert len(set(ids)) == 40
        assert swept == [0] * 4
        assert all(folders[0].find(each).words == SHARED.words for each in ids)
        totals = list(pool.map(lambda each: each.sweep(lambda _: False), folders))
    assert sum(totals) >= 40
    assert list((tmp_path / "results").iterdir()) == []


def test_only_the_token_deletes(tmp_path: Path) -> None:
    results = Results(tmp_path / "results")
    facts = {name: getattr(SHARED, name) for name in Shared.__slots__}
    shared = Shared(**(facts | {"expires": results.expiry(1)}))
    ticket = results.keep(shared, {"wide": b"", "tall": b""})
    with pytest.raises(NotAllowed):
        results.remove(ticket.id, "")
    results.remove(ticket.id, ticket.token)
    with pytest.raises(ResultNotFound):
        results.find(ticket.id)


# Nothing else stays


def test_nothing_about_a_visit_stays_on_disk(
    serve: Serve, home: Path, own_cache: Path, photos: Mapping[str, bytes]
) -> None:
    portraits.put(own_cache, "Q76", photos["obama2.jpg"])
    with serve(home=home, cache=own_cache) as server:
        patient.get(f"{server.url}/api/v1/people/Q76/portrait", params={"aligned": 1})
        before = [everything(each) for each in (home, own_cache)]
        visit(server, photos)
        assert [everything(each) for each in (home, own_cache)] == before
        share(server, photos["obama.jpg"])
        assert everything(home) != before[0]


def visit(server: Server, photos: Mapping[str, bytes]) -> None:
    one, two = photos["obama.jpg"], photos["obama3.jpg"]
    asked: list[tuple[str, list[tuple[str, Any]], dict[str, str]]] = [
        ("lookalikes", [("photo", one), ("reference", two)], {}),
        ("compare", [("source", one), ("target", two)], {}),
        ("detect", [("photo", one)], {}),
        ("explain", [("photo", one)], {"person": "Q76"}),
        ("matrix", [("photo", one), ("photo", two)], {}),
        ("family", [("child", one), ("parent", two), ("parent", one)], {}),
        ("cards", [("photo", one)], {"person": "Q76", "include_photo": "true"}),
    ]
    with patient.Client(base_url=server.url) as http:
        assert http.get("/").status_code == 200
        for path, files, fields in asked:
            assert http.post(f"/api/v1/{path}", files=files, data=fields).status_code == 200, path
