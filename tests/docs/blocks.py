"""Every block of code in README and docs that can run, runs: `make test-docs`.

A page is followed from its first block to its last, in a folder and a home of its own. What
cannot run is named in `CANNOT` with the reason, line by line.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from docs import site
from docs.markdown import Block, blocks, prose
from lookalike.config import Settings
from lookalike.rekognition.access.keys import Keys
from tests.docs import scenes
from tests.support import PATIENCE_S, ROOT
from tests.support.amazon.cloud import Cloud
from tests.support.serving import Server
from tests.support.videos import encoded, scaled, still

# In place of the end of a line that goes on in the next.
_GOES_ON = "\x00"
_DATA = "asks for LFW and portraits, which are not ours to ship"
_WIKIMEDIA = "asks Wikidata and Commons; tests/gallery/wikimedia asks what stands in for them"
_SYSTEM = "installs on the system and starts a service of systemd"
_CONTAINERS = "asks for a container engine and a domain; tests/deploy does the image's steps"
_MAKE = "makes the checkout that this test runs in"
_WHEEL = "asks for the wheel; tests/release/installed.py makes it, and does this"
_RECIPE = "loads a network from the web; tests/faces/models adds ones made on the spot"
_NPM = "asks npm; tests/web/test_typescript.py makes that client with what is installed"
_POSTGRESQL = "PostgreSQL's own tools, in whatever version the server has"
# Beginnings of lines that cannot run, by page, and why.
CANNOT: Mapping[tuple[str, str], str] = {
    ("CONTRIBUTING.md", "python -m starter.build"): _DATA,
    ("CONTRIBUTING.md", "lookalike evaluate calibrate"): _DATA,
    ("README.md", "make "): _MAKE,
    ("docs/aws.md", "lookalike gallery push"): "asks Amazon; tests/aws asks what stands in for it",
    ("docs/backup.md", "pg_"): _POSTGRESQL,
    ("docs/backup.md", "systemctl "): _SYSTEM,
    ("docs/backup.md", "pip install"): "installs anew what this test runs in",
    ("docs/benchmarks.md", "lookalike evaluate"): _DATA,
    ("docs/benchmarks.md", "LOOKALIKE_RUNTIME=onnxruntime lookalike evaluate"): _DATA,
    ("docs/calibration.md", "lookalike evaluate calibrate"): _DATA,
    ("docs/check.md", "lookalike gallery import ../shared"): _DATA,
    ("docs/check.md", "lookalike gallery check --photos ../shared"): _DATA,
    ("docs/clients.md", "npm install"): _NPM,
    ("docs/clients.md", "npx openapi-ts"): _NPM,
    ("docs/deploy.md", "export LOOKALIKE_DOMAIN"): _CONTAINERS,
    ("docs/deploy.md", "docker compose"): _CONTAINERS,
    ("docs/deploy.md", "useradd"): _SYSTEM,
    ("docs/deploy.md", "python3 -m venv /opt"): _SYSTEM,
    ("docs/deploy.md", "/opt/lookalike"): _SYSTEM,
    ("docs/deploy.md", "install "): _SYSTEM,
    ("docs/deploy.md", "systemctl "): _SYSTEM,
    ("docs/deploy.md", "sudo "): _SYSTEM,
    ("docs/galleries.md", 'lookalike gallery add "공유" a.jpg --find'): _WIKIMEDIA,
    ("docs/galleries.md", "lookalike gallery build kpop"): _WIKIMEDIA,
    ("docs/galleries.md", "lookalike gallery complete"): _WIKIMEDIA,
    ("docs/installing.md", "pip install"): _WHEEL,
    ("docs/installing.md", "pipx install"): _WHEEL,
    ("docs/installing.md", "uvx "): _WHEEL,
    ("docs/installing.md", "lookalike models fetch --to /media"): "asks for a stick",
    ("docs/models.md", "lookalike models add strong"): _RECIPE,
    ("docs/models.md", "lookalike models use strong"): _RECIPE,
    ("docs/models.md", "lookalike models remove strong"): _RECIPE,
    ("docs/models.md", "lookalike models add mine --url"): _RECIPE,
    ("docs/models.md", "lookalike models fetch --to /media"): "asks for a stick",
    **{
        (
            "docs/scale.md",
            start,
        ): "asks for a PostgreSQL with TLS; make test-hosts starts hosts on one"
        for start in ("pip install", "export LOOKALIKE_", "lookalike serve", "lookalike hosts show")
    },
    **{
        ("docs/scale.md", start): "asks for several machines; tests/cluster starts some"
        for start in ("lookalike cluster", "lookalike gallery import", "lookalike evaluate")
    },
    ("docs/start.md", "make serve"): _MAKE,
    ("docs/start.md", ". .venv/bin/activate"): _MAKE,
    ("docs/public.md", "pip install"): "installs anew what this test runs in",
    ("examples/campaign/README.md", "python -m http.server"): "serves for ever",
}
# Blocks of a language whose own program reads them, and where.
READ_BY: Mapping[str, str] = {
    "nginx": "tests/deploy/installed.py: nginx -t",
    "caddyfile": "tests/deploy/installed.py: caddy validate",
    "pycon": "tests/api/test_examples.py: doctest",
    "ts": "tests/web/test_typescript.py: tsc",
}
_COMMAND = re.compile(r"^ *(\$ |lookalike |python -m )", re.MULTILINE)
# What is only looked at: outputs, listings, help.
_SHOWN = frozenset({"text"})
PAGES = ("README.md", *site.pages())
# What a page sets out from, as its text says.
_BEFORE: Mapping[str, str] = {
    "docs/backup.md": "lookalike keys create\n"
    "lookalike gallery add Obama obama.jpg\nlookalike gallery import stars/ --collection fans",
    "docs/galleries.md": 'lookalike gallery add "아일린 M. 콜린스" astronaut.png',
    "docs/check.md": "lookalike gallery import stars/ --collection fans",
}
# Where the server of a page is.
_ADDRESS = re.compile(
    r"http://127\.0\.0\.1:8000|https://fans\.example/look|https://faces\.example"
    r"|https://look\.example"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who tries what a page says, in a folder of their own.

    Attributes:
        url: of a server that is there for it.
    """

    folder: Path
    environment: Mapping[str, str]
    url: str = ""

    def bash(self, script: str) -> str:
        """What a script prints, which ends well."""
        command = ["bash", "-euo", "pipefail", "-c", scenes.meant(script)]
        return self._done(command)

    def python(self, code: str) -> str:
        """What a program prints, which is a file: its worker processes read it again."""
        (self.folder / "block.py").write_text(code, "utf-8")
        return self._done([sys.executable, "block.py"])

    def _done(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=dict(self.environment),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=2 * PATIENCE_S,  # what it starts gives up before, and ends what it has started
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}"
        return done.stdout


