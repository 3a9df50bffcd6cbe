"""
What one item needs next: origin, wanted, link, task and now → one action, or none.

Pure and level-triggered: it looks at how things stand, never at what happened. Carrying its action
out and asking again ends, when both sides agree, in None.
"""

from datetime import datetime

from shared.decisions.actions import Action, Create, LookAgain, Remember, Settle, Write
from shared.decisions.completion import (
    is_asked_anew,
    is_completed_by_person,
    record_again,
    refused_late,
    remember_completed,
)
from shared.decisions.description_block import closing_note, signature
from shared.decisions.ending import Ended, Ending, MappingChanged, NotStated, ending
from shared.decisions.fields import Target
from shared.decisions.item_view import Policy, View, event, is_behind, is_waiting
from shared.decisions.observed import Found, Missing, Unread
from shared.decisions.open_task import agree, decide_open, decide_refused
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause, RefusalReason
from shared.models.link import Link, LinkState
from shared.models.planner_writes import TaskPatch
from shared.models.wanted import WhenDeleted
from shared.models.words import ItemKind, WaitedFor
from shared.timing import REPLICA, YOUNG

DELETED_RELEASED = "a person deleted the task, and the mapping no longer asked for it"
BY_PEOPLE, DATE_MOVED = "opened again in Planner", "its date moved"


def decide(view: View, policy: Policy, now: datetime) -> Action | None:
    """Choose the next step for one item."""
    link = view.link
    if link is None:
        return _decide_new(view, now)
    # It says something that this release does not know: any decision on it would be a guess.
    if link.is_of_newer_release:
        return None
    if link.hold is HoldCause.ITEM_FAILED and is_waiting(link, view, policy, now):
        return _leave_broken(link, view.found)
    # An old replica's read would be taken for people's edit of all that was agreed on since. (While a send-on is
    # under way the task decides nothing, so its age does not matter.)
    if view.found is not None and link.sending is None and is_behind(view.found, link):
        return LookAgain(link.item, now + REPLICA, WaitedFor.REPLICA)
    action = _decide_known(view, link, policy, now)
    if view.is_refused and isinstance(action, Write):
        return decide_refused(view, action, policy, now)
    return action


def _leave_broken(link: Link, found: Found | None) -> Remember | None:
    """Agree on what people did to its task, and on no field of it: each read of its plan would announce it again."""
    return None if found is None else Remember.change(link, link.agreed(found.task, found.details))


