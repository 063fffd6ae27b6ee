"""Makes the documentation site of the pages that are read on GitHub, too.

python -m docs.site [FOLDER]      `site` unless said otherwise; a warning is an error

Pages are staged in a folder first: Markdown as MkDocs reads it, links as they lead on the site.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from docs.markdown import prose

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ICON = ROOT / "src" / "lookalike" / "web" / "static" / "icon.svg"
# Pages that lie elsewhere, for whoever reads them there, by their names on the site.
ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "CHANGELOG.md": "changelog.md",
        "CONTRIBUTING.md": "contributing.md",
        "examples/campaign/README.md": "campaign-files.md",
        "starter/README.md": "starter.md",
    }
)
# `[text](target)`, with brackets in the text and an anchor at the end; code is passed over.
_LINK = re.compile(
    r"(?P<code>(?P<ticks>`+).+?(?P=ticks))"
    r"|\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^()\s#]*)(?P<anchor>#[^()\s]*)?\)"
)
_KOREAN = ".ko.md"
_PICTURES = (".png", ".svg")
_ITEM = re.compile(r"([-*]|\d+\.) ")
# The line that leads to a page in the other language, which the site's menu does.
_OTHER_LANGUAGE = re.compile(r"\[(한국어|English)\]\([\w.-]+\.md\)")


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder in which pages are put as MkDocs reads them.

    Attributes:
        files: of the project, that pages lead to and that are no pages.
    """

    folder: Path
    files: set[str] = field(default_factory=set)

    def fill(self) -> None:
        """Every page, what they lead to, and how the site looks."""
        for source, name in pages().items():
            self._write(name, self._page(source))
        for each in sorted(self.files):
            self._write(_beside(each), (ROOT / each).read_bytes())
        for path in (DOCS / "theme" / "site.css", ICON):
            self._write(path.name, path.read_bytes())
        shutil.copy(DOCS / "theme" / "mkdocs.yml", self.folder)
        shutil.copytree(DOCS / "theme" / "templates", self.folder / "templates")

    def _page(self, source: str) -> bytes:
        text = (ROOT / source).read_text("utf-8")
        lines = [line for line in text.splitlines() if not _OTHER_LANGUAGE.fullmatch(line)]
        led = (
            _LINK.sub(lambda found: self._link(found, source), line) if is_prose else line
            for line, is_prose in prose(_loose(lines))
        )
        return "\n".join(led).encode()

    def _link(self, found: re.Match[str], source: str) -> str:
        target, text, anchor = found["target"], found["text"], found["anchor"] or ""
        if found["code"] or not target or ":" in target:
            return found[0]
        path = (ROOT / source).parent.joinpath(target).resolve()
        if path.is_dir():
            return text
        if not path.is_file():
            return found[0]  # MkDocs says so
        name = self._name(path.relative_to(ROOT).as_posix())
        if source.endswith(_KOREAN) and name.replace(".md", _KOREAN) in pages().values():
            # To the English page of two, which MkDocs would take for the Korean one.
            up = "../" if source == "docs/README.ko.md" else "../../"
            return f'<a href="{up}{name.removesuffix(".md")}/{anchor}">{text}</a>'
        return f"[{text}]({name.replace(_KOREAN, '.md')}{anchor})"

    def _name(self, source: str) -> str:
        """That of what a page leads to."""
        name = pages().get(source)
        if name is None:
            self.files.add(source)
            name = _beside(source)
        return name

    def _write(self, name: str, data: bytes) -> None:
        path = self.folder / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def pages() -> dict[str, str]:
    """Every page by its path in the project: its name on the site, `.ko.md` for one in Korean."""
    names = (path.name for path in sorted(DOCS.glob("*.md")))
    return {f"docs/{name}": name.replace("README", "index") for name in names} | dict(ELSEWHERE)


def _beside(source: str) -> str:
    """The name of a file that is no page: pictures stay where they are, code is shown as text."""
    path = PurePosixPath(source)
    if path.suffix in _PICTURES:
        return path.relative_to("docs").as_posix()
    # Without further dots: `.py` would be a language.
    return f"source/{path.as_posix().replace('.', '_')}.txt"


def _loose(lines: list[str]) -> Iterator[str]:
    """With an empty line before each list: GitHub needs none, MkDocs does."""
    before = ""
    for line in lines:
        begins = _ITEM.match(line) and before and not _ITEM.match(before)
        if begins and not before.startswith(" "):
            yield ""
        yield line
        before = line


def build(folder: Path) -> None:
    """The site, in a folder that is made anew.

    Raises:
        subprocess.CalledProcessError: MkDocs warned of something, which it says on stderr.
    """
    with tempfile.TemporaryDirectory() as staged:
        Stage(Path(staged)).fill()
        command = ["build", "--strict", "--site-dir", str(folder.resolve())]
        subprocess.run(
            [sys.executable, "-m", "mkdocs", *command, "--config-file", f"{staged}/mkdocs.yml"],
            check=True,
            # MkDocs' theme advertises its successor.
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        )


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else "site"))
