"""Writes the documentation that is read off the code; tests/test_docs.py keeps it equal.

python -m docs.generate
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from lookalike import cli, config

FOLDER = Path(__file__).parent


def settings() -> str:
    """`settings.md`: every setting of the one table."""
    rows = [
        f"| `{each.variable}` | {each.default or '(empty)'} | {_allowed(each)}{each.help} |"
        for each in config.describe()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Every setting is an environment variable; `lookalike serve` takes host, port and",
            "workers as options too. This page is generated from `lookalike/config.py`.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _allowed(setting: config.Described) -> str:
    if not setting.choices:
        return ""
    return " or ".join(f"`{choice}`" for choice in setting.choices) + ". "


def commands() -> str:
    """`cli.md`: the help of every command."""
    parts = ["# Command line", "", "This page is generated from the commands' own help."]
    # As a call of the command makes it, with the options that every command inherits.
    for context in _walk(cli.main.make_context("lookalike", [], resilient_parsing=True)):
        context.max_content_width = context.terminal_width = 96
        parts += ["", f"## {context.command_path}", "", "```", context.get_help(), "```"]
    return "\n".join([*parts, ""])


def _walk(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name, command in sorted(context.command.commands.items()):
            yield from _walk(command.make_context(name, [], context, resilient_parsing=True))


def pages() -> dict[Path, str]:
    """Every generated page."""
    return {FOLDER / "settings.md": settings(), FOLDER / "cli.md": commands()}


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
