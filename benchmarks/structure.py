"""How the code is built, in numbers: versions of it, or other packages, side by side.

    python -m benchmarks.structure [CHECKOUT ...]

Each is a checkout of this repository, this one unless given, or the folder of any package, of
which fewer numbers are known.

- Depth of the import graph: the longest chain of modules that import each other when they are
  imported. Imports inside functions and for type checkers are left out.
- Most modules in one folder: `__init__` is not counted.
- Modules touched: those with a function that runs while one photo is answered (benchmarks/touched).
- Forwarding methods: those whose body, after the docstring and checks that raise, is a single call
  (or a single attribute of an attribute), also inside one `with`. Its arguments are parameters of
  the method, attributes of `self`, calls of methods of `self` with such, or what `with` gives.
  Methods that Python calls (`__len__`) are not counted.
- `isinstance` of engines and their answers: tests for a class of `aws` or of `engine`, everywhere
  but in `aws`.
- Names of several classes: defined in more than one module. Those of which all but one are JSON
  shapes, pydantic's classes in `answers` and `web`, are counted apart: they mirror a class.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

from benchmarks.report import table

ROOT = Path(__file__).parents[1]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_REQUESTS = ("POST /api/v1/lookalikes", "RecognizeCelebrities")


@dataclass(frozen=True)
class Module:
    """A module of a package.

    Attributes:
        name: with that of the package, `lookalike.faces.align`.
        path: within the package.
        is_folder: whether it is the `__init__` of one.
    """

    name: str
    path: Path
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def inside(self) -> str:
        """Its name without the package's, `faces.align`."""
        return self.name.partition(".")[2]

    @property
    def is_folder(self) -> bool:
        return self.path.name == "__init__.py"

    def classes(self) -> list[ast.ClassDef]:
        """Those at its top."""
        return [each for each in self.tree.body if isinstance(each, ast.ClassDef)]

    def imported_names(self, *, late: bool = True) -> Iterator[tuple[str, str]]:
        """What is bound to which name, `from a import b as c` as ("c", "a.b").

        Args:
            late: those inside functions and for type checkers too.
        """
        for node in ast.walk(self.tree) if late else _run_at_import(self.tree):
            if isinstance(node, ast.Import):
                yield from ((each.asname or each.name, each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                for each in node.names:
                    yield each.asname or each.name, f"{base}.{each.name}"

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_folder]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def imports(self, known: Mapping[str, Module], *, late: bool = True) -> frozenset[str]:
        """Which of some modules it imports."""
        found = set()
        for _, name in self.imported_names(late=late):
            found.add(name if name in known else name.rpartition(".")[0])
        return frozenset(found & known.keys()) - {self.name}


def modules(package: Path) -> dict[str, Module]:
    """Every module of the package in that folder, by name."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        parts = [package.name, *inside.with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, inside, path.read_text("utf-8"))
    return found


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that is run when the module is imported."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, _FUNCTIONS):
            continue
        if isinstance(each, ast.If) and "TYPE_CHECKING" in ast.unparse(each.test):
            continue
        yield each
        yield from _run_at_import(each)


def longest_chain(known: Mapping[str, Module]) -> list[str]:
    """The longest chain of imports, from the module that nothing imports.

    Raises:
        graphlib.CycleError: modules import each other in a circle.
    """
    graph = {name: module.imports(known, late=False) for name, module in known.items()}
    below: dict[str, list[str]] = {}
    for name in TopologicalSorter(graph).static_order():
        deepest = max((below[each] for each in sorted(graph[name])), key=len, default=[])
        below[name] = [name, *deepest]
    return max(below.values(), key=len)


def fullest_folder(known: Mapping[str, Module]) -> tuple[str, int]:
    """The folder with the most modules, and how many."""
    counts = Counter(str(m.path.parent) for m in known.values() if not m.is_folder)
    return counts.most_common(1)[0]


@dataclass(frozen=True, slots=True)
class Class:
    """A class that forwards, and how many of its methods do."""

    name: str
    forwarding: int
    methods: int


def forwarding(known: Mapping[str, Module]) -> list[Class]:
    """Classes with methods that only forward, those with the most first."""
    found = []
    for node in (each for module in known.values() for each in module.classes()):
        methods = [m for m in node.body if isinstance(m, _FUNCTIONS) and m.name != "__init__"]
        count = sum(forwards(each) for each in methods)
        if count:
            found.append(Class(node.name, count, len(methods)))
    return sorted(found, key=lambda each: -each.forwarding)


def forwards(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method only hands on what it is given."""
    if method.name.startswith("__"):
        return False
    given = method.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    own = {each.arg for each in arguments if each}
    body = _after_checks(method.body)
    if len(body) == 1 and isinstance(body[0], ast.With | ast.AsyncWith):
        own |= {name for each in body[0].items for name in _names(each.optional_vars)}
        body = body[0].body
    match body:
        case [ast.Return(value=ast.expr() as said) | ast.Expr(value=said)]:
            said = said.value if isinstance(said, ast.Await) else said
            if isinstance(said, ast.Call):
                return isinstance(_root(said), ast.Name) and _hands_on(said, own)
            return isinstance(said, ast.Attribute) and isinstance(said.value, ast.Attribute)
    return False


def _after_checks(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """A body without its docstring, and without conditions that only raise."""
    for place, each in enumerate(body):
        match each:
            case ast.Expr(value=ast.Constant()) | ast.If(body=[ast.Raise()], orelse=[]):
                continue
        return body[place:]
    return ()


def _names(node: ast.AST | None) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} if node else set()


def _hands_on(node: ast.expr, own: set[str]) -> bool:
    """Whether all arguments of a call, and of those before it in a chain, are the method's."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Call):
            if not all(_is_own(each, own) for each in _arguments(node)):
                return False
            node = node.func
        else:
            node = node.value
    return True


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    for each in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield each.value if isinstance(each, ast.Starred) else each


def _is_own(node: ast.expr, own: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in own
    root = _root(node)
    return isinstance(root, ast.Name) and root.id == "self" and _hands_on(node, own)


def _root(node: ast.expr) -> ast.expr:
    """What a chain of attributes and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return node


def tests_of_engines(known: Mapping[str, Module]) -> int:
    """How often it is asked, outside `aws`, which engine there is or which one answered."""
    return sum(
        _tests_of_engines(module)
        for module in known.values()
        if not module.inside.startswith("aws.")
    )


def _tests_of_engines(module: Module) -> int:
    package = module.name.partition(".")[0]
    engines = (f"{package}.aws.", f"{package}.engine.")
    bound = {name for name, what in module.imported_names() if f"{what}.".startswith(engines)}
    count = 0
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name("isinstance"), args=[_, kind]) | ast.MatchClass(cls=kind):
                count += not bound.isdisjoint(_names(kind))
    return count


