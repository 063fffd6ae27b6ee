"""Request tokens: the same call again, as a client makes that heard no answer, changes nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from lookalike.database.clock import now
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
    one = (TOKENS.c.operation == token.operation) & (TOKENS.c.token == token.token)
    row = connection.execute(select(TOKENS).where(one, TOKENS.c.created > now() - _KEPT)).first()
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
    connection.execute(delete(TOKENS).where(TOKENS.c.created <= now() - _KEPT))
    row = {
        "operation": token.operation,
        "token": token.token,
        "request": token.request,
        "answer": answer,
        "created": now(),
    }
    connection.execute(insert(TOKENS), row)
