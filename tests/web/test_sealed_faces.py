"""Faces that go to whoever sent the photo and come back, and what else comes in their place."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import numpy as np
import pytest

from lookalike.engine.interface import Probe
from lookalike.errors import SealExpired
from lookalike.faces.appearance.appearance import OF_OUTLINE, OF_SHAPE, Appearance
from lookalike.faces.vectors import unit
from lookalike.web.sealed_faces import KEY, Seal


def _faces() -> list[Probe]:
    numbers = np.random.default_rng(0).normal(size=128 + OF_SHAPE + OF_OUTLINE)
    embedding = unit(numbers[:128].astype(np.float32))
    look = Appearance.of(numbers[128:].astype(np.float32))
    return [Probe(embedding, look, True), Probe(-embedding, None, False)]


def test_they_come_back_as_they_were() -> None:
    seal = Seal("one/1")
    first, second = seal.opened(seal.closed(_faces()))
    given, other = _faces()
    assert np.array_equal(first.embedding, given.embedding)
    assert np.array_equal(second.embedding, other.embedding)
    assert first.appearance is not None
    assert given.appearance is not None
    assert first.appearance.numbers == pytest.approx(given.appearance.numbers, abs=1e-3)
    assert (first.enough, second.appearance, second.enough) == (True, None, False)
    assert seal.opened(seal.closed([])) == ()


def test_nobody_can_read_or_make_them() -> None:
    seal = Seal("one/1")
    sealed = seal.closed(_faces())
    assert _faces()[0].embedding[:4].tobytes() not in urlsafe_b64decode(sealed)
    assert seal.closed(_faces()) != sealed
    spoilt = bytearray(urlsafe_b64decode(sealed))
    spoilt[40] ^= 1
    for wrong in ("", "abc", "é", "AAAA" * 50, urlsafe_b64encode(spoilt).decode(), sealed[:-8]):
        with pytest.raises(SealExpired, match="Send the photo again"):
            seal.opened(wrong)


def test_others_cannot_open_them(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Seal("one/1").closed(_faces())
    with pytest.raises(SealExpired):
        Seal("one/1").opened(sealed)
    # Workers of one server can, but not with another model.
    monkeypatch.setenv(KEY, "01" * 32)
    sealed = Seal("one/1").closed(_faces())
    assert len(Seal("one/1").opened(sealed)) == 2
    with pytest.raises(SealExpired):
        Seal("two/1").opened(sealed)


def test_they_hold_for_an_hour() -> None:
    times = iter([1000.0, 1000.0 + 3599, 1000.0, 1000.0 + 3601])
    seal = Seal("one/1", lambda: next(times))
    assert len(seal.opened(seal.closed(_faces()))) == 2
    sealed = seal.closed(_faces())
    with pytest.raises(SealExpired):
        seal.opened(sealed)
