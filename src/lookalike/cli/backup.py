"""`lookalike backup` and `lookalike restore`: everything of the home in one file, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import FILE
from lookalike.errors import InvalidParameter

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.database.snapshot import Contents

_PASSPHRASE = click.option(
    "--passphrase-file",
    type=FILE,
    help="A file with the passphrase of the key; LOOKALIKE_BACKUP_PASSPHRASE unless given.",
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@_PASSPHRASE
@click.option(
    "--replace", "replacing", is_flag=True, help="Put it in the place of FILE when whole."
)
@pass_settings
def backup(settings: Settings, file: Path, passphrase_file: Path | None, replacing: bool) -> None:
    """Write everything that LOOKALIKE_HOME keeps into FILE, while servers go on.

    That is: galleries, access keys, video jobs, models that were added and networks that were
    fetched, shared results, counts, and the site file if it lies there. The key that decrypts the
    secrets of access keys is sealed with a passphrase; the rest is not encrypted.
    """
    from lookalike.backup import making

    made = making.make(_with_passphrase(settings, passphrase_file), file, replace=replacing)
    click.echo(f"{file}: {_held(made.contents)}; {made.bytes:,} bytes.")
    if made.contents and made.contents.keys and not made.key:
        click.echo(
            "What decrypts the secrets of the access keys (LOOKALIKE_SECRET_KEY) is not in it.",
            err=True,
        )


@click.command()
@click.argument("file", type=FILE)
@_PASSPHRASE
@click.option("--replace", "replacing", is_flag=True, help="Keep what is there beside it.")
@click.option(
    "--other-model",
    is_flag=True,
    help="Galleries may be of another model than the one in use; `gallery migrate` follows.",
)
@click.option("--without-key", is_flag=True, help="Nobody knows the passphrase: lose access keys.")
@pass_settings
def restore(
    settings: Settings,
    file: Path,
    passphrase_file: Path | None,
    replacing: bool,
    other_model: bool,
    without_key: bool,
) -> None:
    """Make LOOKALIKE_HOME what `lookalike backup` wrote into FILE.

    Nothing is changed before all of it was checked and is on the disk. A server that uses the home
    has to be stopped before.
    """
    from lookalike.backup import restoring
    from lookalike.database import migrations

    allowed = restoring.Allowed(replacing, other_model, without_key)
    done = restoring.restore(_with_passphrase(settings, passphrase_file), file, allowed)
    click.echo(f"{settings.home}: {_held(done.contents)}; of {done.about.made}.")
    if done.before:
        click.echo(f"What was there before is in {done.before}.")
    if done.contents and done.contents.tables != migrations.HEAD:
        click.echo("Its tables are those of an older version, and follow when they are next used.")
    if done.contents and done.contents.keys and not done.key:
        click.echo(
            "The secrets of the access keys need LOOKALIKE_SECRET_KEY as it was; without it, "
            "delete the access keys and make new ones.",
            err=True,
        )


def _with_passphrase(settings: Settings, path: Path | None) -> Settings:
    if path is None:
        return settings
    try:
        return replace(settings, backup_passphrase=path.read_text("utf-8").strip())
    except (OSError, ValueError) as error:
        raise InvalidParameter(f"The passphrase in {path} cannot be read ({error}).") from error


def _held(contents: Contents | None) -> str:
    if contents is None:
        return "no gallery"
    galleries, keys = len(contents.contracts), contents.keys
    return (
        f"{galleries} {'gallery' if galleries == 1 else 'galleries'}, "
        f"{keys} access {'key' if keys == 1 else 'keys'}"
    )
