"""Access keys: who may call the Rekognition API. They lie in the store, their secrets encrypted."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from lookalike.config import Settings
from lookalike.database import database
from lookalike.database.clock import now
from lookalike.database.database import Address
from lookalike.database.schema import KEYS
from lookalike.database.shared.rates import SharedRates
from lookalike.database.version import Version
from lookalike.errors import InvalidParameter, NotFound
from lookalike.rekognition.access.credential import new_id, new_secret
from lookalike.rekognition.access.policy import Policy
from lookalike.rekognition.access.sessions import Sessions

# Amazon's begin with AKIA or ASIA.
_PREFIX = "LOOK"
# What of the database is changed with a key.
_PART = "access keys"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """
    Attributes:
        rate: requests a second; None: what the setting `rate` says.
        created: with a time zone.
        expires: when it ends by itself, likewise; None: never.
    """

    id: str
    description: str
    policy: Policy
    rate: float | None
    enabled: bool
    created: datetime
    expires: datetime | None = None

    def ended(self, when: datetime) -> bool:
        return self.expires is not None and when >= self.expires


@dataclass(frozen=True, slots=True)
class Unlocked:
    """An access key with its secret."""

    key: AccessKey
    secret: str = field(repr=False)


class Keys:
    """The access keys of one `LOOKALIKE_HOME`; safe to use from several threads.

    Every method raises StoreUnavailable when the database cannot be read or written.
    """

    def __init__(self, settings: Settings) -> None:
        # Not above: it imports cryptography, and most servers check no signature.
        from lookalike.rekognition.access.vault import Vault

        self._database = database.opened(settings.home, Address.of(settings))
        self._vault = Vault(settings.home, settings.secret_key, self._database)
        self._lock = threading.Lock()
        self._version: Version | None = None
        self._found: dict[str, Unlocked] = {}

    def close(self) -> None:
        self._database.close()

    def sessions(self) -> Sessions:
        """Those that are lent from them."""
        return Sessions(self._vault)

    def rates(self) -> SharedRates | None:
        """How often each may call, counted where all hosts do; None: there is one machine."""
        return SharedRates(self._database, "key") if self._database.shared else None

    def now(self) -> datetime:
        """The time that keys end by: the same on all hosts."""
        return self._database.now().replace(tzinfo=UTC)

    def create(
        self,
        description: str = "",
        policy: Policy | None = None,
        rate: float | None = None,
        life: timedelta | None = None,
    ) -> Unlocked:
        """A new key, which may do everything unless a policy says what. Those that have ended are
        forgotten.

        Args:
            life: after which it ends; None: never.

        Raises:
            InvalidParameter: the rate is not above 0.
            SecretsUnreadable: the secrets that are there cannot be read.
        """
        if rate is not None and not 0 < rate < math.inf:
            raise InvalidParameter(f"A rate of {rate:g} is not allowed; it must be above 0.")
        # A new file in place of a lost one would leave the secrets of the others unreadable.
        self.check()
        created = self.now()
        made = Unlocked(
            AccessKey(
                id=new_id(_PREFIX),
                description=description,
                policy=policy or Policy(),
                rate=rate,
                enabled=True,
                created=created,
                expires=None if life is None else created + life,
            ),
            new_secret(),
        )
        row = _row(made.key) | {"secret": self._vault.locked(made.secret)}
        with self._database.changing(_PART) as connection:
            connection.execute(delete(KEYS).where(KEYS.c.expires <= now(connection)))
            connection.execute(insert(KEYS), row)
        return made

    def all(self) -> tuple[AccessKey, ...]:
        """Every key, the oldest first, without secrets."""
        with self._database.reading() as connection:
            rows = connection.execute(select(KEYS).order_by(KEYS.c.created, KEYS.c.id)).all()
        return tuple(_key(row) for row in rows)

    def enable(self, key_id: str, enabled: bool) -> None:
        """Let a key call or not; every process knows at its next request.

        Raises:
            NotFound: there is no such key.
        """
        one = update(KEYS).where(KEYS.c.id == key_id).values(enabled=enabled)
        with self._database.changing(_PART) as connection:
            _require(key_id, connection.execute(one).rowcount)

    def delete(self, key_id: str) -> None:
        """
        Raises:
            NotFound: there is no such key.
        """
        with self._database.changing(_PART) as connection:
            one = delete(KEYS).where(KEYS.c.id == key_id)
            _require(key_id, connection.execute(one).rowcount)

    def find(self, key_id: str) -> Unlocked | None:
        """A key that may call, or None. Read once until something in the store changes.

        Raises:
            SecretsUnreadable: its secret cannot be read.
        """
        with self._lock:
            version = self._database.version()
            if version != self._version:
                self._found.clear()
                self._version = version
            found = self._found.get(key_id) or self._read(key_id)
            if found is None or (found.key.expires and found.key.ended(self.now())):
                return None
            self._found[key_id] = found
            return found

    def _read(self, key_id: str) -> Unlocked | None:
        with self._database.reading() as connection:
            one = select(KEYS).where(KEYS.c.id == key_id, KEYS.c.enabled)
            row = connection.execute(one).first()
        return None if row is None else Unlocked(_key(row), self._vault.unlocked(row.secret))

    def check(self) -> int:
        """How many keys may call, once every secret could be read.

        Raises:
            SecretsUnreadable: one cannot.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(KEYS)).all()
        for row in rows:
            self._vault.unlocked(row.secret)
        when = self.now()
        return sum(row.enabled and not _key(row).ended(when) for row in rows)


def _row(key: AccessKey) -> dict[str, object]:
    return {
        "id": key.id,
        "description": key.description,
        "policy": key.policy.written(),
        "rate": key.rate,
        "enabled": key.enabled,
        "created": key.created.replace(tzinfo=None),
        "expires": key.expires and key.expires.replace(tzinfo=None),
    }


def _key(row: Any) -> AccessKey:
    return AccessKey(
        id=row.id,
        description=row.description,
        policy=Policy.read(row.policy),
        rate=row.rate,
        enabled=row.enabled,
        created=row.created.replace(tzinfo=UTC),
        expires=row.expires and row.expires.replace(tzinfo=UTC),
    )


def _require(key_id: str, changed: int) -> None:
    if not changed:
        raise NotFound(f"There is no access key {key_id!r}.")
