"""`lookalike keys`: who may call the Rekognition API."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from lookalike.cli.access.policies import allowed, bounds, policy_of, with_policy
from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import json_option, print_json, print_table, table

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.rekognition.access.keys import AccessKey, Keys, Unlocked
    from lookalike.rekognition.access.sessions import Loan

_JSON = json_option("Print as JSON.")
_PROFILE = "lookalike"
# As GetSessionToken of Amazon's STS: half a day, and at most one and a half.
_HOURS, _MOST_HOURS = 12, 36


@click.group()
def keys() -> None:
    """Access keys of the Rekognition API."""


@keys.command()
@click.option("--description", default="", help="Whose it is or what for, for yourself.")
@with_policy
@click.option("--rate", type=float, help="Requests a second; LOOKALIKE_RATE unless set.")
@click.option("--session", is_flag=True, help="One on loan, with a session token, that ends.")
@click.option(
    "--hours",
    type=click.FloatRange(min=0.25, max=_MOST_HOURS),
    default=_HOURS,
    show_default=True,
    help="How long a session lives.",
)
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
    session: bool,
    hours: float,
    profile: str,
    as_json: bool,
) -> None:
    """Make an access key and print it with its secret, which is never shown again.

    What is printed on stdout is a profile for ~/.aws/credentials. --allow, --collection and
    --s3 may be given several times; '*' stands for any text.
    """
    policy = policy_of(allow, collection, s3)
    life = timedelta(hours=hours) if session else None
    with _opened_keys(settings) as store:
        made = store.create(description, policy, rate, life)
        loan = _loan(store, made.key)
    given = _given(made, loan)
    if as_json:
        print_json(_key_json(made.key) | given)
        return
    click.echo(f"[{profile}]")
    click.echo(f"aws_access_key_id = {given['id']}")
    click.echo(f"aws_secret_access_key = {given['secret']}")
    if loan is not None:
        click.echo(f"aws_session_token = {loan.token}")
        until = f"{loan.session.ends:%Y-%m-%d %H:%M} UTC"
        click.echo(f"It ends at {until}, or with {made.key.id} of `keys list`.", err=True)
    click.echo(f"Allowed: {allowed(policy)}. The secret is shown only now.", err=True)


def _loan(store: Keys, key: AccessKey) -> Loan | None:
    """A session for as long as a key is there; None: that never ends."""
    from lookalike.rekognition.access.sessions import begun

    if key.expires is None:
        return None
    return store.sessions().lent(begun(key.id, key.expires))


def _given(made: Unlocked, loan: Loan | None) -> dict[str, str]:
    """What its holder needs."""
    if loan is None:
        return {"id": made.key.id, "secret": made.secret}
    return {
        "id": loan.session.id,
        "secret": loan.session.secret,
        "session_token": loan.token,
        "of_key": made.key.id,
    }


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
            "\n".join((*each.policy.collections, *bounds(each.policy))),
            f"{each.rate:g}/s" if each.rate else "",
            _state(each),
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


def _opened_keys(settings: Settings) -> AbstractContextManager[Keys]:
    from lookalike.rekognition.access.keys import Keys

    return closing(Keys(settings))


def _state(key: AccessKey) -> str:
    if not key.enabled:
        return "disabled"
    return f"until {key.expires:%m-%d %H:%M}" if key.expires else "enabled"


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
        "expires": key.expires,
    }
