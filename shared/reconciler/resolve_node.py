"""A hint that names a node: find out which origins it concerns."""

from shared.errors import NeverError
from shared.mapping.evaluation.needs import rules_for
from shared.models.keys import OriginKind, origin_key
from shared.models.messages import OriginMessage
from shared.reconciler.soon import look_soon, pauses
from shared.services import Services


async def resolve_node(number: int, message: OriginMessage, services: Services) -> None:
    """
    Hand a node's hint on: to its workspace, to the origins known to show it, and to itself as a document.

    A node that can't be read is handed on to the origins known to show it.
    """
    origins = set(await services.nodes.find_origins(number))
    try:
        workspace = await services.opentext.workspaces.find_workspace_of(number)
    except NeverError:
        workspace = None
    if workspace is not None:
        origins.add(origin_key(OriginKind.WORKSPACE, workspace))
    if workspace != number and rules_for(services.mapping, OriginKind.DOCUMENT):
        origins.add(origin_key(OriginKind.DOCUMENT, number))
    if not origins:
        # It may not be visible yet.
        await look_soon(message, *pauses(message), services)
    for origin in sorted(origins):
        await services.queues.send_origin(message.at(origin))
