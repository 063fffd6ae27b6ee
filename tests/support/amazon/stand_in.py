"""In Amazon's place: a server of ours that checks signatures, and one that only makes trouble."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.aws.engine import AwsEngine
from lookalike.cli import main
from lookalike.config import Settings
from tests.support.serving import Server, listening

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def amazon(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Knows celebrities as strictly as Amazon does, and has no collections yet."""
    home = tmp_path_factory.mktemp("amazon")
    with serve(celebrities="strict", auth="on", home=home) as started:
        yield started


@pytest.fixture(scope="session")
def profile(amazon: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of somebody with a key of `lookalike keys create`, and with nothing else."""
    made = CliRunner().invoke(
        main, ["keys", "create"], env={"LOOKALIKE_HOME": str(amazon.settings.home)}
    )
    assert made.exit_code == 0
    file = tmp_path_factory.mktemp("profile") / "credentials"
    file.write_text(made.stdout, "utf-8")
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(file),
        "AWS_PROFILE": "lookalike",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def environment(values: dict[str, str]) -> Iterator[pytest.MonkeyPatch]:
    """This process has only these of AWS's variables."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [each for each in os.environ if each.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in values.items():
            patch.setenv(name, value)
        yield patch


@pytest.fixture
def signed_in(profile: dict[str, str]) -> Iterator[pytest.MonkeyPatch]:
    with environment(profile) as patch:
        yield patch


@pytest.fixture
def theirs(
    settings: Settings, amazon: Server, home: Path, signed_in: pytest.MonkeyPatch
) -> Settings:
    """Settings of somebody whose engine is Amazon; no model was prepared in their cache."""
    return replace(
        settings,
        engine="aws",
        aws_region=REGION,
        aws_endpoint_url=amazon.url,
        home=home,
        cache=home / "cache",
    )


@pytest.fixture
def aws(theirs: Settings) -> Iterator[AwsEngine]:
    opened = AwsEngine(theirs)
    yield opened
    opened.close()


@dataclass
class Trouble:
    """What the server answers: a status and an error each time, the last of them for ever.

    `asked` are the operations; None is no answer at all.
    """

    answers: list[tuple[int, str] | None]
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self) -> tuple[int, str] | None:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def making(*answers: tuple[int, str] | None) -> Iterator[Trouble]:
    """A server that makes trouble."""
    trouble = Trouble(list(answers))
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            trouble.asked.append(self.headers["X-Amz-Target"].partition(".")[2])
            answer = trouble.answer()
            if answer is None:
                over.wait()
                return
            status, code = answer
            fault = {"__type": code, "message": "Not now."}
            written = json.dumps(fault if code else {"FaceDetails": []}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Handler) as port:
        trouble.url = f"http://127.0.0.1:{port}"
        try:
            yield trouble
        finally:
            over.set()
