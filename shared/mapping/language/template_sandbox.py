"""Jinja2's sandbox, without what can run away: a little text of a mapping makes a lot of work for nobody."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import Any

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from shared.models.moments import read_due

MAX_RENDERED = 20_000
"""Characters. More is a template gone wrong, not a task."""
MAX_RANGE = 200
MAX_NESTED = 2
"""Loops inside loops."""
_BITS = 200
_GROWING = frozenset({"center", "expandtabs", "format", "format_map", "ljust", "rjust", "replace", "zfill", "join"})
"""Methods of text that can make a lot of it from a little."""
_FILTERS = frozenset(
    {
        *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int", "items", "join", "last"),
        *("length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "round", "select", "selectattr"),
        *("sort", "string", "sum", "title", "trim", "unique", "upper", "urlencode", "wordcount", "replace", "truncate"),
    }
)


class Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, without what makes a lot of text from a little: text times a billion is no title."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401 - jinja2's own
        """Refuse what makes a lot of text from a little."""
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _GROWING)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - jinja2's own
        """Compute with numbers of a sane size alone."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if operator == "**" or (operator != "+" and not numbers):
            message = f"{operator} is allowed between numbers only, and ** not at all"
            raise SecurityError(message)
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _BITS:
            message = "a number too large"
            raise SecurityError(message)
        return _bounded(super().call_binop(context, operator, left, right))


def _bounded(value: Any) -> Any:  # noqa: ANN401 - whatever a template makes
    if isinstance(value, str | list | tuple) and len(value) > MAX_RENDERED:
        message = f"more than {MAX_RENDERED} characters"
        raise SecurityError(message)
    return value


class Bounding(NodeTransformer):
    """Has `~` check what it makes: in a loop it doubles text as often as it likes."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - jinja2's own
        """Put a filter that checks in the place of `~`."""
        self.generic_visit(node)
        return nodes.Filter(nodes.List(node.nodes), "_joined", [], [], None, None).set_lineno(node.lineno)


def _joined(parts: Iterable[object]) -> str:
    made = ""
    for part in parts:
        made = str(_bounded(made + str(finalize(part))))
    return made


def _range(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > MAX_RANGE:
        message = f"range over more than {MAX_RANGE}"
        raise SecurityError(message)
    return made


def _replace(text: object, old: str, new: str) -> str:
    """Filter: replace, if what it makes is no more than a template may make."""
    written = str(text)
    if len(written) + written.count(old) * len(new) > MAX_RENDERED:
        message = f"more than {MAX_RENDERED} characters"
        raise SecurityError(message)
    return written.replace(old, new)


def _truncate(text: object, length: int = 255, *_: object) -> str:
    """Filter: cut at a length, with an ellipsis as the sign."""
    written = str(text)
    return written if len(written) <= length else written[: max(0, length - 1)].rstrip() + "…"


def _round(value: float, precision: int = 0, *_: object) -> float:
    return round(float(value), max(-9, min(9, int(precision))))


@pass_context
def _date(context: Context, value: object, pattern: str = "%Y-%m-%d") -> str | tuple[str, ...]:
    """
    Filter: a date or time in strftime's pattern, each of several; "" for none.

    Attributes hold dates as text: without a zone it means the day as it is written, with one a day of the rule's zone.
    """
    if isinstance(value, tuple):
        return tuple(text for part in value if (text := str(_date(context, part, pattern))))
    # Of what was given: a template may have made a `now` of its own.
    found = _day_or_moment(value, context.parent["now"].tzinfo)
    return "" if found is None else found.strftime(pattern[:100])


def _day_or_moment(value: object, zone: tzinfo) -> date | None:
    """Read a day, or a moment in the zone. None: there is none. Raises ValueError: it is no date."""
    if value is None or isinstance(value, date):
        return value
    with suppress(ValueError):
        if isinstance(value, str):
            found = read_due(value.strip(), zone)
            return found.astimezone(zone) if isinstance(found, datetime) else found
    # As text: a name that is not there says so itself.
    message = f"{str(value)[:40]!r} is no date"
    raise ValueError(message)


def finalize(value: object) -> object:
    """Render what people read: nothing for None, a comma-separated list for several values."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(finalize(part)) for part in value)
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value


def _checked(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Check what a filter of Jinja2's own makes; those that want its environment are left as they are."""
    if hasattr(filter_, "jinja_pass_arg") or hasattr(filter_, "_jinja_async_variant"):
        return filter_

    def call(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - any filter's
        return _bounded(filter_(*args, **options))

    return call


def sandbox() -> Sandbox:
    """Make the environment of the mapping's templates."""
    # Strict: what a record does not have stops the template; else a task would go out with a gap in its text.
    made = Sandbox(undefined=StrictUndefined, autoescape=False, finalize=finalize)  # plain text, no HTML
    own: dict[str, Callable[..., Any]] = {
        "date": _date,
        "replace": _replace,
        "truncate": _truncate,
        "round": _round,
        "_joined": _joined,
    }
    # By name: what a later Jinja2 brings along is not allowed before somebody has looked at it.
    made.filters = {name: _checked(made.filters[name]) for name in _FILTERS if name not in own} | own
    made.globals = {name: made.globals[name] for name in ("dict", "namespace", "cycler", "joiner")} | {"range": _range}
    return made


def refusal(tree: nodes.Template) -> str | None:
    """Say what a template may not hold; None: nothing against it."""
    forbidden = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Macro, nodes.CallBlock)
    if (bad := next(tree.find_all(forbidden), None)) is not None:
        return f"{type(bad).__name__.lower()} is not allowed in a template"
    if any(loop.recursive for loop in tree.find_all(nodes.For)):
        return "recursive loops are not allowed in a template"
    if _depth(tree) > MAX_NESTED:
        return f"loops are nested deeper than {MAX_NESTED}"
    return None


def _depth(node: nodes.Node) -> int:
    below = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)
