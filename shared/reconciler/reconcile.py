"""
Bring both sides of one origin together: read, decide, act, remember. Running it again changes nothing.

A message never says what to do, only where to look. Late, lost, repeated and reordered hints, and our
own echoes, need no code of their own.
"""

import logging
from datetime import datetime
from enum import Enum

from shared.errors import NeverError, NoSlotError, OutOfTimeError, ReReadError, RetryLaterError, UnavailableError
from shared.models.hands import Kind
from shared.models.keys import OriginKind, split_origin_key
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import SCOPES, WAITS, Scope, WaitedFor
from shared.reconciler.acting import act_in_rounds
from shared.reconciler.actions.mail import tell_stakeholders
from shared.reconciler.actions.record import record
from shared.reconciler.actions.settle import adopt_claimed
from shared.reconciler.back_off import is_futile, leave_to_newer, put_off
from shared.reconciler.grid import spread
from shared.reconciler.next_looks import plan_next
from shared.reconciler.observe import read_record, work_on
from shared.reconciler.operator_word import tell_operator
from shared.reconciler.pauses import note_pauses
from shared.reconciler.plan_index import mend
from shared.reconciler.resolve_node import resolve_node
from shared.reconciler.soon import follow_anyway, look_soon
from shared.reconciler.standing import tell_standing
from shared.reconciler.waiting_room import hurry_of
from shared.reconciler.walls import heal, tell_stopped
from shared.services import Services
from shared.store.origins import Held
from shared.targets.read_interval import quicken
from shared.timing import LOOK, MOVING_AGAIN, NO_SLOT_AGAIN

log = logging.getLogger(__name__)


class After(Enum):
    """What a look leaves to be done."""

    NOTHING = "nothing"
    AGAIN = "again"
    """Look at once, with everything read anew."""
    REST = "rest"
    """The time was up: what is left is done by another look."""
    NO_SLOT = "no slot"


async def reconcile(message: OriginMessage, services: Services) -> None:
    """
    Look at one origin, once it is this worker's turn.

    Raises:
        RetryLaterError: storage itself did not answer; the message is to be tried again.
    """
    kind, number = split_origin_key(message.origin)
    # (1) In hand before anything else: should this worker die, whoever buries it has the origin looked at again.
    async with services.hands.holding(Kind.ORIGIN, message.origin):
        # (2) Who is in no hurry makes room where many wait: the queue is the waiting room.
        if (delay := await services.room.time_to_step_back(hurry_of(message))) is not None:
            await services.queues.send_origin(message, delay=delay)
        elif kind is OriginKind.NODE:
            await _resolve(number, message, services)
        # (3) A system that asks to be left alone is, before a lease or a slot is taken that could do nothing.
        elif (opening := await services.gates.find_closed(services.now())) is not None:
            await follow_anyway(message, services)
            await _put(services, message, spread(opening, message.origin), WaitedFor.GATE)
        # (4) One look at a time: whoever finds the lease taken leaves a mark, and its holder looks once more.
        elif (held := await services.origins.take(message.origin, services.now())) is None:
            await _leave_to_holder(message, services)
        else:
            await _attend(held, message, services)


async def _attend(held: Held, message: OriginMessage, services: Services) -> None:
    """Look at an origin that was taken, let it go, hand on what is left."""
    after = After.NOTHING
    try:
        # (5) Not before the lease is taken: a look under an older mapping would come behind one under the newer.
        if (other := await services.in_force.ask(held.mapping)) is None:
            await held.look_under(services.mapping_hash, services.now())
        if other is None and not is_futile(held, message, services.now()):
            # (6) What an operator asked for is told first: it stands, whatever becomes of the look.
            message = await tell_operator(held, message, services)
            after = await _look(held, message, services)
    except ReReadError as error:
        # Believed dead by another worker, before anything was read.
        after = await _given_up(held, error, message, services)
    finally:
        # (7) The lease goes however it ended; marks that were left meanwhile come back with it.
        dirty = await held.release()
    # (8) Only now is anything sent: a message that finds the lease taken would be one more mark.
    # What is unforeseen does not come here: the message's own tries are all there are.
    if other is not None:
        await leave_to_newer(message, other, services)
    await _hand_on(message, after, services, dirty=dirty)


async def _look(held: Held, message: OriginMessage, services: Services) -> After:
    """Bring both sides together; whatever stops that, what was done until then is committed."""
    try:
        async with services.deadlines.look():
            return await _bring_together(held, message, services)
    except OutOfTimeError as error:
        log.warning("%s: %s", held.origin, error)
        if held.commits:
            return After.REST
        slow = UnavailableError(f"a look took longer than {LOOK.total_seconds():.0f} s and came to nothing")
        await put_off(held, message, slow, services)
        return After.NOTHING
    except ReReadError as error:
        return await _given_up(held, error, message, services)
    except (RetryLaterError, NeverError) as error:
        await put_off(held, message, error, services)
        return After.NOTHING


