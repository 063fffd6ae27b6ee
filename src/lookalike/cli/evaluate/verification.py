"""`lookalike evaluate lfw`, `pairs` and `bin`: is this the same person?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import CLUSTER, pass_settings
from lookalike.cli.evaluate.results import Output, show, with_output
from lookalike.cli.evaluate.tables import TableOptions, of_table
from lookalike.cli.evaluate.vectors import CACHE, embedded
from lookalike.cli.terminal import FILE, FOLDER

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.evaluate.protocols.pairs import Pairs
    from lookalike.evaluate.vectors import Vectors

_STRANGERS = click.option(
    "--all-strangers",
    is_flag=True,
    help="Give TAR at an FMR of every pair of two people among the photos too.",
)


@click.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@_STRANGERS
@CACHE
@CLUSTER
@with_output
@pass_settings
def lfw(
    settings: Settings,
    folder: Path,
    all_strangers: bool,
    cache: Path | None,
    cluster: bool,
    output: Output,
) -> None:
    """Verification on LFW's view 2: DIR holds pairs.txt and the photos, in folders by person."""
    from lookalike.evaluate.protocols.pairs import lfw

    protocol = lfw(folder)
    vectors = embedded(settings, protocol, cache, cluster)
    _show(protocol, vectors, (), all_strangers, output)


@click.command()
@_STRANGERS
@of_table
def pairs(settings: Settings, options: TableOptions, all_strangers: bool) -> None:
    """Verification on a table of pairs: columns file1, file2 and same (1 or 0).

    Further columns: fold, person1 and person2, and any that --by may name.
    """
    from lookalike.evaluate.protocols.pairs import table
    from lookalike.evaluate.vectors import Which

    protocol = table(options.given, Which(options.face), options.photos)
    protocol.by(options.by)
    vectors = embedded(settings, protocol, options.cache, options.cluster)
    _show(protocol, vectors, options.by, all_strangers, options.output)


@click.command("bin")
@click.argument("file", type=FILE)
@_STRANGERS
@CACHE
@CLUSTER
@with_output
@pass_settings
def packed(
    settings: Settings,
    file: Path,
    all_strangers: bool,
    cache: Path | None,
    cluster: bool,
    output: Output,
) -> None:
    """Verification on a .bin file of InsightFace: LFW, CFP-FP, AgeDB-30, CALFW or CPLFW.

    Its crops are aligned already, so they are embedded without looking for a face in them.
    """
    from lookalike.evaluate.protocols.pairs import packed

    protocol = packed(file)
    vectors = embedded(settings, protocol, cache, cluster)
    _show(protocol, vectors, (), all_strangers, output)


def _show(
    pairs: Pairs, vectors: Vectors, by: tuple[str, ...], all_strangers: bool, output: Output
) -> None:
    from lookalike.evaluate.protocols.verification import verify

    show(verify(pairs, vectors, by, all_strangers=all_strangers), output, pairs.photos)
