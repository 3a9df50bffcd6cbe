"""What an open task of a wanted item needs next."""

from dataclasses import replace
from datetime import datetime

from shared.decisions.actions import Action, CheckSending, LookAgain, Remember, SetAttributes, Write
from shared.decisions.approval import WAITS, decide_reassigned, wait_on
from shared.decisions.binding import bound, rebinds, rebound, unticked
from shared.decisions.completion import decide_completed
from shared.decisions.description_block import digest, noted_block, split_description, with_block
from shared.decisions.ending import is_current
from shared.decisions.fields import FIELDS, Target
from shared.decisions.item_view import Case, Policy, View, changed, event, is_waiting, updated
from shared.decisions.merge import Merged, merge
from shared.decisions.observed import Found
from shared.decisions.own_words import seed_of
from shared.decisions.own_writes import carried_out, is_made_by_people
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause, RefusalReason
from shared.models.link import FieldBase, Link, LinkState
from shared.models.planner_writes import DetailsPatch, TaskPatch
from shared.models.wanted import Owner
from shared.models.words import ItemKind, WaitedFor
from shared.timing import NOTE_STANDS

STOPPED = (HoldCause.ITEM_FAILED, HoldCause.UNREADABLE, HoldCause.UNAVAILABLE)
"""Holds of a wall: it frees them once the item goes well."""
KEPT_HOLDS = frozenset({HoldCause.REFUSED, HoldCause.RECORD, HoldCause.EVIDENCE, *STOPPED, *WAITS})
"""Holds of an open task that something else ends than what is wanted of it."""
HINDERED = "The bridge waits: {why}. Until then it changes nothing here, and completing the task decides nothing."
_DETAILS = frozenset(f.name for f in FIELDS if f.in_details)


