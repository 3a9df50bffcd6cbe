"""
`python -m tests.house`: what the other linters do not see of the house; part of `make lint`.

No import circle, those for the type checker alone included; no model changed from outside of `shared/models`; no cast
in the preview; none of the engine's words carried as plain text; no room that holds nothing.
"""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from tests.repository import ROOT

ROOMS = ("functions", "commands", "shared")
WORDS = frozenset({"state", "hold", "scope", "waited_for", "act_as", "cause", "kind"})
"""Names of fields and parameters that carry a word of `shared/models`: an enumeration, never text."""
TEXT = frozenset(
    {
        "shared/mapping",  # the language's own kinds are literals, which the type checker holds
        "shared/clients",  # what the services call kinds and states
    }
)


def main() -> int:
    """Print every finding; 0 when there is none."""
    trees = read()
    findings = [found for check in CHECKS for found in check(trees)]
    print(
        "\n".join(findings)
        or "the house: no circle, no model changed from outside, no cast in the preview, no plain word, no empty room"
    )
    return 1 if findings else 0


def read() -> dict[str, ast.Module]:
    """Read the product's modules, by their paths."""
    files = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in files}


def circles(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Name a circle of imports: whoever is in one can't be understood, or moved, without the others."""
    try:
        TopologicalSorter({file: _imports(tree, trees) - {file} for file, tree in trees.items()}).prepare()
    except CycleError as error:
        yield f"circle of imports: {' -> '.join(error.args[1])}"


def _imports(tree: ast.Module, trees: dict[str, ast.Module]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    # A package's own file gathers its rooms for others: it is no member of them.
    return {file for name in found if (file := f"{name.replace('.', '/')}.py") in trees}


def copies(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Name the places that change a model from outside: each has methods of its own for what may become of it."""
    for file, tree in trees.items():
        if file.startswith("shared/models/"):
            continue
        for call in _calls(tree):
            # None is what a call unpacks: it may hold an update.
            if _called(call) == "model_copy" and any(word.arg in ("update", None) for word in call.keywords):
                yield f"{file}:{call.lineno}: model_copy(update=...) outside of shared/models"


def casts(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Name the casts of the preview: it implements ports, and need not pretend."""
    for file, tree in trees.items():
        for call in _calls(tree):
            if _called(call) == "cast" and file.startswith("shared/preview/"):
                yield f"{file}:{call.lineno}: a cast"


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    """Name what is called, without what it is of. Empty: it has no name."""
    called = call.func
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def plain_words(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Name the fields and parameters that carry a word as plain text."""
    for file, tree in trees.items():
        if not file.startswith("shared/") or file.startswith(tuple(TEXT)):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name, annotation = node.target.id, node.annotation
            elif isinstance(node, ast.arg) and node.annotation is not None:
                name, annotation = node.arg, node.annotation
            else:
                continue
            if name in WORDS and "str" in _types(annotation):
                yield f"{file}:{node.lineno}: {name} is plain text"


def _types(annotation: ast.expr) -> set[str]:
    """Name the types of a union; one in quotation marks is read."""
    match annotation:
        case ast.BinOp(left=left, right=right):
            return _types(left) | _types(right)
        case ast.Constant(value=str(text)):
            return _types(ast.parse(text, mode="eval").body)
        case ast.Name(id=name):
            return {name}
    return set()


def empty_rooms(trees: dict[str, ast.Module]) -> Iterator[str]:
    """Name the packages that hold nothing but their own file, and that says nothing: a move left them behind."""
    for file, tree in trees.items():
        room = file.removesuffix("__init__.py")
        says = [node for node in tree.body if not isinstance(node, ast.Expr)]
        if file != room and not says and sum(other.startswith(room) for other in trees) == 1:
            yield f"{room}: an empty room"


CHECKS = (circles, copies, casts, plain_words, empty_rooms)


if __name__ == "__main__":
    sys.exit(main())
