"""Shortcuts: each stands for its original, which may be a shortcut itself."""

from collections.abc import Awaitable, Callable

from shared.clients.opentext.answers import Json, number, properties, required
from shared.errors import UnreadableError

SHORTCUT = 1
MOST_FOLLOWED = 5
"""Shortcuts of shortcuts: more lead nowhere, for they name each other."""


def original_of(row: Json) -> int | None:
    """
    Find what a shortcut stands for. None: it is no shortcut. Servers may send the original's whole row.

    Raises:
        UnreadableError: its original is gone, or not told.
    """
    if number(row.get("type")) != SHORTCUT:
        return None
    original = row.get("original_id")
    found = required(original, "id") if isinstance(original, dict) else required(row, "original_id")
    if not found:
        message = f"shortcut {row.get('id')} leads nowhere: its original is gone"
        raise UnreadableError(message)
    return found


async def follow(node_id: int, read: Callable[[int], Awaitable[Json]]) -> Json:
    """
    Read a node's row; of a shortcut the original's.

    Raises:
        UnreadableError: it leads nowhere, or what is read is gone or hidden.
    """
    reached = node_id
    for _ in range(MOST_FOLLOWED + 1):
        row = await read(reached)
        if (original := original_of(properties(row))) is None:
            return row
        reached = original
    message = f"shortcut {node_id} leads nowhere: it leads to shortcuts alone"
    raise UnreadableError(message)
