"""Callers: who holds an access key, their own or one on loan, and what they may do with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lookalike.config import Settings
from lookalike.rekognition.access.keys import AccessKey, Keys
from lookalike.rekognition.access.policy import Principal
from lookalike.rekognition.access.roles import Roles
from lookalike.rekognition.access.sessions import Session, is_lent
from lookalike.rekognition.wire.faults import Fault

_UNRECOGNIZED = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Attributes:
        secret: that they sign with.
        key: theirs, or the one that their session was lent from.
    """

    secret: str = field(repr=False)
    key: AccessKey
    principal: Principal


class Callers:
    """All who may call, of one `LOOKALIKE_HOME`; safe to use from several threads.

    Every method raises StoreUnavailable when the database cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.keys = Keys(settings)
        self.roles = Roles(settings)
        self.sessions = self.keys.sessions()

    def close(self) -> None:
        self.keys.close()
        self.roles.close()

    def find(self, key_id: str, token: str | None) -> Caller:
        """Who says that they hold an access key.

        Args:
            token: that came beside it. Beside a key of ours that is not on loan it changes
                nothing: programs send whatever they find in their environment.

        Raises:
            Fault: nobody does now.
            SecretsUnreadable: the key's secret cannot be read.
        """
        if is_lent(key_id):
            return self._lent(key_id, token)
        found = self.keys.find(key_id)
        if found is None:
            raise Fault("UnrecognizedClientException", _unrecognized(token))
        return Caller(found.secret, found.key, Principal(key_id, found.key.policy))

    def _lent(self, key_id: str, token: str | None) -> Caller:
        session = self.sessions.read(token) if token else None
        if session is None or session.id != key_id:
            raise Fault("UnrecognizedClientException", _UNRECOGNIZED)
        if session.ended(self.keys.now()):
            raise Fault("ExpiredTokenException", _EXPIRED)
        own = self.keys.find(session.key)
        principal = None if own is None else self._principal(session, own.key)
        if own is None or principal is None:
            raise Fault("UnrecognizedClientException", _UNRECOGNIZED)
        return Caller(session.secret, own.key, principal)

    def _principal(self, session: Session, key: AccessKey) -> Principal | None:
        """Who the holder of a session is; None: its role is gone, or for this key no more."""
        if not session.role:
            return Principal(key.id, key.policy, is_session=True)
        role = self.roles.find(session.role)
        if role is None or not role.trusts(key.id):
            return None
        return Principal(key.id, role.policy, role=role.name, session=session.name, is_session=True)


def _unrecognized(token: str | None) -> str:
    """A token beside a key that is none of ours says where it is from."""
    if not token:
        return _UNRECOGNIZED
    return (
        f"{_UNRECOGNIZED} Its access key came with X-Amz-Security-Token, as those of roles do that "
        "AWS gave out; this server knows only its own: `lookalike keys create` makes one (see "
        "docs/access-keys.md, roles)."
    )