@dataclass(frozen=True, slots=True)
class Doubles:
    """Names that several modules define a class of.

    Attributes:
        mirrored: of JSON shapes, all but one.
    """

    names: tuple[str, ...]
    mirrored: tuple[str, ...]


def doubles(known: Mapping[str, Module]) -> Doubles:
    shapes = _shapes(known)
    where: dict[str, list[bool]] = defaultdict(list)
    for module in known.values():
        for node in module.classes():
            in_json = module.inside.startswith(("answers.", "web."))
            where[node.name].append(in_json and node.name in shapes)
    several = sorted(name for name, each in where.items() if len(each) > 1)
    mirrored = tuple(each for each in several if where[each].count(False) <= 1)
    return Doubles(tuple(each for each in several if each not in mirrored), mirrored)


def _shapes(known: Mapping[str, Module]) -> set[str]:
    """Names of pydantic's classes."""
    found = {"BaseModel"}
    classes = [node for module in known.values() for node in module.classes()]
    for _ in classes:
        more = {c.name for c in classes if found & {n for b in c.bases for n in _names(b)}}
        if more <= found:
            break
        found |= more
    return found


def touched(checkout: Path) -> dict[str, list[str]]:
    """The modules that requests run through; see benchmarks/touched.py."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.touched"]
    environment = os.environ | {"PYTHONPATH": str(checkout / "src")}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, env=environment)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def figures(known: Mapping[str, Module]) -> list[tuple[str, object]]:
    """What can be read off a package: what it is, and its number."""
    folder, most = fullest_folder(known)
    forwarders = forwarding(known)
    named_twice = doubles(known)
    return [
        ("depth of the import graph", len(longest_chain(known))),
        ("most modules in one folder", f"{most} (`{folder}`)"),
        ("forwarding methods", sum(each.forwarding for each in forwarders)),
        (
            "of which most in",
            "; ".join(f"{c.name} {c.forwarding} of {c.methods}" for c in forwarders[:2]),
        ),
        ("`isinstance` of engines and their answers", tests_of_engines(known)),
        ("names of several classes", len(named_twice.names)),
        ("those that JSON mirrors", len(named_twice.mirrored)),
        ("modules", sum(not module.is_folder for module in known.values())),
        ("lines", sum(module.source.count("\n") for module in known.values())),
    ]


def section(places: Sequence[Path]) -> str:
    """The table of all, the chains and the names."""
    packages = [
        modules(each / "src" / "lookalike" if _is_checkout(each) else each) for each in places
    ]
    columns = [figures(each) for each in packages]
    labels = [label for label, _ in columns[0]]
    rows = [
        (label, *(column[place][1] for column in columns)) for place, label in enumerate(labels)
    ]
    runs = [touched(each) if _is_checkout(each) else {} for each in places]
    rows[2:2] = [
        (f"modules touched by {each}", *(len(run[each]) if run else "" for run in runs))
        for each in _REQUESTS
    ]
    parts = [table(("", *(each.name for each in places)), rows)]
    for place, known in zip(places, packages, strict=True):
        chain = " > ".join(each.partition(".")[2] or each for each in longest_chain(known))
        names = ", ".join(doubles(known).names) or "none"
        parts += [f"{place.name}: {chain}.", f"Classes of one name: {names}."]
    return "\n\n".join(parts)


def _is_checkout(place: Path) -> bool:
    return (place / "src" / "lookalike").is_dir()


def main() -> None:
    places = [Path(each).resolve() for each in sys.argv[1:]] or [ROOT]
    print(section(places))


if __name__ == "__main__":
    main()
