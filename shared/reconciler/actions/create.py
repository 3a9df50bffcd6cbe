"""
Exactly one task: reserve, post once, commit, then details.

The order is the promise. A timer and a reservation stand before the POST, the claim before the
link, and the reservation goes last: whatever dies in between, somebody settles it later.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.clients.graph.planner_bodies import new_task_body
from shared.decisions.actions import Create
from shared.decisions.bases import first_base, posted_base, settled_base
from shared.decisions.fields import Target, new_task
from shared.decisions.item_view import event
from shared.decisions.observed import Found
from shared.errors import BridgeError, LeaseLostError, NotFoundError, OutcomeUnknownError, RefusedError, RetryLaterError
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import FieldBase, Link, LinkState, Posted, Reservation
from shared.models.messages import AgendaEntry
from shared.models.planner import PlannerTask
from shared.models.planner_writes import NewTask
from shared.models.words import WaitedFor
from shared.observability.telemetry import traceparent
from shared.reconciler.actions.hold_for_capacity import keep_room
from shared.reconciler.actions.write import write_details
from shared.reconciler.session import Work
from shared.reconciler.walls import apart, wall
from shared.store.agenda import DueEntry
from shared.store.tasks import reserving, unreserving

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """A task that was made for a link, as POST or a list returned it."""

    target: Target | None
    """None: the item is not wanted any more; the link is then closed by the next decision."""
    link: Link
    """Reserved."""
    task: PlannerTask


async def create_tasks(work: Work, creates: Sequence[Create]) -> None:
    """Make the tasks of several items in as few calls as Graph allows; what finds no room in its plan is held."""
    # (1) Put into words before anything is announced: what can't be is never posted, and leaves no reservation behind.
    worded = {create.item: new for create in creates if (new := _worded(work, create)) is not None}
    # (2) Held where the plan is known to be full: then its item says so, and not which limit Planner refused it by.
    creates = await keep_room(work, [create for create in creates if create.item in worded])
    if not creates:
        return
    # (3) Nothing that has to be settled is begun with less time left than its call may take.
    work.ensure_time()
    now = work.now
    links = [_reserved(create, worded[create.item], now) for create in creates]
    # (4) Timer, reservations, links, in this order: whatever dies from here on, the timer has it settled; and no other
    # item takes for its own what another's reservation announces.
    guard = await _announce(work, links)
    deleted = [create.link for create in creates if create.link is not None and create.link.task_id is not None]
    await work.commit(links, [event(EventKind.DELETED, link, task=link.task_id) for link in deleted])
    # (5) Asked again: the commit before may have waited for storage.
    work.ensure_time()
    # (6) Posted once. Nothing below this line repeats it: a second POST is a second task.
    answers = await work.services.planner.create_tasks([worded[create.item] for create in creates])
    made: list[Made] = []
    for create, link, answer in zip(creates, links, answers, strict=True):
        if isinstance(answer, PlannerTask):
            made.append(Made(create.target, link, answer))
            continue
        # (7) Each behind its own wall: what was posted beside it is to be remembered.
        with wall(work, [link.item], "create"):
            await _not_made(work, create.target, link, answer)
    # (8) The claim before the link: from then on no other look takes the task, whenever this one dies.
    ours = await adopt(work, made, EventKind.CREATED)
    if not any(work.held.links[link.item].state is LinkState.RESERVED for link in links):
        # (9) Everything stands, to the last row, or was refused: there is nothing to settle, whatever comes below.
        await work.services.agenda.remove(guard)
    # (10) Graph drops details from a POST: they are a resource of their own, written by a second call.
    await write_details(work, ours)
    # (11) A pause that Graph asked for ends the look, but only now that all it did before is remembered.
    work.raise_if_throttled()


async def adopt(work: Work, found: Sequence[Made], what: EventKind) -> list[str]:
    """
    Commit tasks to their links: global claims, links, index; the reservations go last.

    Args:
        work: the reconcile at work.
        found: as POST or a list returned them.
        what: CREATED or SETTLED, for the history.

    Returns:
        The items that have their task now. Where another link holds the task, ours stays reserved and settles.

    Raises:
        LeaseLostError: the lease was lost; a task just made is whoever's finds it.
        UnavailableError, OutcomeUnknownError: a claim could not be written; what was claimed is committed.
    """
    # Side by side: each claim is a row of its own partition, so no transaction can hold two.
    claims = await asyncio.gather(*(_claim(work, made) for made in found), return_exceptions=True)
    claimed = [made for made, is_ours in zip(found, claims, strict=True) if is_ours is True]
    committed = await _commit(work, claimed, what)
    if failed := next((one for one in claims if isinstance(one, BaseException)), None):
        raise failed
    return committed


async def _commit(work: Work, claimed: Sequence[Made], what: EventKind) -> list[str]:
    """Commit tasks whose claims stand; one that can't be kept stops its item alone."""
    # First, for what was posted beside these may have to be settled by it. Where it can't be written down now, the
    # links are committed all the same: a task that stays to be settled may be moved by a person, and be made once more.
    with contextlib.suppress(RetryLaterError):
        await _learn_creators(work, claimed, what)
    committed: list[str] = []

    async def commit(some: Sequence[Made]) -> None:
        links = [_opened(made, what) for made in some]
        told = [_told(link, made, what) for link, made in zip(links, some, strict=True)]
        over = [unreserving(made.link.plan_id or made.task.plan_id, work.origin.key, made.link.item) for made in some]
        await work.commit(links, told, unreserved=over)
        work.seen.update({made.link.item: Found(made.task) for made in some})
        committed.extend(made.link.item for made in some)

    if claimed:
        try:
            await apart(work, [(made.link.item, made) for made in claimed], commit, "create")
        except LeaseLostError:
            for made in claimed:
                await _take_back(work, made.link.item, made.task, what)
            raise
    await _learn_creators(work, claimed, what)
    return committed


