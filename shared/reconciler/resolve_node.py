"""A hint that names a node: find out which origins it concerns."""

import logging
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from shared.clients.opentext.tree import MOST
from shared.errors import NeverError, RetryLaterError, SignInRefusedError
from shared.mapping.evaluation.needs import rules_for
from shared.models.keys import OriginKind, origin_key
from shared.models.messages import OriginMessage
from shared.models.words import Scope, WaitedFor
from shared.reconciler.soon import look_soon, pauses
from shared.reconciler.waiting_room import hurry_of
from shared.services import Services

log = logging.getLogger(__name__)
T = TypeVar("T")


async def resolve_node(number: int, message: OriginMessage, services: Services) -> None:
    """
    Hand a node's hint on: to its workspace, to the origins known to show it, and to the documents that it is or holds.

    A shortcut is its original. What is in a folder is looked at anew, for with its folder it may have moved. A node
    that can't be read is handed on to the origins known to show it, and so is one that does not answer for now.

    Raises:
        NoSlotError: there was no slot to ask OpenText in.
        RetryLaterError: OpenText did not answer.
    """
    known = await services.nodes.find_origins(number)
    # As in a look: many hints at once are many questions at once.
    async with services.room.turn(hurry_of(message)):
        try:
            origins, contained = await _read_origins(number, services)
        except RetryLaterError:
            # By the try that fails first: the later ones only look for what is not known.
            if message.waited_for is not WaitedFor.RETRY:
                await _hand_on(message, known, services)
            raise
    origins |= set(known)
    if not origins | contained:
        # It may not be visible yet.
        await look_soon(message, *pauses(message), services)
    await _hand_on(message, origins - contained, services)
    await _hand_on(message.reading(Scope.RESYNC), contained, services)


async def _hand_on(message: OriginMessage, origins: Iterable[str], services: Services) -> None:
    for origin in sorted(origins):
        await services.queues.send_origin(message.at(origin))


async def _read_origins(number: int, services: Services) -> tuple[set[str], set[str]]:
    """Read what a node belongs to or is, and the documents in it."""
    origins: set[str] = set()
    # Hidden, or gone: what is known of the node from before is looked at all the same.
    workspace = await _if_read(services.opentext.workspaces.find_workspace_of(number))
    if workspace is not None:
        origins.add(origin_key(OriginKind.WORKSPACE, workspace))
    of_documents = rules_for(services.mapping, OriginKind.DOCUMENT)
    stub = await _if_read(services.opentext.tree.read_stub(number)) if of_documents else None
    contained: set[str] = set()
    if stub is not None and stub.is_container and not stub.is_workspace:
        nodes = await services.opentext.tree.list_documents_below(stub.node_id)
        if len(nodes) == MOST:
            log.warning("node-%d: more than %d documents lie in it: only so many are looked at", number, MOST)
        contained = {origin_key(OriginKind.DOCUMENT, node) for node in nodes}
    elif stub is not None and not stub.is_container and not stub.is_evidence:
        origins.add(origin_key(OriginKind.DOCUMENT, stub.node_id))
    return origins, contained


async def _if_read(answer: Awaitable[T | None]) -> T | None:
    """Return what OpenText answers of a node. None: that it can't be read, too."""
    try:
        return await answer
    except SignInRefusedError:
        # Not a matter of this node: as long as nobody signs in, nothing can be read.
        raise
    except NeverError:
        return None
