"""From what an operator has at hand to the origin that it is about: a key, a number, a link to a node or a task."""

import re
from collections.abc import AsyncIterator

from shared.models.doors import FoundAnswer, FoundOrigin
from shared.models.keys import OriginKind, origin_key, split_origin_key
from shared.services import Storage

_NODE = re.compile(r"(?:/nodes/|/workspaces?/|[?&]objid=)([1-9][0-9]{0,18})(?![0-9])", re.IGNORECASE)
_PROCESS = re.compile(r"/processes/([1-9][0-9]{0,18})(?![0-9])", re.IGNORECASE)
_TASK = re.compile(r"/task/([A-Za-z0-9_-]{10,64})(?![A-Za-z0-9_-])", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
# From 20 on: so a number, which has 19 digits at most, is never taken for the id of a task.
_TASK_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")
_MAY_BE = (OriginKind.WORKSPACE, OriginKind.WORKFLOW, OriginKind.DOCUMENT)


async def find_origins(text: str, storage: Storage) -> FoundAnswer:
    """
    Find what a text leads to, as far as the bridge knows it; a complete key is not looked up.

    Raises:
        UnavailableError: storage does not answer.
    """
    found: dict[str, str] = {}
    async for key, why in _leads(text.strip(), storage):
        found.setdefault(key, why)
    return FoundAnswer(origins=tuple(FoundOrigin(key=key, why=why) for key, why in found.items()))


async def _leads(text: str, storage: Storage) -> AsyncIterator[tuple[str, str]]:
    if _is_key(text):
        yield text, "its key"
    if task := _TASK.search(text) or _TASK_ID.fullmatch(text):
        claim = await storage.tasks.find_claim(task[task.lastindex or 0])
        if claim is not None and _is_key(claim.origin):
            yield claim.origin, "its task in Planner"
    if process := _PROCESS.search(text):
        yield origin_key(OriginKind.WORKFLOW, int(process[1])), "its workflow in OpenText"
    if node := _NODE.search(text) or _NUMBER.fullmatch(text):
        async for lead in _of_number(int(node[node.lastindex or 0]), storage):
            yield lead


async def _of_number(number: int, storage: Storage) -> AsyncIterator[tuple[str, str]]:
    for kind in _MAY_BE:
        if await storage.origins.is_known(key := origin_key(kind, number)):
            yield key, f"the {kind.value} of that number"
    for key in await storage.nodes.find_origins(number):
        yield key, "it shows that document"


def _is_key(text: str) -> bool:
    try:
        kind, _ = split_origin_key(text)
    except ValueError:
        return False
    return kind is not OriginKind.NODE
