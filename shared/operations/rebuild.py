"""
Find the bridge's tasks again after its tables were lost, before anything is made a second time.

How each item stood follows from its task, from OpenText's own record (evidence, workflow, attributes) and from the
mapping; its history is put back from the record, and goes on from there. A task is ours by its reference line and by
who made it. What could not be read or found need not be gone: the app makes no task there until a later run read it.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.decisions.description_block import find_reference
from shared.decisions.item_view import event
from shared.decisions.settle import may_be_ours
from shared.errors import BridgeError, NeverError, NotFoundError, RefusedError, RetryLaterError
from shared.evidence.document import head_of
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.link import Link, LinkState
from shared.models.messages import AgendaEntry
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.words import WaitedFor
from shared.operations.rebuild_link import Known, Ours, link_of
from shared.operations.rebuild_plans import find_plans, remember_own_plans
from shared.operations.rebuild_record import Record, find_intent, is_workflow, read_record
from shared.operations.standstill import must_stand_still
from shared.services import Services
from shared.store.commit import Entries
from shared.store.origins import Held
from shared.store.plans import PlanRow
from shared.store.tasks import IndexRow, indexing
from shared.targets.unproven import EVERYWHERE, Unproven

log = logging.getLogger(__name__)
REASON = "rebuilt"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Rebuilt:
    """What was found."""

    plans: int = 0
    tasks: int = 0
    """Items that were linked now."""
    known: int = 0
    """That were linked already."""
    origins: int = 0
    histories: int = 0
    """That were put back from the record."""
    left: list[str] = field(default_factory=list)
    """What was left alone, and why: one line each."""
    unproven: dict[str, str] = field(default_factory=dict)
    """By plan, group or title: why tasks of ours may stand there that were not found. The app makes none there."""

    @property
    def is_whole(self) -> bool:
        """Everything could be read: the app may start."""
        return not self.unproven


@dataclass(frozen=True)
class _Run:
    """One run of the command."""

    services: Services
    found: Rebuilt
    told: Callable[[str], None]
    is_dry: bool


async def rebuild(
    services: Services, told: Callable[[str], None], *, gone: Collection[str] = (), dry_run: bool = False
) -> Rebuilt:
    """
    Link every item whose task, or whose history on the record, is found. Running it again changes nothing.

    Args:
        told: called with what is being done, a line at a time.
        gone: ids or titles of plans and groups that an operator states to be deleted.
        dry_run: write nothing; only say what would be.

    Raises:
        RefusedError: the app runs and does not rest, or somebody is at work on an origin.
        RetryLaterError: something does not answer; run it again.
    """
    run = _Run(services, Rebuilt(), told, dry_run)
    await must_stand_still(services, is_stopped=True)
    unproven = Unproven(services.cursors, services.now)
    if not dry_run:
        # Should this run be cut off, an app that is started all the same makes nothing.
        await unproven.save({EVERYWHERE: "the rebuild did not come to its end"})
    by_origin = await _search(run, gone)
    for origin, ours in sorted(by_origin.items()):
        await must_stand_still(services, is_stopped=True)
        await _link_all(origin, ours, run)
    await must_stand_still(services, is_stopped=True)
    if not dry_run:
        await unproven.save(run.found.unproven)
    return run.found


async def _search(run: _Run, gone: Collection[str]) -> dict[str, list[Ours]]:
    """Go through the plans; return the tasks that are ours, by origin."""
    search = await find_plans(run.services, gone)
    run.found.unproven |= search.unproven
    by_origin: dict[str, list[Ours]] = {}
    for plan_id, group_id in sorted(search.plans.items()):
        if plan_id in gone:
            continue
        try:
            tasks = await run.services.planner.list_tasks(plan_id)
        except NeverError as error:
            run.found.unproven[plan_id] = str(error)
            continue
        creators = await run.services.creators.list_all()
        if unread := [row for row in tasks.unread if may_be_ours(row, creators)]:
            run.found.unproven[plan_id] = f"{len(unread)} of its tasks can't be read: {unread[0].reason}"
        ours = await _ours(tasks, run)
        run.found.plans += 1
        run.told(f"plan {plan_id}: {len(ours)} tasks of ours")
        if not run.is_dry:
            await _remember_plan(plan_id, group_id, tasks, run.services)
        for origin, one in ours:
            by_origin.setdefault(origin, []).append(one)
    return by_origin


async def _ours(tasks: Sequence[PlannerTask], run: _Run) -> list[tuple[str, Ours]]:
    """Choose the tasks that are ours by their reference line and by who made them."""
    answers = await run.services.planner.read_details([task.id for task in tasks])
    return [one for task in tasks if (one := await _our(task, answers[task.id], run)) is not None]


async def _our(task: PlannerTask, details: PlannerDetails | BridgeError, run: _Run) -> tuple[str, Ours] | None:
    found = run.found
    if isinstance(details, RetryLaterError):
        # Nothing is said of this task, nor would be of those after it: the whole run is made again.
        raise details
    if not isinstance(details, PlannerDetails):
        # Also when there are none: it was just deleted, or is so young that not every replica knows it.
        found.left.append(f"task {task.id}: its details can't be read: {details}")
        found.unproven[task.plan_id] = f"the details of its task {task.id} can't be read"
        return None
    reference = find_reference(details.description)
    if reference is None:
        return None
    about = f"task {task.id} ({reference.origin} {reference.item})"
    if reference.bridge not in ("", run.services.settings.bridge):
        found.left.append(f"{about} is another bridge's: {reference.bridge}")
        return None
    maker = task.created_by.key if task.created_by is not None else None
    if maker is None:
        found.left.append(f"{about}: Planner does not say who made it")
        found.unproven[task.plan_id] = f"Planner does not say who made its task {task.id}"
        return None
    if not maker.startswith("application:") and maker not in await run.services.creators.list_all():
        found.left.append(f"{about} was made by a person: a copy of ours, which stays theirs")
        return None
    if not run.is_dry:
        await run.services.creators.add(maker)
    return reference.origin, Ours(reference.item, task, details)


async def _remember_plan(plan_id: str, group_id: str | None, tasks: Sequence[PlannerTask], services: Services) -> None:
    """Have the plan read, and note which of its tasks are older than anything that is reserved from now on."""
    if await services.plans.find(plan_id) is not None:
        return
    index = await services.tasks.read_plan(plan_id)
    made = [task.created for task in tasks if task.created is not None]
    stood = max(made) if made and not index.reservations else None
    row = PlanRow(plan_id=plan_id, group_id=group_id, next_read=services.now(), stood=stood)
    await services.plans.save(row, etag=None)


async def _link_all(origin: str, ours: Sequence[Ours], run: _Run) -> None:
    """Link an origin's items under its lease, and have it looked at."""
    services = run.services
    if not run.is_dry:
        # First of all: an origin that has a row counts as known, and discovery passes it over.
        now = services.now()
        await services.agenda.put(AgendaEntry(at=now, origin=origin, waited_for=WaitedFor.REBUILT, bulk=True), now)
    record = await read_record(origin, services)
    run.found.left += record.left
    run.found.origins += 1
    if run.is_dry:
        await _tell(origin, ours, record, run)
        return
    held = await services.origins.take(origin, services.now())
    if held is None:
        message = f"{origin} is being worked on: stop the app first"
        raise RefusedError(message)
    try:
        await _restore_history(held, record, run)
        await _commit(held, await _links(origin, held.links, ours, record, run), record, run)
    finally:
        await held.release()


