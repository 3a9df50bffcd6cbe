"""Entries in words that people read: one sentence each. Pure."""

import json
from collections.abc import Callable
from typing import Any

from shared.evidence.history import person_of
from shared.models.evidence import Entry

Detail = dict[str, Any]


def sentence(entry: Entry) -> str:
    """Say what an entry tells."""
    detail = entry.event.detail
    say = _SENTENCES.get(entry.what)
    return say(detail) if say is not None else _other(entry.what, detail)


def actor(entry: Entry) -> str:
    """Name who did it."""
    names = entry.personal.detail.get("names")
    return person_of(entry.personal.actor, names if isinstance(names, dict) else None) or "bridge"


def _created(detail: Detail) -> str:
    people = detail.get("people")
    names = [str(one.get("person") or one["entra_id"]) for one in people or () if one.get("entra_id")]
    due = f", due {detail['due']}" if detail.get("due") else ""
    return f"Task made: {_say(detail.get('title'))}, for {', '.join(dict.fromkeys(names)) or 'nobody'}{due}"


def _sent_on(detail: Detail) -> str:
    outcome = f" with {detail['disposition']!r}" if detail.get("disposition") else ""
    return f"Workflow step completed in OpenText{outcome}, reference {detail.get('intent')}"


def _conflict(detail: Detail) -> str:
    kept, lost = _say(detail.get("kept")), _say(detail.get("lost"))
    return f"Both sides changed {detail.get('field')}: kept {kept} ({detail.get('winner')}'s), lost {lost}"


def _change(verb: str) -> Callable[[Detail], str]:
    def say(detail: Detail) -> str:
        before, after = detail.get("before"), detail.get("after")
        if isinstance(after, dict):
            old = before if isinstance(before, dict) else {}
            changes = (f"{name} from {_say(old.get(name))} to {_say(after[name])}" for name in after)
            return f"{verb} {'; '.join(changes)}"
        if "after" in detail:
            return f"{verb} from {_say(before)} to {_say(after)}"
        return f"{verb} {', '.join(map(str, detail.get('fields', ())))}"

    return say


def _reason(verb: str) -> Callable[[Detail], str]:
    def say(detail: Detail) -> str:
        why = _say(detail.get("text") or detail.get("reason"))
        return f"{verb}: {why}" if why else verb

    return say


def _recorded(detail: Detail) -> str:
    attributes = detail.get("attributes")
    shown = attributes.items() if isinstance(attributes, dict) else ()
    return "Put on the record: " + "; ".join(f"{name} = {_say(value)}" for name, value in shown)


def _told(detail: Detail) -> str:
    return f"Mail about {_say(detail.get('outcome'))} to {_say(detail.get('to'))}: {_say(detail.get('mail'))}"


def _other(what: str, detail: Detail) -> str:
    shown = {name: value for name, value in detail.items() if name not in _CONTEXT}
    told = "; ".join(f"{name}: {_say(value)}" for name, value in sorted(shown.items()))
    return f"{what.replace('_', ' ').capitalize()}{f': {told}' if told else ''}"


def _say(value: object) -> str:
    if isinstance(value, dict) and "sha256" in value:
        return f"{value.get('start', '')}... (SHA-256 {value['sha256']})"
    if isinstance(value, list):
        return ", ".join(map(_say, value)) or "nothing"
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


_CONTEXT = frozenset(
    {"mapping", "rule", "kind", "etag", "details_etag", "url", "versions", "about", "names", "due", "plan"}
)
_SENTENCES: dict[str, Callable[[Detail], str]] = {
    "created": _created,
    "settled": lambda detail: f"{_created(detail)} (found again)",
    "completed": _reason("Completed in Planner"),
    "sent_on": _sent_on,
    "sending": lambda detail: f"About to complete the step in OpenText as {_say(detail.get('acting'))}",
    "conflict": _conflict,
    "edited": _change("Changed in Planner:"),
    "updated": _change("Changed as OpenText asks:"),
    "progressed": _change("Progress in percent:"),
    "moved": _change("Moved to another plan:"),
    "refused": _reason("Completion refused"),
    "reopened": _reason("Opened again"),
    "held": _reason("Held"),
    "closed": _reason("Closed by OpenText"),
    "evidence_refused": _reason("Could not be put on the record"),
    "told": _told,
    "recorded": _recorded,
}
