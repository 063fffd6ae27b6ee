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
@click.option("--certfile", type=FILE, help="PEM file of a certificate, to speak HTTPS.")
@click.option("--keyfile", type=FILE, help="PEM file of its key.")
@click.option("--site", type=FILE, help="TOML file of an event of your own.")
def serve(
    host: str | None,
    port: int | None,
    workers: int | None,
    certfile: Path | None,
    keyfile: Path | None,
    site: Path | None,
) -> None:
    """Serve the page, the JSON API and the Rekognition API."""
    from lookalike.launch import run

    # Read here, because an option wins even over a variable that is wrong.
    run(
        config.load(
            host=host,
            port=port,
            workers=workers,
            certfile=_text(certfile),
            keyfile=_text(keyfile),
            site=_text(site),
        )
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
