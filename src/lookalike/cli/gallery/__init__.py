"""`lookalike gallery`: the people that faces are compared with."""

from __future__ import annotations

import click

from lookalike.cli.gallery import (
    build,
    check,
    collections,
    imports,
    migrate,
    people,
    push,
)


@click.group(
    commands=[
        build.build,
        check.check,
        collections.create,
        collections.delete,
        collections.export,
        imports.import_,
        migrate.migrate,
        people.add,
        people.list_people,
        people.remove,
        people.show,
        people.takedown,
        push.push,
    ]
)
def gallery() -> None:
    """The people that faces are compared with."""
