"""
Conditional writes to tasks and details, many in one call.

What a write returns is a read: fields that we did not send are compared by the next decision, so a
change that a person made in between is seen and its version is not taken as agreed.
"""

import logging
from collections.abc import Sequence

from shared.decisions.actions import Write
from shared.decisions.bases import base_after, joined
from shared.decisions.fields import FIELDS, SyncedField, outcome_lines
from shared.decisions.item_view import event, is_behind
from shared.decisions.observed import Found, Missing, Seen, Unread
from shared.decisions.open_task import first_write
from shared.decisions.own_writes import to_announce
from shared.errors import BridgeError, NotFoundError, RetryLaterError, ThrottledError
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.models.planner import PlannerDetails, PlannerTask
from shared.reconciler.actions.patch import REFUSED, as_sent, changing, patch
from shared.reconciler.session import Work
from shared.reconciler.walls import wall

log = logging.getLogger(__name__)


async def write_tasks(work: Work, writes: Sequence[Write]) -> None:
    """
    Carry out writes: tasks first, then details, then the links.

    A write whose version is stale changes nothing: the task is read again and decided again.
    """
    if not writes:
        return
    work.ensure_time()
    before = {write.link.item: work.seen[write.link.item] for write in writes}
    await _announce(work, writes)
    sent = await patch(work, writes, in_details=False)
    # The note stands in the details: it is written although the task's own fields were refused.
    going = [write for write in writes if write.link.item not in sent.failed]
    going = [changing(work, write) if write.link.item in sent.partly else write for write in going]
    sent.add(await patch(work, going, in_details=True))
    failed = sent.failed
    done = [as_sent(work, write, sent) for write in writes if write.link.item not in failed]
    written = {write.link.item: work.seen[write.link.item] for write in done}
    # What is stale is read anew, to be decided anew. So is what shows other versions now: who completed the task
    # meanwhile decided on the old ones.
    await read_again(work, sorted(failed | {write.link.item for write in done if write.rebinds}))
    links = [_taken(work, _after(work, write, before[write.link.item], written[write.link.item])) for write in done]
    await work.commit(links, [told for write in done for told in write.events])
    await _say_refused(work)
    work.raise_if_throttled()


async def _announce(work: Work, writes: Sequence[Write]) -> None:
    """Remember what is about to be sent: died over, it is not taken for people's edit. First details are sent anew."""
    announced: list[Link] = []
    for write in writes:
        found, link = work.seen[write.link.item], work.held.links.get(write.link.item)
        if link is None or not link.details_done or not isinstance(found, Found):
            continue
        if fields := to_announce(write, found):
            announced.append(link.announcing(fields))
    if announced:
        await work.commit(announced)


async def write_details(work: Work, items: Sequence[str]) -> None:
    """Write the details of tasks that were just made: one call for their etags, one for all."""
    open_items = [item for item in items if (link := work.held.links.get(item)) and link.task_id]
    if not open_items:
        return
    await read_details(work, open_items)
    wanted = {task.item_key: task for task in work.wanted.tasks}
    writes: list[Write] = []
    for item in open_items:
        found = work.seen.get(item)
        if not isinstance(found, Found) or found.details is None or item not in wanted:
            continue
        with wall(work, [item], "write"):
            writes.append(first_write(work.held.links[item], work.target(wanted[item]), found))
    await write_tasks(work, writes)


async def read_details(work: Work, items: Sequence[str]) -> None:
    """Read the details of tasks that were found."""
    ids = {found.task.id: item for item in items if isinstance(found := work.seen.get(item), Found)}
    if not ids:
        return
    answers = await work.services.planner.read_details(list(ids))
    _raise_for_all(list(answers.values()))
    for task_id, item in ids.items():
        found = work.seen[item]
        if isinstance(found, Found):
            work.seen[item] = _seen(found.task, answers[task_id])


async def read_again(work: Work, items: Sequence[str]) -> None:
    """Read tasks and their details anew; a completed one's after it, so that they hold what was ticked by then."""
    ids = {link.task_id: item for item in items if (link := work.held.links.get(item)) and link.task_id}
    if not ids:
        return
    answers = await work.services.planner.read_both(list(ids))
    _raise_for_all([answer for both in answers.values() for answer in both])
    for task_id, item in ids.items():
        work.seen[item] = _seen(*answers[task_id])
    await read_details(work, [item for item in ids.values() if _is_to_be_judged(work, item)])


