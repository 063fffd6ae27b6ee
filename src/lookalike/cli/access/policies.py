"""Options by which a policy is written, of keys and roles alike, and what one says in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from lookalike.rekognition.access.policy import Policy

_POLICY = (
    click.option(
        "--allow", multiple=True, help="An action, such as 'rekognition:Search*'; all unless set."
    ),
    click.option(
        "--collection", multiple=True, help="A collection, such as 'team-*'; all unless set."
    ),
    click.option(
        "--s3", multiple=True, help="S3 objects to read, such as 'bucket/prefix/*'; all unless set."
    ),
)


def with_policy(command: Callable[..., None]) -> Callable[..., None]:
    """The options by which a policy is written, several of each."""
    for option in reversed(_POLICY):
        command = option(command)
    return command


def policy_of(allow: tuple[str, ...], collection: tuple[str, ...], s3: tuple[str, ...]) -> Policy:
    """What they say.

    Raises:
        InvalidParameter: one of them fits nothing.
    """
    from lookalike.rekognition.access.policy import Policy
    from lookalike.rekognition.wire.codec import Wire

    return Policy.of(allow, collection, Wire().operations(), s3)


def allowed(policy: Policy) -> str:
    """What a policy lets its holder do, in words."""
    words = f"{', '.join(policy.actions)} on {', '.join(policy.collections)}"
    bound = bounds(policy)
    return f"{words}, of S3 only {', '.join(bound)}" if bound else words


def bounds(policy: Policy) -> tuple[str, ...]:
    """The S3 objects that it is bound to."""
    from lookalike.rekognition.access.policy import EVERYTHING

    return tuple(f"s3://{each}" for each in policy.objects if each != EVERYTHING)
