"""
The end of a workspace, as OpenText states it: it lies in the recycle bin.

"Not found" and "not allowed" look alike: a workspace that merely can't be read has its work left as it is, and is told.
"""

from collections.abc import Mapping
from typing import Any

from shared.errors import UnreadableError
from shared.models.opentext import Workspace
from shared.models.origin import Needs
from shared.models.seen import PLACE
from shared.services import Services

DELETED = "the workspace was deleted in OpenText"


async def read_workspace(number: int, services: Services, need: Needs, seen: Mapping[str, Any]) -> Workspace:
    """
    Read a workspace, or what OpenText states of its end.

    Args:
        seen: what the last look saw: its name, by which the bin is asked.

    Raises:
        UnreadableError: it can't be read, and nothing is stated.
    """
    try:
        return await services.opentext.workspaces.read(number, need)
    except UnreadableError:
        place = seen.get(PLACE)
        if place is None:
            raise
        name = await services.opentext.tree.find_recycled(number, str(place["name"]), is_container=True)
        if name is None:
            raise
        return Workspace(node_id=number, name=name, gone=DELETED)
