"""`lookalike gallery`: the people that faces are compared with."""

from __future__ import annotations

import click

from lookalike.cli.gallery import (
    adding,
    build,
    changing,
    check,
    collections,
    complete,
    imports,
    migrate,
    people,
    push,
    takedowns,
)


@click.group(
    commands=[
        build.build,
        check.check,
        collections.create,
        collections.delete,
        collections.export,
        complete.complete,
        imports.import_,
        migrate.migrate,
        adding.add,
        changing.edit,
        changing.merge,
        changing.remove,
        changing.rename,
        people.list_people,
        people.portraits,
        people.show,
        takedowns.takedown,
        takedowns.takedowns,
        takedowns.undo_takedown,
        push.push,
    ]
)
def gallery() -> None:
    """The people that faces are compared with."""
