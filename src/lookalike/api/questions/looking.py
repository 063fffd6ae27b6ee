"""Looks at portraits in this process, where worker processes cannot be counted on.

A script that does not hide its work behind `if __name__ == "__main__"` would be run again by every
process that it starts.
"""

from __future__ import annotations

from concurrent.futures import Future

from lookalike.config import Settings
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.apart.seen import Answer, Question
from lookalike.faces.apart.workers import Workers


class Looking(Workers):
    """Workers of whom this process is the only one."""

    processes = 1

    def __init__(self, settings: Settings, analyzer: Analyzer) -> None:
        self.settings = settings
        self._analyzer = analyzer

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def ask(self, question: Question[Answer], data: bytes) -> Future[Answer]:
        """Put a question about a photo, which is answered when it returns."""
        answer = Future[Answer]()
        answer.set_result(question(self._analyzer, data))
        return answer
