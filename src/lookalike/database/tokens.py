"""Request tokens: the same call again, as a client makes that heard no answer, changes nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select, tuple_

from lookalike.database.clock import now
from lookalike.database.postgresql import locks
from lookalike.database.schema import TOKENS
from lookalike.errors import TokenMismatch

# AWS does not say for how long; its clients give up within minutes.
_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Token:
    """
    Attributes:
        request: sha256 of the parameters it came with.
    """

    operation: str
    token: str
    request: str


def token_of(operation: str, token: str | None, parameters: object) -> Token | None:
    """The token of a call; None if it came without one."""
    if token is None:
        return None
    text = json.dumps(parameters, sort_keys=True, default=str)
    return Token(operation, token, hashlib.sha256(text.encode()).hexdigest())


def answered(connection: Connection, token: Token | None) -> str | None:
    """What was answered when the token came first; None if it did not.

    Raises:
        TokenMismatch: it came with other parameters.
    """
    if token is None:
        return None
    if connection.dialect.name == "postgresql":
        # Whoever comes with it at the same time waits, whatever else they are about to change.
        locks.hold(connection, f"{token.operation} {token.token}")
    one = (TOKENS.c.operation == token.operation) & (TOKENS.c.token == token.token)
    row = connection.execute(
        select(TOKENS).where(one, TOKENS.c.created > now(connection) - _KEPT)
    ).first()
    if row is None:
        return None
    if row.request != token.request:
        raise TokenMismatch(
            f"The token {token.token!r} was used for {token.operation} with other parameters."
        )
    answer: str = row.answer
    return answer


def remember(connection: Connection, token: Token | None, answer: str) -> None:
    """Keep an answer, in the transaction of what it is about."""
    if token is None:
        return
    old = select(TOKENS.c.operation, TOKENS.c.token)
    old = old.where(TOKENS.c.created <= now(connection) - _KEPT)
    # Those that somebody else forgets just now are left to them.
    forgotten = tuple_(TOKENS.c.operation, TOKENS.c.token).in_(
        old.with_for_update(skip_locked=True)
    )
    connection.execute(delete(TOKENS).where(forgotten))
    row = {
        "operation": token.operation,
        "token": token.token,
        "request": token.request,
        "answer": answer,
        "created": now(connection),
    }
    connection.execute(insert(TOKENS), row)
