"""A passphrase costs whoever guesses it, and opens only what it sealed."""

from __future__ import annotations

import pytest

from lookalike.backup import sealing
from lookalike.errors import InvalidParameter, SecretsUnreadable

PASSPHRASE = "말 건전지 스테이플러 맞음"


def test_what_was_sealed_is_opened_by_its_passphrase_alone() -> None:
    one, two = sealing.sealed(b"key", PASSPHRASE), sealing.sealed(b"key", PASSPHRASE)
    assert one != two, "each has its own salt"
    assert b"key" not in one
    assert sealing.opened(one, PASSPHRASE) == sealing.opened(two, PASSPHRASE) == b"key"
    for spoiled in (one[:-1], one[:20], b"", bytes([one[0] ^ 1]) + one[1:], one[:-1] + b"\0"):
        with pytest.raises(SecretsUnreadable):
            sealing.opened(spoiled, PASSPHRASE)
    with pytest.raises(SecretsUnreadable):
        sealing.opened(one, PASSPHRASE[:-1])


def test_a_guess_costs_what_owasp_asks_for() -> None:
    assert 128 * sealing._COST * sealing._BLOCK == 128 * 1024 * 1024


def test_a_short_passphrase_is_refused_with_what_is_allowed() -> None:
    sealing.check("twelve chars")
    with pytest.raises(InvalidParameter, match="of 11 characters is not allowed; it must have 12"):
        sealing.check("eleven char")
