"""S3 objects: images as bytes, videos as files of which only pieces are held, and only in memory.

Endpoint and credentials come from the setting `s3_endpoint_url` and from what AWS's SDKs are
configured to.
"""

from __future__ import annotations

import io
from contextlib import suppress
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError

from lookalike.amazon import Location, service_client, told
from lookalike.config import Settings
from lookalike.errors import ImageTooLarge, VideoTooLarge
from lookalike.rekognition.wire.faults import in_amazons_words
from lookalike.rekognition.wire.validation import Members
from lookalike.video.frames import HEADER

# Amazon's limit, in bytes.
MAX_IMAGE = 15 * 1024 * 1024
# A video is fetched in pieces of this size, of which so many are kept: pictures and sound lie
# interleaved, and an index may lie at the end.
_PIECE = 4 * 1024 * 1024
_KEPT = 8
# How often a piece is asked for again when the connection breaks.
_AGAIN = 2


def location(s3_object: Members, member: str) -> Location:
    """The S3Object of a request; `member` is its name there, for messages.

    Raises:
        Fault: it lacks Bucket or Name, which the service model leaves optional.
    """
    for name in ("Bucket", "Name"):
        if name not in s3_object:
            raise in_amazons_words("InvalidParameterException", f"{member} must have a {name}.")
    return Location(s3_object["Bucket"], s3_object["Name"], s3_object.get("Version"))


def read_image(settings: Settings, where: Location) -> bytes:
    """The bytes of an image.

    Raises:
        ObjectUnavailable: it is missing, forbidden or out of reach.
        ImageTooLarge: it has more than 15 MB.
    """
    with told(where):
        answer = _client(settings).get_object(**where.arguments)
        with answer["Body"] as body:
            size = answer["ContentLength"]
            if size <= MAX_IMAGE:
                data: bytes = body.read()
                return data
    raise ImageTooLarge(f"{where} has {size:,} bytes; an image may have {MAX_IMAGE:,}.")


def open_video(settings: Settings, where: Location) -> S3File:
    """A video as a file.

    Raises:
        ObjectUnavailable: it is missing, forbidden or out of reach; reading raises it too.
        VideoTooLarge: it has more bytes than the settings allow.
    """
    file = S3File(_client(settings), where)
    most = settings.video_bytes
    if file.size > most:
        # In Amazon's words.
        raise VideoTooLarge(
            f"Video size in bytes: {file.size} is more than the maximum limit of: {most} bytes. "
            f"It is {where}; LOOKALIKE_VIDEO_BYTES is the limit."
        )
    return file


class S3File(io.RawIOBase):
    """An object that is fetched in pieces as it is read.

    Attributes:
        header: its first bytes.
    """

    def __init__(self, client: Any, where: Location) -> None:
        self._client = client
        self._where = where
        self._position = 0
        self._piece = lru_cache(_KEPT)(self._fetch)
        with told(where):
            answer = self._get(0, HEADER)
            with answer["Body"] as body:
                self.header: bytes = body.read()
        self.size = int(answer["ContentRange"].rpartition("/")[2])
        self._etag: str = answer["ETag"]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self.size:
            return 0
        number, start = divmod(self._position, _PIECE)
        part = self._piece(number)[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def _fetch(self, number: int) -> bytes:
        with told(self._where):
            for _ in range(_AGAIN):
                with suppress(BotoCoreError):
                    return self._read(number)
            return self._read(number)

    def _read(self, number: int) -> bytes:
        # Of the object as it was opened, should another be put in its place.
        answer = self._get(number * _PIECE, _PIECE, IfMatch=self._etag)
        with answer["Body"] as body:
            data: bytes = body.read()
            return data

    def _get(self, start: int, count: int, **more: str) -> Members:
        answer: Members = self._client.get_object(
            **self._where.arguments, Range=f"bytes={start}-{start + count - 1}", **more
        )
        return answer


def _client(settings: Settings) -> Any:
    return service_client("s3", settings.s3_endpoint_url)
