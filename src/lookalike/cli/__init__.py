"""The command line, a module a command or group; a group names its commands where it is made.

Exit codes: 0 success, 1 a photo or a set-up that cannot be used, 2 wrong usage, 3 `gallery check`
found something.
"""

from __future__ import annotations

from typing import Any

import click

from lookalike.cli import (
    backup,
    cluster,
    compare,
    counts,
    detect,
    doctor,
    evaluate,
    failing,
    find,
    gallery,
    hosts,
    models,
    serve,
)
from lookalike.cli.access import keys, roles
from lookalike.cli.terminal import print_whatever_comes
from lookalike.errors import LookalikeError

__all__ = ["main"]

_AS_JSON = "lookalike.as-json"


class _Commands(click.Group):
    """Ends with one clear line on stderr and exit code 1 when something cannot be used.

    With `--json` the problem is printed as JSON too, wrong usage included.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_AS_JSON] = failing.wants_json(args)
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **options: Any) -> Any:
        print_whatever_comes()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (LookalikeError, click.ClickException, click.Abort) as error:
            if ctx.meta.get(_AS_JSON):
                failing.print_problem(ctx, error)
            if isinstance(error, LookalikeError):
                raise click.ClickException(failing.line(error)) from error
            raise


@click.group(
    cls=_Commands,
    commands=[
        backup.backup,
        cluster.cluster,
        compare.compare,
        counts.counts,
        detect.detect,
        doctor.doctor,
        evaluate.evaluate,
        find.find,
        gallery.gallery,
        hosts.hosts,
        keys.keys,
        models.models,
        backup.restore,
        roles.roles,
        serve.serve,
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="lookalike")
def main() -> None:
    """Find the celebrities that a face looks like, and how alike two photos are."""
