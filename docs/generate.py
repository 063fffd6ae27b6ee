"""Writes the documentation that is read off the code; tests/test_docs.py keeps it equal.

python -m docs.generate
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from docs import attributes, compatibility, house, python_api
from lookalike import config
from lookalike.cli import main as lookalike
from lookalike.rekognition.operations import OPERATIONS, OTHERS
from lookalike.rekognition.wire.codec import Wire

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


_EVERY_COMMAND = """\
This page is generated from the commands' own help.

With `--json`, standard output holds JSON and nothing else: the answer, or where there is none the
problem details of the JSON API (`type`, `title`, `detail`); standard error holds what is for
people. Exit codes: 0 success, 1 a photo or a set-up that cannot be used, 2 wrong usage, 3 `gallery
check` found something.

## Shell completion

Tab completes commands, options, their choices and files. For bash (4.4 or later), once:

```sh
mkdir -p ~/.local/share/bash-completion/completions
_LOOKALIKE_COMPLETE=bash_source lookalike > ~/.local/share/bash-completion/completions/lookalike
```

For zsh, in a folder of its `fpath` (before `compinit` in `~/.zshrc`: `fpath+=~/.zfunc`):

```sh
mkdir -p ~/.zfunc
_LOOKALIKE_COMPLETE=zsh_source lookalike > ~/.zfunc/_lookalike
```

For fish:

```sh
_LOOKALIKE_COMPLETE=fish_source lookalike > ~/.config/fish/completions/lookalike.fish
```

Open a new shell then. After an update nothing is to be done: the script asks `lookalike` itself."""


def commands() -> str:
    """`cli.md`: the help of every command."""
    parts = ["# Command line", "", _EVERY_COMMAND]
    # As a call of the command makes it, with the options that every command inherits.
    for context in _walk(lookalike.make_context("lookalike", [], resilient_parsing=True)):
        context.max_content_width = context.terminal_width = 96
        parts += ["", f"## {context.command_path}", "", "```", context.get_help(), "```"]
    return "\n".join([*parts, ""])


def _walk(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name, command in sorted(context.command.commands.items()):
            yield from _walk(command.make_context(name, [], context, resilient_parsing=True))


def rekognition() -> str:
    """`rekognition.md`: every operation of the service model, and how it differs here."""
    everything = Wire().operations()
    served = [each for each in everything if each in OPERATIONS]
    partly = sum(compatibility.status(each) == "partly" for each in served)
    return "\n".join(
        [
            "# The Rekognition API",
            "",
            f"{len(served)} of Amazon Rekognition's {len(everything)} operations are here, the "
            f"face API: {len(served) - partly} in full and",
            f"{partly} in part. *Partly* means that members of the answer are never sent, because "
            "nothing here measures them.",
            f"{len(OTHERS)} more are there *if set*, with `LOOKALIKE_OTHERS=faces`: they are not "
            "about faces, and answer what faces prove.",
            "This page is generated from `docs/compatibility.py`, which a test holds against real "
            "answers.",
            "",
            "## Operations",
            "",
            "| operation | here | never sent | what to know |",
            "|---|---|---|---|",
            *(_operation(each) for each in everything),
            "",
            "## Everywhere",
            "",
            *(f"- {each}" for each in compatibility.GENERAL),
            "",
            *attributes.sections(),
            "## Values that are never sent",
            "",
            "| enum | values |",
            "|---|---|",
            *(
                f"| {shape} | {', '.join(values)} |"
                for shape, values in compatibility.UNSENT.items()
            ),
            "",
        ]
    )


def _operation(name: str) -> str:
    known = compatibility.compatibility(name)
    here = compatibility.status(name)
    return f"| {name} | {here} | {_never_sent(known.missing)} | {' '.join(known.notes)} |"


def _never_sent(members: tuple[str, ...]) -> str:
    """Members, each parent named once: `FaceDetails[]`: Beard, Smile."""
    below: dict[str, list[str]] = {}
    for each in members:
        parent, _, name = each.rpartition(".")
        below.setdefault(parent, []).append(name)
    said = (
        f"`{parent}`: {', '.join(names)}" if parent else ", ".join(names)
        for parent, names in below.items()
    )
    return "; ".join(said)


def pages() -> dict[Path, str]:
    """Every generated page."""
    return {
        FOLDER / "settings.md": settings(),
        FOLDER / "cli.md": commands(),
        FOLDER / "map.md": house.page(),
        FOLDER / "python.md": python_api.page(),
        FOLDER / "rekognition.md": rekognition(),
    }


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
