"""
Keys: how origins and items are named in rows, messages and logs.

An origin key is "<kind>-<id>" (`workspace-28866`). An item key joins ids that survive renaming
by "|" (`contract-package|legal-review`); it never holds a character that a Table key refuses.
"""

import re
from enum import StrEnum

ID_PATTERN = r"^[a-z0-9-]{1,60}$"
# No leading zero: one node would have two keys, and so two leases and its tasks twice.
_ORIGIN = re.compile(r"^(workspace|workflow|document|node)-([1-9][0-9]{0,18})$")
_REFUSED_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")


class OriginKind(StrEnum):
    """What an origin is. `node` only ever stands in a hint: it is resolved to the others."""

    WORKSPACE = "workspace"
    WORKFLOW = "workflow"
    DOCUMENT = "document"
    NODE = "node"


def origin_key(kind: OriginKind, number: int) -> str:
    """Name an origin."""
    return f"{kind.value}-{number}"


def split_origin_key(key: str) -> tuple[OriginKind, int]:
    """
    Take an origin key apart.

    Raises:
        ValueError: not of the form "<workspace|workflow|document|node>-<positive number>".
    """
    if (match := _ORIGIN.match(key)) is None:
        message = f"{key[:80]!r} is no origin key: expected e.g. workspace-28866"
        raise ValueError(message)
    return OriginKind(match[1]), int(match[2])


def item_key(*parts: str | int) -> str:
    """Join the parts of an item key; what a Table key refuses becomes "_"."""
    return _REFUSED_IN_KEYS.sub("_", "|".join(map(str, parts)))
