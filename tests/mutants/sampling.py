"""
Which changes are tried: a seeded sample of all that the operators can make in the bodies of the engine's functions.

Left out: module-level numbers (intervals and limits, which are chosen and not proven) and log lines.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from tests.repository import ROOT

ROOMS = ("decisions", "reconciler", "targets", "store")
_COMPARISONS = (
    "Eq_NotEq NotEq_Eq Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Is_IsNot IsNot_Is".split()  # noqa: SIM905
)
OPERATORS = (
    *(f"ReplaceComparisonOperator_{name}" for name in _COMPARISONS),
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "AddNot",
    "NumberReplacer",
    "ZeroIterationForLoop",
)
"""Of cosmic-ray. What only swaps one arithmetic for another would die of a TypeError and say nothing of the tests."""
LEAVES_OUT = "leaves out a call"


@dataclass(frozen=True)
class Mutant:
    """One file with one change."""

    file: str
    """Relative to the repository."""
    operator: str
    occurrence: int
    first: int
    last: int
    """Lines of the statement that changes."""
    code: str
    """The whole file as it is then."""

    @property
    def name(self) -> str:
        """Name it: the same in each run of one state of the repository."""
        return f"{self.file}:{self.first} {self.operator} {self.occurrence}"


def sample(size: int, seed: int) -> list[Mutant]:
    """Return so many of all changes, always the same for one seed."""
    files = [file for room in ROOMS for file in sorted((ROOT / "shared" / room).rglob("*.py"))]
    places = [place for file in files for place in _all(file)]
    chosen = Random(seed).sample(places, min(size, len(places)))  # noqa: S311 - repeatable on purpose
    return [_made(*place) for place in chosen]


def _all(file: Path) -> Iterator[tuple[Path, str, int, ast.stmt]]:
    code = file.read_text("utf-8")
    statements, nodes = _in_functions(ast.parse(code)), list(_nodes(get_ast(code)))
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        for occurrence, line in enumerate(_positions(nodes, operator)):
            if (statement := _innermost(statements, line)) is not None and not _is_log(statement):
                yield file, name, occurrence, statement
    for occurrence, statement in enumerate(one for one in statements if _is_call(one) and not _is_log(one)):
        yield file, LEAVES_OUT, occurrence, statement


def _made(file: Path, operator: str, occurrence: int, statement: ast.stmt) -> Mutant:
    code = file.read_text("utf-8")
    if operator == LEAVES_OUT:
        lines = code.splitlines(keepends=True)
        lines[statement.lineno - 1 : statement.end_lineno] = [" " * statement.col_offset + "pass\n"]
        changed: str | None = "".join(lines)
    else:
        changed = mutate_code(code, get_operator(f"core/{operator}")(), occurrence)
    if changed is None or changed == code:
        message = f"{file}: {operator} {occurrence} changes nothing"
        raise AssertionError(message)
    first, last = _header(statement)
    return Mutant(file.relative_to(ROOT).as_posix(), operator, occurrence, first, last, changed)


def _positions(nodes: list[Any], operator: Any) -> Iterator[int]:
    """Yield the line of each place that an operator can change, in the order in which it counts them."""
    for node in nodes:
        for start, _ in operator.mutation_positions(node):
            yield start[0]


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _in_functions(tree: ast.Module) -> list[ast.stmt]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {id(one): one for function in functions for part in function.body for one in ast.walk(part)}
    return [one for one in found.values() if isinstance(one, ast.stmt)]


def _innermost(statements: list[ast.stmt], line: int) -> ast.stmt | None:
    around = [one for one in statements if one.lineno <= line <= (one.end_lineno or one.lineno)]
    return max(around, key=lambda one: (one.lineno, -(one.end_lineno or 0)), default=None)


def _header(statement: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement without those that stand in it."""
    inner = [one.lineno for name in ("body", "cases") for one in getattr(statement, name, []) if hasattr(one, "lineno")]
    return statement.lineno, min(inner) - 1 if inner else statement.end_lineno or statement.lineno


def _is_call(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value.value if isinstance(value, ast.Await) else value, ast.Call)


def _is_log(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("log.")
