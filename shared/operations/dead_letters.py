"""Messages that failed for good: a dead letter for people, and a timer that tries again."""

import logging
from datetime import timedelta

from pydantic import ValidationError

from shared.errors import RefusedError
from shared.models.messages import AgendaEntry, DeadLetter, OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.observability.telemetry import count
from shared.services import Storage
from shared.store.agenda import Dead

log = logging.getLogger(__name__)
FIRST = timedelta(hours=1)
LONGEST = timedelta(hours=24)
LONGEST_BODY = 2000


async def bury(queue: str, body: str, storage: Storage) -> None:
    """
    Report a poisoned message; its origin is looked at again after an hour, doubling to a day.

    Args:
        queue: "origins" or "plans": where the message failed. A plan's next turn comes by itself.
        body: the message's text, whatever it is.
        storage: enough to report without settings or mapping.
    """
    now = storage.now()
    origin = _origin_of(body) if queue == "origins" else None
    if origin is not None:
        before = sum(_origin_of(dead.letter.body) == origin for dead in await storage.agenda.list_dead())
        at = now + min(FIRST * float(2 ** min(before, 10)), LONGEST)
        await storage.agenda.put(AgendaEntry(at=at, origin=origin, waited_for=WaitedFor.DEAD, attempts=before + 1), now)
    replay = f"python manage.py replay --origin {origin}" if origin else "python manage.py dead list"
    letter = DeadLetter(at=now, queue=queue, body=body[:LONGEST_BODY], reason="failed at every try", replay=replay)
    await storage.agenda.put_dead(letter)
    count("dead_letters", queue=queue)
    log.error("dead letter from queue %s: %s", queue, origin or "no origin message")


def _origin_of(body: str) -> str | None:
    """Name the origin of a message; None: it is not one of ours."""
    try:
        return OriginMessage.model_validate_json(body).origin
    except ValidationError:
        return None


async def replay(dead: Dead, storage: Storage) -> str:
    """
    Send a dead letter's message again and take the letter away; return what will be looked at.

    Raises:
        RefusedError: it is no message of ours, or was too long to be kept whole: its origin can be replayed instead.
        RetryLaterError: storage does not answer; the letter is still there.
    """
    letter = dead.letter
    try:
        if letter.queue == "plans":
            plan = PlanMessage.model_validate_json(letter.body)
            await storage.queues.send_plan(plan)
            name = f"plan {plan.plan}"
        else:
            origin = OriginMessage.model_validate_json(letter.body)
            await storage.queues.send_origin(origin)
            name = origin.origin
    except ValidationError as error:
        message = f"letter {dead.key} holds no message that can be sent again"
        raise RefusedError(message) from error
    await storage.agenda.remove_dead(dead.key)
    return name
