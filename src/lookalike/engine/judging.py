"""Our own networks as the judge of who somebody of a gallery is (`gallery/wikimedia/finding`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from lookalike.faces.vectors import Floats
from lookalike.gallery.people import Person
from lookalike.gallery.wikimedia.finding.proof import Judge

if TYPE_CHECKING:
    from lookalike.engine.local import LocalEngine

Result = TypeVar("Result")


class Run(Protocol):
    """Runs what takes time where that may be done."""

    def __call__(self, call: Callable[[], Result], /) -> Awaitable[Result]: ...


def judge_of(engine: Callable[[], LocalEngine], run: Run) -> Judge:
    """
    Args:
        engine: ours, which is opened when it is first asked for.
    """

    def vector(person: Person) -> Floats | None:
        ours = engine()
        # What was not fitted proves nothing.
        if not ours.calibration.fitted:
            return None
        return ours.gallery.person_vector(person.id, person.collection)

    async def known(person: Person) -> Floats | None:
        return await run(lambda: vector(person))

    async def look(photo: bytes) -> Floats:
        return await run(lambda: engine().portrait(photo))

    def alike(one: Floats, other: Floats) -> float:
        return engine().calibration.similarity(one, other)

    def blocked(person: Person) -> bool:
        return engine().gallery.store.blocked().holds(person)

    return Judge(known, look, alike, blocked)
