"""Messages that failed for good: a dead letter for people, and a timer that tries again."""

import logging
from datetime import datetime

from shared.errors import RefusedError
from shared.intake.queued import read_origin_message, read_plan_message
from shared.models.messages import AgendaEntry, DeadLetter, OriginMessage
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.observability.telemetry import count
from shared.services import Storage
from shared.store.agenda import Dead
from shared.timing import DEAD_FIRST, DEAD_LONGEST, doubled

log = logging.getLogger(__name__)
LONGEST_BODY = 2000


async def bury(queue: str, body: str, storage: Storage, *, why: str = "", came: datetime | None = None) -> None:
    """
    Report a poisoned message; its origin is looked at again after an hour, doubling to a day.

    Done twice, it is one letter and one timer: a poison function that fails is tried again after ten minutes.

    Args:
        queue: "origins" or "plans": where the message failed. A plan's next turn comes by itself.
        body: the message's text, whatever it is.
        storage: enough to report without settings or mapping.
        why: what was wrong with it. Empty: what its origin's last failure says.
        came: when the host set it aside; the letter's own time. None: now.
    """
    now = storage.now()
    at = came or now
    message = read_origin_message(body) if queue == "origins" else None
    why = why or await _last_failure(message, storage)
    replay = _command(queue, body, message)
    letter = DeadLetter(at=at, queue=queue, body=body[:LONGEST_BODY], reason=why, replay=replay)
    before = await storage.agenda.find_dead(letter)
    # The host's own time tells another failure from the same one that is reported twice.
    tries = before.tries + (before.at != at) if before is not None else 1
    again = before.again if before is not None else None
    if message is not None and (again is None or not at < again <= at + DEAD_LONGEST):
        # One timer an origin: while one stands, another message of it that fails adds none.
        again = at + doubled(DEAD_FIRST, tries - 1, DEAD_LONGEST)
        entry = AgendaEntry(at=again, origin=message.origin, waited_for=WaitedFor.DEAD, attempts=tries)
        await storage.agenda.put(entry, now)
    # After the timer: a letter says when it fires. Cut off before, the next try finds the same time again.
    await storage.agenda.put_dead(letter.after(tries, again))
    count("dead_letters", queue=queue)
    log.error("dead letter from queue %s: %s: %s", queue, message.origin if message else "no origin message", why)


async def _last_failure(message: OriginMessage | None, storage: Storage) -> str:
    if message is None:
        return "failed at every try"
    trouble = await storage.troubles.find(Where.ORIGIN, message.origin, Cause.FAILED)
    return f"failed at every try: {trouble.text}" if trouble is not None else "failed at every try"


def _command(queue: str, body: str, message: OriginMessage | None) -> str:
    """Name the command that helps: a letter that holds no message of ours can't be sent again."""
    if message is not None:
        return f"python manage.py replay --origin {message.origin}"
    is_plan = queue == "plans" and read_plan_message(body) is not None
    return "python manage.py dead replay KEY" if is_plan else "python manage.py dead drop KEY"


def can_replay(letter: DeadLetter) -> bool:
    """Tell whether a letter holds a message that can be sent again."""
    read = read_plan_message if letter.queue == "plans" else read_origin_message
    return read(letter.body) is not None


async def replay(dead: Dead, storage: Storage) -> str:
    """
    Send a dead letter's message again and take the letter away; return what will be looked at.

    Raises:
        RefusedError: it is no message of ours, or was too long to be kept whole: its origin can be replayed instead.
        RetryLaterError: storage does not answer; the letter is still there.
    """
    letter = dead.letter
    if letter.queue == "plans" and (plan := read_plan_message(letter.body)) is not None:
        await storage.queues.send_plan(plan)
        name = f"plan {plan.plan}"
    elif letter.queue != "plans" and (origin := read_origin_message(letter.body)) is not None:
        await storage.queues.send_origin(origin)
        name = origin.origin
    else:
        message = f"letter {dead.key} holds no message that can be sent again: manage.py dead drop takes it away"
        raise RefusedError(message)
    # Taken away last: cut off before, it is sent twice, and a look more does no harm.
    await storage.agenda.remove_dead(dead.key)
    return name
