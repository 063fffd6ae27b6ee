"""What comes of the Containerfile's steps, started as the image does behind real proxies.

Too long for `make test`, and it wants root on Debian: make test-deploy
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3
import httpx
import psutil
import pytest

from docs.markdown import blocks
from tests.support import PATIENCE_S, ROOT, containerfile, patient, photos, processes, sandbox
from tests.support.containerfile import Stage, within
from tests.support.serving import listening

FOLDER = ROOT / "deploy"
UNIT = FOLDER / "lookalike.service"
PORT = "8000"
# Of Debian's own that the image has: libc, the runtimes of C and C++ (apt is written in it), zlib.
IN_IMAGE = {
    *("libc.so.6", "libdl.so.2", "libm.so.6", "libmvec.so.1", "libpthread.so.0", "librt.so.1"),
    *("libgcc_s.so.1", "libstdc++.so.6", "libutil.so.1", "libz.so.1"),
}
MEGABYTE = 1024 * 1024

# Starts a proxy with our file before an upstream on a port; gives its address.
Front = Callable[[int], AbstractContextManager[str]]


@dataclass(frozen=True, slots=True)
class Container:
    """A folder in the place of the root of an image, and what is run in it.

    Attributes:
        environ: that of the image.
        user: whom it runs as.
    """

    root: Path
    stage: Stage
    environ: Mapping[str, str]
    user: int

    def command(self, *words: str) -> list[str]:
        return [str(self.root / "opt" / "lookalike" / "bin" / words[0]), *words[1:]]

    def options(self, **more: str) -> dict[str, Any]:
        """How its processes are started: as its user, and under the filter of the unit."""
        filters = [value for name, value in sandbox.unit(UNIT) if name == "SystemCallFilter"]
        return {
            "env": {**self.environ, **more},
            "cwd": self.root,
            "preexec_fn": sandbox.entering(sandbox.allowed(filters), self.user),
        }

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = self.command(*words)
        options = self.options(**more)
        return subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, **options
        )


@dataclass(frozen=True, slots=True)
class Running:
    container: Container
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    build, last = containerfile.stages((FOLDER / "Containerfile").read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="lookalike-") as made:
        root = Path(made)
        root.chmod(0o755)
        python = Path(sys.base_prefix) / "bin"
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("LOOKALIKE_", "PYTHON"))}
        environ = {**ours, **build.environment, "PATH": f"{python}:/usr/bin:/bin"}
        # What was loaded once is taken again; the image keeps nothing of it.
        del environ["PIP_NO_CACHE_DIR"]
        containerfile.build(build, ROOT, root, environ)
        (prepared,) = last.values("RUN")
        subprocess.run(within(prepared, root), shell=True, check=True)
        own = {name: within(value, root) for name, value in last.environment.items()}
        yield Container(root, last, own, int(last.the("USER").value.split(":")[0]))


@pytest.fixture(scope="module")
def server(container: Container) -> Iterator[Running]:
    """As compose starts it, but on loopback: nothing of a test is for the network."""
    port = free_port()
    more = {
        "LOOKALIKE_HOST": "127.0.0.1",
        "LOOKALIKE_PORT": str(port),
        "LOOKALIKE_PUBLIC": "1",
        "LOOKALIKE_PUBLIC_URL": "https://fans.example/look",
        "LOOKALIKE_PORTRAITS": "off",
    }
    command = container.command(*container.stage.the("CMD").listed)
    with subprocess.Popen(command, **container.options(**more)) as process:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
            yield Running(container, port, process)
            process.terminate()
            # Orderly, and then by the signal itself, as uvicorn does.
            assert process.wait(PATIENCE_S) == -signal.SIGTERM
        finally:
            process.kill()


@pytest.fixture(scope="module")
def key(server: Running) -> Mapping[str, str]:
    """An access key to it, made while it runs."""
    done = server.container.run("lookalike", "keys", "create", "--json")
    assert done.returncode == 0, done.stderr
    made: dict[str, str] = json.loads(done.stdout)
    return made


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of this machine, with its key beside it."""
    path = tmp_path_factory.mktemp("tls") / "fullchain.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=fans.example", "-addext", "subjectAltName=IP:127.0.0.1"]
    words += ["-keyout", str(path.with_name("privkey.pem")), "-out", str(path)]
    subprocess.run(words, check=True, capture_output=True)
    return path


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """For clients that believe it."""
    return trusting(certificate)


