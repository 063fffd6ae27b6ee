"""Visitors in the log: nobody, or a hash that is another one tomorrow."""

from __future__ import annotations

from datetime import date

from lookalike.config import Settings
from lookalike.watch.addresses import Addresses

ADDRESS = "203.0.113.9"
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


def named(settings: Settings, day: date, address: str = ADDRESS) -> str | None:
    return Addresses(settings, lambda: day).name(address)


def test_nobody_is_told_apart_unless_that_is_asked_for() -> None:
    assert named(Settings(), MONDAY) is None


def test_who_is_the_same_is_known_for_a_day() -> None:
    settings = Settings(log_addresses="hashed", log_key="a key of the test")
    first = named(settings, MONDAY)
    assert first == named(settings, MONDAY)
    assert first != named(settings, MONDAY, "203.0.113.10")
    assert first != named(settings, TUESDAY)
    assert len(first or "") == 12


def test_a_key_is_random_unless_it_is_set() -> None:
    settings = Settings(log_addresses="hashed")
    assert named(settings, MONDAY) != named(settings, MONDAY)
    assert "log_key" not in repr(settings)
