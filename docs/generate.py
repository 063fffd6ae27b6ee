"""Writes the documentation that is read off the code; tests/test_docs.py keeps it equal.

python -m docs.generate
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import click

from docs import attributes, compatibility, house, python_api
from lookalike import config
from lookalike.cli import main as lookalike
from lookalike.gallery.people import Language
from lookalike.rekognition.operations import OPERATIONS, OTHERS
from lookalike.rekognition.wire.codec import Wire
from lookalike.web import texts
from release import pages as release_pages

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
mkdir -p ~/.config/fish/completions
_LOOKALIKE_COMPLETE=fish_source lookalike > ~/.config/fish/completions/lookalike.fish
```

Open a new shell then. After an update nothing is to be done: the script asks `lookalike` itself."""


def commands() -> str:
    """`cli.md`: the help of every command."""
    parts = ["# Command line", "", _EVERY_COMMAND]
    # As a call of the command makes it, with the options that every command inherits.
    for context in _walk(lookalike.make_context("lookalike", [], resilient_parsing=True)):
        context.max_content_width = context.terminal_width = 96
        parts += ["", f"## {context.command_path}", "", "```text", context.get_help(), "```"]
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


_FOR_OPERATORS: Mapping[Language, str] = MappingProxyType(
    {
        "en": """\
## For whoever runs a server

- `/privacy` of your server says all this word for word, with your `LOOKALIKE_CONTACT`.
- Photos and vectors of visitors are in no log and in no backup. No address is either, unless
  `LOOKALIKE_LOG_ADDRESSES=hashed` tells visitors apart, by a hash that is another one each day.
- The starter gallery holds public facts and vectors of people in public life (of the face, and of
  its shape and hair), never pixels. It leaves out a [reviewed list](../starter/README.md) of people
  nobody wants to be likened to. Your own galleries keep names, such vectors
  (`LOOKALIKE_ORDER=identity`: none but those of faces) and credits in `LOOKALIKE_HOME`; small
  pictures of the faces only with `--thumbnails`, never the photos.
- With `LOOKALIKE_ENGINE=aws` photos are sent to Amazon. The page says so and asks for it
  ([aws.md](aws.md)).
- Wikimedia sees which portraits the server fetches, not for whom; `LOOKALIKE_PORTRAITS=off` ends
  that.
- Whoever asks to be left out: `lookalike gallery takedown` with the id on their page
  ([galleries.md](galleries.md)). They are in backups of before; delete those in time.
- What the law of your country asks for beside this (somebody in charge, records, an age limit) is
  yours to do.""",
        "ko": """\
## 서버를 운영하는 분에게

- 위의 글은 서버의 `/privacy` 페이지에 그대로 나와요. `LOOKALIKE_CONTACT`에 연락처를 적어 주세요.
- 방문자의 사진과 얼굴 숫자는 로그에도 백업에도 없어요. 주소도 적지 않아요. 방문자를 구별해야 해서
  `LOOKALIKE_LOG_ADDRESSES=hashed`를 켜면, 날마다 바뀌는 해시로만 적어요.
- 기본 갤러리에는 널리 알려진 사람들의 공개된 정보와 생김새를 나타낸 숫자(얼굴, 얼굴형, 머리)만
  있고 사진은 없어요. 닮았다는 말이 누구에게도 반갑지 않을 사람은
  [검토한 목록](../starter/README.md)에 따라 뺐어요. 직접 만든 갤러리의 이름, 숫자, 출처는
  `LOOKALIKE_HOME`에 남아요. `LOOKALIKE_ORDER=identity`면 숫자는 얼굴 것만 남아요. 작은 얼굴 사진은
  `--thumbnails`를 줄 때만 남기고, 원본 사진은 남기지 않아요.
- `LOOKALIKE_ENGINE=aws`로 두면 사진을 아마존에 보내요. 페이지가 그렇다고 알리고 동의를 받아요
  ([aws.md](aws.md)).
- 서버가 어떤 인물 사진을 받는지는 위키미디어가 알 수 있지만, 누가 보려는 건지는 몰라요.
  `LOOKALIKE_PORTRAITS=off`로 두면 받지 않아요.
- 빼 달라는 분이 있으면 그분 페이지에 있는 ID로 `lookalike gallery takedown`을 실행하세요
  ([galleries.md](galleries.md)). 그 전에 만든 백업에는 남아 있으니 제때 지워 주세요.
- 그 밖에 나라의 법이 요구하는 것(책임자 지정, 기록, 나이 제한 등)은 직접 챙겨 주세요.""",
    }
)
_IN_OTHER: Mapping[Language, str] = MappingProxyType(
    {"en": "[한국어](privacy.ko.md)", "ko": "[English](privacy.md)"}
)


def privacy(language: Language) -> str:
    """`privacy.md` and `privacy.ko.md`: what `/privacy` of a server says, and to operators."""
    said = texts.locale(language)["page"]["privacy_page"]
    kept, takedown = said["kept"], said["takedown"]
    parts = [f"# {said['heading']}", "", _IN_OTHER[language], "", said["lead"]]
    for title, lines in said["sections"]:
        parts += ["", f"## {title}", "", *(f"- {line}" for line in lines)]
    parts += [
        "",
        f"## {kept['title']}",
        "",
        f"| {kept['what']} | {kept['where']} | {kept['long']} |",
    ]
    parts += ["|---|---|---|", *(f"| {' | '.join(row)} |" for row in kept["rows"])]
    for title, text in (said["remove"], (takedown["title"], takedown["text"])):
        parts += ["", f"## {title}", "", text]
    return "\n".join([*parts, "", _FOR_OPERATORS[language], ""])


def pages() -> dict[Path, str]:
    """Every generated page."""
    return {
        FOLDER / "settings.md": settings(),
        FOLDER / "cli.md": commands(),
        FOLDER / "map.md": house.page(),
        FOLDER / "python.md": python_api.page(),
        FOLDER / "rekognition.md": rekognition(),
        FOLDER / "licences.md": release_pages.licences(),
        FOLDER / "platforms.md": release_pages.platforms(),
        FOLDER / "privacy.md": privacy("en"),
        FOLDER / "privacy.ko.md": privacy("ko"),
    }


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
