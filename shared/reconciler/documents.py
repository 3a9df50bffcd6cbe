"""
The life of a document: where it lies, and what OpenText states of its end.

"Not found" and "not allowed" look alike: only a statement ends the document's work. It lies in the recycle bin; or
another document has its name in its folder, which Content Server gives to one at a time.
"""

from collections.abc import Mapping
from typing import Any

from shared.errors import UnreadableError
from shared.models.keys import OriginKind, origin_key
from shared.models.messages import OriginMessage
from shared.models.opentext import Document
from shared.models.origin import Needs, Origin
from shared.models.seen import PLACE
from shared.models.words import Scope, WaitedFor
from shared.services import Services

LONGEST_NAME = 1000
"""Content Server takes 248 characters: what is longer is no name to look for, and may not fit the row."""
DELETED = "the document was deleted in OpenText"
REPLACED = "another document took its place in OpenText: {node}"


async def read_document(number: int, services: Services, need: Needs, seen: Mapping[str, Any]) -> Document:
    """
    Read a document, or what OpenText states of its end.

    Raises:
        UnreadableError: it can't be read, and nothing is stated.
    """
    try:
        return await services.opentext.workspaces.read_document(number, need)
    except UnreadableError:
        if (gone := await _gone(number, services, seen.get(PLACE))) is None:
            raise
        return gone


async def _gone(number: int, services: Services, place: Mapping[str, Any] | None) -> Document | None:
    if place is None:
        return None
    tree, name = services.opentext.tree, str(place["name"])
    if (recycled := await tree.find_recycled(number, name, is_container=False)) is not None:
        return Document(node_id=number, name=recycled, gone=DELETED)
    other = await tree.find_child(int(place["folder"]), name)
    return None if other in (None, number) else Document(node_id=number, name=name, gone=REPLACED.format(node=other))


def has_moved(document: Document, seen: Mapping[str, Any]) -> bool:
    """Tell whether a document lies in another folder than the last time."""
    place = seen.get(PLACE)
    return place is not None and not document.gone and place["folder"] != document.parent_id


async def remember_place(origin: Origin, seen: Mapping[str, Any], services: Services) -> dict[str, Any] | None:
    """
    Write down which document lies in a folder under a name, and have the one looked at that did before.

    Returns:
        What is remembered of it. None: the origin is neither a document nor a workspace.
    """
    document, before = origin.document, seen.get(PLACE)
    if origin.kind is OriginKind.WORKSPACE and origin.workspace is not None:
        return _place(origin.workspace.parent_id, origin.workspace.name)
    if document is None or document.gone or document.parent_id is None:
        return dict(before) if before is not None else None
    place = _place(document.parent_id, document.name)
    # Only where it changed: at rest this costs no call.
    if place is not None and place != before:
        other = await services.nodes.take_place(document.parent_id, document.name, document.node_id)
        if other is not None:
            origin_of_other = origin_key(OriginKind.DOCUMENT, other)
            message = OriginMessage(origin=origin_of_other, waited_for=WaitedFor.NODE, scope=Scope.RESYNC)
            await services.queues.send_origin(message)
    return place


def _place(folder: int | None, name: str) -> dict[str, Any] | None:
    return {"folder": folder, "name": name} if len(name) <= LONGEST_NAME else None
