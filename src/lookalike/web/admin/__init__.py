"""The part of the JSON API that changes the user's own galleries; `admission.py` says who may."""

from __future__ import annotations

from fastapi import APIRouter

from lookalike.web.admin import collections, counts, imports, people, portraits, takedowns

router = APIRouter()
for part in (people, portraits, takedowns, collections, imports, counts):
    router.include_router(part.router)
