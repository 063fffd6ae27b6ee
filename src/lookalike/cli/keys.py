"""`lookalike keys`: who may call the Rekognition API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import json_option, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.rekognition.access.keys import AccessKey, Keys

_JSON = json_option("Print as JSON.")
_PROFILE = "lookalike"


@click.group()
def keys() -> None:
    """Access keys of the Rekognition API."""


@keys.command()
@click.option("--description", default="", help="Whose it is or what for, for yourself.")
@click.option(
    "--allow", multiple=True, help="An action, such as 'rekognition:Search*'; all unless set."
)
@click.option("--collection", multiple=True, help="A collection, such as 'team-*'; all unless set.")
@click.option(
    "--s3", multiple=True, help="S3 objects to read, such as 'bucket/prefix/*'; all unless set."
)
@click.option("--rate", type=float, help="Requests a second; LOOKALIKE_RATE unless set.")
@click.option("--profile", default=_PROFILE, show_default=True, help="What to call it for AWS.")
@_JSON
@pass_settings
def create(
    settings: Settings,
    description: str,
    allow: tuple[str, ...],
    collection: tuple[str, ...],
    s3: tuple[str, ...],
    rate: float | None,
    profile: str,
    as_json: bool,
) -> None:
    """Make an access key and print it with its secret, which is never shown again.

    What is printed on stdout is a profile for ~/.aws/credentials. --allow, --collection and
    --s3 may be given several times; '*' stands for any text.
    """
    from lookalike.rekognition.access.policy import Policy
    from lookalike.rekognition.wire.codec import Wire

    policy = Policy.of(allow, collection, Wire().operations(), s3)
    with _opened_keys(settings) as store:
        made = store.create(description, policy, rate)
    if as_json:
        print_json(_key_json(made.key) | {"secret": made.secret})
        return
    click.echo(f"[{profile}]")
    click.echo(f"aws_access_key_id = {made.key.id}")
    click.echo(f"aws_secret_access_key = {made.secret}")
    allowed = f"{', '.join(policy.actions)} on {', '.join(policy.collections)}"
    if s3:
        allowed += f", of S3 only {', '.join(s3)}"
    click.echo(f"Allowed: {allowed}. The secret is shown only now.", err=True)


@keys.command("list")
@_JSON
@pass_settings
def list_keys(settings: Settings, as_json: bool) -> None:
    """List the access keys, without their secrets."""
    with _opened_keys(settings) as store:
        found = store.all()
    if as_json:
        print_json([_key_json(each) for each in found])
        return
    made = table(
        f"{len(found)} access keys", "Id", "May", "On", "Rate", "State", "Description", whole=["Id"]
    )
    for each in found:
        made.add_row(
            each.id,
            "\n".join(action.partition(":")[2] for action in each.policy.actions),
            "\n".join((*each.policy.collections, *_bound(each))),
            f"{each.rate:g}/s" if each.rate else "",
            "enabled" if each.enabled else "disabled",
            each.description,
        )
    print_table(made)


@keys.command()
@click.argument("key_id")
@pass_settings
def disable(settings: Settings, key_id: str) -> None:
    """Let an access key call no more, at once, until it is enabled."""
    with _opened_keys(settings) as store:
        store.enable(key_id, False)
    click.echo(f"Disabled {key_id}.")


@keys.command()
@click.argument("key_id")
@pass_settings
def enable(settings: Settings, key_id: str) -> None:
    """Let a disabled access key call again."""
    with _opened_keys(settings) as store:
        store.enable(key_id, True)
    click.echo(f"Enabled {key_id}.")


@keys.command()
@click.argument("key_id")
@pass_settings
def delete(settings: Settings, key_id: str) -> None:
    """Delete an access key for good."""
    with _opened_keys(settings) as store:
        store.delete(key_id)
    click.echo(f"Deleted {key_id}.")


@contextmanager
def _opened_keys(settings: Settings) -> Iterator[Keys]:
    from lookalike.rekognition.access.keys import Keys

    opened = Keys(settings)
    try:
        yield opened
    finally:
        opened.close()


def _bound(key: AccessKey) -> tuple[str, ...]:
    """The S3 objects that it is bound to."""
    from lookalike.rekognition.access.policy import EVERYTHING

    return tuple(f"s3://{each}" for each in key.policy.objects if each != EVERYTHING)


def _key_json(key: AccessKey) -> dict[str, object]:
    return {
        "id": key.id,
        "description": key.description,
        "actions": key.policy.actions,
        "collections": key.policy.collections,
        "objects": key.policy.objects,
        "rate": key.rate,
        "enabled": key.enabled,
        "created": key.created,
    }
