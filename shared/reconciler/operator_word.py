"""An operator's word in an origin's history: whose it was, before anything is done because of it."""

import logging

from shared.errors import ReReadError
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.messages import OriginMessage
from shared.services import Services
from shared.store.origins import Held

log = logging.getLogger(__name__)


async def tell_operator(held: Held, message: OriginMessage, services: Services) -> OriginMessage:
    """
    Write that an operator asked for this look; return the message as it stands then: told once, however it goes on.

    An origin of which nothing is known has no history to tell it in.
    """
    if message.asked_by is None or not (held.links or held.head.sequence):
        return message
    detail = {} if message.frees is None else {"hold": message.frees.value}
    event = Event(what=EventKind.ASKED, actor={"operator": message.asked_by}, detail=detail)
    try:
        await held.commit(events=[event], now=services.now())
    except ReReadError as error:
        # The lease was lost at this moment: the look finds that out as well, and the word goes on with the message.
        log.info("%s: an operator's word was not told: %s", held.origin, error)
        return message
    return message.told()