async def _learn_creators(work: Work, claimed: Sequence[Made], what: EventKind) -> None:
    """Learn by whom our tasks are made, from our own POSTs alone: what a list shows may be of anybody's making."""
    if what is EventKind.CREATED:
        for creator in {made.task.created_by.key for made in claimed if made.task.created_by is not None}:
            if creator:
                await work.services.creators.add(creator)


async def _claim(work: Work, made: Made) -> bool:
    """Make a task its link's for good; False: it is another's, or the item was stopped."""
    with wall(work, [made.link.item], "create"):
        try:
            await work.services.tasks.claim(made.task.id, origin=work.origin.key, item=made.link.item)
        except RefusedError:
            log.warning("%s %s: task %s belongs to another link", work.origin.key, made.link.item, made.task.id)
            return False
        return True
    return False


def _opened(made: Made, what: EventKind) -> Link:
    base = _base(made.target, Found(made.task), made.link, what)
    return made.link.opened(made.task, base)


def _told(link: Link, made: Made, what: EventKind) -> Event:
    people = [decision.model_dump() for decision in made.target.wanted.people] if made.target is not None else []
    task = made.task
    return event(what, link, task=task.id, plan=task.plan_id, title=task.title, etag=task.etag, people=people)


def _base(target: Target | None, found: Found, link: Link, what: EventKind) -> dict[str, FieldBase]:
    if target is None:
        # It may be wanted again, by a mapping that returns: what was asked for then is no person's wish.
        return {} if link.posted is None else posted_base(link.posted)
    if what is EventKind.CREATED or link.posted is None:
        return first_base(target, found, in_details=False)
    return settled_base(target, found, link.posted)


async def _take_back(work: Work, item: str, task: PlannerTask, what: EventKind) -> None:
    """
    Let a task go that our lost lease can't commit.

    It is not deleted here: whoever has the lease may have found it and be about to link it, by our claim. If its item
    has another task by now, it is let go, and the next read of its plan finds it as a twin.
    """
    if what is not EventKind.CREATED:
        return
    log.warning("%s: task %s was made without a lease", work.origin.key, task.id)
    try:
        link = (await work.services.origins.find_links(work.origin.key)).get(item)
        if link is not None and link.state is not LinkState.RESERVED and link.task_id not in (None, task.id):
            await work.services.tasks.unclaim(task.id, origin=work.origin.key)
    except BridgeError as error:
        log.warning("%s: task %s stays claimed: %s", work.origin.key, task.id, error)


async def _announce(work: Work, links: Sequence[Link]) -> DueEntry:
    """Write the timer, which is returned, then the reservations: both stand before anything is posted."""
    at = work.now + work.policy.settle
    entry = AgendaEntry(at=at, origin=work.origin.key, waited_for=WaitedFor.SETTLE, trace=traceparent())
    guard = await work.services.agenda.put(entry, work.now)
    await work.services.tasks.change(reserving(reservation_of(work, link)) for link in links)
    return guard


def reservation_of(work: Work, link: Link) -> Reservation:
    """Return the reservation of a reserved link."""
    return Reservation(
        plan_id=link.plan_id or "",
        origin=work.origin.key,
        item=link.item,
        at=link.reserved_at or work.now,
        posted=link.posted or Posted(title=""),
    )


async def _not_made(work: Work, target: Target, link: Link, answer: BridgeError) -> None:
    """Remember why there is no task: a refusal stands, an unknown outcome settles, a pause is kept."""
    if isinstance(answer, OutcomeUnknownError):
        log.warning("%s %s: answer to the POST was lost", work.origin.key, link.item)
        # The reservation stays with it: as long as it is open, nobody takes the task for one that no item has.
        work.look_again(work.now + work.policy.settle, WaitedFor.SETTLE)
        return
    if isinstance(answer, NotFoundError | RefusedError):
        # The plan may be gone, or its bucket, for which Planner refuses the task: what we know of places may be old.
        work.services.places.forget()
    passes = isinstance(answer, RetryLaterError)
    reason = _why(answer)
    # The reservation goes with the link that says why: there is nothing to look for.
    held = link.held(HoldCause.UNAVAILABLE if passes else HoldCause.REFUSED, reason, work.now)
    told = () if passes or held.tries > 1 else (event(EventKind.HELD, held, reason=reason),)
    over = unreserving(link.plan_id or target.place.plan_id, work.origin.key, link.item)
    await work.commit([held], told, unreserved=[over])
    if isinstance(answer, RetryLaterError):
        work.left.later.append(answer)


def _why(answer: BridgeError) -> str:
    """Say for people why a task was not made: what was refused of it first, where that is known."""
    if isinstance(answer, RefusedError) and answer.field:
        return f"Planner refused the {answer.field} of the task: {answer}"
    return str(answer)


def _worded(work: Work, create: Create) -> NewTask | None:
    """Put a task into words, before anything is announced or posted. None: it can't be, and its item is stopped."""
    with wall(work, [create.item], "create"):
        new = new_task(create.target)
        new_task_body(new)
        return new
    return None


def _reserved(create: Create, new: NewTask, now: datetime) -> Link:
    posted = Posted(
        title=new.title,
        bucket_id=new.bucket_id,
        start=new.start,
        due=new.due,
        assignees=new.assignees,
        priority=new.priority,
    )
    return Link.reserved(create.target.wanted, new.plan_id, posted, now, create.link)
