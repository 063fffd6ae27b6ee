"""`platforms.md` and `licences.md`, from what was recorded of the package index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from lookalike.faces.models.manifest import NETWORKS, Model
from lookalike.faces.models.recipes import known
from release.platforms import PLATFORMS, PYTHONS, Gap, gaps
from release.wheels import Package, Published, recorded

# Libraries in a package's wheels for Linux whose licences ask for more than its own does; read off
# the wheels' folders of libraries (`*.libs`).
_BUNDLED: Mapping[str, str] = MappingProxyType(
    {
        "av": "FFmpeg (LGPL-2.1-or-later, GPL-2.0-or-later with x264 and x265), x264, x265 "
        "(GPL-2.0-or-later), LAME (LGPL-2.0-or-later), GnuTLS, Nettle, GMP, libunistring "
        "(LGPL-3.0-or-later)",
        "faiss-cpu": "OpenBLAS (BSD-3-Clause), libgfortran (GPL-3.0 with GCC's exception)",
        "numpy": "OpenBLAS (BSD-3-Clause), libgfortran (GPL-3.0 with GCC's exception)",
        "opencv-python-headless": "FFmpeg (LGPL-2.1-or-later), OpenBLAS (BSD-3-Clause), "
        "libgfortran (GPL-3.0 with GCC's exception), OpenSSL 1.1 (OpenSSL)",
        "pillow-heif": "libheif, libde265 (LGPL-3.0-or-later), x265 (GPL-2.0-or-later)",
        "psycopg-binary": "libpq (PostgreSQL), OpenSSL (Apache-2.0)",
    }
)
# What else ships with the package and is not its authors'.
_SHIPPED = (
    ("Pretendard, a subset", "fonts of share cards", "OFL-1.1", "the Pretendard Project Authors"),
    ("facts of the starter gallery", "names, links, dates", "CC0-1.0", "Wikidata"),
    ("the sample's portrait", "Eileen Collins", "public domain", "NASA"),
)


def platforms() -> str:
    """`platforms.md`: what installs where."""
    published = recorded()
    rows = _platform_rows(published)
    return "\n".join(
        [
            "# Where it installs",
            "",
            "Whether every dependency, and every one of every extra, has a wheel for a platform "
            "and a Python, by the files",
            f"that the package index listed on {published.asked} for the versions in "
            "`constraints.txt`. This was read off names of files",
            "(`python -m release.wheels`, then `python -m docs.generate`), not run; "
            "[installing.md](installing.md) says what was.",
            "",
            f"| | {' | '.join(PYTHONS)} |",
            f"|---|{'---|' * len(PYTHONS)}",
            *rows,
            "",
            "Macs with Intel's processors get the last ONNX Runtime (1.23) and cryptography (48) "
            "that were published for them, and no",
            "OpenVINO: ONNX Runtime runs all networks there. This page is generated.",
            "",
        ]
    )


def _platform_rows(published: Published) -> Iterator[str]:
    for platform in PLATFORMS:
        cells = (_cell(gaps(published, platform, python)) for python in PYTHONS)
        yield f"| {platform.name} | {' | '.join(cells)} |"


def _cell(found: Iterable[Gap]) -> str:
    return "; ".join(map(_gap, found)) or "all"


def _gap(gap: Gap) -> str:
    what = "only its source" if gap.source else "nothing"
    whose = f" (extra {', '.join(gap.extras)})" if gap.extras else ""
    return f"{gap.name} {gap.version}{whose}: {what}"


def licences() -> str:
    """`licences.md`: of all dependencies and networks."""
    published = recorded()
    return "\n".join(
        [
            "# Licences",
            "",
            "Lookalike is Apache-2.0. What it is installed with and what it ships is not ours, and "
            "has the licences below. This page is",
            f"generated from what the package index had on {published.asked} "
            "(`python -m release.wheels`) and from the manifest of networks;",
            "`make release` writes the same as a bill of materials (CycloneDX).",
            "",
            "## Networks",
            "",
            "Each is held to its sha256 whenever it is opened. Recipes are loaded only by who asks "
            "for them ([models.md](models.md)).",
            "",
            "| network | file | licence | comes from |",
            "|---|---|---|---|",
            *(_network(each, f"PyPI's `{each.package}`") for each in NETWORKS),
            *(_network(each.entry.model, f"recipe `{each.name}`") for each in known()),
            "",
            "## Shipped with the package",
            "",
            "| what | for | licence | whose |",
            "|---|---|---|---|",
            *(f"| {' | '.join(each)} |" for each in _SHIPPED),
            "",
            "## Dependencies",
            "",
            "| package | version | licence | for | its wheels bring along |",
            "|---|---|---|---|---|",
            *_packages(published),
            "",
            "The licence is the one that a package states. What its wheels bring along is listed "
            "where that asks for more: whoever passes",
            "an installation on (an image of a container, say) passes these on too.",
            "",
        ]
    )


def _network(model: Model, source: str) -> str:
    return f"| {model.name} | `{model.file}` | {model.licence} | {source} |"


def _packages(published: Published) -> Iterator[str]:
    """One row a package, whatever its versions on different platforms."""
    for name, versions in groupby(published.packages, lambda each: each.name):
        yield _row(name, list(versions))


def _row(name: str, versions: list[Package]) -> str:
    numbers = ", ".join(each.version for each in versions)
    licence, extras = versions[-1].licence, versions[-1].extras
    whose = f"extra {', '.join(extras)}" if extras else "base"
    return f"| {name} | {numbers} | {licence} | {whose} | {_BUNDLED.get(name, '')} |"
