"""What a completed task means for OpenText."""

from datetime import datetime

from shared.decisions.actions import Action, Remember, SetAttributes, Write
from shared.decisions.approval import decide_approval, decide_elsewhere
from shared.decisions.item_view import Case, actor_of, event
from shared.decisions.observed import Found
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import RefusalReason
from shared.models.link import Link
from shared.models.opentext import AttributeValue
from shared.models.planner_writes import TaskPatch
from shared.models.wanted import WantedTask
from shared.models.words import ItemKind


def decide_completed(case: Case) -> Action | None:
    """Advance the step, or note the completion of a task that stands for itself."""
    # Before anything is judged: an ending of the bridge's own would be refused, or go on the record, as somebody's act.
    if _is_own_ending(case.found):
        told = event(EventKind.REOPENED, case.link, reason="wanted again")
        return Write(case.link, case.target, task=TaskPatch(percent_complete=0), events=(told,))
    if case.target.wanted.kind is ItemKind.STEP:
        return decide_approval(case) if case.target.wanted.moves_step else decide_elsewhere(case)
    found, wanted = case.found, case.target.wanted
    done = case.link.completed(*_by_whom(found, case.now)).agreed(found.task, None)
    told = completed_event(case.link, found)
    if (values := recorded(wanted)) and case.workspace_id is not None:
        return SetAttributes(done, case.workspace_id, values, (told,))
    return Remember(done, (told,))


def remember_completed(link: Link, found: Found, now: datetime) -> Remember:
    """End an item that its rule asks for no more, and whose task a person had completed before."""
    done = link.completed_unasked(*_by_whom(found, now)).agreed(found.task, None)
    return Remember(done, (completed_event(link, found),))


def completed_event(link: Link, found: Found) -> Event:
    """Tell who completed a task, and when."""
    return event(EventKind.COMPLETED, link, actor=actor_of(found), at=found.task.completed, etag=found.task.etag)


def _by_whom(found: Found, now: datetime) -> tuple[str | None, datetime]:
    return actor_of(found).get("entra"), found.task.completed or now


def refused_late(link: Link, found: Found, reason: RefusalReason) -> tuple[Event, ...]:
    """Tell of a step that somebody completed it when nothing was moved by that any more; of nobody: nothing."""
    if not is_completed_by_person(found):
        return ()
    at = found.task.completed
    return (event(EventKind.REFUSED, link, actor=actor_of(found), reason=reason, completed_at=at),)


def is_completed_by_person(found: Found) -> bool:
    """Tell a person's completion from the bridge's own, and from one of which Planner does not say whose it is."""
    return found.task.is_completed and "entra" in actor_of(found)


def _is_own_ending(found: Found) -> bool:
    """
    Tell an ending of the bridge's own, whose commit was lost before the item was wanted again: nobody completed it.

    Whoever made the task completed it, and that is no person.
    """
    by, made_by = found.task.completed_by, found.task.created_by
    key = by.key if by is not None else None
    return key is not None and key.startswith("application:") and made_by is not None and made_by.key == key


def recorded(wanted: WantedTask) -> dict[str, AttributeValue]:
    """Return what the record is told of a completion, by attribute."""
    progress: dict[str, AttributeValue] = {wanted.progress_attribute: 100} if wanted.progress_attribute else {}
    return {**wanted.on_complete, **progress}


def record_again(link: Link, wanted: WantedTask, workspace_id: int | None) -> Action:
    """Tell the record of a completion once more, when it is time; what the rule no longer has told is dropped."""
    if workspace_id is None or not (values := recorded(wanted)):
        return Remember(link.freed())
    return SetAttributes(link, workspace_id, values)


def is_asked_anew(link: Link, wanted: WantedTask) -> bool:
    """Tell whether a completed item's date moved, and its rule asks it again then."""
    due = link.base.get("due")
    is_moved = due is not None and wanted.due is not None and due.asked != wanted.due.isoformat()
    return is_moved and wanted.reopen_when_moved
