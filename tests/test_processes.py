"""Ctrl-C while processes start and work is under way: heard, but never in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from lookalike.processes import Interrupt, unheard


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_is_noted_and_the_second_raised() -> None:
    before = signal.getsignal(signal.SIGINT)
    interrupt = Interrupt()
    with interrupt.deferred():
        interrupt.check()
        press()
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            press()
    assert signal.getsignal(signal.SIGINT) is before


def test_while_a_process_starts_it_is_put_off() -> None:
    done = []

    def start() -> None:
        with unheard():
            press()
            done.append("started")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert done == ["started"]
    interrupt = Interrupt()
    with interrupt.deferred():
        with unheard():
            press()
        assert interrupt.pressed


def test_a_process_that_is_started_does_not_get_it() -> None:
    script = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    command = [sys.executable, "-c", script]
    with unheard():
        inside = subprocess.run(command, capture_output=True, text=True, check=True)
    outside = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (inside.stdout, outside.stdout) == ("True\n", "False\n")
