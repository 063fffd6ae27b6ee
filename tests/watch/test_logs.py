"""What stands in the log, as text and as JSON."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from lookalike.watch import logs
from lookalike.watch.logs import Json, Line, Text, discreet

LINE = Line("GET", "/people/Q76", 404, 3.14159, "an-id", refusal="not-found", who="5f2c")


def record(message: str, line: Line | None = None, **more: object) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "lookalike", "levelno": 20, "levelname": "INFO", "msg": message, **more}
    )
    made.created = 1_796_060_000.25
    if line is not None:
        made.request = line
    return made


def test_a_line_of_text() -> None:
    written = Text().format(record(str(LINE), LINE))
    assert written == (
        "2026-11-30T17:33:20.250+00:00 INFO GET /people/Q76 404 3.1 ms an-id not-found from 5f2c"
    )


def test_an_object_of_json() -> None:
    assert json.loads(Json().format(record(str(LINE), LINE))) == {
        "time": "2026-11-30T17:33:20.250+00:00",
        "level": "info",
        "logger": "lookalike",
        "method": "GET",
        "path": "/people/Q76",
        "status": 404,
        "ms": 3.1,
        "id": "an-id",
        "refusal": "not-found",
        "who": "5f2c",
    }
    said = json.loads(Json().format(record("두 줄\nof it")))
    assert (said["message"], "\n" in Json().format(record("a\nb"))) == ("두 줄\nof it", False)


@pytest.mark.parametrize("formatter", [Json(), Text()])
def test_what_went_wrong_is_told_with_its_traceback(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("a bug")
    except ValueError:
        written = formatter.format(record("It failed", exc_info=sys.exc_info()))
    assert "It failed" in written
    assert "ValueError: a bug" in written


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/people/Q76", "/people/Q76"),
        (f"/r/{'A' * 22}/card.png", "/r/…/card.png"),
        (f"/api/v1/results/{'A' * 22}", "/api/v1/results/…"),
        ("/a\nGET /forged 200", "/a%0AGET%20/forged%20200"),
        ("/" + "x" * 1000, "/" + "x" * 199),
    ],
)
def test_paths_are_on_one_line_and_name_no_result(path: str, told: str) -> None:
    assert discreet(path) == told


def test_uvicorn_s_own_log_says_no_more() -> None:
    logs.keep_discreet()
    (keep,) = {each for each in logging.getLogger("uvicorn.access").filters if callable(each)}
    args = ("192.0.2.7:1", "GET", f"/r/{'A' * 22}?name=x", "1.1", 200)
    made = record("%s", args=args)
    assert keep(made)
    assert made.args == ("-", "GET", "/r/…", "1.1", 200)
