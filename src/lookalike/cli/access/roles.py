"""`lookalike roles`: what holders of access keys may become for a time."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from typing import TYPE_CHECKING

import click

from lookalike.cli.access.policies import allowed, bounds, policy_of, with_policy
from lookalike.cli.context import pass_settings
from lookalike.cli.terminal import json_option, print_json, print_table, table
from lookalike.rekognition.arns import role_arn

if TYPE_CHECKING:
    from lookalike.config import Settings
    from lookalike.rekognition.access.roles import Role, Roles

_JSON = json_option("Print as JSON.")


@click.group()
def roles() -> None:
    """Roles of the Rekognition API, which programs take on with AssumeRole."""


@roles.command()
@click.argument("name")
@click.option("--description", default="", help="What it is for, for yourself.")
@with_policy
@click.option(
    "--key",
    multiple=True,
    required=True,
    help="Id of an access key that may take it on; '*' for every key.",
)
@_JSON
@pass_settings
def create(
    settings: Settings,
    name: str,
    description: str,
    allow: tuple[str, ...],
    collection: tuple[str, ...],
    s3: tuple[str, ...],
    key: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a role NAME, and print the resource name that programs ask for it by.

    --allow, --collection, --s3 and --key may be given several times; '*' stands for any text.
    """
    policy = policy_of(allow, collection, s3)
    with _opened_roles(settings) as store:
        made = store.create(name, policy, key, description)
    if as_json:
        print_json(_role_json(made))
        return
    click.echo(role_arn(made.name))
    click.echo(f"Allowed: {allowed(policy)}, to {', '.join(made.keys)}.", err=True)


@roles.command("list")
@_JSON
@pass_settings
def list_roles(settings: Settings, as_json: bool) -> None:
    """List the roles."""
    with _opened_roles(settings) as store:
        found = store.all()
    if as_json:
        print_json([_role_json(each) for each in found])
        return
    made = table(f"{len(found)} roles", "Name", "May", "On", "Keys", "Description", whole=["Name"])
    for each in found:
        made.add_row(
            each.name,
            "\n".join(action.partition(":")[2] for action in each.policy.actions),
            "\n".join((*each.policy.collections, *bounds(each.policy))),
            "\n".join(each.keys),
            each.description,
        )
    print_table(made)


@roles.command()
@click.argument("name")
@pass_settings
def delete(settings: Settings, name: str) -> None:
    """Delete a role; whoever took it on can call no more, at once."""
    with _opened_roles(settings) as store:
        store.delete(name)
    click.echo(f"Deleted {name}.")


def _opened_roles(settings: Settings) -> AbstractContextManager[Roles]:
    from lookalike.rekognition.access.roles import Roles

    return closing(Roles(settings))


def _role_json(role: Role) -> dict[str, object]:
    return {
        "arn": role_arn(role.name),
        "name": role.name,
        "description": role.description,
        "actions": role.policy.actions,
        "collections": role.policy.collections,
        "objects": role.policy.objects,
        "keys": role.keys,
        "created": role.created,
    }
