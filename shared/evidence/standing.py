"""How each item of an origin stood when its history was last put on the record: from the entries alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.models.events import EventKind
from shared.models.evidence import Entry
from shared.models.link_states import LinkState


@dataclass(frozen=True)
class Standing:
    """One item."""

    state: LinkState = LinkState.OPEN
    reason: str = ""
    task_id: str | None = None
    """None: it has none any more, or never had one."""
    plan_id: str | None = None
    asked: datetime | None = None
    """UTC: when its present task was made."""
    is_deleted: bool = False
    """A person deleted its task while it was open, and nothing was made since."""
    completed_by: str | None = None
    """Entra user id."""
    completed_at: datetime | None = None
    sent_on: str | None = None
    """Id of the intent that advanced its step."""
    is_untold: bool = False
    """It is completed, and the record could not be told."""


def standings(entries: Sequence[Entry]) -> dict[str, Standing]:
    """Say how each item stands after the last entry."""
    found: dict[str, Standing] = {}
    for entry in entries:
        if entry.item:
            found[entry.item] = _after(found.get(entry.item, Standing()), entry)
    return found


def _after(known: Standing, entry: Entry) -> Standing:
    change = _CHANGES.get(entry.kind)
    return known if change is None else change(known, entry)


def _made(_: Standing, entry: Entry) -> Standing:
    detail = entry.event.detail
    task, plan = _text(detail.get("task")), _text(detail.get("plan"))
    # All anew: what was said of an earlier task of the item is not true of this one.
    return Standing(asked=entry.at, task_id=task or None, plan_id=plan or None)


def _ended(known: Standing, entry: Entry) -> Standing:
    return replace(known, state=LinkState(entry.what), reason=_text(entry.event.detail.get("reason")))


def _completed(known: Standing, entry: Entry) -> Standing:
    detail = entry.event.detail
    at = _moment(detail.get("completed_at") or detail.get("at"))
    return replace(
        known,
        state=LinkState.COMPLETED,
        reason="",
        completed_by=entry.personal.actor.get("entra") or known.completed_by,
        completed_at=at or known.completed_at or entry.at,
        sent_on=_text(detail.get("intent")) or known.sent_on,
    )


def _adopted(known: Standing, entry: Entry) -> Standing:
    """Taken up again by its rule, or found again after an earlier loss, which says how it stood."""
    detail = entry.event.detail
    state = LinkState(_text(detail.get("state")) or LinkState.OPEN)
    known = replace(known, state=state, task_id=_text(detail.get("task")) or known.task_id)
    if state is LinkState.OPEN:
        return replace(known, reason="")
    return replace(
        known,
        completed_at=_moment(detail.get("completed_at")) or known.completed_at,
        completed_by=_text(detail.get("completed_by")) or known.completed_by,
        sent_on=_text(detail.get("intent")) or known.sent_on,
    )


def _reopened(known: Standing, _: Entry) -> Standing:
    return replace(known, state=LinkState.OPEN, reason="", completed_by=None, completed_at=None, sent_on=None)


def _moved(known: Standing, entry: Entry) -> Standing:
    return replace(known, plan_id=_text(entry.event.detail.get("after")) or known.plan_id)


def _told(known: Standing, entry: Entry) -> Standing:
    return replace(known, is_untold=entry.kind is EventKind.RECORD_REFUSED)


def _deleted(known: Standing, _: Entry) -> Standing:
    # As the engine decides: a released item asks nobody for anything, so no new task is made in its place.
    if known.state is LinkState.RELEASED:
        return replace(known, state=LinkState.WITHDRAWN, task_id=None)
    return replace(known, task_id=None, is_deleted=known.state is LinkState.OPEN)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


_CHANGES: Mapping[EventKind, Callable[[Standing, Entry], Standing]] = {
    EventKind.CREATED: _made,
    EventKind.SETTLED: _made,
    EventKind.ADOPTED: _adopted,
    EventKind.MOVED: _moved,
    EventKind.COMPLETED: _completed,
    EventKind.SENT_ON: _completed,
    EventKind.REOPENED: _reopened,
    EventKind.DELETED: _deleted,
    EventKind.CLOSED: _ended,
    EventKind.RELEASED: _ended,
    EventKind.WITHDRAWN: _ended,
    EventKind.RECORDED: _told,
    EventKind.RECORD_REFUSED: _told,
}
"""What each kind of event says of its item; the others say nothing of how it stands."""
