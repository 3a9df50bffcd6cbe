"""Who is who in an origin's history: logins, names and Entra ids, gathered from all that its entries tell. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.models.evidence import Entry

REMOVED = "somebody whose name was removed"


@dataclass
class People:
    """The people whom a history names."""

    logins: dict[str, str] = field(default_factory=dict)
    """By Entra id: login, or address."""
    names: dict[str, str] = field(default_factory=dict)
    """By login or address."""

    def named(self, who: str) -> str:
        """Name a person given by login, address or Entra id: the name first, where it is known."""
        login = self.logins.get(who, who)
        return f"{self.names[login]} ({login})" if login in self.names else login

    def listed(self, several: Iterable[str]) -> tuple[str, ...]:
        """Name several, each once."""
        return tuple(dict.fromkeys(self.named(who) for who in several if who))

    def acting(self, actor: dict[str, str]) -> str:
        """Name an actor: name, OpenText login and Entra id as far as they are known, or what else acted."""
        entra = actor.get("entra", "")
        login = actor.get("opentext") or self.logins.get(entra, "")
        parts = [self.named(login), f"Entra {entra}" if entra else ""]
        return ", ".join(part for part in parts if part) or next(iter(actor.values()), "")


def people_of(entries: Sequence[Entry]) -> People:
    """Gather who is who. What is told later counts: people change their names."""
    found = People()
    for entry in entries:
        detail, actor = entry.personal.detail, entry.personal.actor
        pairs = [(actor.get("entra"), actor.get("opentext")), (detail.get("entra"), detail.get("to"))]
        pairs += [(row.get("entra_id"), row.get("person")) for row in rows(detail.get("people"))]
        found.logins |= {str(entra): login for entra, login in pairs if entra and login and isinstance(login, str)}
        names = detail.get("names")
        if isinstance(names, dict):
            found.names |= {login: str(name) for login, name in names.items() if name}
    return found


def rows(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; none where there is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def asked_of(detail: dict[str, Any]) -> tuple[str, ...]:
    """List whom the rule's people decisions assigned, by login or Entra id."""
    assigned = (row for row in rows(detail.get("people")) if row.get("entra_id"))
    return tuple(str(row.get("person") or row["entra_id"]) for row in assigned)


def with_asked(entry: Entry) -> dict[str, Any]:
    """Return an entry's detail; where the names of all who were asked were removed, it says so: it was not nobody."""
    detail = entry.event.detail
    if not entry.personal.removed or "people" in detail:
        return detail
    return {**detail, "people": [{"person": REMOVED, "entra_id": REMOVED}]}