def of(page: str) -> list[Block]:
    return list(blocks((ROOT / page).read_text("utf-8")))


def reason(page: str, command: str) -> str:
    """Why a command of a page cannot run; empty where it can."""
    return next(
        (
            why
            for (where, start), why in CANNOT.items()
            if where == page.replace(".ko.md", ".md") and command.startswith(start)
        ),
        "",
    )


def commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """The commands of a block, each with what the block says that it prints."""
    command, printed = "", list[str]()
    for line in block.text.replace("\\\n", _GOES_ON).splitlines():
        said = line if block.language == "sh" else line[2:]
        if block.language == "sh" or line.startswith(("$ ", "# ")):
            if command:
                yield command, printed
            command, printed = said.replace(_GOES_ON, "\\\n"), []
        elif line:
            printed.append(line)
    if command:
        yield command, printed


def test_every_block_says_what_it_is() -> None:
    parsed = {*_PARSERS, *READ_BY, *_SHOWN, "sh", "console", "python", "pycon"}
    for page in PAGES:
        for block in of(page):
            assert block.language in parsed, f"{page}:{block.line}: {block.language!r}"
            if block.language in ("console", "sh"):
                assert list(commands(block)), f"{page}:{block.line}: no command in it"
            if block.language in _SHOWN:
                assert not _COMMAND.search(block.text), f"{page}:{block.line}"
        for line, is_prose in prose((ROOT / page).read_text("utf-8").splitlines()):
            assert not (is_prose and re.match(r" {4,}(lookalike|python) ", line)), f"{page}: {line}"


def test_what_cannot_run_is_there() -> None:
    unused = set(CANNOT)
    for page in PAGES:
        for block in of(page):
            if block.language in ("sh", "console"):
                for command, _ in commands(block):
                    unused -= {
                        (where, start)
                        for where, start in unused
                        if where == page and command.startswith(start)
                    }
    assert unused == set()


_FOLLOWED = [page for page in PAGES if any(each.language in ("sh", "console") for each in of(page))]


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenes.commands(tmp_path_factory.mktemp("bin") / "bin")


@pytest.fixture
def reader(
    tmp_path: Path, settings: Settings, bin_folder: Path, photos: Mapping[str, bytes]
) -> Reader:
    for each in ("examples", "benchmarks", "requirements"):
        (tmp_path / each).symlink_to(ROOT / each)
    return Reader(tmp_path, scenes.environment(tmp_path, settings.cache, bin_folder))


@pytest.mark.parametrize("page", _FOLLOWED)
def test_commands_do_what_the_page_says(
    page: str, reader: Reader, photos: Mapping[str, bytes], request: pytest.FixtureRequest
) -> None:
    everything = of(page)
    scenes.furnish(reader.folder, photos, everything)
    if page in _BEFORE:
        reader.bash(_BEFORE[page])
    for block in everything:
        if block.language == "sh":
            said = [command for command, _ in commands(block) if not reason(page, command)]
            script = "\n".join(said)
            if _ADDRESS.search(script):
                script = _ADDRESS.sub(request.getfixturevalue("server").url, script)
            if script:
                reader.bash(script)
        elif block.language == "console":
            _conversation(page, block, reader)


