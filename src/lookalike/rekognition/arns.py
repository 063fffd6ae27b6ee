"""Amazon resource names, and the account that everything here belongs to."""

from __future__ import annotations

import re

# Of twelve digits, as Amazon's are; it has none of this number.
ACCOUNT = "000000000000"

# With and without "arn:", which Amazon leaves out in the answer of CreateCollection.
_COLLECTION = re.compile(
    r"(?:arn:)?aws[a-z-]*:rekognition:[a-z0-9-]*:[0-9]*:collection/([a-zA-Z0-9_.\-]+)"
)

# A role may lie in folders, which are no part of its name.
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]*:role/(?:[^\s/]+/)*([\w+=,.@-]{1,64})", re.ASCII)


def collection_arn(region: str, collection: str) -> str:
    return f"arn:aws:rekognition:{region}:{ACCOUNT}:collection/{collection}"


def collection_of(arn: str) -> str | None:
    """The id of the collection that a resource name is of, or None if it is of none."""
    found = _COLLECTION.fullmatch(arn)
    return found[1] if found else None


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def role_of(arn: str) -> str | None:
    """The name of the role that a resource name is of, or None if it is of none."""
    found = _ROLE.fullmatch(arn)
    return found[1] if found else None


def assumed_role_arn(role: str, session: str) -> str:
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
