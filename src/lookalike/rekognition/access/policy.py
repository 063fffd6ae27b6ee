"""What a caller may do: actions on collections, both with wildcards."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from lookalike.errors import InvalidParameter
from lookalike.rekognition.arns import (
    ACCOUNT,
    assumed_role_arn,
    collection_arn,
    collection_of,
)
from lookalike.rekognition.wire.faults import Fault
from lookalike.rekognition.wire.validation import Members

_SERVICE = "rekognition:"
EVERYTHING = "*"
_ACTION = re.compile(r"rekognition:[a-zA-Z*?]+")
_OBJECT = re.compile(r"[a-z0-9.\-*?]{1,63}/[^\[\]\x00-\x1f]{1,1024}")
_COLLECTION = re.compile(r"[a-zA-Z0-9_.\-*?]{1,255}")

# They look at no collection, so that only the action has to be allowed.
_OF_NO_COLLECTION = frozenset(
    {
        "CompareFaces",
        "DetectFaces",
        "DetectLabels",
        "DetectModerationLabels",
        "DetectProtectiveEquipment",
        "DetectText",
        "StartFaceDetection",
        "StartPersonTracking",
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """
    Attributes:
        actions: `rekognition:Search*`; `*` is any text, `?` any letter.
        collections: ids, likewise.
        objects: of S3, as `bucket/name`, likewise.
    """

    actions: tuple[str, ...] = (_SERVICE + EVERYTHING,)
    collections: tuple[str, ...] = (EVERYTHING,)
    objects: tuple[str, ...] = (EVERYTHING,)

    @classmethod
    def of(
        cls,
        actions: Sequence[str],
        collections: Sequence[str],
        operations: Collection[str],
        objects: Sequence[str] = (),
    ) -> Policy:
        """A policy in the words of a user; an empty sequence allows everything.

        Args:
            operations: all there are; an action may leave out `rekognition:`.

        Raises:
            InvalidParameter: a pattern fits none of `operations`, or can fit no collection or
                object.
        """
        full = tuple(_SERVICE + each.removeprefix(_SERVICE) for each in actions)
        for each in full:
            known = any(_matches(_SERVICE + operation, each) for operation in operations)
            if not known or not _ACTION.fullmatch(each):
                raise InvalidParameter(
                    f"{each!r} is no action of Rekognition; it must be like "
                    f"'{_SERVICE}SearchFacesByImage' or '{_SERVICE}Search*'."
                )
        for each in collections:
            if not _COLLECTION.fullmatch(each):
                raise InvalidParameter(
                    f"{each!r} can be no collection: an id has letters, digits, '_', '.' and '-', "
                    "and '*' and '?' stand for any of them."
                )
        for each in objects:
            if not _OBJECT.fullmatch(each):
                raise InvalidParameter(
                    f"{each!r} can be no S3 object: it must be like 'bucket/prefix/*' or "
                    "'bucket/*', where '*' and '?' stand for any text and letter."
                )
        usual = cls()
        return cls(
            full or usual.actions,
            tuple(collections) or usual.collections,
            tuple(objects) or usual.objects,
        )

    @classmethod
    def read(cls, text: str) -> Policy:
        """The policy that `written` gave."""
        return cls(**{name: tuple(patterns) for name, patterns in json.loads(text).items()})

    def written(self) -> str:
        return json.dumps(asdict(self))

    def allows(self, operation: str, request: Members) -> bool:
        """Whether the holder may call `operation` with this request.

        One that names no collection but looks at all of them, such as RecognizeCelebrities, is
        for those who may use every collection. The result of a job is for whoever knows its id.
        """
        if not any(_matches(_SERVICE + operation, each) for each in self.actions):
            return False
        collection = _collection(request)
        if collection is not None:
            return any(fnmatchcase(collection, each) for each in self.collections)
        of_none = operation in _OF_NO_COLLECTION or "JobId" in request
        return of_none or EVERYTHING in self.collections


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls.

    Attributes:
        key_id: None, if nobody was asked to sign.
        role: that they took on, under the name `session`; empty: none.
        is_session: they hold a key on loan.
    """

    key_id: str | None
    policy: Policy
    account: str = ACCOUNT
    role: str = ""
    session: str = ""
    is_session: bool = False

    @property
    def arn(self) -> str:
        if self.role:
            return assumed_role_arn(self.role, self.session)
        user = f"user/{self.key_id}" if self.key_id else "root"
        return f"arn:aws:iam::{self.account}:{user}"


ANYONE = Principal(None, Policy())


def authorize(principal: Principal, operation: str, request: Members, region: str) -> None:
    """
    Raises:
        Fault: AccessDeniedException, in Amazon's words.
    """
    if principal.policy.allows(operation, request):
        _authorize_objects(principal, request)
        return
    collection = _collection(request)
    resource = EVERYTHING if collection is None else collection_arn(region, collection)
    action = _SERVICE + operation
    raise Fault(
        "AccessDeniedException",
        f"User: {principal.arn} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action",
    )


def _authorize_objects(principal: Principal, request: Members) -> None:
    """
    Raises:
        Fault: AccessDeniedException, an S3 object is not one that the holder may have read.
    """
    for each in _objects(request):
        if not any(fnmatchcase(each, pattern) for pattern in principal.policy.objects):
            raise Fault(
                "AccessDeniedException",
                f"User: {principal.arn} is not authorized to perform: s3:GetObject on resource: "
                f"arn:aws:s3:::{each} because no identity-based policy allows the s3:GetObject "
                "action",
            )


def _objects(value: object) -> Iterator[str]:
    """Every S3 object that a request names, wherever in it."""
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "S3Object" and isinstance(each, dict):
                yield f"{each.get('Bucket', '')}/{each.get('Name', '')}"
            else:
                yield from _objects(each)


def _collection(request: Members) -> str | None:
    """The collection that a request is about, by its id or its resource name."""
    if "ResourceArn" in request:
        return collection_of(request["ResourceArn"])
    found: str | None = request.get("CollectionId")
    return found


def _matches(action: str, pattern: str) -> bool:
    # Amazon ignores the case of actions, but not of resources.
    return fnmatchcase(action.lower(), pattern.lower())
