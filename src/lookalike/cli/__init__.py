"""The command line, a module a command or group."""

from __future__ import annotations

from lookalike.cli.root import main

__all__ = ["main"]
