"""The Python API as a page: what the package says of itself, then every name, from docstrings."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import lookalike
from lookalike import errors
from lookalike.api.engine import Engine
from lookalike.api.galleries import Galleries
from lookalike.api.results import faces, people, photos
from lookalike.api.results.result import Result

_FUNCTIONS = ("open", "connect", "open_async", "connect_async")
# Results in the order in which one comes to them; others are parts of them.
_FIRST = (
    photos.Lookalikes,
    faces.MatchedFace,
    people.Match,
    people.Person,
    people.Score,
    photos.Comparison,
    photos.Detection,
    photos.Embeddings,
    photos.Explanation,
)
_SECTION = re.compile(r"(Args|Raises|Attributes):")
_ENTRY = re.compile(r"(\w[\w, *]*): (.+)")
_WIDTH = 96


def page() -> str:
    """`python.md`."""
    lines = ["# Python", "", "This page is generated from the package's docstrings.", ""]
    lines += [*_prose(lookalike), "", "## Opening", ""]
    for name in _FUNCTIONS:
        lines += _function(f"lookalike.{name}", getattr(lookalike, name), "###")
    for title, kind in (("Engine", Engine), ("Engine.galleries", Galleries)):
        lines += [f"## {title}", "", *_prose(kind), ""]
        for name, method in vars(kind).items():
            if inspect.isfunction(method) and not name.startswith("_"):
                lines += _function(f"{title}.{name}".lower(), method, "###")
    lines += ["## AsyncEngine", "", *_prose(lookalike.AsyncEngine), "", "## Results", ""]
    lines += ["Every result has `to_dict()`, which is the JSON of it.", ""]
    for each in _results():
        lines += _result(each)
    tree = inspect.cleandoc(errors.__doc__ or "").split("\n\n")[1:]
    lines += ["## Errors", "", "```text", textwrap.dedent(tree[0]), "```", "", *tree[1:], ""]
    return "\n".join(lines)


def _results() -> Iterator[type[Result]]:
    yield from _FIRST
    for module in (photos, faces, people):
        for each in vars(module).values():
            known = inspect.isclass(each) and issubclass(each, Result)
            if known and each.__module__ == module.__name__ and each not in _FIRST:
                yield each


def _function(name: str, function: Callable[..., Any], heading: str) -> list[str]:
    return [f"{heading} {name}", "", *_signature(name, function), "", *_prose(function), ""]


def _signature(name: str, function: Callable[..., Any]) -> list[str]:
    signature = inspect.signature(inspect.unwrap(function))
    parameters = list(_parameters(signature))
    returned = signature.return_annotation
    line = f"{name}({', '.join(parameters)}) -> {returned}"
    if len(line) > _WIDTH:
        inside = ",\n    ".join(parameters)
        line = f"{name}(\n    {inside},\n) -> {returned}"
    return ["```text", line, "```"]


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    named = False
    for each in signature.parameters.values():
        if each.name == "self":
            continue
        if each.kind is each.KEYWORD_ONLY and not named:
            yield "*"
            named = True
        stars = "**" if each.kind is each.VAR_KEYWORD else ""
        default = "" if each.default is each.empty else f" = {each.default!r}"
        yield f"{stars}{each.name}: {each.annotation}{default}"


def _result(kind: type[Result]) -> list[str]:
    base = kind.__bases__[0]
    above = {each.name for each in fields(base)} if base is not Result else set()
    own = [each for each in fields(kind) if each.name not in above and each.name[0] != "_"]  # type: ignore[arg-type]
    title = kind.__name__ if base is Result else f"{kind.__name__}({base.__name__})"
    told = "\n".join(f"{each.name}: {each.type}" for each in own)
    return [f"### {title}", "", "```text", told, "```", "", *_prose(kind), ""]


def _prose(told: object) -> list[str]:
    """A docstring: paragraphs, examples as code, sections as lists."""
    blocks = inspect.cleandoc(getattr(told, "__doc__", None) or "").split("\n\n")
    lines: list[str] = []
    for block in blocks:
        lines += ["", *_block(block)]
    return lines[1:]


def _block(block: str) -> Iterator[str]:
    if block.startswith(">>>"):
        yield from ("```pycon", block, "```")
        return
    section = _SECTION.fullmatch(block.partition("\n")[0])
    if section is None:
        yield block
        return
    yield f"**{section[1]}**"
    yield ""
    # An entry goes on where lines are indented further.
    entries = re.split(r"\n(?=\S)", textwrap.dedent(block.partition("\n")[2]))
    for entry in entries:
        found = _ENTRY.fullmatch(" ".join(entry.split()))
        yield f"- `{found[1]}`: {found[2]}" if found else f"- {' '.join(entry.split())}"
