"""The Image of a request -> a Photo without the faces that are too small for Amazon Rekognition."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lookalike.errors import ImageTooSmall, PhotoError
from lookalike.faces.photo import Photo
from lookalike.rekognition.context import Context
from lookalike.rekognition.faces import attributes
from lookalike.rekognition.services import s3
from lookalike.rekognition.wire.faults import Fault, code_of, in_amazons_words
from lookalike.rekognition.wire.validation import Members

MIN_SIDE = 80
# The smallest face is 40 x 40 pixels in a photo of 1920 x 1080, in proportion in larger ones.
_FACE_SIDE, _FACE_PHOTO = 40, 1920
_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def content(context: Context, image: Members, member: str) -> bytes:
    """The bytes of an Image; `member` is its name in the request, for messages.

    Raises:
        Fault: neither or both of Bytes and S3Object, or no JPEG or PNG.
        ObjectUnavailable, ImageTooLarge: the S3Object cannot be read.
    """
    given = [name for name in ("Bytes", "S3Object") if name in image]
    if len(given) != 1:
        has = " and ".join(given) or "neither"
        raise Fault(
            "InvalidParameterException",
            "Requested image should either contain bytes or s3 object.",
            f"{member} must have either Bytes or S3Object; it has {has}.",
        )
    if given == ["S3Object"]:
        where = s3.location(image["S3Object"], f"{member}.S3Object")
        data = s3.read_image(context.settings, where)
    else:
        data = image["Bytes"]
    if not data.startswith(_MAGIC):
        raise in_amazons_words(
            "InvalidImageFormatException", f"{member} is neither a JPEG nor a PNG image."
        )
    return data


def analyze(context: Context, data: bytes, member: str, asked: Collection[str] = ()) -> Photo:
    """The photo with those of its faces that are large enough, the largest first.

    Args:
        asked: the attributes that will be told of them.

    Raises:
        Fault: the photo cannot be used, or a side is too short.
    """
    try:
        photo = context.engine.analyzer.analyze(data, traits=attributes.shown(asked))
    except ImageTooSmall as error:
        raise _too_small(member, "very small") from error
    except PhotoError as error:
        raise in_amazons_words(code_of(error), f"{member}: {error}") from error
    if min(photo.width, photo.height) < MIN_SIDE:
        raise _too_small(member, f"{photo.width} x {photo.height} pixels")
    return with_large_faces(photo)


def with_large_faces(photo: Photo) -> Photo:
    """The photo with those of its faces that Amazon Rekognition would see."""
    least = _FACE_SIDE * max(1.0, max(photo.width, photo.height) / _FACE_PHOTO)
    faces = (each for each in photo.faces if min(each.box.width, each.box.height) >= least)
    return replace(photo, faces=tuple(faces))


def _too_small(member: str, size: str) -> Fault:
    why = f"{member}: The image is {size}; each side needs at least {MIN_SIDE} pixels."
    return in_amazons_words("InvalidParameterException", why)
