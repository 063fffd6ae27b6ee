"""Roles: what holders of access keys may become for a time, each with a policy of its own."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import delete, insert, select

from lookalike.config import Settings
from lookalike.database import database
from lookalike.database.database import Address
from lookalike.database.schema import ROLES
from lookalike.database.version import Version
from lookalike.errors import InvalidParameter, NotFound
from lookalike.rekognition.access.policy import Policy

# Of IAM's roles, in its API reference (CreateRole).
_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_KEY = re.compile(r"[A-Z0-9*?]{1,128}")
# What of the database is changed with a role.
_PART = "access roles"


@dataclass(frozen=True, slots=True)
class Role:
    """
    Attributes:
        keys: ids of the access keys whose holders may take it on; `*` is any text.
        created: with a time zone.
    """

    name: str
    description: str
    policy: Policy
    keys: tuple[str, ...]
    created: datetime

    def trusts(self, key_id: str) -> bool:
        return any(fnmatchcase(key_id, each) for each in self.keys)


class Roles:
    """The roles of one `LOOKALIKE_HOME`; safe to use from several threads.

    Every method raises StoreUnavailable when the database cannot be read or written.
    """

    def __init__(self, settings: Settings) -> None:
        self._database = database.opened(settings.home, Address.of(settings))
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._known: dict[str, Role] = {}

    def close(self) -> None:
        self._database.close()

    def create(
        self,
        name: str,
        policy: Policy,
        keys: tuple[str, ...],
        description: str = "",
    ) -> Role:
        """A new role.

        Args:
            keys: whose holders may take it on.

        Raises:
            InvalidParameter: the name is taken, or cannot be one; or a key cannot be.
        """
        if not _NAME.fullmatch(name):
            raise InvalidParameter(
                f"{name!r} can be no role: a name has up to 64 letters, digits and '+=,.@_-'."
            )
        for each in keys:
            if not _KEY.fullmatch(each):
                raise InvalidParameter(
                    f"{each!r} can be no access key: an id has capitals and digits, and '*' and "
                    "'?' stand for any of them."
                )
        role = Role(name, description, policy, keys, self._database.now().replace(tzinfo=UTC))
        with self._database.changing(_PART) as connection:
            taken = select(ROLES.c.name).where(ROLES.c.name == name)
            if connection.execute(taken).first():
                raise InvalidParameter(f"There is a role {name!r} already; delete it first.")
            connection.execute(insert(ROLES), _row(role))
        return role

    def all(self) -> tuple[Role, ...]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(ROLES).order_by(ROLES.c.name)).all()
        return tuple(map(_role, rows))

    def find(self, name: str) -> Role | None:
        """A role, or None. All are read once until something in the store changes."""
        with self._lock:
            version = self._database.version()
            if version != self._version:
                self._known = {each.name: each for each in self.all()}
                self._version = version
            return self._known.get(name)

    def delete(self, name: str) -> None:
        """Sessions of the role end at once.

        Raises:
            NotFound: there is none.
        """
        with self._database.changing(_PART) as connection:
            if not connection.execute(delete(ROLES).where(ROLES.c.name == name)).rowcount:
                raise NotFound(f"There is no role {name!r}.")


def _row(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "description": role.description,
        "policy": role.policy.written(),
        "keys": json.dumps(role.keys),
        "created": role.created.replace(tzinfo=None),
    }


def _role(row: Any) -> Role:
    return Role(
        name=row.name,
        description=row.description,
        policy=Policy.read(row.policy),
        keys=tuple(json.loads(row.keys)),
        created=row.created.replace(tzinfo=UTC),
    )
