"""Every error the package raises.

    LookalikeError
    ├── PhotoError                a photo that cannot be used
    │   ├── UnsupportedFormat     not one of the image formats we read
    │   ├── DamagedImage          the right format, but the data is broken
    │   ├── ImageTooLarge         too many bytes, or passes over its pixels
    │   │   └── TooManyPixels     or too long a side
    │   ├── ImageTooSmall         a side is too short to hold a face
    │   ├── NoFace                a sound image in which no face was found
    │   ├── PhotoTooSlow          it took longer than it may
    │   └── PhotoBroke            the process that looked at it broke down
    ├── VideoError                a video that cannot be used
    │   ├── UnsupportedVideo      not of a format and codec we read
    │   ├── DamagedVideo          of the right format, but the data is broken
    │   └── VideoTooLarge         too many bytes or pixels, too long, or too many faces
    ├── ObjectUnavailable         an S3 object that is missing, forbidden or out of reach
    ├── NotFound
    │   ├── PersonNotFound
    │   ├── CollectionNotFound
    │   ├── JobNotFound           or it ended more than a week ago
    │   ├── PortraitUnavailable   nobody has a free portrait, or it can't be had now
    │   └── ResultNotFound        a shared result that was deleted or whose time is over
    ├── InvalidParameter          a value outside what is allowed
    ├── Conflict                  what is there already, or was asked for differently before
    │   ├── CollectionExists
    │   ├── Unlike                faces that are not one person's, where name or request say so
    │   └── TokenMismatch         a request token used again with other parameters
    ├── TooMany                   more of something than there may be
    │   └── TooManyJobs
    ├── NotAllowed                the token is not the right one
    ├── Blocked                   somebody who asked to be left out
    ├── NotOffered                what the engine that was chosen cannot do
    ├── ResultsFull               there are as many shared results as there may be
    ├── TooOften                  more than one address may ask for in that time
    ├── Busy                      more photos are waiting than the server takes
    │   └── PartMissing           a part of the cluster does not answer now
    ├── Unreachable               a server of ours that does not answer a client
    │   └── NoAnswer              or with something else than its version answers
    ├── AwsError                  Amazon Rekognition cannot be asked, or refuses
    │   ├── AwsUnreachable        no answer from its endpoint
    │   ├── AwsDenied             credentials that are missing, wrong or not allowed to
    │   ├── AwsThrottled          more calls than the account may make
    │   └── AwsCollectionMissing  no collection of that name there, or nobody in it
    └── SetupError                the installation cannot work as it is
        ├── ExtraMissing          what was asked for comes with an extra that is not installed
        ├── ModelUnavailable      weights neither in a package nor at their address
        ├── ModelDamaged          weights whose sha256 is not the published one
        ├── ModelRefused          a network that is no face model, or fails its self-test
        ├── ContractMismatch      vectors made by another model or preprocessing
        ├── StoreUnavailable      the database is full, lost, damaged or not to be written
        │   └── StoreBusy         others write to it for longer than one can wait
        ├── BackupUnusable        no backup, damaged, or of a newer version
        └── SecretsUnreadable     the key that secrets are encrypted with is lost or another

Messages say what was wrong and what is allowed. They never hold pixels or embeddings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal

# Which photo of a request.
Subject = Literal["photo", "reference", "source", "target", "child", "parent"]


class LookalikeError(Exception):
    """Base of every error. `code` is the stable name that the APIs send."""

    code: ClassVar[str] = "internal"


class PhotoError(LookalikeError):
    """`subject` says which photo of a request, `number` which of several, from 0; see `about`."""

    code = "photo-unusable"
    subject: Subject = "photo"
    number: int | None = None


class UnsupportedFormat(PhotoError):
    code = "unsupported-format"


class DamagedImage(PhotoError):
    code = "damaged-image"


class ImageTooLarge(PhotoError):
    code = "image-too-large"


class TooManyPixels(ImageTooLarge):
    code = "too-many-pixels"


class ImageTooSmall(PhotoError):
    code = "image-too-small"


class NoFace(PhotoError):
    code = "no-face"


class PhotoTooSlow(PhotoError):
    code = "photo-too-slow"


class PhotoBroke(PhotoError):
    code = "photo-broke"


@contextmanager
def about(subject: Subject, number: int | None = None) -> Iterator[None]:
    """What is raised of a photo inside says which photo of a request it is about.

    Args:
        number: of several photos of that subject, from 0.
    """
    try:
        yield
    except PhotoError as error:
        error.subject, error.number = subject, number
        raise


class VideoError(LookalikeError):
    code = "video-unusable"


class UnsupportedVideo(VideoError):
    code = "unsupported-video"


class DamagedVideo(VideoError):
    code = "damaged-video"


class VideoTooLarge(VideoError):
    code = "video-too-large"


class ObjectUnavailable(LookalikeError):
    code = "object-unavailable"


class NotFound(LookalikeError):
    code = "not-found"


class SealExpired(NotFound):
    """Sealed faces cannot be opened any more: the photo has to be sent again."""

    code = "seal-expired"


class PersonNotFound(NotFound):
    code = "person-not-found"


class CollectionNotFound(NotFound):
    """`known`: those there are, for whoever runs this; APIs do not tell strangers."""

    code = "collection-not-found"

    def __init__(self, message: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.known = known


class JobNotFound(NotFound):
    code = "job-not-found"


class PortraitUnavailable(NotFound):
    code = "portrait-unavailable"


class ResultNotFound(NotFound):
    code = "result-not-found"


class InvalidParameter(LookalikeError):
    code = "invalid-parameter"


class Conflict(LookalikeError):
    code = "conflict"


class CollectionExists(Conflict):
    code = "collection-exists"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is there: id, names, and the similarity of their face to the one in question."""

    id: str
    name: str
    similarity: float


