"""The operations of STS, one function each, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from lookalike.rekognition.access.callers import Callers
from lookalike.rekognition.access.policy import Principal
from lookalike.rekognition.access.sessions import Loan, Session, begun
from lookalike.rekognition.arns import assumed_role_arn, role_of
from lookalike.rekognition.wire.faults import Fault
from lookalike.rekognition.wire.validation import Members

# Seconds, unless a request says how many (API reference of STS).
_SESSION_S, _ROLE_S = 43_200, 3_600
# They would take away from what a role may do: to let them be would give more than was meant.
_REFUSED = ("Policy", "PolicyArns")
_UNCHECKED = "nobody-is-asked-to-sign"  # what stands in place of a token


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One call.

    Attributes:
        callers: who there are; None: nobody is asked to sign.
    """

    principal: Principal
    callers: Callers | None


def get_caller_identity(asked: Asked, _request: Members) -> Members:
    """Who calls. Everyone may ask, as of Amazon."""
    who = asked.principal
    user = f"{who.role}:{who.session}" if who.role else who.key_id or who.account
    return {"UserId": user, "Account": who.account, "Arn": who.arn}


def get_session_token(asked: Asked, request: Members) -> Members:
    """A key on loan that may do what the caller's may."""
    if asked.principal.is_session:
        raise Fault("AccessDeniedException", "Cannot call GetSessionToken with session credentials")
    life = request.get("DurationSeconds", _SESSION_S)
    return {"Credentials": _lent(asked, life)}


def assume_role(asked: Asked, request: Members) -> Members:
    """A key on loan that may do what the policy of a role of ours says.

    Its account may be any, so that programs need not be changed. Where nobody is asked to sign,
    every role is there, and nobody looks at the key.
    """
    arn, name = request["RoleArn"], request["RoleSessionName"]
    given = [each for each in _REFUSED if each in request]
    if given:
        raise Fault(
            "InvalidParameterException",
            f"{' and '.join(given)} cannot be used here: a session may do what its role may.",
        )
    role = role_of(arn)
    if role is None:
        raise Fault("InvalidParameterException", f"{arn} is invalid")
    if not _may_assume(asked, role):
        raise Fault(
            "AccessDeniedException",
            f"User: {asked.principal.arn} is not authorized to perform: sts:AssumeRole on "
            f"resource: {arn}",
        )
    life = request.get("DurationSeconds", _ROLE_S)
    return {
        "Credentials": _lent(asked, life, role, name),
        "AssumedRoleUser": {
            "AssumedRoleId": f"{role}:{name}",
            "Arn": assumed_role_arn(role, name),
        },
    }


def _may_assume(asked: Asked, name: str) -> bool:
    """A role does not take on another: whoever trusts the first did not say so of the second."""
    if asked.callers is None:
        return True
    role, key = asked.callers.roles.find(name), asked.principal.key_id
    return role is not None and not asked.principal.role and role.trusts(key or "")


def _lent(asked: Asked, seconds: int, role: str = "", name: str = "") -> Members:
    """Credentials of the model."""
    now = asked.callers.keys.now() if asked.callers else datetime.now(UTC)
    ends = now + timedelta(seconds=seconds)
    session = begun(asked.principal.key_id or "", ends, role, name)
    if asked.callers is None:
        return _credentials(Loan(session, _UNCHECKED))
    return _credentials(asked.callers.sessions.lent(session))


def _credentials(loan: Loan) -> Members:
    session: Session = loan.session
    return {
        "AccessKeyId": session.id,
        "SecretAccessKey": session.secret,
        "SessionToken": loan.token,
        "Expiration": session.ends,
    }


StsOperation = Callable[[Asked, Members], Members]

STS_OPERATIONS: Mapping[str, StsOperation] = MappingProxyType(
    {
        "AssumeRole": assume_role,
        "GetCallerIdentity": get_caller_identity,
        "GetSessionToken": get_session_token,
    }
)
