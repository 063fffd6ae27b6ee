"""Sessions: access keys on loan for a time, of which everything lies in their token.

Nothing is stored of them, so that a program may ask for one as often as it starts. They end with
the key that they were lent from, or with their role.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lookalike.errors import SecretsUnreadable
from lookalike.rekognition.access.credential import new_id, new_secret

if TYPE_CHECKING:
    from lookalike.rekognition.access.vault import Vault

# Those of the keys that they are lent from begin with LOOK; Amazon's with ASIA and AKIA.
_PREFIX = "LOAN"


@dataclass(frozen=True, slots=True)
class Session:
    """
    Attributes:
        id: of the access key that is lent.
        key: id of the key that it is lent from.
        expires: when it ends, in seconds since 1970.
        role: that it is of; empty: it may do what the key may.
        name: that its holder gave it, of a role.
    """

    id: str
    secret: str = field(repr=False)
    key: str
    expires: int
    role: str = ""
    name: str = ""

    @property
    def ends(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    def ended(self, now: datetime) -> bool:
        return now.timestamp() >= self.expires


@dataclass(frozen=True, slots=True)
class Loan:
    """A session with the token that its holder sends beside each request."""

    session: Session
    token: str = field(repr=False)


def begun(key: str, ends: datetime, role: str = "", name: str = "") -> Session:
    """A session that begins now."""
    return Session(
        id=new_id(_PREFIX),
        secret=new_secret(),
        key=key,
        expires=int(ends.timestamp()),
        role=role,
        name=name,
    )


def is_lent(key_id: str) -> bool:
    """Whether an access key, by its id, is one on loan, which needs its token."""
    return key_id.startswith(_PREFIX)


class Sessions:
    """Writes and reads the tokens of one `LOOKALIKE_HOME`, encrypted as the secrets of its keys
    are, so that nobody else can make one."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def lent(self, session: Session) -> Loan:
        """
        Raises:
            SecretsUnreadable: there is no key to encrypt with.
        """
        return Loan(session, self._vault.locked(json.dumps(asdict(session))).decode())

    def read(self, token: str) -> Session | None:
        """The session of a token, over or not; None: it is none of ours."""
        try:
            return Session(**json.loads(self._vault.unlocked(token.encode())))
        except (SecretsUnreadable, ValueError, TypeError):
            return None
