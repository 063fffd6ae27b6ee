"""`lookalike evaluate lfw`, `pairs` and `bin`: is this the same person?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.evaluate.results import Output, show, with_output
from lookalike.cli.evaluate.tables import TableOptions, of_table
from lookalike.cli.evaluate.vectors import CACHE, embedded
from lookalike.cli.terminal import FILE, FOLDER

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.evaluate.protocols.pairs import Pairs

_STRANGERS = click.option(
    "--all-strangers",
    is_flag=True,
    help="Give TAR at an FMR of every pair of two people among the photos too.",
)


@click.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
@_STRANGERS
@CACHE
@with_output
@pass_settings
def lfw(
    settings: Settings, folder: Path, all_strangers: bool, cache: Path | None, output: Output
) -> None:
    """Verification on LFW's view 2: DIR holds pairs.txt and the photos, in folders by person."""
    from lookalike.evaluate.protocols.pairs import lfw

    _verification(settings, lfw(folder), (), all_strangers, cache, output)


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
    _verification(settings, protocol, options.by, all_strangers, options.cache, options.output)


@click.command("bin")
@click.argument("file", type=FILE)
@_STRANGERS
@CACHE
@with_output
@pass_settings
def packed(
    settings: Settings, file: Path, all_strangers: bool, cache: Path | None, output: Output
) -> None:
    """Verification on a .bin file of InsightFace: LFW, CFP-FP, AgeDB-30, CALFW or CPLFW.

    Its crops are aligned already, so they are embedded without looking for a face in them.
    """
    from lookalike.evaluate.protocols.pairs import packed

    _verification(settings, packed(file), (), all_strangers, cache, output)


def _verification(
    settings: Settings,
    pairs: Pairs,
    by: tuple[str, ...],
    all_strangers: bool,
    cache: Path | None,
    output: Output,
) -> None:
    from lookalike.evaluate.protocols.verification import verify

    pairs.by(by)
    vectors = embedded(settings, pairs, cache)
    show(verify(pairs, vectors, by, all_strangers=all_strangers), output, pairs.photos)
