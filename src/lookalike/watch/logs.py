"""The log: lines for people, or JSON for what collects logs. A line a request, and what went wrong.

A line of a request has no address, no query and no id of a shared result in it.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from lookalike.config import Settings

REQUESTS = "lookalike.requests"
# What an id of a shared result follows in a path.
_RESULT = re.compile(r"(/(?:r|results)/)[^/?]+")
_LONGEST = 200
_FIELD = "request"


@dataclass(frozen=True, slots=True)
class Line:
    """A request, as the log has it.

    Attributes:
        ms: until its answer was sent.
        refusal: the code of the error that it was answered with.
        operation: of the Rekognition API.
        who: the hash of an address.
    """

    method: str
    path: str
    status: int
    ms: float
    id: str
    operation: str | None = None
    refusal: str | None = None
    who: str | None = None

    def __str__(self) -> str:
        extra = (self.operation, self.refusal, self.who and f"from {self.who}")
        words = (self.method, self.path, str(self.status), f"{self.ms:.1f} ms", self.id)
        return " ".join((*words, *(each for each in extra if each)))


def say(line: Line) -> None:
    """Write the line of a request."""
    logging.getLogger(REQUESTS).info("%s", line, extra={_FIELD: line})


def discreet(path: str) -> str:
    """A path as a log may have it, on one line."""
    return _RESULT.sub(r"\1…", quote(path[:_LONGEST], safe="/:@!$&'()*+,;=~"))


class Json(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: Line | None = getattr(record, _FIELD, None)
        said: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if line is None:
            said["message"] = record.getMessage()
        else:
            known = asdict(line).items()
            said |= {name: value for name, value in known if value is not None}
            said["ms"] = round(line.ms, 1)
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


class Text(logging.Formatter):
    """For people to read."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_time(record)} {record.levelname} {record.getMessage()}"
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return f"{text}\n{trace}" if trace else text


def configuration(settings: Settings) -> dict[str, Any]:
    """For `logging.config.dictConfig`, which uvicorn calls in each worker."""
    formatter = Json if settings.log == "json" else Text
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"()": formatter}},
        "handlers": {"own": {"class": "logging.StreamHandler", "formatter": "own"}},
        "root": {"handlers": ["own"], "level": "WARNING"},
        "loggers": {REQUESTS: {"level": "INFO"}, "uvicorn": {"level": "INFO"}},
    }


def keep_discreet() -> None:
    """Have uvicorn's own log of requests tell no more, where somebody else starts the app with
    it."""
    logging.getLogger("uvicorn.access").addFilter(_discreet)


def _discreet(record: logging.LogRecord) -> bool:
    """Keeps out: addresses of visitors, ids of shared results, and queries, which may hold names
    or a signature."""
    if isinstance(record.args, tuple) and len(record.args) == 5:
        _, method, path, *rest = record.args
        record.args = ("-", method, discreet(str(path).partition("?")[0]), *rest)
    return True


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