def _decide_known(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    if link.state is LinkState.HELD:
        return _decide_held(view, link, policy, now)
    if link.state is LinkState.RESERVED:
        return _decide_reserved(view, link, policy, now)
    if link.state is LinkState.RELEASED:
        return _decide_released(view, link, policy, now)
    if link.state is LinkState.WITHDRAWN:
        return _decide_withdrawn(view, link, policy, now)
    return _decide_made(view, link, policy, now)


def _decide_new(view: View, now: datetime) -> Action | None:
    if view.target is None:
        return None
    wanted = view.target.wanted
    if wanted.held is not None:
        # It gets a link without a task: so it is seen that it waits, and for what.
        held = Link.first_held(wanted, wanted.held_by, wanted.held, now)
        return Remember(held, (event(EventKind.HELD, held, reason=wanted.held),))
    return Create(view.target) if set(wanted.waits_on) <= view.completed else None


def _decide_held(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    if view.target is None:
        return _decide_unmade(view, link, policy)
    # A person deleted its task, and the rule says to leave it at that: only an operator's word makes another.
    if link.hold is HoldCause.DELETED and policy.frees is not HoldCause.DELETED:
        return None
    if (held := view.target.wanted.held) is not None:
        return _decide_still_held(view, link, held, policy, now)
    if is_waiting(link, view, policy, now):
        return None
    return Create(view.target, link)


def _decide_still_held(view: View, link: Link, why: str, policy: Policy, now: datetime) -> Action | None:
    """Say why an item still waits. A cause outside of the rule counts its tries: it is looked at ever less often."""
    wanted = view.target.wanted if view.target is not None else None
    if wanted is None:
        return None
    is_same = (link.hold, link.reason) == (wanted.held_by, why)
    if is_same and (link.retry_at is None or is_waiting(link, view, policy, now)):
        return None
    held = link.held(wanted.held_by, why, now).of_rule(wanted.rule_hash)
    return Remember(held, () if is_same else (event(EventKind.HELD, held, reason=why),))


def _decide_unmade(view: View, link: Link, policy: Policy) -> Remember | None:
    """End an item that waited without a task and is not wanted. What a person deleted stays so beyond any rule."""
    why = _ending(view, link, policy)
    if isinstance(why, NotStated) or (isinstance(why, MappingChanged) and link.hold is HoldCause.DELETED):
        return None
    closed = link.closed(why.reason)
    return Remember(closed, (event(EventKind.CLOSED, closed, reason=closed.reason),))


def _ending(view: View, link: Link, policy: Policy) -> Ending:
    return ending(
        link,
        view.origin,
        policy.rule_hashes,
        is_undecided=view.is_undecided,
        why_not=view.why_not,
        chased=view.chased,
    )


def _decide_reserved(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    # Announced in the future, by a clock that was wrong: it would never be time to settle it.
    if link.reserved_at is not None and policy.is_of_wrong_clock(link.reserved_at, now):
        return Remember(link.announced_at(now), again=True)
    due = policy.settled(link.reserved_at or now, now)
    if now < due:
        return LookAgain(link.item, due, WaitedFor.SETTLE)
    return None if is_waiting(link, view, policy, now) else Settle(link, view.target)


def _decide_released(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """
    Leave a released item's task alone.

    It ends with its step or record, or as a person completes it, and returns as it was with its rule.
    """
    if isinstance(view.seen, Missing):
        return _decide_missing(view, link, policy, now)
    if view.found is None:
        return None
    if view.target is not None:
        back = link.adopted(view.target.wanted.rule_hash)
        return Remember(back, (event(EventKind.ADOPTED, back),), again=True)
    if _is_ended_by_person(link, view.found):
        return remember_completed(link, view.found, now)
    why = _ending(view, link, policy)
    # Its rule may stand again, and only a value that was read says no by it.
    if isinstance(why, Ended) and (why.is_by_condition or why.is_stated or link.step is not None):
        return _end(link, view.found, why, signature(policy.bridge, view.origin.key))
    return agree(link, view.found)


def _decide_withdrawn(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """Take note of what people do to its task, and of no more: each read of its plan would announce it anew."""
    if isinstance(view.seen, Missing):
        return _decide_missing(view, link, policy, now)
    return None if view.found is None else agree(link, view.found)


def _decide_made(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """Decide for an item that has, or had, its task."""
    if link.task_id is None:
        return _decide_without_task(view, link, now)
    if link.sending is not None or (
        view.found is not None and link.state is LinkState.OPEN and view.target is not None
    ):
        return _wanted_again(view, link) or decide_open(view, link, policy, now)
    if isinstance(view.seen, Missing):
        return _decide_missing(view, link, policy, now)
    if view.seen is None or isinstance(view.seen, Unread) or view.found is None:
        return None
    if view.target is None:
        return _decide_unwanted(view, link, view.found, policy, now)
    return _decide_finished(view, link, view.found, policy, now)


def _wanted_again(view: View, link: Link) -> Remember | None:
    """Let go what the brake held: its condition says yes again."""
    if link.hold is not HoldCause.BRAKE or view.target is None:
        return None
    return Remember(link.freed(), again=True)


def _decide_without_task(view: View, link: Link, now: datetime) -> Action | None:
    """Decide for an item that is over and has no task, or that is asked again after its task was cleaned up."""
    if view.target is None:
        return None
    wanted = view.target.wanted
    if link.state is LinkState.COMPLETED and link.kind is not ItemKind.STEP and is_asked_anew(link, wanted):
        return Remember(link.reopened(), (event(EventKind.REOPENED, link, reason=DATE_MOVED),), again=True)
    if link.state not in (LinkState.CLOSED, LinkState.OPEN):
        return None
    if (why := wanted.held) is None:
        return Create(view.target, link)
    waiting = link.held(wanted.held_by, why, now)
    return Remember(waiting, (event(EventKind.HELD, waiting, reason=why),))


def _decide_missing(view: View, link: Link, policy: Policy, now: datetime) -> Action | None:
    """Decide for a deleted task: it is never a completed one."""
    # A young task that answers 404 may only not have reached every replica. By Planner's own clock: to a worker whose
    # clock is an hour ahead no task is young, and another would be made beside it.
    answered = view.seen.answered if isinstance(view.seen, Missing) else None
    age = (answered or now) - (link.reserved_at or now)
    if age < YOUNG:
        return LookAgain(link.item, now + YOUNG - age, WaitedFor.MISSING)
    deleted = event(EventKind.DELETED, link, task=link.task_id)
    if link.state is LinkState.RELEASED:
        return Remember(link.withdrawn(DELETED_RELEASED, task_gone=True), (deleted,))
    # It was over before: a deletion takes back no completion and no ending.
    if link.state is not LinkState.OPEN:
        return Remember(link.lost_task(), (deleted,))
    if view.target is not None:
        return _after_deletion(view.target, link, deleted, now)
    return _after_unwanted_deletion(link, deleted, _ending(view, link, policy))


def _after_unwanted_deletion(link: Link, deleted: Event, why: Ending) -> Remember | None:
    if isinstance(why, NotStated):
        # What the rule says of a deleted task counts once it is known that the rule still asks for it.
        return None
    if isinstance(why, MappingChanged):
        after = link.withdrawn(DELETED_RELEASED, task_gone=True)
    else:
        after = link.closed(why.reason, task_gone=True)
    return Remember(after, (deleted,))


def _after_deletion(target: Target, link: Link, deleted: Event, now: datetime) -> Action:
    """Do what the rule says of a wanted task that a person deleted."""
    if (why := target.wanted.held) is not None:
        # Its plan may be gone, with its group: there is nowhere to make it again.
        waiting = link.held(target.wanted.held_by, why, now)
        return Remember(waiting, (deleted, event(EventKind.HELD, waiting, reason=why)))
    if target.wanted.when_deleted is WhenDeleted.RECREATE:
        return Create(target, link)
    if target.wanted.when_deleted is WhenDeleted.HOLD:
        return Remember(link.held(HoldCause.DELETED, "a person deleted the task", now), (deleted,))
    return Remember(link.withdrawn(link.reason, task_gone=True), (deleted,))


def _decide_unwanted(view: View, link: Link, found: Found, policy: Policy, now: datetime) -> Action | None:
    # Over, and its version agreed on all the same: else each read of its plan would announce it anew.
    if link.state is not LinkState.OPEN:
        return agree(link, found)
    why = _ending(view, link, policy)
    if isinstance(why, NotStated):
        return None
    # Before anything else ends it, or lets it go: what somebody completed is his to have ended.
    if _is_ended_by_person(link, found):
        return remember_completed(link, found, now)
    # What somebody edits in a file takes no task away from people: an operator withdraws it, or the rule comes back.
    if isinstance(why, MappingChanged):
        released = link.moved(found.task).agreed(found.task, found.details).released(why.reason)
        return Remember(released, (event(EventKind.RELEASED, released, reason=why.reason),))
    return _end(link, found, why, signature(policy.bridge, view.origin.key))


def _is_ended_by_person(link: Link, found: Found) -> bool:
    """Tell an item that a person completed. A step's completion ends nothing by itself."""
    return link.kind is not ItemKind.STEP and is_completed_by_person(found) and not link.is_being_opened


def _end(link: Link, found: Found, why: Ended, signed: str) -> Write:
    """End the task with the reason."""
    reason = why.reason
    closed = link.closed(reason)
    # A step ended in OpenText alone: the history tells that nothing was moved by a completion.
    late = refused_late(link, found, RefusalReason.STEP_GONE) if link.kind is ItemKind.STEP else ()
    events = (*late, event(EventKind.CLOSED, closed, reason=reason))
    details, asked = closing_note(signed, link, reason, found.details)
    # Where the bridge was opening it again, and no answer came, a read that shows it completed may be older than that:
    # Planner refuses the write then, and the next read shows what is so.
    is_completed = found.task.is_completed and not link.is_being_opened
    task = None if is_completed else TaskPatch(percent_complete=100)
    return Write(
        closed, None, task=task, details=details, asked=asked, events=events, is_by_condition=why.is_by_condition
    )


def _decide_finished(view: View, link: Link, found: Found, policy: Policy, now: datetime) -> Action | None:
    """Decide for a completed or closed link whose item is wanted."""
    wanted = view.target.wanted if view.target else None
    # A step is not opened again from Planner: its workflow has moved on.
    if wanted is None or link.kind is ItemKind.STEP:
        return agree(link, found)
    reopened = link.reopened()
    if link.state is LinkState.CLOSED:
        patch = TaskPatch(percent_complete=0) if found.task.is_completed else None
        return Write(
            reopened, view.target, task=patch, events=(event(EventKind.REOPENED, link, reason="wanted again"),)
        )
    is_anew, is_open = is_asked_anew(link, wanted), not found.task.is_completed
    if _is_completed_anew(link, found) or (is_open and not is_anew):
        # Where its date moved, the bridge may have opened it itself, and the answer was lost.
        why = DATE_MOVED if is_anew else BY_PEOPLE
        return Remember(reopened, (event(EventKind.REOPENED, link, reason=why),), again=True)
    if is_anew:
        # It may be open already, for the same reason.
        patch = None if is_open else TaskPatch(percent_complete=0)
        return Write(reopened, view.target, task=patch, events=(event(EventKind.REOPENED, link, reason=DATE_MOVED),))
    if (agreed := agree(link, found)) is not None or not (link.is_untold or link.hold is HoldCause.RECORD):
        return agreed
    return None if is_waiting(link, view, policy, now) else record_again(link.told(), wanted, view.workspace_id)


def _is_completed_anew(link: Link, found: Found) -> bool:
    """Tell a later completion than the one that is remembered: the task was opened in between, and nobody looked."""
    at, before = found.task.completed, link.completed_at
    return at is not None and before is not None and at > before
