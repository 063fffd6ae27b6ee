"""Ctrl-C while processes start and work is under way: heard, but never in the middle."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from lookalike.processes import unheard
from tests.support import PATIENCE_S

# A Ctrl-C that went astray would end the tests, so those that press it have a process of their own.
PRESSED = """
import signal
from contextlib import contextmanager
from lookalike.processes import Interrupt, unheard

def press():
    signal.raise_signal(signal.SIGINT)

@contextmanager
def interrupted():
    try:
        yield
    except KeyboardInterrupt:
        return
    raise AssertionError("no KeyboardInterrupt")

signal.signal(signal.SIGINT, signal.default_int_handler)
"""


def alone(script: str) -> None:
    command = [sys.executable, "-c", PRESSED + textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr


def test_the_first_is_noted_and_the_second_raised() -> None:
    alone("""
        before = signal.getsignal(signal.SIGINT)
        interrupt = Interrupt()
        with interrupt.deferred():
            interrupt.check()
            press()
            with interrupted():
                interrupt.check()
            with interrupted():
                press()
        assert signal.getsignal(signal.SIGINT) is before
    """)


def test_while_a_process_starts_it_is_put_off() -> None:
    alone("""
        done = []
        with interrupted():
            with unheard():
                press()
                done.append("started")
        assert done == ["started"]
        interrupt = Interrupt()
        with interrupt.deferred():
            with unheard():
                press()
            assert interrupt.pressed
    """)


def test_a_process_that_is_started_does_not_get_it() -> None:
    script = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    command = [sys.executable, "-c", script]
    with unheard():
        inside = subprocess.run(command, capture_output=True, text=True, check=True)
    outside = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (inside.stdout, outside.stdout) == ("True\n", "False\n")


def heaps(before: str) -> int:
    """How many glibc has after eight threads took memory at once."""
    script = f"""
import ctypes, threading
from lookalike.processes import share_heaps
{before}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
everyone = threading.Barrier(8)

def take():
    everyone.wait()
    assert libc.malloc(10_000)
    everyone.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    return done.stdout.count("<heap nr=")


def test_threads_share_heaps() -> None:
    assert heaps("share_heaps()") == 2
    assert heaps("") > 2
