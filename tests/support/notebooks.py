"""Executes the notebooks of examples/ in a kernel of this interpreter.

python -m tests.support.notebooks [FOLDER]
    writes them with new outputs: what readers see before they run any
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from tests.support import ROOT, photos

FOLDER = ROOT / "examples"
NAMES = ("embeddings_and_thresholds", "galleries_and_measuring")
_SECONDS = 300


def executed(name: str, home: Path, cache: Path) -> Any:
    """A notebook after all of its cells.

    Args:
        home: for photos, and what a reader's own home would hold.

    Raises:
        CellExecutionError: a cell failed.
    """
    for file, data in photos.load().items():
        (home / file).write_bytes(data)
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    manager = AsyncKernelManager()
    # So that no kernel has to be installed for Jupyter.
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="Python 3",
        language="python",
    )
    client = NotebookClient(notebook, km=manager, timeout=_SECONDS, record_timing=False)
    environment = {"PHOTOS": home, "LOOKALIKE_HOME": home, "LOOKALIKE_CACHE": cache}
    given = os.environ | {key: str(value) for key, value in environment.items()}
    client.execute(env=given, cwd=str(FOLDER))
    return notebook


def main() -> None:
    """The folder to write to is that of the notebooks unless it is given."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name in NAMES:
        with tempfile.TemporaryDirectory() as home:
            made = executed(name, Path(home), photos.FOLDER.parent / "cache")
        nbformat.write(made, out / f"{name}.ipynb")


if __name__ == "__main__":
    main()
