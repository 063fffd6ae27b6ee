"""`lookalike serve`: the page, the JSON API and the Rekognition API."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike import config
from lookalike.cli.terminal import FILE


@click.command()
@click.option("--host", help="Address to listen on; 127.0.0.1 unless set.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 8000 unless set.")
@click.option("--workers", type=click.IntRange(1), help="Processes; one a core is best.")
@click.option("--site", type=FILE, help="TOML file of an event of your own.")
def serve(host: str | None, port: int | None, workers: int | None, site: Path | None) -> None:
    """Serve the page, the JSON API and the Rekognition API."""
    from lookalike.launch import run

    path = None if site is None else str(site)
    # Read here, because an option wins even over a variable that is wrong.
    run(config.load(host=host, port=port, workers=workers, site=path))
