"""What must hold when a history has come to rest, each as a function that names what does not."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from local.in_process.loop import START
from shared.decisions.description_block import find_reference
from shared.decisions.fields import FIELDS
from shared.models.evidence import GENESIS
from shared.models.link import LinkState
from shared.store.row import escape
from tests.simulation.advances import unjust_advances
from tests.simulation.agreement import disagreements, unrecorded
from tests.simulation.edits import lost_edits
from tests.simulation.looking import claim_of, history, leases, links, ours, reservations
from tests.simulation.people import Log
from tests.simulation.telling import mute_holds, taken_from_strangers, untrue_histories
from tests.simulation.wanting import Wanted
from tests.simulation.world import World

ASKED_FOR = "EMEA"
"""The region of a contract that the rules are about."""
READ_BEFORE, CLOCKS_APART = timedelta(minutes=10), timedelta(seconds=20)
"""How long before it is told a record may have been read, by a worker that is slow and frozen on its way."""
FOR_EVER = datetime.max.replace(tzinfo=UTC)
_IN_DETAILS = {found.name for found in FIELDS if found.in_details}
NAMES = (
    "what people do to a task is seen without a resync",
    "every origin is looked at again some day",
    "nothing is posted while an earlier POST of it may stand",
    "one live task per wanted item or a stated reason",
    "both sides agree with the declared owners",
    "what is completed is on the record",
    "after a rebuild the same items have the same tasks, in the same states, or a stated reason",
    "every person's edit is applied or kept as a conflict",
    "one more round writes nothing",
    "deletions alone never advance a workflow",
    "a step advances once, for a performer or delegate, for the version shown, with one outcome",
    "nothing closes because something could not be read",
    "nothing closes but by a value that says no, or by a step that passed",
    "without a lost hint nothing of OpenText's is found by a resync alone",
    "strangers are left alone",
    "nothing is taken from a stranger's text",
    "histories are whole",
    "what the history says people did, people did",
    "every hold has a reason, and what passes by itself a next try",
    "no item is stopped by another's data",
    "a twin is made by a frozen worker alone",
    "a lease is lost to another worker alone",
    "timers, messages and calls an hour are bounded, however long a system is away",
    "what nobody asks for is not left open",
    "at each write: its worker has the lease, and nobody may believe it dead",
    "at each write of a lease: it is written over as it was read",
    "at each send-on: an intent was written before",
    "no call that makes something is cut by the end of its look",
    "who waits for pauses waits for the last of them",
    "what OpenText hides is asked for a few times an hour, whatever people do in Planner",
)


def at_rest(world: World, wanted: Wanted, log: Log, *, since: datetime, agreed_since: datetime) -> list[str]:
    """
    Check everything that can be seen at rest.

    Args:
        since: when the tables were lost last, or the beginning: what was remembered before is gone.
        agreed_since: from when on it is known again what both sides agreed on.
    """
    return [
        *_missing_tasks(world, wanted),
        *_twins(world, log, since),
        *_unjust_endings(world, log),
        *_broken_chains(world),
        *_touched_strangers(world, log),
        *disagreements(world, wanted, log, since=since),
        *unrecorded(world, wanted, log, since=since),
        *lost_edits(world, wanted, log, since=agreed_since),
        *(f"unjust: {problem}" for problem in unjust_advances(world)),
        *untrue_histories(world, log),
        *mute_holds(world),
        *taken_from_strangers(world, log),
    ]


def posted_twice(world: World, log: Log) -> list[str]:
    """Check at the moment of a POST: no more unclaimed tasks than announcements. Nothing is posted in doubt."""
    worked_on = {act.task for act in log.acts}
    claims = world.tables.tables.get("tasks", {})
    loose = Counter(
        (task["planId"], task["title"])
        for task_id, task in ours(world).items()
        if task_id not in worked_on and "claim" not in claims.get(escape(task_id), {})
    )
    if not loose:
        return []
    announced = Counter((found.plan_id, found.posted.title) for found in reservations(world))
    return [f"posted twice: {title}" for (plan, title), number in loose.items() if number > announced[plan, title]]


def seen_late(world: World, told: Mapping[str, int]) -> Iterator[str]:
    """
    Name what people had done in Planner, and only a resync found: by then every plan had been read.

    Beside what a released task shows: it is told when the mapping asks for the task again, and that a resync finds.

    Args:
        told: how many entries each origin's history had before the resync.
    """
    for origin, entries in history(world).items():
        adopted: set[str] = set()
        for entry in entries[told.get(origin, 0) :]:
            event, fields = entry.event, set(entry.event.detail.get("fields", ()))
            adopted |= {event.item} if event.what == "adopted" else set()
            if event.item in adopted:
                continue
            if event.what in ("completed", "moved") or (event.what == "edited" and not fields <= _IN_DETAILS):
                yield f"found by a resync alone: {event.what} {origin} {event.item} {sorted(fields)}"


def unannounced(world: World, told: Mapping[str, int], thresholds: Mapping[str, datetime]) -> Iterator[str]:
    """
    Name what OpenText had done, and only a resync found although no hint was lost.

    Args:
        told: how many entries each origin's history had before the resync.
        thresholds: when each origin's timer for what time alone changes was due, as it stood before the resync.
    """
    for origin, entries in history(world).items():
        due = thresholds.get(origin)
        for entry in entries[told.get(origin, 0) :]:
            # On the way to rest after the resync hours may pass: an escalation that is due by then is its timer's.
            if due is not None and entry.at >= due:
                break
            if entry.event.what in ("created", "closed", "rebound", "overtaken", "adopted", "released"):
                yield f"found by a resync alone: {entry.event.what} {origin} {entry.event.item}"


def _missing_tasks(world: World, wanted: Wanted) -> Iterator[str]:
    """Every wanted item has its task, or says why not."""
    known, tasks = links(world), ours(world)
    for key, task in wanted.items():
        link = known.get(key)
        if link is None:
            if not task.waits_on and task.held is None:
                yield f"no task and no reason: {key}"
        elif link.state in (LinkState.RESERVED, LinkState.CLOSED, LinkState.RELEASED):
            yield f"wanted, and still {link.state}: {key} {link.reason}"
        elif link.state is LinkState.HELD and not link.reason:
            yield f"held without a reason: {key}"
        elif link.state is LinkState.OPEN and link.task_id not in tasks:
            yield f"open, and its task is gone: {key}"


def _twins(world: World, log: Log, since: datetime) -> Iterator[str]:
    """
    No task of ours stands beside the one that is linked; one that people worked on may.

    So may one that was made at the moment when the tables were lost: it does not say yet whose it is.

    So may one whose maker died before it could be linked, when its workflow was purged or archived before the next
    look: for what can't be read nothing is decided. Its reservation stands, one for one task, and operators are told.
    """
    awaited = Counter(
        (found.plan_id, found.posted.title) for found in reservations(world) if _is_out_of_reach(world, found.origin)
    )
    linked = {link.task_id for link in links(world).values()}
    for task_id, task in ours(world).items():
        worked_on = any(act.task == task_id for act in log.acts)
        nameless = (
            datetime.fromisoformat(task["createdDateTime"]) <= since and find_reference(_text(world, task_id)) is None
        )
        if task_id in linked or worked_on or nameless:
            continue
        if awaited[task["planId"], task["title"]]:
            awaited[task["planId"], task["title"]] -= 1
        else:
            yield f"a task without a link: {task_id} {task['title']}"
    count: dict[str, int] = {}
    for link in links(world).values():
        if link.task_id is not None:
            count[link.task_id] = count.get(link.task_id, 0) + 1
    yield from (f"one task for two items: {task_id}" for task_id, number in count.items() if number > 1)


def _is_out_of_reach(world: World, origin: str) -> bool:
    """Tell a workflow that was purged or archived, and that operators are told of."""
    is_purged = int(origin.partition("-")[2]) in world.purged
    return is_purged and leases(world)[origin].trouble is not None


def _text(world: World, task_id: str) -> str:
    return str(world.graph.details[task_id]["description"])


def _unjust_endings(world: World, log: Log) -> Iterator[str]:
    """What ended had ended: a closed step had passed, a deleted task was deleted."""
    deleted = {act.task for act in log.of("deleted")}
    # One that is restored was deleted for a while, and may have been made again meanwhile.
    there = world.graph.tasks.keys() - {act.task for act in log.of("restored")}
    for origin, entries in history(world).items():
        made: set[str] = set()
        for entry in entries:
            event = entry.event
            task = event.detail.get("task")
            if event.what == "deleted" and (task in there or task not in deleted):
                yield f"taken as deleted, and is not: {origin} {event.item} {task}"
            had_task = event.item in made
            # What has no task yet is forgotten with its rule, and asked for anew when that returns; steps too.
            is_forgotten = world.mapping_changed and not had_task
            is_step = event.what == "closed" and origin.startswith("workflow-")
            if is_step and not is_forgotten and _is_current(world, origin, event.item):
                yield f"closed, and still waits: {origin} {event.item}"
            made |= {event.item} if event.what in ("created", "settled", "adopted") else set()
            is_record = event.what == "closed" and origin.startswith("workspace-")
            if is_record and had_task and not _was_said_no(world, log, origin, entry.at):
                yield f"closed, and no value says no: {origin} {event.item} {event.detail.get('reason')}"
            if event.what == "completed" and not _was_completed(world, log, (origin, event.item)):
                yield f"completed, and nobody completed it: {origin} {event.item}"


def _was_said_no(world: World, log: Log, origin: str, at: datetime) -> bool:
    """Tell whether the record held what its rule does not ask for, while the look that ended it was at work."""
    said = [
        (act.at, act.value[2])
        for act in log.of("attribute")
        if f"workspace-{act.value[0]}" == origin and act.value[1] == "Contract.Region"
    ]
    if world.mapping_changed:
        # Under an edited mapping EMEA may be what says no; but a file alone ends nothing.
        return bool(said)
    held = [(START, ASKED_FOR), *said]
    ends = [*(begin for begin, _ in said), FOR_EVER]
    return any(
        value != ASKED_FOR and (world.clock_moved or (begin <= at + CLOCKS_APART and at - READ_BEFORE <= end))
        for (begin, value), end in zip(held, ends, strict=True)
    )


def _was_completed(world: World, log: Log, item: tuple[str, str]) -> bool:
    return any(item == (act.item if act.item[1] else claim_of(world, act.task)) for act in log.of("completed"))


def _is_current(world: World, origin: str, item: str) -> bool:
    process = world.workflow(int(origin.partition("-")[2]))
    if process.state in ("stopped", "completed"):
        return False
    state = world.content.state
    return any(
        item.startswith((f"approval|{process.id}|{visit.task_id}|{state.zoneless(visit.started)}",))
        for visit in process.current
        if "|level|" not in item
    )


def _broken_chains(world: World) -> Iterator[str]:
    for origin, entries in history(world).items():
        before = GENESIS
        for number, entry in enumerate(entries, 1):
            if entry.sequence != number or entry.before != before:
                yield f"history broken: {origin} {number}"
                break
            before = entry.hash


def _touched_strangers(world: World, log: Log) -> Iterator[str]:
    """A task that a person made is as people left it."""
    for act in log.of("made"):
        task = world.graph.tasks.get(act.task)
        if any(other.task == act.task and other is not act for other in log.acts):
            continue
        if task is None or task["@odata.etag"] != act.value["@odata.etag"]:
            yield f"a person's own task was touched: {act.task}"
