"""What importing the package, and opening an engine, brings with it, and what cannot be opened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import lookalike
from lookalike import errors, extras
from lookalike.api.results.result import read
from lookalike.config import Settings
from lookalike.engine import local
from lookalike.engine.local import LocalEngine
from lookalike.faces.models import manifest
from tests.support.serving import listening

# What answers over HTTP, and what asks.
_WEB = ("fastapi", "starlette", "uvicorn", "jinja2", "httpx", "botocore", "prometheus_client")

# What takes long to import, and is of no use before somebody asks.
_LATER = ("openvino", "onnxruntime", "cv2", "PIL.Image", "sqlalchemy", "faiss", "pydantic")


def imported(code: str, settings: Settings, home: Path) -> set[str]:
    """The modules that are there after some code has run."""
    environ = {"LOOKALIKE_HOME": str(home), "LOOKALIKE_CACHE": str(settings.cache)}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_the_package_imports_nothing(settings: Settings, tmp_path: Path) -> None:
    found = imported("import lookalike", settings, tmp_path)
    assert {each for each in found if each.startswith("lookalike")} == {"lookalike"}
    assert found.isdisjoint({"numpy", "platformdirs", "dataclasses", *_WEB})


def test_an_engine_is_opened_without_what_the_first_question_needs(
    settings: Settings, tmp_path: Path
) -> None:
    found = imported("import lookalike; lookalike.open().close()", settings, tmp_path)
    assert "lookalike.faces.models.installed" in found
    assert found.isdisjoint({*_LATER, *_WEB})


def test_galleries_of_ones_own_are_opened_at_once_without_the_web(
    settings: Settings, tmp_path: Path
) -> None:
    make = "import lookalike; lookalike.open().galleries.create('friends')"
    imported(make, settings, tmp_path)
    found = imported("import lookalike; lookalike.open().close()", settings, tmp_path)
    assert "sqlalchemy" in found
    # Networks are opened, and answers made, with the first photo.
    assert found.isdisjoint({"openvino", "onnxruntime", "pydantic", *_WEB})


def test_what_cannot_be_used_shows_at_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"home": tmp_path / "home", "cache": settings.cache}
    with pytest.raises(errors.ModelUnavailable, match="no model 'nothing'"):
        lookalike.open(model="nothing", **kept)
    (tmp_path / "damaged").write_bytes(b"no network")
    with monkeypatch.context() as patched:
        patched.setattr(manifest, "found", lambda *_: tmp_path / "damaged")
        with pytest.raises(errors.ModelDamaged, match="damaged has sha256"):
            lookalike.open(**kept)
    with monkeypatch.context() as patched:
        patched.setattr(extras, "find_spec", lambda _: None)
        with pytest.raises(errors.ExtraMissing, match=r"lookalike\[openvino\]"):
            lookalike.open(runtime="openvino", **kept)
    kept["home"].mkdir()
    (kept["home"] / "lookalike.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(errors.StoreUnavailable, match=r"lookalike\.sqlite3"):
        lookalike.open(**kept)


def test_first_questions_of_several_threads_open_one_engine(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    class Counted(LocalEngine):
        def __init__(self, settings: Settings) -> None:
            made.append(self)
            super().__init__(settings)

    monkeypatch.setattr(local, "LocalEngine", Counted)
    with (
        lookalike.open(home=tmp_path / "home", cache=settings.cache) as engine,
        ThreadPoolExecutor(4) as pool,
    ):
        assert made == []
        asked = [pool.submit(engine.galleries.person, "Q76") for _ in range(4)]
        assert {each.result().id for each in asked} == {"Q76"}
    assert len(made) == 1


def test_a_client_has_no_networks(settings: Settings, tmp_path: Path) -> None:
    code = "import lookalike; lookalike.connect('http://localhost:1').close()"
    found = imported(code, settings, tmp_path)
    assert "httpx" in found
    assert found.isdisjoint({"openvino", "onnxruntime", "cv2", "sqlalchemy", "fastapi"})


def test_all_is_sorted_and_there() -> None:
    assert lookalike.__all__ == sorted(lookalike.__all__)
    assert all(getattr(lookalike, each).__doc__ for each in lookalike.__all__)
    assert dir(lookalike) == lookalike.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lookalike.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("open_it", "kind", "says"),
    [
        (lambda: lookalike.open(hom="x"), errors.InvalidParameter, "hom: there is no such setting"),
        (lambda: lookalike.open(threads=0), errors.InvalidParameter, "the least is 1"),
        (lambda: lookalike.open(limit="many"), errors.InvalidParameter, "a whole number"),
        (lambda: lookalike.open(precision="int8"), errors.InvalidParameter, "float32, bfloat16"),
        (lambda: lookalike.open(engine="aws"), errors.NotOffered, "our own networks"),
        (
            lambda: lookalike.connect("look.example"),
            errors.InvalidParameter,
            "https://look.example",
        ),
        (lambda: lookalike.connect("ftp://look.example"), errors.InvalidParameter, "url: 'ftp"),
        (lambda: lookalike.connect("http://[::1"), errors.InvalidParameter, r"url: 'http://\[::1'"),
        (lambda: lookalike.connect("http://a:99999"), errors.InvalidParameter, "url: 'http://a:9"),
        (lambda: lookalike.connect("http://-가.kr"), errors.InvalidParameter, "url: 'http://-가"),
    ],
)
def test_what_cannot_be_opened(open_it: Callable[[], object], kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        open_it()


@pytest.mark.parametrize(
    "token", ["비밀번호-1234", "naïve-1234", "1234\n", " 1234", "12\r\n34", ""]
)
async def test_a_token_that_no_header_can_carry(token: str) -> None:
    url = "http://127.0.0.1:9"
    with pytest.raises(errors.InvalidParameter, match=r"^token: .+ASCII") as raised:
        lookalike.connect(url, token)
    with pytest.raises(errors.InvalidParameter, match=r"^token: .+ASCII"):
        async with lookalike.connect_async(url, token):
            pass
    # It may be a secret that was only typed badly.
    assert "1234" not in str(raised.value)


def test_a_server_that_does_not_answer() -> None:
    with (
        lookalike.connect("http://127.0.0.1:9") as engine,
        pytest.raises(errors.Unreachable, match=r"http://127\.0\.0\.1:9 does not answer"),
    ):
        engine.model()


def test_scores_of_amazon_are_no_scores_of_ours() -> None:
    told = dict.fromkeys(("resemblance", "one_in", "verdict", "cosine", "extrapolated", "enough"))
    with pytest.raises(errors.NotOffered, match="Amazon Rekognition"):
        read(lookalike.Score, {**told, "similarity": None, "aws": {"value": 97.0}})


class _Another(BaseHTTPRequestHandler):
    """A server that is none of ours."""

    def do_GET(self) -> None:
        body = b"<p>Hello" if "people" in self.path else b"{}"
        self.send_response(404 if "filters" in self.path else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_another_server() -> None:
    with (
        listening(_Another) as port,
        lookalike.connect(f"http://127.0.0.1:{port}/path") as engine,
    ):
        with pytest.raises(errors.NoAnswer, match="no server of Lookalike's: it answered 200"):
            engine.galleries.person("Q76")
        with pytest.raises(errors.NoAnswer, match="has no"):
            engine.model()