async def _tell(origin: str, ours: Sequence[Ours], record: Record, run: _Run) -> None:
    """Say what would be linked, and how it would stand."""
    made = await _links(origin, await run.services.origins.find_links(origin), ours, record, run)
    for link in made:
        run.told(f"{origin} {link.item}: would be {link.state}")
    run.found.tasks += len(made)


async def _restore_history(held: Held, record: Record, run: _Run) -> None:
    """Put the history back from the record where none stands: what comes is chained to the head that lies there."""
    if not record.entries or held.head.sequence or await run.services.origins.list_entries(held.origin):
        return
    await held.commit(entries=Entries(restore=record.entries), now=run.services.now())
    run.found.histories += 1
    run.told(f"{held.origin}: its history up to entry {head_of(record.entries).sequence}, from the record")


async def _links(
    origin: str, linked: Mapping[str, Link], ours: Sequence[Ours], record: Record, run: _Run
) -> list[Link]:
    """Return the links of an origin's items that have none yet, or none that knows of the task that was found."""
    chosen = _chosen(ours, record, run.found)
    known = {item for item, link in linked.items() if item not in chosen or not _knows_no_task(link, chosen[item])}
    run.found.known += len(chosen.keys() & known)
    links: list[Link] = []
    for item in sorted((chosen.keys() | record.standings.keys()) - known):
        left = await _known(origin, item, chosen.get(item), record, run)
        link = link_of(left, run.services.mapping, run.services.now())
        if link is not None and (link.task_id is None or await _is_claimed(origin, link, run)):
            links.append(link)
    return links


