"""How often a site was used on each day, for whoever runs it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field

from lookalike.answers.shapes import Answer, Name
from lookalike.errors import NotFound
from lookalike.site import Site
from lookalike.web.admin.guarded import guarded
from lookalike.web.services import Services, UseServices
from lookalike.web.site import counts

router = guarded()

_NEAREST = 10


class Nearest(Answer):
    """Who was the nearest person, how often."""

    id: str
    name: Name | None = Field(description="Null where they are no longer in the gallery.")
    count: int


class OfferCount(Answer):
    id: str
    title: Name | None = Field(description="Null where the site offers it no more.")
    offered: int = Field(description="How often it stood beside a result.")
    opened: int = Field(description="How often its link was followed.")


class CountedDay(Answer):
    day: date
    visits: int
    uploads: int
    matches: int
    shares: int
    offered: int
    opened: int
    nearest: tuple[Nearest, ...] = Field(description="Ten at most, the most frequent first.")
    offers: tuple[OfferCount, ...]


class Days(Answer):
    counted: bool = Field(description="Whether this site counts at all.")
    days: tuple[CountedDay, ...] = Field(
        description="Those on which anything happened, the latest first."
    )


@router.get("/counts", operation_id="getCounts")
def show_counts(services: UseServices, days: Annotated[int, Query(ge=1, le=3660)] = 30) -> Days:
    """How often the site was used on each day: numbers and ids alone are kept."""
    if services.counts is None:
        return Days(counted=False, days=())
    found = services.counts.days(days)
    return Days(counted=True, days=tuple(_day(services, each) for each in found))


def _day(services: Services, found: counts.Day) -> CountedDay:
    return CountedDay(
        day=found.day,
        **{event: getattr(found, event) for event in counts.EVENTS},
        nearest=tuple(_nearest(services, *each) for each in found.best[:_NEAREST]),
        offers=tuple(_offer(services.site, each) for each in found.offers),
    )


def _nearest(services: Services, person_id: str, count: int) -> Nearest:
    name = None
    with suppress(NotFound):
        person = services.gallery.person(person_id, services.site.collection)
        name = Name.model_validate(services.site.name_of(person_id, person.name))
    return Nearest(id=person_id, name=name, count=count)


def _offer(site: Site, found: counts.OfferCount) -> OfferCount:
    known = site.offer(found.id)
    title = None if known is None else Name.model_validate(known.title)
    return OfferCount(id=found.id, title=title, offered=found.offered, opened=found.opened)
