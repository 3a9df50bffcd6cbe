"""What an origin's history says of each item, and in words: pure, from the entries alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from shared.evidence.people import REMOVED, People, asked_of, people_of, with_asked
from shared.models.events import EVENTS, EventKind, ItemState
from shared.models.evidence import Entry
from shared.models.holds import RefusalReason
from shared.models.link_states import LinkState
from shared.models.words import ItemKind

_FOUND_AGAIN = {
    LinkState.COMPLETED: ItemState.COMPLETED,
    LinkState.CLOSED: ItemState.CLOSED,
    LinkState.WITHDRAWN: ItemState.WITHDRAWN,
    LinkState.RELEASED: ItemState.RELEASED,
    LinkState.HELD: ItemState.HELD,
}
"""How an item shows that was found again after its history was lost. The others are open."""
_OPEN_AGAIN: dict[str, Any] = {"ended": None, "completed_by": "", "acting": "", "disposition": ""}
_ASKS = frozenset({EventKind.CREATED, EventKind.SETTLED})


@dataclass(frozen=True)
class Handover:
    """An item went from one person to another."""

    by: str
    to: tuple[str, ...]
    at: datetime

    def __str__(self) -> str:
        """Say it in a sentence's end."""
        return f"to {', '.join(self.to) or 'nobody'} by {self.by} on {self.at:%d %b %Y, %H:%M} UTC"


@dataclass(frozen=True)
class ItemHistory:
    """One item, as its entries tell it."""

    item: str
    origin: str
    title: str = ""
    rule: str = ""
    item_kind: str = ""
    """As the history says it; an old one may hold words that are no more."""
    url: str = ""
    responsible: tuple[str, ...] = ()
    """Of whom it is asked now, or was at its end."""
    handovers: tuple[Handover, ...] = ()
    asked: datetime | None = None
    """UTC: when its task was first made. None: it never was."""
    due: date | None = None
    ended: datetime | None = None
    """UTC: when it came to its present end. None: it is open."""
    completed_by: str = ""
    acting: str = ""
    """In whose name OpenText was told."""
    disposition: str = ""
    refusals: int = 0
    state: ItemState = ItemState.OPEN
    reason: str = ""
    documents: tuple[tuple[str, str], ...] = field(default=())
    """Name with version, and URL, of what it was about, as last bound."""

    @property
    def took(self) -> timedelta | None:
        """From asking to the end; None: one of them is missing."""
        return self.ended - self.asked if self.ended is not None and self.asked is not None else None

    def is_overdue(self, today: date) -> bool:
        """Tell whether it ended, or is still open, after its due day."""
        last = self.ended.date() if self.ended is not None else today
        return self.due is not None and last > self.due


def items_of(entries: Sequence[Entry]) -> tuple[ItemHistory, ...]:
    """Gather what the entries say of each item, in the order in which they first appear."""
    found: dict[str, ItemHistory] = {}
    people = people_of(entries)
    for entry in entries:
        if entry.item:
            known = found.get(entry.item, ItemHistory(entry.item, entry.origin))
            found[entry.item] = _after(known, entry, people)
    return tuple(found.values())


def _after(known: ItemHistory, entry: Entry, people: People) -> ItemHistory:
    detail, facts = entry.event.detail, EVENTS[entry.kind]
    changes: dict[str, Any] = {
        "rule": detail.get("rule") or known.rule,
        "item_kind": detail.get("kind") or known.item_kind,
        "url": detail.get("url") or known.url,
        "documents": _documents(detail) or known.documents,
        "due": _day(detail.get("due")) or known.due,
        **_changed(entry),
    }
    # Whoever tidies a board takes back no completion and no ending.
    is_tidied = entry.kind is EventKind.DELETED and known.ended is not None
    # An assignment that was put back is nobody's completion.
    is_put_back = entry.kind is EventKind.REFUSED and detail.get("reason") == RefusalReason.REASSIGNED
    if is_tidied or is_put_back:
        return replace(known, **changes)
    if facts.shows is not None:
        changes |= {"state": facts.shows, "reason": _reason(known, entry)}
        changes |= {} if facts.ends else _OPEN_AGAIN
    if entry.kind in _ASKS:
        changes |= {"title": text_of(detail.get("title")), "asked": known.asked or entry.at}
        changes["responsible"] = people.listed(asked_of(with_asked(entry))) or known.responsible
    if entry.kind is EventKind.ADOPTED:
        changes |= _found_again(detail, people)
    if entry.kind is EventKind.REFUSED:
        changes["refusals"] = known.refusals + 1
    if facts.ends:
        changes |= _end(known, entry, people)
    return replace(known, **changes, **_handed_over(known, entry, people))


