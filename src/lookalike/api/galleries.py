"""The galleries that an engine looks among, as programs see and change them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ParamSpec

from lookalike.api.photo import AnyPhoto
from lookalike.api.questions.galleries import (
    Add,
    CreateCollection,
    DeleteCollection,
    Import,
    ListCollections,
    Remove,
    Search,
    ShowPerson,
    Stated,
)
from lookalike.api.questions.photos import Gender
from lookalike.api.questions.question import Answering, Question, Reply
from lookalike.api.results.people import Collection, Enrolled, ImportReport, People, Person

Given = ParamSpec("Given")


class Asking:
    """Whoever asks."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def _ask(
        self, make: Callable[Given, Question[Reply]], *args: Given.args, **named: Given.kwargs
    ) -> Reply:
        """The answer to a question that is made of what was given."""
        return self._answering.answer(make(*args, **named))


class Galleries(Asking):
    """Who is looked among: the starter gallery, which is read-only, and the user's own.

    A server changes them for whoever connects with its admin token, or from its own machine.
    """

    def list(self) -> tuple[Collection, ...]:
        """Every gallery, the starter first.

        >>> engine.galleries.list()[0].id
        'starter'
        """
        return self._ask(ListCollections)

    def create(self, collection: str) -> Collection:
        """Add an empty gallery. `add` makes one too where it is not there.

        >>> engine.galleries.create("friends")
        Collection(id='friends', people=0, faces=0, read_only=False)

        Raises:
            CollectionExists: it is there.
            InvalidParameter: the name is not allowed.
        """
        return self._ask(CreateCollection, collection)

    def delete(self, collection: str) -> None:
        """Delete one of one's own galleries with everyone in it.

        >>> engine.galleries.delete("friends")

        Raises:
            CollectionNotFound: there is none of that name.
        """
        self._ask(DeleteCollection, collection)

    def search(
        self,
        query: str = "",
        *,
        collection: str | None = None,
        group: str | None = None,
        gender: Gender | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> People:
        """People whose name holds some words, however they are spelt, by Korean name. By a face,
        `Engine.find` looks for them.

        >>> engine.galleries.search("obama").people[0].id
        'Q76'

        Args:
            query: in either language; empty: everyone.
            group, gender: as for `Engine.find`.
            offset, limit: which of them, 1 to 1,000 at a time; `total` is how many there are.

        Raises:
            CollectionNotFound: there is no such collection.
        """
        return self._ask(Search, query, collection, group, gender, offset, limit)

    def person(self, person_id: str) -> Person:
        """Somebody by their id.

        >>> engine.galleries.person("Q76").born
        '1961-08-04'

        Raises:
            PersonNotFound: there is nobody of that id.
        """
        return self._ask(ShowPerson, person_id)

    def add(
        self,
        name: str | None,
        photos: AnyPhoto | Iterable[AnyPhoto],
        *,
        collection: str | None = None,
        to: str | None = None,
        new: bool = False,
        source: str | None = None,
        author: str | None = None,
        licence: str | None = None,
        licence_url: str | None = None,
        **facts: Any,
    ) -> Enrolled:
        """Add somebody with one photo or more; they are found at once. All of it happens, or
        nothing.

        Where somebody of that name is in the collection and has that face, the photos are added to
        them.

        >>> engine.galleries.add("Eileen Collins", "collins.png", licence="public domain").added
        1
        >>> engine.find("collins.png", collection="mine").faces[0].people[0].name.en
        'Eileen Collins'

        Args:
            name: in Korean or English, told by its script; None with `to`.
            photos: one, or several, of one face each.
            collection: `mine` unless set.
            to: id of the person to add to, whatever name and face say.
            new: another person, even if somebody is called so.
            source, author, licence, licence_url: of the photos.
            facts: `name_ko`, `name_en`, `description_ko`, `description_en`, `born`, `died`,
                `gender`, `country`, `wikidata`, and lists: `groups`, `fields`, `links`,
                `external_ids`.

        Raises:
            Unlike: somebody of that name is there with another face; `people` says who.
            PhotoError: a photo cannot be used, or shows no one clear face.
            Blocked: somebody who asked to be left out.
            InvalidParameter: a fact is not allowed, or there is none of that name.
        """
        stated = Stated(source, author, licence, licence_url)
        return self._ask(Add.of, name, photos, collection, to, new, stated, facts)

    def load(
        self,
        path: str | os.PathLike[str],
        *,
        collection: str | None = None,
        source: str | None = None,
        author: str | None = None,
        licence: str | None = None,
        licence_url: str | None = None,
    ) -> ImportReport:
        """Import everyone of a folder, a table or a pack; what is there already is not added again.

        In a folder, a folder of photos is a person, and so is a single photo. A table (.csv, .tsv,
        .jsonl) has the columns name_ko, name_en or name, and images. A pack (.pack.zip) is what
        `lookalike gallery export` wrote; a server takes one of as many bytes as a photo may have.

        >>> report = engine.galleries.load("people", collection="class")
        >>> report.people_added, report.left_out
        (2, ())

        Args:
            collection: `mine`, or the pack's own, unless set.
            source, author, licence, licence_url: of photos that state none.

        Raises:
            InvalidParameter: it is none of these, or the collection is read-only.
            ContractMismatch: a pack was made with another model, and has no thumbnails.
        """
        stated = Stated(source, author, licence, licence_url)
        return self._ask(Import, Path(path), collection, stated)

    def remove(self, person_id: str, *, collection: str | None = None) -> None:
        """Remove somebody with their portraits from one gallery, or from all of one's own.

        >>> somebody = engine.galleries.add("Somebody", "biden.jpg", collection="friends")
        >>> engine.galleries.remove(somebody.id)

        Raises:
            PersonNotFound: there is nobody of that id.
        """
        self._ask(Remove, person_id, collection)
