"""What a form without JavaScript sends: photos, and consent to look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import File, Form, UploadFile

from lookalike.web.problems import Incomplete

if TYPE_CHECKING:
    from lookalike.errors import Subject
    from lookalike.web.services import Services

Upload = Annotated[UploadFile | None, File()]
Field = Annotated[str, Form()]


async def photo_of(services: Services, file: UploadFile | None, subject: Subject) -> bytes | None:
    """The bytes of a file field; None where it was left empty.

    Raises:
        ImageTooLarge: it has more than may be.
    """
    return await services.read(file, subject) if file is not None and file.size else None


async def agreed_photo(services: Services, file: UploadFile | None, consent: str) -> bytes:
    """The photo that a visitor agreed to have looked at.

    Raises:
        Incomplete: there is no photo, or no consent.
        ImageTooLarge: it has more bytes than may be.
    """
    if consent != "yes":
        raise Incomplete("no_consent")
    photo = await photo_of(services, file, "photo")
    if photo is None:
        raise Incomplete("no_photo")
    return photo