@pytest.fixture(params=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, certificate: Path, tmp_path: Path) -> Front:
    """Each proxy, offering the server under the path that its file has."""
    chosen = nginx if request.param == "nginx" else caddy

    def start(upstream: int) -> AbstractContextManager[str]:
        return chosen(upstream, certificate, tmp_path)

    return start


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(
    url: str,
    process: subprocess.Popen[Any],
    verify: ssl.SSLContext | bool = True,
    status: int = 200,
) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if patient.get(url, verify=verify).status_code == status:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None, "it stopped while it started"
        assert time.monotonic() < deadline, "it did not start"
        time.sleep(0.1)


def nginx_conf(upstream: int, certificate: Path, folder: Path) -> tuple[Path, int]:
    """Our file in the http block of another, with ports and certificates of this machine."""
    ports = {"80": free_port(), "443": free_port()}
    text = (FOLDER / "nginx.conf").read_text("utf-8")
    text = text.replace("/etc/letsencrypt/live/fans.example", str(certificate.parent))
    text = text.replace(f"127.0.0.1:{PORT}", f"127.0.0.1:{upstream}")
    for number, port in ports.items():
        text = text.replace(f"listen {number}", f"listen 127.0.0.1:{port}")
        text = text.replace(f"listen [::]:{number}", f"# listen {number}")
    (folder / "lookalike.conf").write_text(text, "utf-8")
    around = folder / "nginx.conf"
    around.write_text(
        f"pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; include {folder}/lookalike.conf; }}\n"
    )
    return around, ports["443"]


@contextmanager
def nginx(upstream: int, certificate: Path, folder: Path) -> Iterator[str]:
    around, port = nginx_conf(upstream, certificate, folder)
    with processes.started(["nginx", "-c", str(around), "-g", "daemon off;"]) as process:
        url = f"https://127.0.0.1:{port}/look"
        wait_until_ready(url, process, trusting(certificate), 308)
        yield url


