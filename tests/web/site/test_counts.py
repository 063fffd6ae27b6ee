"""Counting without photos or addresses, and the page in other web sites."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from anyio import create_task_group, run
from click.testing import CliRunner

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.errors import CollectionNotFound, InvalidParameter
from lookalike.launch import run as serve_forever
from lookalike.server import create_app
from lookalike.web.samples import sample
from lookalike.web.site.counts import Counts
from tests.support import patient
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]
SITE = """
name = "봄날의 무대"
collection = "starter"
link = "https://shop.example/{id}"

[embed]
origins = ["https://fans.example", "http://localhost:8080"]
"""


@pytest.fixture
def site_file(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE, "utf-8")
    return path


@pytest.fixture
def event(serve: Serve, home: Path, site_file: Path) -> Iterator[Server]:
    with serve(home=home, site=str(site_file)) as started:
        yield started


def visit(server: Server, photos: Mapping[str, bytes]) -> None:
    with patient.Client(base_url=server.url) as http:
        http.get("/")
        http.head("/")
        http.get("/embed")
        http.get("/healthz")
        http.post("/api/v1/lookalikes", files={"photo": photos["obama.jpg"]})
        http.post("/api/v1/lookalikes", files={"photo": photos["t1.jpg"]})
        http.post("/api/v1/lookalikes", files={"photo": b"nothing"})
        files = {"photo": photos["obama.jpg"]}
        http.post("/api/v1/cards", files=files, data={"person": "Q76"})
        http.post("/api/v1/results", files=files, data={"person": "Q76"})


def test_a_day_of_an_event(event: Server, photos: Mapping[str, bytes]) -> None:
    visit(event, photos)
    (day,) = Counts(event.settings.home).days(30)
    assert day.day == date.today()
    assert (day.visits, day.uploads, day.matches, day.shares) == (2, 2, 7, 2)
    best = dict(day.best)
    assert best["Q76"] == 1
    assert sum(best.values()) == 7


def test_samples_are_not_counted(event: Server, photos: Mapping[str, bytes]) -> None:
    visit(event, photos)
    asked = patient.post(
        f"{event.url}/api/v1/lookalikes", files={"photo": sample("collins")}, data={"order": "look"}
    )
    assert asked.status_code == 200
    assert patient.get(f"{event.url}/find?sample=collins").status_code == 200
    (day,) = Counts(event.settings.home).days(30)
    assert (day.uploads, day.matches) == (2, 7)


def test_the_file_holds_numbers_and_ids_alone(event: Server, photos: Mapping[str, bytes]) -> None:
    visit(event, photos)
    files = [each for each in event.settings.home.glob("counts.sqlite3*") if each.is_file()]
    data = b"".join(each.read_bytes() for each in files)
    assert b"Q76" in data
    for word in (b"127.0.0.1", b"python-httpx", b"JFIF"):
        assert word not in data


def test_the_command_shows_it(
    event: Server, photos: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(event, photos)
    monkeypatch.setenv("LOOKALIKE_HOME", str(event.settings.home))
    shown = CliRunner().invoke(main, ["counts", "--json"])
    (day,) = json.loads(shown.output)
    assert day["day"] == date.today().isoformat()
    assert (day["visits"], day["uploads"], day["matches"], day["shares"]) == (2, 2, 7, 2)
    plain = CliRunner().invoke(main, ["counts"])
    assert "1 days" in plain.output


def test_without_a_site_nothing_is_counted(
    serve: Serve, home: Path, photos: Mapping[str, bytes]
) -> None:
    with serve(home=home) as server:
        visit(server, photos)
        assert not list(home.glob("counts*"))
        assert Counts(home).days(30) == ()


def test_a_site_may_turn_it_off(
    serve: Serve, home: Path, site_file: Path, photos: Mapping[str, bytes]
) -> None:
    site_file.write_text("counts = false\n" + SITE, "utf-8")
    with serve(home=home, site=str(site_file)) as server:
        visit(server, photos)
    assert not list(home.glob("counts*"))


def test_days_and_workers(tmp_path: Path) -> None:
    today = date(2026, 3, 1)
    workers = [Counts(tmp_path, today=lambda: today) for _ in range(2)]

    async def many(counts: list[Counts]) -> None:
        async with create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(counts[number % 2].add, "visits")

    run(many, workers)
    later = Counts(tmp_path, today=lambda: today + timedelta(days=2))
    run(later.add, "shares")
    second, first = later.days(3)
    assert (second.day, second.shares, second.visits) == (date(2026, 3, 3), 1, 0)
    assert (first.day, first.visits) == (today, 40)
    assert later.days(2) == (second,)


def test_an_answer_never_fails_for_a_count(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "counts.sqlite3").write_bytes(b"this is no database" * 100)
    run(Counts(tmp_path).add, "visits")
    assert "was not counted" in caplog.text


# The page in other web sites, and what a site changes


def test_only_the_named_sites_may_frame_the_page(event: Server) -> None:
    answer = patient.get(f"{event.url}/embed", params={"lang": "ko"})
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"].split("; ")
    assert "frame-ancestors https://fans.example http://localhost:8080" in policy
    assert "script-src 'self'" in policy
    page = patient.get(event.url).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page


def test_without_origins_there_is_no_widget(server: Server) -> None:
    answer = patient.get(f"{server.url}/embed")
    assert answer.status_code == 404
    assert "no web site is named" in answer.json()["detail"]


def test_everyone_has_the_link_of_the_site(event: Server, photos: Mapping[str, bytes]) -> None:
    url = f"{event.url}/api/v1/lookalikes"
    found = patient.post(url, files={"photo": photos["obama.jpg"]}).json()
    assert found["gallery"]["collection"] == "starter"
    for person in found["faces"][0]["people"]:
        link = {"kind": "site", "url": f"https://shop.example/{person['id']}"}
        assert person["links"][0] == link


def test_a_site_that_cannot_be_served(settings: Settings, home: Path, site_file: Path) -> None:
    with pytest.raises(InvalidParameter, match="cannot be read"):
        create_app(replace(settings, site=str(home / "nope.toml")))
    site_file.write_text('name = "A"\ncollection = "nope"', "utf-8")
    with pytest.raises(CollectionNotFound, match="There is no collection 'nope'"):
        serve_forever(replace(settings, home=home, site=str(site_file)))
    said = CliRunner().invoke(main, ["serve", "--site", "nope.toml"])
    assert said.exit_code == 2
    assert "does not exist" in said.output
