"""What an origin's history says of each item, and in words: pure, from the entries alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from shared.models.evidence import Entry

_ENDS = frozenset({"completed", "sent_on", "closed", "deleted", "released"})
_STATES = {
    "created": "open",
    "settled": "open",
    "adopted": "open",
    "reopened": "open",
    "refused": "refused",
    "held": "held",
    "deleted": "deleted",
    "released": "released",
    "closed": "closed by OpenText",
    "completed": "completed",
    "sent_on": "completed, workflow advanced",
}


@dataclass(frozen=True)
class ItemHistory:
    """One item, as its entries tell it."""

    item: str
    origin: str
    title: str = ""
    rule: str = ""
    kind: str = ""
    url: str = ""
    responsible: tuple[str, ...] = ()
    """As the rule's people decisions name them, or Entra ids."""
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
    state: str = "open"
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
    for entry in entries:
        if entry.item:
            known = found.get(entry.item, ItemHistory(entry.item, entry.origin))
            found[entry.item] = _after(known, entry)
    return tuple(found.values())


def _after(known: ItemHistory, entry: Entry) -> ItemHistory:
    detail = entry.event.detail
    changes: dict[str, Any] = {
        "rule": detail.get("rule") or known.rule,
        "kind": detail.get("kind") or known.kind,
        "url": detail.get("url") or known.url,
        "documents": _documents(detail) or known.documents,
        "due": _day(detail.get("due")) or known.due,
    }
    if entry.what in _STATES:
        changes |= {"state": _STATES[entry.what], "reason": _text(detail.get("text") or detail.get("reason"))}
    if entry.what in ("created", "settled"):
        changes |= {"title": _text(detail.get("title")), "responsible": _people(detail) or known.responsible}
        changes |= {"asked": known.asked or entry.at, "ended": None}
    if entry.what in ("reopened", "adopted"):
        changes["ended"] = None
    if entry.what == "refused":
        changes["refusals"] = known.refusals + 1
    if entry.what in _ENDS:
        changes |= _end(known, entry, detail)
    return replace(known, **changes)


def _end(known: ItemHistory, entry: Entry, detail: dict[str, Any]) -> dict[str, Any]:
    actor = entry.personal.actor
    names = detail.get("names", {})
    by = person_of(actor, names) if "entra" in actor else known.completed_by
    at = detail.get("completed_at") or detail.get("at")
    ended = datetime.fromisoformat(at) if isinstance(at, str) else entry.at
    acting = actor.get("opentext", "") if entry.what == "sent_on" else known.acting
    return {"ended": ended, "completed_by": by, "acting": acting, "disposition": _text(detail.get("disposition"))}


def person_of(actor: dict[str, str], names: dict[str, str] | None = None) -> str:
    """Name an actor: the person's name, OpenText login and Entra id, as far as they are known, or what else acted."""
    login = actor.get("opentext", "")
    parts = [named(login, names), f"Entra {actor['entra']}" if actor.get("entra") else ""]
    return ", ".join(part for part in parts if part) or next(iter(actor.values()), "")


def named(login: str, names: dict[str, str] | None) -> str:
    """Write a login with the person's name before it, where that is known."""
    return f"{names[login]} ({login})" if names and login in names else login


def _people(detail: dict[str, Any]) -> tuple[str, ...]:
    people = detail.get("people")
    found = [who for who in people if isinstance(who, dict)] if isinstance(people, list) else []
    names = detail.get("names")
    asked = (str(who.get("person") or who.get("entra_id")) for who in found if who.get("entra_id"))
    return tuple(dict.fromkeys(named(who, names if isinstance(names, dict) else None) for who in asked))


def _documents(detail: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    about = detail.get("about")
    rows = about.get("documents") if isinstance(about, dict) else None
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return tuple(
        (f"{row['name']}, version {row.get('version')}", str(row.get("url"))) for row in found if "name" in row
    )


def _day(value: object) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else None


def _text(value: object) -> str:
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