def decide_open(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """Choose the next step for a task that is at work."""
    if link.sending is not None:
        return _decide_sending(view, link, policy, now)
    case = _case(view, link, policy, now)
    if case is None:
        return None
    return _take_note(case) or _decide_case(case)


def decide_refused(view: View, write: Write, policy: Policy, now: datetime) -> Action | None:
    """
    Choose the next step where Planner refused what we would write.

    What people changed in other fields is taken all the same, and the version is agreed on: it would be announced again
    and again. What the write asks stays to be asked.
    """
    link = view.link
    if link is None or view.found is None:
        return None
    case = _case(view, link, policy, now)
    if case is None or link.state is not LinkState.OPEN or case.found.task.is_completed:
        return agree(link, view.found)
    merged = merge(case.target, case.found, link.base)
    left = replace(
        merged,
        asked={},
        taken=tuple(name for name in merged.taken if name not in write.asked),
        conflicts=tuple(one for one in merged.conflicts if one.field not in write.asked),
    )
    agreed = {name: known for name, known in merged.agreed.items() if name not in write.asked}
    return _decide_progress(case, link.based(agreed), _told(link, left, case.found))


def _case(view: View, link: Link, policy: Policy, now: datetime) -> Case | None:
    """Put together what an open task is decided on. None: it is not wanted, or was not read."""
    found, target = view.found, view.target
    if found is None or target is None:
        return None
    return Case(view.origin, link, target.at(found.task.plan_id), found, policy, now)


def agree(link: Link, found: Found) -> Remember | None:
    """Take note of a version that asks for nothing, and of the plan that the task was moved to."""
    return Remember.change(link, link.moved(found.task).agreed(found.task, found.details))


def _take_note(case: Case) -> Remember | None:
    """Take note, before anything is decided, of where the task is now, and of writes of ours that it shows."""
    link, found = case.link, case.found
    if found.task.plan_id != link.plan_id:
        return Remember(
            link.moved(found.task),
            (event(EventKind.MOVED, link, before=link.plan_id, after=found.task.plan_id),),
            again=True,
        )
    if link.announced:
        # Told here: the answer was lost, or the worker died, and nobody else tells what the bridge changed.
        ours = carried_out(link, found)
        told = updated(link, {name: sent.asked for name, sent in ours.items()})
        return Remember(link.knows_its_writes(ours), told, again=True)
    return None


def _decide_case(case: Case) -> Action | None:
    link, found = case.link, case.found
    if case.target.wanted.held is not None:
        return decide_hindered(case, case.target.wanted.held)
    if link.hold is not None and link.hold not in KEPT_HOLDS:
        return Remember(link.freed(), again=True)
    # Before any completion is judged: without its details the task never showed what it was about.
    if not link.details_done:
        return None if found.details is None else first_write(link, case.target, found)
    # The refusal was written first: whoever died before the task was opened again left that to do.
    if link.is_being_opened:
        return _reopen(case)
    return decide_completed(case) if found.task.is_completed else _decide_merge(case)


def decide_hindered(case: Case, why: str) -> Action | None:
    """
    Leave the task of an item that can't be decided on now as it is, with one note.

    What is wanted of it is not to be believed meanwhile: nothing else is written, and nothing is sent.
    """
    link, found, cause = case.link, case.found, case.target.wanted.held_by
    is_same = (link.hold, link.reason) == (cause, why)
    if not is_same or (link.retry_at is not None and not link.waits(case.now)):
        held = link.hindered(cause, why, case.now)
        return Remember(held, () if is_same else (event(EventKind.HELD, held, reason=why),), again=True)
    if found.details is None:
        return agree(link, found)
    block = split_description(found.details.description).block
    noted = noted_block(block, HINDERED.format(why=why))
    if not block or noted == block:
        return agree(link, found)
    details = DetailsPatch(description=with_block(found.details.description, noted))
    return Write(link, case.target, details=details, asked={"context": digest(noted)})


def _decide_sending(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """
    Find out what became of a send-on: a read that shows the step moved says so at once.

    While it stands where it was, the outcome is left to settle: OpenText may still be at work on it.
    """
    if link.sending is None:
        return None
    workflow, current = view.origin.workflow, is_current(link, view.origin)
    if workflow is not None and any(step.ref == link.sending.step for step in workflow.completed):
        return CheckSending(link, view.target, current, is_completed=True)
    # Announced in the future, by a clock that was wrong: its outcome would never be due.
    if policy.is_of_wrong_clock(link.sending.at, now):
        return Remember(link.sent_at(now), again=True)
    due = policy.settled(link.sending.at, now)
    if now < due and (current or workflow is None):
        return LookAgain(link.item, due, WaitedFor.SETTLE)
    if link.hold is not None and is_waiting(link, view, policy, now):
        return _wait_for_outcome(view, link, policy, now)
    return CheckSending(link, view.target, current, is_settled=now >= due)


def _wait_for_outcome(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """When to come back stands in the link; what it waits for, in the task."""
    if (case := _case(view, link, policy, now)) is not None:
        return wait_on(case)
    # Not wanted any more: agreed on all the same, or each read of its plan would announce it.
    return None if view.found is None else agree(link, view.found)


def first_details(target: Target, found: Found) -> DetailsPatch:
    """Write the details of a new task: people's seed, our block, checklist, outcomes, references."""
    shown = found.details.description if found.details else None
    merged = merge(target, found, {})
    lines = merged.details.checklist if merged.details else {}
    references = merged.details.references if merged.details else {}
    text = with_block(shown or target.wanted.description, target.block)
    if text == shown and (lines or references):
        # An earlier try wrote it, and Planner refused the rest, which is tried again alone.
        return DetailsPatch(checklist=lines, references=references)
    return DetailsPatch(description=text, checklist=lines, references=references)


def first_write(link: Link, target: Target, found: Found) -> Write:
    """
    Write the details of a new task for the first time: only now it shows the versions that an approval is bound to.

    Somebody may have completed it before: it is read once more, and such a completion is bound to nothing.
    """
    versions = target.wanted.documents
    return Write(
        link.detailed(versions, seed_of(target.wanted)),
        target,
        details=first_details(target, found),
        asked={f.name: f.wanted(target) for f in FIELDS if f.in_details},
        rebinds=versions != link.bound,
    )


def _reopen(case: Case) -> Write | Remember:
    """Open a refused task again; ticks of outcomes go, and the note is in the block."""
    link, wanted, found = case.link, case.target.wanted, case.found
    last = link.refusals[-1]
    merged = merge(case.target, found, link.base)
    if merged.noted.keys() & _DETAILS:
        return _note_losses(link, merged)
    return Write(
        bound(link.asked_again(), wanted, found),
        case.target,
        task=TaskPatch(percent_complete=0) if found.task.is_completed else None,
        details=unticked(case.target, found, merged.details),
        asked={name: value for name, value in merged.asked.items() if name in _DETAILS},
        events=(event(EventKind.REOPENED, link, reason=last.reason), *rebound(link, wanted, found)),
        rebinds=rebinds(link, wanted, found),
    )


def _decide_merge(case: Case) -> Action | None:
    link, wanted = case.link, case.target.wanted
    merged = merge(case.target, case.found, link.base)
    # Before the merge is carried out: of other tasks the assignees of both sides hold, but who performs a step is
    # OpenText's to say.
    if (
        wanted.kind is ItemKind.STEP
        and _is_reassigned(case, merged)
        and (action := decide_reassigned(case)) is not None
    ):
        return action
    if merged.noted:
        return _note_losses(link, merged)
    if link.hold in WAITS or _is_note_over(case):
        # The completion that waited was taken back; or the note was there long enough to be read.
        return Remember(link.freed() if link.hold in WAITS else link.settled(), again=True)
    is_new = rebinds(link, wanted, case.found)
    agreed = bound(link, wanted, case.found).based(merged.agreed).wanting(wanted)
    events = (*_told(link, merged, case.found), *rebound(link, wanted, case.found))
    details = unticked(case.target, case.found, merged.details) if is_new else merged.details
    if merged.task is not None or details is not None:
        asked = merged.asked
        return Write(agreed, case.target, task=merged.task, details=details, asked=asked, events=events, rebinds=is_new)
    return _decide_progress(case, agreed, events)


def _is_note_over(case: Case) -> bool:
    """Tell whether an assignment that was put back stands for so long that nobody need read of it any more."""
    link = case.link
    if not link.note or link.refusals[-1].reason is not RefusalReason.REASSIGNED:
        return False
    is_put_back = case.found.task.assignees == case.target.wanted.assignees
    return is_put_back and case.now - link.refusals[-1].at >= NOTE_STANDS


def _is_reassigned(case: Case, merged: Merged) -> bool:
    wanted = case.target.wanted
    is_theirs = "assignees" in merged.taken and case.found.task.assignees != wanted.assignees
    return wanted.kind is ItemKind.STEP and is_theirs


def _note_losses(link: Link, merged: Merged) -> Remember:
    """Write into the history what a write is about to destroy, then decide again."""
    return Remember(link.based(merged.noted), _conflicts(link, merged, Owner.OPENTEXT), again=True)


def _decide_progress(case: Case, agreed: Link, events: tuple[Event, ...]) -> Action | None:
    """Agree on what was read; tell the record about progress where the rule names an attribute."""
    link, found = case.link, case.found
    attribute, percent = case.target.wanted.progress_attribute, found.task.percent_complete
    seen = link.base.get("progress")
    moved = seen is None or seen.got != percent
    agreed = agreed.agreed(found.task, found.details).based({"progress": FieldBase(got=percent)})
    if moved and (seen is not None or percent):
        events = (*events, event(EventKind.PROGRESSED, link, before=seen.got if seen else None, after=percent))
        if attribute and case.workspace_id is not None:
            return SetAttributes(agreed, case.workspace_id, {attribute: percent}, events)
    return Remember.change(link, agreed, events)


def _told(link: Link, merged: Merged, found: Found) -> tuple[Event, ...]:
    """Tell what each side changed, with both values, and what was lost where both did."""
    conflicts = _conflicts(link, merged, Owner.PLANNER)
    read = {f.name: f.read(found) for f in FIELDS if f.name in merged.taken and is_made_by_people(link, found, f.name)}
    return (
        *conflicts,
        *changed(EventKind.EDITED, link, lambda known: known.got, read),
        *updated(link, merged.asked),
    )


def _conflicts(link: Link, merged: Merged, winner: Owner) -> tuple[Event, ...]:
    return tuple(
        event(EventKind.CONFLICT, link, field=c.field, winner=c.winner.value, kept=c.kept, lost=c.lost)
        for c in merged.conflicts
        if c.winner is winner
    )