class Unlike(Conflict):
    """`people`: those who are there, the most alike first."""

    code = "unlike"

    def __init__(self, message: str, people: tuple[Known, ...]) -> None:
        super().__init__(message)
        self.people = people


class TokenMismatch(Conflict):
    code = "token-mismatch"


class TooMany(LookalikeError):
    code = "too-many"


class TooManyJobs(TooMany):
    code = "too-many-jobs"


class NotAllowed(LookalikeError):
    code = "not-allowed"


class Blocked(LookalikeError):
    code = "blocked"


class NotOffered(LookalikeError):
    code = "not-offered"


class ResultsFull(LookalikeError):
    code = "results-full"


class TooOften(LookalikeError):
    """`retry_after`: seconds until it may be asked again."""

    code = "too-often"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(LookalikeError):
    code = "busy"


class PartMissing(Busy):
    code = "part-missing"


class Unreachable(LookalikeError):
    code = "unreachable"


class NoAnswer(Unreachable):
    code = "no-answer"


class AwsError(LookalikeError):
    """`aws_code` is AWS's own name for what was wrong, where it gave one."""

    code = "aws-failed"
    aws_code = ""


class AwsUnreachable(AwsError):
    code = "aws-unreachable"


class AwsDenied(AwsError):
    code = "aws-denied"


class AwsThrottled(AwsError):
    code = "aws-throttled"


class AwsCollectionMissing(AwsError):
    code = "aws-collection-missing"


class SetupError(LookalikeError):
    code = "setup"


class ExtraMissing(SetupError):
    code = "extra-missing"


class ModelUnavailable(SetupError):
    code = "model-unavailable"


class ModelDamaged(SetupError):
    code = "model-damaged"


class ModelRefused(SetupError):
    code = "model-refused"


class ContractMismatch(SetupError):
    code = "contract-mismatch"


class StoreUnavailable(SetupError):
    code = "store-unavailable"


class StoreBusy(StoreUnavailable):
    code = "store-busy"


class BackupUnusable(SetupError):
    code = "backup-unusable"


class SecretsUnreadable(SetupError):
    code = "secrets-unreadable"
