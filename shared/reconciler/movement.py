"""
When people last changed a record: what the bridge writes on it itself is no movement.

Content Server keeps one date and one account of a node's last change. Where that account is the bridge's own, the
change before it counts, as an earlier look remembered it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.models.origin import Origin
from shared.models.seen import MOVED
from shared.services import Services


async def as_people_left_it(origin: Origin, seen: Mapping[str, Any], services: Services) -> Origin:
    """
    Return an origin whose workspace is as old as the last change that was not the bridge's.

    Raises:
        RetryLaterError, RefusedError: who the bridge is can't be asked.
    """
    workspace = origin.workspace
    if workspace is None or workspace.modified is None or workspace.modified_by is None:
        return origin
    before = seen.get(MOVED) or {}
    # No change since the one that is remembered: whose that was, the look that saw it asked.
    if before.get("node") != workspace.node_id or datetime.fromisoformat(before["at"]) == workspace.modified:
        return origin
    if workspace.modified_by != await services.opentext.members.own_id():
        return origin
    return origin.in_workspace(workspace.moved(datetime.fromisoformat(before["at"])))


def movement_of(origin: Origin) -> dict[str, Any] | None:
    """Return what is remembered of an origin's last movement; None: nothing is known of any."""
    workspace = origin.workspace
    if workspace is None or workspace.modified is None:
        return None
    return {"node": workspace.node_id, "at": workspace.modified.isoformat()}
