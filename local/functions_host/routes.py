"""Where HTTP functions stand. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from local.functions_host.errors import NotServedError
from local.functions_host.function import Function

_HOLE = re.compile(r"\{(?P<rest>\*?)(?P<name>\w+)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
_KINDS = {None: "[^/]+", "int": "-?[0-9]+", "alpha": "[A-Za-z]+", "guid": "[0-9A-Fa-f-]{36}"}
_SLASH = re.compile("(%2F)", re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """Where an HTTP function stands."""

    function: Function
    path: re.Pattern[str]
    methods: frozenset[str]
    """Empty: every method."""
    level: str
    """anonymous, function or admin."""
    exactness: tuple[int, ...]
    """Smaller is more exact, and is tried first."""


def route(function: Function, prefix: str) -> Route:
    """
    Read the route of an HTTP function.

    Args:
        prefix: host.json's routePrefix, "" for none.

    Raises:
        NotServedError: the template has a segment that is not served here.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger
    """
    trigger = function.trigger
    template = "/".join(part for part in (prefix, trigger.get("route") or function.name) if part)
    return Route(
        function=function,
        path=_pattern(template),
        methods=frozenset(str(method).upper() for method in trigger.get("methods") or ()),
        level=str(trigger.get("authLevel") or "function").lower(),
        exactness=_exactness(template),
    )


def find_route(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """
    Find the most exact route for a request, with the values of its parameters.

    None: no function stands there. A wrong method is not told apart: the host answers 404 to it too.

    Args:
        path: as `decoded_path` gives it. One slash at its end makes no difference; two in a row match nothing.
    """
    for candidate in sorted(routes, key=lambda item: item.exactness):
        match = candidate.path.fullmatch(path.removesuffix("/"))
        if match and "//" not in path and (not candidate.methods or method in candidate.methods):
            return candidate, {name: value for name, value in match.groupdict().items() if value is not None}
    return None


def decoded_path(raw: bytes) -> str:
    """Decode a path as the host does: all but `%2F`, which stays as it came."""
    parts = _SLASH.split(raw.decode("latin-1"))
    return "".join(part if _SLASH.fullmatch(part) else unquote(part) for part in parts)


def _pattern(template: str) -> re.Pattern[str]:
    # Paths are matched without regard to case; the values of parameters keep theirs.
    return re.compile("".join(_segment(text, template) for text in template.split("/")), re.IGNORECASE)


def _segment(text: str, template: str) -> str:
    hole = _HOLE.fullmatch(text)
    if hole is None and "{" not in text:
        return "/" + re.escape(text)
    if hole is None or hole["kind"] not in _KINDS:
        message = f"route {template}: {text} is not served by this host stand-in"
        raise NotServedError(message)
    value = f"/(?P<{hole['name']}>{'.*' if hole['rest'] else _KINDS[hole['kind']]})"
    return f"(?:{value})?" if hole["rest"] or hole["optional"] else value


def _exactness(template: str) -> tuple[int, ...]:
    """Rank each segment: a literal goes before a constraint, that before any value, and all before the rest."""
    holes = [_HOLE.fullmatch(text) for text in template.split("/")]
    return tuple(0 if hole is None else 3 if hole["rest"] else 1 if hole["kind"] else 2 for hole in holes)
