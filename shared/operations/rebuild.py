"""
Find the bridge's tasks again after its tables were lost, before anything is made a second time.

How each item stood follows from its task, from OpenText's own record (evidence, workflow, attributes) and from the
mapping; its history is put back from the record, and goes on from there. A task is ours by its reference line and by
who made it. What could not be read or found need not be gone: the app makes no task there until a later run read it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from shared.decisions.item_view import event
from shared.errors import BridgeError, NeverError, NotFoundError, RefusedError
from shared.models.events import EventKind
from shared.models.evidence import Entry, Event, Head
from shared.models.link import Link, LinkState
from shared.models.messages import AgendaEntry
from shared.models.words import WaitedFor
from shared.operations.rebuild_link import Known, Ours, link_of, since_backup
from shared.operations.rebuild_plans import remember_own_plans
from shared.operations.rebuild_record import Record, find_intent, is_workflow, read_record
from shared.operations.rebuild_tasks import Rebuilt, Run, find_ours
from shared.operations.standstill import must_stand_still
from shared.services import Services
from shared.store.commit import Entries
from shared.store.origins import Held
from shared.store.tasks import IndexRow, indexing
from shared.targets.unproven import EVERYWHERE, Unproven

REASON = "rebuilt"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
    run = Run(services, Rebuilt(), told, dry_run)
    await must_stand_still(services, is_stopped=True)
    unproven = Unproven(services.cursors, services.now)
    if not dry_run:
        # What was decided or owed before now may have been sent on, or told, by tables that are lost.
        await services.cursors.note_rebuild(services.now())
        # Should this run be cut off, an app that is started all the same makes nothing.
        await unproven.save({EVERYWHERE: "the rebuild did not come to its end"})
    by_origin = await find_ours(run, gone)
    for origin, ours in sorted(by_origin.items()):
        # Before each origin: a run takes long, and somebody may start the app meanwhile.
        await must_stand_still(services, is_stopped=True)
        await _link_all(origin, ours, run)
    # Before the app may make tasks again: if it came to life meanwhile, it still may make none anywhere.
    await must_stand_still(services, is_stopped=True)
    if not dry_run:
        await unproven.save(run.found.unproven)
    return run.found


async def _link_all(origin: str, ours: Sequence[Ours], run: Run) -> None:
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
        record.lacking = await _lacking(origin, held.head, record, services)
        await _restore_history(held, record.lacking, run)
        await _commit(held, await _links(origin, held.links, ours, record, run), record, run)
    finally:
        await held.release()


async def _tell(origin: str, ours: Sequence[Ours], record: Record, run: Run) -> None:
    """Say what would be linked, and how it would stand."""
    lease = await run.services.origins.find_lease(origin)
    record.lacking = await _lacking(origin, lease.head if lease is not None else Head(), record, run.services)
    made = await _links(origin, await run.services.origins.find_links(origin), ours, record, run)
    for link in made:
        run.told(f"{origin} {link.item}: would be {link.state}")
    run.found.tasks += len(made)


async def _lacking(origin: str, head: Head, record: Record, services: Services) -> Sequence[Entry]:
    """
    Return what the record has of a history beyond its head here: all of it, or what came since a backup.

    Nothing where the history on the record is another one, and does not go on from the head.
    """
    entries = record.entries
    if not entries or head.sequence == 0:
        return () if await services.origins.list_entries(origin) else entries
    hashes = {entry.sequence: entry.hash for entry in entries} | {entries[0].sequence - 1: entries[0].before}
    if hashes.get(head.sequence) != head.hash:
        return ()
    return [entry for entry in entries if entry.sequence > head.sequence]


async def _restore_history(held: Held, lacking: Sequence[Entry], run: Run) -> None:
    """Put back from the record what the tables lack of a history: what comes is chained to the head that lies there."""
    if not lacking:
        return
    await held.commit(entries=Entries(restore=lacking), now=run.services.now())
    run.found.histories += 1
    run.told(f"{held.origin}: its history from entry {lacking[0].sequence} to {lacking[-1].sequence}, from the record")


async def _links(origin: str, linked: Mapping[str, Link], ours: Sequence[Ours], record: Record, run: Run) -> list[Link]:
    """Return the links of items that have none yet, or none that knows what became of the item since a backup."""
    chosen = _chosen(ours, record, run.found)
    known = {item for item, link in linked.items() if item not in chosen or not _knows_no_task(link, chosen[item])}
    run.found.known += len(chosen.keys() & known)
    for item in sorted(item for item in chosen.keys() & known if linked[item].state is LinkState.RESERVED):
        # The look that settles it knows what was posted, and goes by the claim, whatever people made of the text.
        await _claim(origin, item, chosen[item].task.id, run)
    told = [linked[item] for item in sorted(known & {entry.item for entry in record.lacking})]
    ended = [(link, since_backup(link, record.standings.get(link.item), run.services.now())) for link in told]
    links = [after for before, after in ended if after != before]
    for item in sorted((chosen.keys() | record.standings.keys()) - known):
        left = await _known(origin, item, chosen.get(item), record, run)
        link = link_of(left, run.services.mapping, run.services.now())
        if link is not None and (link.task_id is None or await _claim(origin, item, link.task_id, run)):
            links.append(link)
    return links


def _knows_no_task(link: Link, found: Ours) -> bool:
    """
    Tell a link of a backup whose task was made since.

    What was about to be posted then is settled by the next look. That lists the plan of the reservation alone: a task
    that a person has moved meanwhile is linked here, or another's likeness would be taken for it.
    """
    is_settled = link.state is LinkState.RESERVED and link.plan_id == found.task.plan_id
    return link.task_id is None and not is_settled and not link.is_of_newer_release


async def _known(origin: str, item: str, found: Ours | None, record: Record, run: Run) -> Known:
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


async def _claim(origin: str, item: str, task_id: str, run: Run) -> bool:
    """Claim a task for its item. False: it is another's, and that is told."""
    if run.is_dry:
        return True
    try:
        await run.services.tasks.claim(task_id, origin=origin, item=item)
    except RefusedError as error:
        run.found.left.append(str(error))
        return False
    return True


async def _commit(held: Held, made: Sequence[Link], record: Record, run: Run) -> None:
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