def _changed(entry: Entry) -> dict[str, Any]:
    """Return the title and the due day that a task has since it was changed, by either side."""
    after = entry.personal.detail.get("after") if entry.kind in (EventKind.EDITED, EventKind.UPDATED) else None
    if not isinstance(after, dict):
        return {}
    changes: dict[str, Any] = {"due": _day(after["due"])} if "due" in after else {}
    return changes | ({"title": text_of(after["title"])} if after.get("title") else {})


def _reason(known: ItemHistory, entry: Entry) -> str:
    """Return why an item stands where it does: in the reviewer's own words, where there are any."""
    detail = entry.event.detail
    told = next((text_of(detail[name]) for name in ("comment", "text", "reason") if detail.get(name)), "")
    # What was given with the completion is the reason for what was sent on.
    return known.reason if entry.kind is EventKind.SENT_ON and not told and known.state == ItemState.COMPLETED else told


def _found_again(detail: dict[str, Any], people: People) -> dict[str, Any]:
    """Show an item as it stood when it was found again: it may have ended long before."""
    word = detail.get("state")
    state = _FOUND_AGAIN.get(LinkState(word)) if isinstance(word, str) and word in set(LinkState) else None
    if state is None:
        return {}
    if state is ItemState.COMPLETED and detail.get("intent"):
        state = ItemState.ADVANCED
    by = people.listed([str(detail.get("completed_by") or "")])
    ended = _moment(detail.get("completed_at")) if state is not ItemState.HELD else None
    return {"state": state, "ended": ended, "completed_by": ", ".join(by)}


def _handed_over(known: ItemHistory, entry: Entry, people: People) -> dict[str, Any]:
    to = _handed_to(known, entry)
    if to is None:
        return {}
    named = people.listed(to)
    by = people.acting(entry.personal.actor) or REMOVED
    return {"responsible": named, "handovers": (*known.handovers, Handover(by, named, entry.at))}


def _handed_to(known: ItemHistory, entry: Entry) -> list[str] | None:
    """
    Return whom an entry hands the item to; None: it does not.

    Who performs a step is OpenText's to say: whom people assign to its task helps, and performs nothing.
    """
    detail = entry.personal.detail
    if entry.kind is EventKind.DELEGATED:
        return [str(detail["to"])] if "to" in detail else []
    after = detail.get("after") if entry.kind in (EventKind.EDITED, EventKind.UPDATED) else None
    is_helpers = known.item_kind == ItemKind.STEP and entry.kind is EventKind.EDITED
    if not isinstance(after, dict) or "assignees" not in after or is_helpers:
        return None
    return [str(who) for who in after["assignees"] or ()]


def _end(known: ItemHistory, entry: Entry, people: People) -> dict[str, Any]:
    actor, detail = entry.personal.actor, entry.event.detail
    by = people.acting(actor) if "entra" in actor else known.completed_by
    if entry.personal.removed and not actor:
        by = REMOVED
    # When people completed it, as Planner tells, and not when the bridge came to know of it.
    ended = _moment(detail.get("completed_at") or detail.get("at")) or entry.at
    acting = people.named(actor.get("opentext", "")) if entry.kind is EventKind.SENT_ON else known.acting
    return {"ended": ended, "completed_by": by, "acting": acting, "disposition": text_of(detail.get("disposition"))}


def _documents(detail: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    # Entries are never rewritten: one of an earlier release, or one of which parts were removed, may have another form.
    about = detail.get("about")
    rows = about.get("documents") if isinstance(about, dict) else None
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(
        (f"{row['name']}, version {row.get('version')}", str(row.get("url"))) for row in found if "name" in row
    )


def _day(value: object) -> date | None:
    moment = _moment(value)
    return moment.date() if moment is not None else None


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def text_of(value: object) -> str:
    """Return a text; of one that was too long for the history, its beginning."""
    if isinstance(value, dict):
        return f"{value.get('start', '')}..."
    return "" if value is None else str(value)


def about_of(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """Return what the entries last said of the origin itself: `workspace` and `workflow` with id and name."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        about = entry.personal.detail.get("about")
        if isinstance(about, dict):
            found |= {name: about[name] for name in ("workspace", "workflow") if isinstance(about.get(name), dict)}
    return found
