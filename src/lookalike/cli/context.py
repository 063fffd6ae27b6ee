"""What a command works with: the settings, an engine, the gallery."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from lookalike import config
from lookalike.cache import usable
from lookalike.cli.terminal import print_calls

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.engine.interface import Engine
    from lookalike.engine.local import LocalEngine
    from lookalike.faces.apart.seen import Opener
    from lookalike.gallery.gallery import Gallery
    from lookalike.gallery.sources.report import Report

Given = ParamSpec("Given")
Result = TypeVar("Result")

CLUSTER = click.option(
    "--cluster",
    is_flag=True,
    help="Have all machines of the cluster look at the photos, which all of them see at the same "
    "path: docs/scale.md.",
)


def pass_settings(
    command: Callable[Concatenate[Settings, Given], Result],
) -> Callable[Given, Result]:
    """The command gets the settings before what is given to it.

    They are read once, and kept as the `obj` of click's context, in which a caller of `main` may
    hand in others. A command reads them when it runs and not before: `--help`, and commands that
    need none, work with settings that are wrong.
    """

    @functools.wraps(command)
    def run(*args: Given.args, **given: Given.kwargs) -> Result:
        root = click.get_current_context().find_root()
        if root.obj is None:
            root.obj = _joined(config.load())
        return command(usable(root.obj), *args, **given)

    return run


def _joined(settings: Settings) -> Settings:
    """With what all hosts have agreed on that share a database. Commands that need it say where it
    cannot be used; others go without."""
    if not settings.database:
        return settings
    from lookalike.database.shared import choices
    from lookalike.errors import InvalidParameter, StoreUnavailable

    try:
        return choices.joined(settings)
    except (InvalidParameter, StoreUnavailable):
        return settings


@contextmanager
def local_engine(settings: Settings) -> Iterator[LocalEngine]:
    """Ours, for what needs our networks, whatever the setting `engine` asks for."""
    from lookalike.engine.local import LocalEngine

    opened = LocalEngine(settings)
    _print_notes(opened)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def chosen_engine(settings: Settings) -> Iterator[Engine]:
    """The one that the setting `engine` asks for; what needs our networks opens ours."""
    from lookalike.engine.opener import opened

    engine = opened(settings)
    _print_notes(engine)
    try:
        yield engine
    finally:
        engine.close()
        print_calls(engine.calls)


@contextmanager
def opened_gallery(settings: Settings) -> Iterator[Gallery]:
    """The gallery of the recogniser in use."""
    from lookalike.faces.models import installed
    from lookalike.gallery.gallery import Gallery

    opened = Gallery.open(settings, installed.embedder(settings))
    try:
        yield opened
    finally:
        opened.close()


def lookers(cluster: bool) -> Opener:
    """Who look at many photos: worker processes, or the cluster that this machine is a part of."""
    if cluster:
        from lookalike.cluster import bulk

        return bulk.opened
    from lookalike.faces.apart.workers import Workers

    return Workers


def keep_standings(settings: Settings, imported: Report) -> None:
    """Fit what standing compares with to a collection that an import has changed."""
    if imported.dry_run or not imported.portraits_added:
        return
    from lookalike.engine.local import Matcher
    from lookalike.faces.models import installed
    from lookalike.scores.calibrations import calibration_of

    with opened_gallery(settings) as gallery:
        calibration = calibration_of(installed.embedder(settings))
        Matcher(gallery, calibration).keep_standings(imported.collection)


def _print_notes(engine: Engine) -> None:
    for note in engine.model.notes:
        click.echo(note.both, err=True)
