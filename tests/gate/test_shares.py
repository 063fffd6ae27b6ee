"""What one address may ask for, on the page and in the JSON API."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

import httpx
import pytest

from lookalike.gate.rate_limit import RateLimit
from lookalike.gate.shares import visitor
from tests.support import patient
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def public(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """As behind a proxy on this machine: four photos a minute, and two results a day."""
    home = tmp_path_factory.mktemp("public")
    limits = {"photos_per_minute": 4, "results_per_day": 2}
    with serve(home=home, public="1", public_url="https://fans.example", **limits) as server:
        yield server


def sent(
    server: Server, address: str, path: str, photo: bytes, **form: str | list[bytes]
) -> httpx.Response:
    headers = {"x-forwarded-for": address, "accept-language": "ko"}
    if not path.startswith("/api"):
        headers["accept"] = "text/html"
    names = {"/api/v1/compare": ("source", "target")}.get(path, ("photo",))
    files = [(each, photo) for each in names]
    return patient.post(server.url + path, files=files, data=form, headers=headers)


def test_photos_beyond_a_share_are_refused(public: Server, photos: Mapping[str, bytes]) -> None:
    photo = photos["obama.jpg"]
    one = "198.51.100.7"
    for _ in range(2):
        assert sent(public, one, "/api/v1/compare", photo).status_code == 200
    over = sent(public, one, "/api/v1/lookalikes", photo)
    assert over.status_code == 429
    assert 1 <= int(over.headers["retry-after"]) <= 15
    assert over.json() | {"people": None} == {
        "type": "urn:lookalike:problem:too-often",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "One address may ask for 4 photos a minute (LOOKALIKE_PHOTOS_PER_MINUTE).",
        "subject": None,
        "number": None,
        "people": None,
    }
    page = sent(public, one, "/find", photo, consent="yes")
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) >= 1
    assert "사진을 너무 자주 보냈어요" in page.text
    # What shows no photo goes on, and others are not held up.
    headers = {"x-forwarded-for": one}
    assert patient.get(f"{public.url}/api/v1/people", headers=headers).status_code == 200
    assert sent(public, "198.51.100.8", "/api/v1/lookalikes", photo).status_code == 200


def test_samples_count_as_photos(public: Server) -> None:
    headers = {"x-forwarded-for": "198.51.100.10", "accept": "text/html"}
    paths = ("/find", "/how", "/find", "/how", "/find")
    asked = [patient.get(f"{public.url}{path}?sample=collins", headers=headers) for path in paths]
    assert [each.status_code for each in asked] == [200, 200, 200, 200, 429]


def test_the_photo_that_is_one_too_many_is_refused(
    public: Server, photos: Mapping[str, bytes]
) -> None:
    """A request may hold several: the first three of it are read, and count."""
    photo, one = photos["obama.jpg"], "198.51.100.9"
    assert sent(public, one, "/api/v1/compare", photo).status_code == 200
    assert sent(public, one, "/api/v1/detect", photo).status_code == 200
    over = sent(public, one, "/api/v1/compare", photo)
    assert (over.status_code, over.json()["title"]) == (429, "Asked too often")
    assert int(over.headers["retry-after"]) >= 1


def test_results_beyond_a_share_are_refused(public: Server, photos: Mapping[str, bytes]) -> None:
    one = "2001:db8:1:2:3::4"
    for address in (one, "2001:db8:1:2::5"):
        kept = sent(public, address, "/api/v1/results", photos["obama.jpg"], person="Q76")
        assert kept.status_code == 201
    over = sent(public, one, "/api/v1/results", photos["obama.jpg"], person="Q76")
    assert over.status_code == 429
    assert "2 shared results a day (LOOKALIKE_RESULTS_PER_DAY)" in over.json()["detail"]
    assert 3600 < int(over.headers["retry-after"]) <= 43_200
    other = sent(public, "2001:db8:1:3::4", "/api/v1/results", photos["obama.jpg"], person="Q76")
    assert other.status_code == 201


def test_this_machine_is_not_counted_where_it_is_not_public(
    serve: Serve, photos: Mapping[str, bytes]
) -> None:
    with serve(photos_per_minute=1) as one:
        for _ in range(3):
            answer = patient.post(f"{one.url}/api/v1/detect", files={"photo": photos["obama.jpg"]})
            assert answer.status_code == 200
        # A proxy passes on what strangers send.
        answers = [sent(one, "203.0.113.9", "/api/v1/detect", photos["obama.jpg"]) for _ in "12"]
        assert [each.status_code for each in answers] == [200, 429]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_visitors(address: str, name: str) -> None:
    assert visitor(address) == name


def test_many_addresses_take_little_memory() -> None:
    limit = RateLimit(1, lambda: 0.0)
    for number in range(50_000):
        assert limit.wait(str(number), 1.0, 1.0) == 0
    assert len(limit._buckets) == 20_000