def _knows_no_task(link: Link, found: Ours) -> bool:
    """
    Tell a link of a backup whose task was made since.

    What was about to be posted then is settled by the next look, which knows what was posted. That look lists the plan
    of the reservation alone: a task that a person has moved meanwhile is linked here, or another's likeness would be
    taken for it.
    """
    is_settled = link.state is LinkState.RESERVED and link.plan_id == found.task.plan_id
    return link.task_id is None and not is_settled and not link.is_of_newer_release


async def _known(origin: str, item: str, found: Ours | None, record: Record, run: _Run) -> Known:
    """Gather what is left of an item; a task that no plan lists is asked for by its id."""
    standing, is_gone = record.standings.get(item), False
    if found is None and standing is not None and standing.task_id is not None:
        try:
            found = await _read(item, standing.task_id, run.services)
        except NotFoundError:
            is_gone = True
        except NeverError as error:
            run.found.left.append(f"{origin} {item}: its task {standing.task_id} can't be read: {error}")
    intent = None
    if found is not None and found.task.is_completed and standing is None and is_workflow(origin):
        link = link_of(Known(origin, item, found), run.services.mapping, run.services.now())
        intent = await find_intent(link.step, run.services) if link is not None and link.step is not None else None
    return Known(origin, item, found, standing, record.origin, intent, is_gone)


async def _read(item: str, task_id: str, services: Services) -> Ours | None:
    task = await services.planner.read_task(task_id)
    details = (await services.planner.read_details([task_id]))[task_id]
    if isinstance(details, BridgeError):
        raise details
    return Ours(item, task, details)


def _chosen(ours: Iterable[Ours], record: Record, found: Rebuilt) -> dict[str, Ours]:
    """Choose one task an item: the one that the history names, or the oldest."""
    chosen: dict[str, Ours] = {}
    named = {item: standing.task_id for item, standing in record.standings.items()}
    for one in sorted(
        ours, key=lambda one: (one.task.id != named.get(one.item), one.task.created or _LONG_AGO, one.task.id)
    ):
        if one.item in chosen:
            found.left.append(f"task {one.task.id}: {one.item} has the task {chosen[one.item].task.id}")
        else:
            chosen[one.item] = one
    return chosen


async def _is_claimed(origin: str, link: Link, run: _Run) -> bool:
    """Claim a task for its item; false: it is another's."""
    if link.task_id is None or run.is_dry:
        return True
    try:
        await run.services.tasks.claim(link.task_id, origin=origin, item=link.item)
    except RefusedError as error:
        run.found.left.append(str(error))
        return False
    return True


async def _commit(held: Held, made: Sequence[Link], record: Record, run: _Run) -> None:
    services = run.services
    await held.commit(links=made, events=[_told(link) for link in made], now=services.now())
    await remember_own_plans(record.origin, made, services)
    for link in made:
        if link.plan_id and link.task_id:
            # Without an etag every version is newer than what was agreed: the first read of the plan announces it.
            await services.tasks.change(
                [indexing(link.plan_id, link.task_id, IndexRow(origin=held.origin, item=link.item))]
            )
    run.found.tasks += len(made)


def _told(link: Link) -> Event:
    """Tell how an item stood when it was found."""
    return event(
        EventKind.ADOPTED,
        link,
        task=link.task_id,
        reason=REASON,
        state=link.state.value,
        completed_at=link.completed_at,
        completed_by=link.completed_by,
        intent=link.sent_on,
    )
