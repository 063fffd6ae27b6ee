"""What Wikidata states about something: the values of a property, by their rank.

The shape is that of doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# PHP writes an object that is empty as a list.
Claims = Mapping[str, list[dict[str, Any]]] | list[Any]


def ranked(claims: Claims, name: str) -> list[Any]:
    """The known values of a property: preferred ones first, deprecated ones not at all."""
    return _of_rank(claims, name, "preferred") + _of_rank(claims, name, "normal")


def best(claims: Claims, name: str) -> list[Any]:
    """The preferred values of a property; where there are none, the normal ones."""
    return _of_rank(claims, name, "preferred") or _of_rank(claims, name, "normal")


def items(claims: Claims, name: str) -> tuple[str, ...]:
    """The ids of the items that a property names, the preferred ones first."""
    return tuple(value["id"] for value in ranked(claims, name))


def _of_rank(claims: Claims, name: str, rank: str) -> list[Any]:
    statements = claims.get(name, []) if isinstance(claims, Mapping) else []
    return [
        each["mainsnak"]["datavalue"]["value"]
        for each in statements
        if each["rank"] == rank and each["mainsnak"]["snaktype"] == "value"
    ]