def _is_to_be_judged(work: Work, item: str) -> bool:
    found = work.seen[item]
    return isinstance(found, Found) and found.task.is_completed and work.held.links[item].state is LinkState.OPEN


def _seen(task: PlannerTask | BridgeError, details: PlannerDetails | BridgeError) -> Found | Missing | Unread:
    """Say what two reads say together."""
    for answer in (task, details):
        if isinstance(answer, RetryLaterError):
            return Unread(str(answer), passes=True)
    if isinstance(task, BridgeError):
        return Missing(task.answered) if isinstance(task, NotFoundError) else Unread(str(task))
    return Unread(str(details)) if isinstance(details, BridgeError) else Found(task, details)


def _raise_for_all(answers: Sequence[object]) -> None:
    """
    Put the whole look off where nothing was answered; one task without an answer stops its item alone.

    Raises:
        RetryLaterError: Graph asked for a pause, or answered none of the calls.
    """
    later = [answer for answer in answers if isinstance(answer, RetryLaterError)]
    for answer in later:
        if isinstance(answer, ThrottledError) or len(later) == len(answers):
            raise answer


async def _say_refused(work: Work) -> None:
    """Say on a link, once, what Planner refused: a limit of a task, mostly. A later look tries again."""
    known = work.held.links
    refused = {item: reason for item, reason in sorted(work.refused.items()) if item in known}
    said = [known[item].hindered(HoldCause.REFUSED, reason, work.now) for item, reason in refused.items()]
    news = [link for link in said if known[link.item].reason != link.reason]
    if said:
        await work.commit(said, [event(EventKind.HELD, link, reason=link.reason) for link in news])


def _taken(work: Work, link: Link) -> Link:
    """Return the link without what Planner refused before: it took a change."""
    if link.item in work.refused or link.hold is not HoldCause.REFUSED or not link.reason.startswith(REFUSED):
        return link
    return link.freed()


def _after(work: Work, write: Write, before: Seen, written: Seen) -> Link:
    """
    Return the link as it stands after a write: base from what the service returned.

    Args:
        work: has seen the task since, where the write asked for another read.
        write: as it was sent.
        before: the read that it was decided on.
        written: what it returned.
    """
    link, found, old = write.link, work.seen[write.link.item], work.held.links.get(write.link.item)
    if not (isinstance(found, Found) and isinstance(before, Found) and isinstance(written, Found)):
        # Whether it was completed before it showed the new versions can't be told: it is not bound to them.
        return link if old is None or not write.rebinds else link.bound_to(old.bound)
    # By what the write returned, not by the read after it: what a person wrote in between would pass for agreed on.
    link = link.based(base_after(before, written, write.asked))
    if _shows_anew(write, old) and written.details is not None:
        link = link.shown(written.details.answered)
    returned = link.agreed(written.task, written.details)
    if is_behind(found, returned):
        # The read after it came from a replica that lags: it tells neither of people's edits nor whether the task was
        # completed before it showed the new versions. The next look does.
        return returned if old is None or not write.rebinds else returned.bound_to(old.bound)
    if write.rebinds and found.task.is_completed and old is not None:
        # Completed before the new versions could be seen: it counts for the old ones.
        link = link.bound_to(old.bound)
    if not _somebody_wrote(write, before, written) and not _differ(written, found):
        link = link.agreed(found.task, found.details)
    return link


def _shows_anew(write: Write, old: Link | None) -> bool:
    """Tell whether a write makes the task show what is decided: its versions, or outcomes that nobody ticked."""
    if write.target is None or write.details is None:
        return False
    touched = outcome_lines(write.target.wanted).keys() & write.details.checklist.keys()
    return write.rebinds or bool(touched) or old is None or not old.details_done


def _somebody_wrote(write: Write, before: Found, after: Found) -> bool:
    """Compare what a write returned with what was read and sent: a difference is another's change."""
    if any(f.read(after) != f.read(before) for f in FIELDS if f.name not in write.asked and _comparable(f, before)):
        return True
    if any(joined(f, before, after, write.asked) for f in FIELDS):
        return True
    sent = write.task.percent_complete if write.task is not None else None
    return after.task.percent_complete != (before.task.percent_complete if sent is None else sent)


def _differ(written: Found, found: Found) -> bool:
    """Tell whether somebody wrote between what a write returned and the read after it."""
    if found.task.percent_complete != written.task.percent_complete:
        return True
    return any(f.read(found) != f.read(written) for f in FIELDS if _comparable(f, written))


def _comparable(synced: SyncedField, before: Found) -> bool:
    return not (synced.in_details and before.details is None)
