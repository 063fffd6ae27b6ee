"""Networks that somebody changed after they were prepared (point 6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.attack.hole import Hole, Target, check
from lookalike import config
from tests.support import patient, photos
from tests.support.serving import serving

# Folders of the cache that hold what is prepared.
_PREPARED = ("models", "openvino", "fastest")
_ATTACKED = ("sface", "yunet")
Spoil = Callable[[bytes], bytes]


def own_cache(folder: Path) -> Path:
    """A cache with all that is prepared in that of this machine, and may be changed."""
    known = config.load().cache
    for name in _PREPARED:
        (folder / name).mkdir(parents=True)
        for each in (known / name).glob("*"):
            (folder / name / each.name).symlink_to(each)
    return folder


def holes() -> tuple[Hole, ...]:
    """On a server with a cache of its own."""
    return (
        Hole(6, "a prepared network is changed: it takes one for another", _spoils(_flipped)),
        Hole(6, "a prepared network is cut short: no server starts", _spoils(_cut)),
    )


def _spoils(spoil: Spoil) -> Callable[[Target], str]:
    def attack(target: Target) -> str:
        before = _best(target.url)
        changed = _change(Path(target.environ["LOOKALIKE_CACHE"]), spoil)
        with serving(target.environ) as server:
            after = _best(server.url)
        same = before[0] == after[0] and abs(before[1] - after[1]) < 0.5
        return check(bool(changed) and same, f"{changed} files changed; {before[0]}, as before")

    return attack


def _best(url: str) -> tuple[str, float]:
    """Who the photo is most like, and how alike."""
    photo = {"photo": photos.load()["obama.jpg"]}
    answer = patient.post(f"{url}/api/v1/lookalikes", files=photo).json()
    best = answer["faces"][0]["people"][0]
    return best["name"]["en"], best["score"]["similarity"]


def _change(cache: Path, spoil: Spoil) -> int:
    """How many files were changed."""
    found = [each for name in _PREPARED for each in (cache / name).glob("*")]
    chosen = [each for each in found if each.name.startswith(_ATTACKED) and each.is_file()]
    for each in chosen:
        data = each.read_bytes()
        # What it leads to is this machine's.
        each.unlink()
        each.write_bytes(spoil(data))
    return len(chosen)


def _flipped(data: bytes) -> bytes:
    """A bit of each of thousand places."""
    changed = bytearray(data)
    for place in range(len(data) // 2, len(data), max(1, len(data) // 2000)):
        changed[place] ^= 0x40
    return bytes(changed)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]
