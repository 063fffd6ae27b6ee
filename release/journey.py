"""The main job, done by an installation as its user has it: a photo looked at, a server asked, and
the examples of the package run.

PYTHON -I release/journey.py FOLDER [--alone]      with the Python of the installation

Knows nothing of the checkout; the photos that the examples are of lie in the folder. With --alone
it is in a network of its own (`unshare --net`), of which it needs loopback. Prints what came, as
JSON; ends with an error where anything did not.
"""

from __future__ import annotations

import asyncio
import doctest
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

import lookalike

# Of Linux: bring an interface up (netdevice(7)).
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1
_PATIENCE_S = 180
_PHOTO = Path("obama2.jpg")
_TICK_S = 0.05


def main() -> None:
    os.chdir(sys.argv[1])
    if "--alone" in sys.argv:
        _raise_loopback()
    begun = time.perf_counter()
    found = _said("find", str(_PHOTO), "--json", "--limit", "3")
    took = time.perf_counter() - begun
    with _served() as (url, started):
        told = _asked(url, _PHOTO)
        examples = _examples(url)
    (face,) = found["faces"]
    best = face["people"][0]
    print(
        json.dumps(
            {
                "find": {"id": best["id"], "resemblance": best["score"]["resemblance"]},
                "server": told,
                "examples": examples,
                "seconds": {"find": round(took, 1), "start": round(started, 1)},
            }
        )
    )


def _said(*words: str) -> Any:
    """What a command prints."""
    command = [str(Path(sys.executable).parent / "lookalike"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise SystemExit(f"lookalike {words[0]} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


@contextmanager
def _served() -> Iterator[tuple[str, float]]:
    """A server's address, and the seconds until it was ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "lookalike"), "serve", "--port", str(port)]
    begun, url = time.perf_counter(), f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            _wait(url, process)
            yield url, time.perf_counter() - begun
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it is ready."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"lookalike serve ended with {process.returncode}.")
        try:
            if httpx.get(f"{url}/readyz", timeout=_PATIENCE_S).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(_TICK_S)
    raise SystemExit(f"lookalike serve was not ready after {_PATIENCE_S} s.")


def _asked(url: str, photo: Path) -> dict[str, Any]:
    """What a server says: of a photo with all that networks tell, and whether it shows the page."""
    with httpx.Client(base_url=url, timeout=_PATIENCE_S) as client:
        (guessed,) = _posted(client, "detect", photo, attributes="true")
        (ranked,) = _posted(client, "lookalikes", photo, mesh="true")
        page = client.get("/").raise_for_status()
    return {
        "id": ranked["people"][0]["id"],
        "points": len(ranked["mesh"]),
        "guess": guessed["guess"],
        "page": page.headers["content-type"],
    }


def _posted(client: httpx.Client, path: str, photo: Path, **fields: str) -> Any:
    files = {"photo": photo.read_bytes()}
    answer = client.post(f"/api/v1/{path}", files=files, data=fields)
    if answer.is_error:
        raise SystemExit(f"{path} was answered {answer.status_code}: {answer.text}")
    return answer.json()["faces"]


def _examples(url: str) -> int:
    """How many examples of the package came out as it says.

    Args:
        url: of the server that they speak of.
    """
    known = {"lookalike": lookalike, "url": url, "asyncio": asyncio}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    told: list[str] = []
    for each in doctest.DocTestFinder().find(lookalike, globs=known):
        runner.run(each, out=told.append)
    if told:
        raise SystemExit("".join(told))
    return runner.summarize(verbose=False).attempted


def _raise_loopback() -> None:
    """In a new network even loopback is down. Nothing beyond may be there."""
    flags = struct.pack("16sH14x", b"lo", _IFF_UP)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, flags)
    if [name for _, name in socket.if_nameindex() if name != "lo"]:
        raise SystemExit("There is a network beyond this machine.")


if __name__ == "__main__":
    main()
