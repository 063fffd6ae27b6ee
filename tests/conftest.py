"""What every test may ask for: real photos, the real engine, a real server."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from lookalike import config
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.faces.analyzer import Analyzer
from lookalike.rekognition.access.keys import Keys, Unlocked
from tests.support import patient, shared
from tests.support import photos as packaged
from tests.support.amazon import clients
from tests.support.amazon import cloud as clouds
from tests.support.amazon.cloud import Cloud
from tests.support.amazon.conversation import COLLINS, Conversation, held
from tests.support.serving import Server, running

# The browser, and a server in Amazon's place, for those who ask for them.
pytest_plugins = ("tests.support.browser", "tests.support.amazon.stand_in")


# Minutes, most of them of waiting for other processes.
_LONG = (
    *("gallery/sources/test_importing.py", "video/test_runner.py", "gallery/test_reembedding.py"),
    *("test_server.py", "evaluate/test_protocols.py", "web/test_admin.py", "gallery/test_check.py"),
    *("test_examples.py", "rekognition/test_videos.py", "cli/test_cli.py"),
    *("web/pages/test_access.py", "benchmarks/test_attack.py"),
)
_HERE = Path(__file__).parent
_RUNTIME: Literal["openvino"] = "openvino"


def pytest_configure() -> None:
    """A run in the background is started deaf to Ctrl-C, which tests send themselves."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # All processes of a run compute alike: which library is the fastest is measured, and may come
    # out otherwise the next time.
    os.environ[config.PREFIX + "RUNTIME"] = _RUNTIME


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that none is left to one of two processes at the end."""
    items.sort(key=lambda item: item.path.relative_to(_HERE).as_posix() not in _LONG)


@pytest.fixture(scope="session")
def photos() -> Mapping[str, bytes]:
    """Real photos by file name; see support/photos.py."""
    return packaged.load()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a fresh machine, but for the models, which are prepared once a checkout, and
    portraits, which are never fetched from a test."""
    folder = tmp_path_factory.mktemp("lookalike")
    loaded = config.load(
        {},
        home=folder / "home",
        cache=packaged.FOLDER.parent / "cache",
        runtime=_RUNTIME,
        portraits="off",
    )
    with shared.networks(), shared.certificates():
        # Here and not in the first test that asks for them, whichever that is.
        Analyzer(loaded).warm()
        yield loaded


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[LocalEngine]:
    opened = LocalEngine(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def analyzer(engine: LocalEngine) -> Analyzer:
    """The engine's, which is in this process."""
    assert isinstance(engine.analyzer, Analyzer)
    return engine.analyzer


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[Server]:
    """One server for the whole run."""
    with running(settings) as started:
        yield started


@pytest.fixture(scope="session")
def signed(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that checks signatures; `Keys(signed.settings)` opens the keys of its home."""
    with running(replace(settings, auth="on", home=tmp_path_factory.mktemp("signed"))) as started:
        yield started


@pytest.fixture(scope="session")
def strict(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that does, and leaves strangers unrecognised, as Amazon."""
    home = tmp_path_factory.mktemp("strict")
    with running(replace(settings, auth="on", celebrities="strict", home=home)) as started:
        yield started


@pytest.fixture(scope="session")
def key(strict: Server) -> Unlocked:
    """A key to `strict` that may do everything."""
    keys = Keys(strict.settings)
    made = keys.create()
    keys.close()
    return made


@pytest.fixture(scope="session")
def conversation(strict: Server, key: Unlocked, photos: Mapping[str, bytes]) -> Conversation:
    """boto3 has called every operation; see support/amazon/conversation.py."""
    collins = {"name": "Eileen Collins", "gender": "female", "wikidata": COLLINS}
    added = patient.post(
        f"{strict.url}/api/v1/people",
        data=collins,
        files={"photos": photos["astronaut.png"]},
    )
    assert added.status_code == 201
    with clients.client(strict.url, key) as client:
        return held(client, photos)


@pytest.fixture(scope="session")
def serve(settings: Settings) -> Callable[..., AbstractContextManager[Server]]:
    """Starts a server with other settings: `with serve(celebrities="strict") as server:`."""

    def start(**changes: object) -> AbstractContextManager[Server]:
        return running(replace(settings, **changes))  # type: ignore[arg-type]

    return start


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """S3, SNS and SQS; this process has credentials for them from here on."""
    with pytest.MonkeyPatch.context() as patch, clouds.running() as started:
        for name, value in clouds.ENVIRONMENT.items():
            patch.setenv(name, value)
        yield started


@pytest.fixture
def own_cache(settings: Settings, tmp_path: Path) -> Path:
    """A cache with the prepared models and without portraits."""
    cache = tmp_path / "cache"
    cache.mkdir()
    for each in ("models", "openvino"):
        (cache / each).symlink_to(settings.cache / each)
    return cache


@pytest.fixture(scope="module")
def model_cache(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that begins with the prepared models, and where others may be prepared."""
    cache = tmp_path_factory.mktemp("models")
    for each in ("models", "openvino"):
        (cache / each).mkdir()
        for file in (settings.cache / each).iterdir():
            (cache / each / file.name).symlink_to(file)
    return cache


@pytest.fixture
def model_settings(settings: Settings, model_cache: Path, tmp_path: Path) -> Settings:
    """Settings of a home without packs."""
    return replace(settings, home=tmp_path / "home", cache=model_cache)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty `LOOKALIKE_HOME`."""
    return tmp_path / "home"