@contextmanager
def caddy(upstream: int, certificate: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {
        **os.environ,
        # Whatever it is asked for by.
        "LOOKALIKE_DOMAIN": f"http://:{port}",
        "LOOKALIKE_UPSTREAM": f"127.0.0.1:{upstream}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    words = ["caddy", "run", "--adapter", "caddyfile", "--config", str(FOLDER / "Caddyfile")]
    with processes.started(words, env=env) as process:
        wait_until_ready(f"{url}/readyz", process)
        yield url


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got, and how long the body was."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        read = len(self.rfile.read(int(self.headers.get("content-length", 0))))
        said = json.dumps({"path": self.path, "read": read, "headers": dict(self.headers)}).encode()
        # A proxy that refuses the rest of a body has gone by now.
        with suppress(BrokenPipeError):
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


# What was installed


def test_no_library_needs_more_of_debian_than_the_image_has(container: Container) -> None:
    libraries = [str(each) for each in container.root.rglob("*.so*") if each.is_file()]
    assert len(libraries) > 100
    said = subprocess.run(["ldd", *libraries], capture_output=True, text=True).stdout
    needed = {line.split("=>")[0].strip() for line in said.splitlines() if "=> /lib" in line}
    assert needed <= IN_IMAGE


def test_it_is_healthy_when_it_is_ready(server: Running) -> None:
    python, *words = server.container.stage.the("HEALTHCHECK").listed
    *options, code = words
    assert (
        server.container.run(python, *options, code.replace(PORT, str(server.port))).returncode == 0
    )
    assert server.container.run(python, *options, code.replace(PORT, "1")).returncode == 1


def found(url: str, verify: ssl.SSLContext | bool = True) -> str:
    """Who is nearest to a photo of Barack Obama."""
    photo = {"photo": photos.load()["obama.jpg"]}
    headers = {"host": "fans.example"}
    answer = patient.post(f"{url}/api/v1/lookalikes", files=photo, headers=headers, verify=verify)
    assert answer.status_code == 200, answer.text
    name: str = answer.json()["faces"][0]["people"][0]["name"]["en"]
    return name


def test_it_goes_on_when_the_process_that_looks_at_photos_is_killed(server: Running) -> None:
    assert found(server.url) == "Barack Obama"
    children = psutil.Process(server.process.pid).children()
    killed = [each for each in children if "spawn_main" in " ".join(each.cmdline())]
    assert killed
    for each in killed:
        each.kill()
    assert found(server.url) == "Barack Obama"
    assert server.process.poll() is None


def test_it_writes_to_its_volumes_alone(server: Running) -> None:
    root, user = server.container.root, server.container.user
    own = [each for each in root.rglob("*") if each.lstat().st_uid == user]
    assert {each.relative_to(root).parts[0] for each in own} == {"data", "cache"}
    assert server.container.run("lookalike", "keys", "list").returncode == 0
    assert (root / "data" / "home" / "lookalike.sqlite3").is_file()


# Behind proxies


def test_a_proxy_says_who_asks_and_no_visitor_does(front: Front, tls: ssl.SSLContext) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=203.0.113.9",
    }
    with listening(Echo) as port, front(port) as url:
        answer = patient.get(f"{url}/api/v1/x", headers=forged, verify=tls).json()
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    below = url.startswith("https")
    assert answer["path"] == "/api/v1/x"
    assert headers["host"] == url.split("/")[2]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == url.split(":")[0]
    assert headers.get("x-forwarded-prefix") == ("/look" if below else None)
    assert "evil" not in json.dumps(answer)
    assert "203.0.113.9" not in json.dumps(answer)


def test_a_proxy_takes_three_photos_and_no_more(front: Front, tls: ssl.SSLContext) -> None:
    with listening(Echo) as port, front(port) as url:
        taken = patient.post(url + "/x", content=bytes(61 * MEGABYTE), verify=tls)
        assert taken.json()["read"] == 61 * MEGABYTE
        try:
            more = patient.post(url + "/x", content=bytes(65 * MEGABYTE), verify=tls)
        except httpx.WriteError:
            return
        # Caddy of before 2.7 takes what it cut off for a fault of the server's.
        assert more.status_code in (413, 502)


def test_page_photos_and_signed_requests_go_through(
    front: Front, certificate: Path, tls: ssl.SSLContext, server: Running, key: Mapping[str, str]
) -> None:
    with front(server.port) as url:
        page = patient.get(f"{url}/", verify=tls)
        assert page.status_code == 200
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        assert found(url, tls) == "Barack Obama"
        client = boto3.client(
            "rekognition",
            endpoint_url=f"{url}/",
            region_name="eu-west-1",
            aws_access_key_id=key["id"],
            aws_secret_access_key=key["secret"],
            verify=str(certificate),
        )
        assert client.list_collections()["CollectionIds"] == []
        client.close()


# What others say of the files


def test_nginx_takes_its_file(certificate: Path, tmp_path: Path) -> None:
    around, _ = nginx_conf(8000, certificate, tmp_path)
    done = subprocess.run(["nginx", "-t", "-c", str(around)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_caddy_takes_its_file_and_would_write_it_so(tmp_path: Path) -> None:
    file = FOLDER / "Caddyfile"
    env = {**os.environ, "LOOKALIKE_DOMAIN": "fans.example", "XDG_DATA_HOME": str(tmp_path)}
    words = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    formatted = subprocess.run(["caddy", "fmt", str(file)], capture_output=True, text=True)
    assert formatted.stdout == file.read_text("utf-8")


def shown(language: str) -> list[str]:
    """The blocks of docs/proxies.md in a language."""
    page = (FOLDER.parent / "docs" / "proxies.md").read_text("utf-8")
    return [each.text for each in blocks(page) if each.language == language]


def test_nginx_takes_what_the_page_shows(tmp_path: Path) -> None:
    (block,) = shown("nginx")
    around = tmp_path / "nginx.conf"
    around.write_text(
        f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{free_port()}; {block} }} }}\n"
    )
    done = subprocess.run(["nginx", "-t", "-c", str(around)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_caddy_takes_what_the_page_shows(tmp_path: Path) -> None:
    (block,) = shown("caddyfile")
    file = tmp_path / "Caddyfile"
    file.write_text(block)
    words = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(file)]
    env = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr


def test_systemd_takes_its_unit_and_finds_it_closed(container: Container, tmp_path: Path) -> None:
    unit = tmp_path / "lookalike.service"
    unit.write_text(within(UNIT.read_text("utf-8"), container.root))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    # In tenths; without any sandboxing it is 96.
    words = ["systemd-analyze", "security", "--offline=yes", "--threshold=14", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