async def _given_up(held: Held, error: ReReadError, message: OriginMessage, services: Services) -> After:
    """Say what follows a look that stopped on its way: no slot, or what it knew is old."""
    log.info("%s: %s", held.origin, error)
    if isinstance(error, NoSlotError):
        return After.NO_SLOT
    # The lease was lost, or a row that all workers share was rewritten at this moment.
    # As much as was asked for is still to be read.
    if SCOPES[message.scope].anew:
        return After.REST
    await follow_anyway(message, services)
    return After.AGAIN


async def _bring_together(held: Held, message: OriginMessage, services: Services) -> After:
    """One look: read both sides, act until they agree, tell what came of it, leave what comes next."""
    scope = SCOPES[message.scope]
    # (a) OpenText before Planner: which tasks are read follows from what is wanted. A slot is held while OpenText is
    # asked, here and further down, and no longer: it bears few looks at once, and half of a look is Planner's.
    async with services.room.turn(hurry_of(message)):
        origin = await read_record(held, message, services)
    work = await work_on(origin, held, message, services)
    # (b) A task of ours that a person moved before anybody knew it is linked before another is made in its place.
    if message.plan is not None:
        work.take(await adopt_claimed(work, message.plan))
    # (c) Decide and act, round by round, until nothing is left to do.
    work.take(await act_in_rounds(work))
    await note_pauses(work)
    # (d) Rows that others read are mended only where nothing went on: what does writes them itself. What is refused at
    # each look does not, and a wrong row would bring the next look at once.
    if scope.mends_rows and not work.left.went_on:
        await mend(work, [message.plan] if message.plan else [])
    # (e) People and the record are told after the acts: they hear of what stands, not of what was meant.
    await tell_stakeholders(work)
    await record(work, anew=scope.anew)
    # (f) Where something happened, people will soon do more: its plans are read at short intervals.
    if WAITS[message.waited_for].quickens and not message.bulk:
        await quicken((place.plan_id for place in work.places.values()), services.plans, work.now)
    # (g) What was stopped on the way is held with its cause; what was stopped before and went well now is freed.
    await tell_stopped(work)
    await heal(work)
    await tell_standing(work)
    # (h) Timers and the resync are written, then the lease goes in the last transaction: no moment is without a timer.
    return After.AGAIN if await plan_next(work, message) else After.NOTHING


async def _leave_to_holder(message: OriginMessage, services: Services) -> None:
    """
    Leave an origin to the worker that holds its lease: by the mark it knows that it has to look once more.

    Should that worker die, whoever buries it has the origin looked at again.
    """
    if message.scope is not Scope.OPEN:
        # Nothing else reads as much as this one asks for.
        await services.queues.send_origin(message, delay=MOVING_AGAIN * (1 + services.rng.random()))
    elif message.then:
        await look_soon(message, message.waited_for, message.then, services)
    else:
        # The mark that was left says nothing of a hint.
        await follow_anyway(message, services)


async def _resolve(node: int, message: OriginMessage, services: Services) -> None:
    # Which origins a node concerns is the mapping's to say.
    if (other := await services.in_force.ask()) is not None:
        await leave_to_newer(message, other, services)
        return
    try:
        await resolve_node(node, message, services)
    except NoSlotError:
        await _hand_on(message, After.NO_SLOT, services, dirty=False)


async def _hand_on(message: OriginMessage, after: After, services: Services, *, dirty: bool) -> None:
    if after is After.NO_SLOT:
        await services.queues.send_origin(message, delay=NO_SLOT_AGAIN * services.rng.uniform(1.0, 3.0))
    elif after is After.REST:
        await services.queues.send_origin(message)
    elif after is After.AGAIN and message.waited_for is WaitedFor.AGAIN and not dirty:
        # Twice in a row: whatever is moving there gets a moment.
        later = message.again(bulk=message.bulk)
        await services.queues.send_origin(later, delay=MOVING_AGAIN * (1 + services.rng.random()))
    elif dirty or after is After.AGAIN:
        # Whoever left a mark may have been in more of a hurry than back-fill.
        await services.queues.send_origin(message.again(bulk=message.bulk and not dirty))


async def _put(services: Services, message: OriginMessage, at: datetime, waited_for: WaitedFor) -> None:
    # Equal wishes are one row; one that reads all does not give way to one that reads less.
    reason = WaitedFor.RESYNC if SCOPES[message.scope].anew else waited_for
    await services.agenda.put(AgendaEntry.later(message, at, reason), services.now())