def _conversation(page: str, block: Block, reader: Reader) -> None:
    """A terminal's: every line that the page shows is printed."""
    said = [each for each in commands(block) if not reason(page, each[0])]
    if not said:
        return
    got = reader.bash("\n".join(command for command, _ in said)).splitlines()
    for _, printed in said:
        for line in printed:
            line = line.replace("/backups", f"{reader.folder}/backups")
            line = line.replace("/var/lib/lookalike", str(reader.folder))
            assert any(_alike(line, each) for each in got), f"{page}: {line}\n{got}"


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _alike(shown: str, got: str) -> bool:
    """The same words; what is different each time is an example, a score is within a point, for
    processors round otherwise."""
    made_up = re.sub(r"\S*EXAMPLE\S*", "\x00", shown.rstrip())
    pattern = re.escape(_NUMBER.sub("\x01", made_up)).replace("\x00", r"\S+")
    found = re.fullmatch(pattern.replace("\x01", rf"({_NUMBER.pattern})"), got.rstrip())
    if not found:
        return False
    for one, other in zip(_NUMBER.findall(made_up), found.groups(), strict=True):
        if re.fullmatch(r"\d{1,3}\.\d", one):
            assert float(other) == pytest.approx(float(one), abs=1), (shown, got)
    return True


Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def footage(
    serve: Serve,
    cloud: Cloud,
    photos: Mapping[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A server that reads S3, in which there is a video."""
    cloud.put("premiere.mp4", encoded(still(scaled(photos["obama.jpg"], 360), 1)))
    home = tmp_path_factory.mktemp("footage")
    with serve(home=home, s3_endpoint_url=cloud.url) as server:
        yield server


@pytest.fixture
def served(page: str, request: pytest.FixtureRequest, reader: Reader) -> Reader:
    """Reads a page whose Python speaks to a server, which is there as the page asks for it."""
    environment = dict(reader.environment)
    match page:
        case "docs/access-keys.md":
            server = request.getfixturevalue("signed")
            keys = Keys(server.settings)
            made = keys.create()
            keys.close()
            environment |= {"LOOKALIKE_KEY_ID": made.key.id, "LOOKALIKE_SECRET": made.secret}
        case "docs/videos.md":
            server = request.getfixturevalue("footage")
        case _:
            server = request.getfixturevalue("server")
    environment["AWS_ENDPOINT_URL_REKOGNITION"] = server.url
    return replace(reader, environment=environment, url=server.url)


# What Python of a page goes on from, where another page has begun it.
_BEGUN: Mapping[str, str] = {
    "docs/videos.md": "import boto3\nrekognition = boto3.client('rekognition')\n",
}
_IN_PYTHON = [page for page in PAGES if any(each.language == "python" for each in of(page))]


@pytest.mark.parametrize("page", _IN_PYTHON)
def test_python_prints_what_the_page_says(
    page: str, served: Reader, photos: Mapping[str, bytes]
) -> None:
    everything = of(page)
    scenes.furnish(served.folder, photos, everything)
    for block in everything:
        if block.language == "python":
            code = _BEGUN.get(page, "") + _ADDRESS.sub(served.url, block.text)
            got = served.python(code).splitlines()
            for line in re.findall(r"^# (\S.+)", block.text, re.MULTILINE):
                assert any(_alike(line, each) for each in got), f"{page}: {line}\n{got}"


# docs/python.md is made of examples in the code, which tests/api/test_examples.py runs.
_TYPED = [page for page in PAGES if any(each.language == "pycon" for each in of(page))]


@pytest.mark.parametrize("page", [page for page in _TYPED if page != "docs/python.md"])
def test_what_is_typed_is_answered_as_the_page_says(
    page: str, served: Reader, photos: Mapping[str, bytes]
) -> None:
    everything = of(page)
    scenes.furnish(served.folder, photos, everything)
    typed = [_ADDRESS.sub(served.url, each.text) for each in everything if each.language == "pycon"]
    text = "\n".join([">>> import lookalike", *typed]).replace('"…"', '"secret"')
    (served.folder / "typed.txt").write_text(text, "utf-8")
    served.bash("python -m doctest -o ELLIPSIS typed.txt")


def _csv(text: str) -> None:
    header, *rows = csv.reader(io.StringIO(text))
    assert rows
    assert {len(row) for row in rows} == {len(header)}


def _html(text: str) -> None:
    HTMLParser().feed(text)


def _cron(text: str) -> None:
    """Five fields of time, a user, a command."""
    for line in text.splitlines():
        *when, user, command = line.split(maxsplit=6)
        assert len(when) == 5
        assert all(re.fullmatch(r"[\d*/,-]+", each) for each in when)
        assert user == "lookalike"
        assert "lookalike backup" in command


def _js(text: str) -> None:
    done = subprocess.run(
        ["node", "--input-type=module", "--check"], input=text, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr


_PARSERS: Mapping[str, Callable[[str], object]] = {
    "cron": _cron,
    "csv": _csv,
    "html": _html,
    "js": _js,
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_no_program_can_be_read(page: str) -> None:
    for block in of(page):
        if block.language in _PARSERS:
            _PARSERS[block.language](block.text)
