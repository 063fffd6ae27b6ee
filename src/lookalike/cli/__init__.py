"""The command line, a module a command or group; a group names its commands where it is made.

Exit codes: 0 success, 1 a photo or a set-up that cannot be used, 2 wrong usage, 3 `gallery check`
found something.
"""

from __future__ import annotations

from typing import Any

import click

from lookalike.cli import compare, counts, detect, evaluate, find, gallery, keys, models, serve
from lookalike.cli.terminal import print_whatever_comes
from lookalike.errors import LookalikeError, PhotoError

__all__ = ["main"]


class _Commands(click.Group):
    """Ends with one clear line on stderr and exit code 1 when something cannot be used."""

    def main(self, *args: Any, **options: Any) -> Any:
        print_whatever_comes()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PhotoError as error:
            raise click.ClickException(f"The {error.subject} cannot be used. {error}") from error
        except LookalikeError as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=_Commands,
    commands=[
        compare.compare,
        counts.counts,
        detect.detect,
        evaluate.evaluate,
        find.find,
        gallery.gallery,
        keys.keys,
        models.models,
        serve.serve,
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="lookalike")
def main() -> None:
    """Find the celebrities that a face looks like, and how alike two photos are."""
