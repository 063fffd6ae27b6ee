"""Where the workers of one server count together: a folder that is there as long as they are."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path

# prometheus-client reads it when it is imported first.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_LOG = logging.getLogger("lookalike")


@contextmanager
def shared(environ: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Processes that are started in here count together. Without a place for that each answers for
    itself alone."""
    try:
        folder = tempfile.mkdtemp(prefix="lookalike-")
    except OSError as error:
        _LOG.warning("Workers cannot count together (%s): /metrics is of one of them.", error)
        yield
        return
    before = environ.get(_VARIABLE)
    environ[_VARIABLE] = folder
    try:
        yield
    finally:
        if before is None:
            del environ[_VARIABLE]
        else:
            environ[_VARIABLE] = before
        shutil.rmtree(folder, ignore_errors=True)


def folder() -> Path | None:
    """That of the workers of this server; None: it is this process alone."""
    found = os.environ.get(_VARIABLE)
    return Path(found) if found else None
