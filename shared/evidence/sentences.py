"""Entries in words that people read: one sentence each. Pure."""

import json
from collections.abc import Callable
from typing import Any

from shared.evidence.people import REMOVED, People, asked_of, people_of, with_asked
from shared.models.events import EVENTS, EventKind
from shared.models.evidence import Entry
from shared.models.holds import REFUSALS, RefusalReason

Detail = dict[str, Any]


def sentence(entry: Entry, people: People | None = None) -> str:
    """
    Say what an entry tells.

    Args:
        entry: one.
        people: who is who, from the whole history. None: as far as the entry itself says.
    """
    detail = with_asked(entry)
    known = people if people is not None else people_of([entry])
    say = _SENTENCES.get(entry.kind)
    told = say(detail, known) if say is not None else _other(entry, detail)
    return f"{told} ({_removed(entry.personal.removed)})" if entry.personal.removed else told


def actor(entry: Entry, people: People | None = None) -> str:
    """Name who did it. `people` as in `sentence`."""
    if not entry.personal.actor and entry.personal.removed:
        return REMOVED
    known = people if people is not None else people_of([entry])
    return known.acting(entry.personal.actor) or "bridge"


def _removed(count: int) -> str:
    return "1 detail was removed" if count == 1 else f"{count} details were removed"


def _begin(kind: EventKind) -> str:
    return EVENTS[kind].sentence


def _created(detail: Detail, people: People) -> str:
    named = ", ".join(people.listed(asked_of(detail))) or "nobody"
    due = f", due {detail['due']}" if detail.get("due") else ""
    return f"{_begin(EventKind.CREATED)}: {_say(detail.get('title'))}, for {named}{due}"


def _settled(detail: Detail, people: People) -> str:
    return f"{_created(detail, people)} (found again)"


def _adopted(detail: Detail, _: People) -> str:
    state = f", as it was: {detail['state']}" if detail.get("state") else ""
    why = f": {_say(detail['reason'])}" if detail.get("reason") else ""
    return f"{_begin(EventKind.ADOPTED)}{state}{why}"


def _sent_on(detail: Detail, _: People) -> str:
    outcome = f" with {detail['disposition']!r}" if detail.get("disposition") else ""
    return f"{_begin(EventKind.SENT_ON)}{outcome}, reference {_say(detail.get('intent'))}"


def _sending(detail: Detail, people: People) -> str:
    outcome = f" with {detail['disposition']!r}" if detail.get("disposition") else ""
    acting = people.named(str(detail.get("acting") or "")) or "nobody"
    return f"{_begin(EventKind.SENDING)}{outcome} as {acting}"


def _delegated(detail: Detail, people: People) -> str:
    return f"{_begin(EventKind.DELEGATED)} to {people.named(str(detail.get('to') or '')) or 'nobody'}"


def _conflict(detail: Detail, people: People) -> str:
    field = str(detail.get("field"))
    kept, lost = (_value(field, detail.get(name), people) for name in ("kept", "lost"))
    return (
        f"{_begin(EventKind.CONFLICT)} {_FIELDS.get(field, field)}: kept {kept} ({detail.get('winner')}'s), lost {lost}"
    )


def _change(kind: EventKind) -> Callable[[Detail, People], str]:
    def say(detail: Detail, people: People) -> str:
        before, after = detail.get("before"), detail.get("after")
        if isinstance(after, dict):
            old = before if isinstance(before, dict) else {}
            return f"{_begin(kind)} {'; '.join(_changed(name, old.get(name), after[name], people) for name in after)}"
        if "after" in detail:
            return f"{_begin(kind)} from {_say(before)} to {_say(after)}"
        return f"{_begin(kind)} {', '.join(map(str, detail.get('fields', ())))}"

    return say


def _changed(name: str, before: object, after: object, people: People) -> str:
    return f"{_FIELDS.get(name, name)} from {_value(name, before, people)} to {_value(name, after, people)}"


def _value(name: str, value: object, people: People) -> str:
    if name == "assignees" and isinstance(value, list):
        return ", ".join(people.listed(map(str, value))) or "nobody"
    return _say(value)


def _reason(kind: EventKind) -> Callable[[Detail, People], str]:
    def say(detail: Detail, _: People) -> str:
        why = _say(detail["text"] if detail.get("text") else detail.get("reason") or "")
        return f"{_begin(kind)}: {why}" if why != _NOTHING else _begin(kind)

    return say


def _reopened(detail: Detail, people: People) -> str:
    # Where it was opened again because it did not count, the entry before says why.
    is_code = not detail.get("text") and detail.get("reason") in [str(reason) for reason in RefusalReason]
    return _begin(EventKind.REOPENED) if is_code else _reason(EventKind.REOPENED)(detail, people)


def _refused(detail: Detail, people: People) -> str:
    code = detail.get("reason")
    if code == RefusalReason.REASSIGNED:
        return REFUSALS[RefusalReason.REASSIGNED]
    if not detail.get("text") and isinstance(code, str) and code in set(RefusalReason):
        detail = {"text": REFUSALS[RefusalReason(code)].replace("{outcomes}", "the outcomes")}
    return _reason(EventKind.REFUSED)(detail, people)


def _recorded(detail: Detail, _: People) -> str:
    attributes = detail.get("attributes")
    shown = attributes.items() if isinstance(attributes, dict) else ()
    return f"{_begin(EventKind.RECORDED)} " + "; ".join(f"{name} = {_say(value)}" for name, value in shown)


def _told(detail: Detail, _: People) -> str:
    outcome, to, mail = (_say(detail.get(name)) for name in ("outcome", "to", "mail"))
    return f"{_begin(EventKind.TOLD)} {outcome} to {to}: {mail}"


def _asked(detail: Detail, _: People) -> str:
    cause = detail.get("hold")
    return f"{_begin(EventKind.ASKED)}{f', and what is held ({_say(cause)}) tried' if cause else ''}"


def _redacted(detail: Detail, _: People) -> str:
    parts = detail.get("parts")
    numbers = ", ".join(parts) if isinstance(parts, dict) else _NOTHING
    who, why = _say(detail.get("removed")), _say(detail.get("reason"))
    return f"What tells of {who} was removed from the entries {numbers}: {why}"


def _checkpoint(detail: Detail, _: People) -> str:
    span = f"{_say(detail.get('first'))} to {_say(detail.get('through'))}"
    return f"{_begin(EventKind.CHECKPOINT)}: {span} ({_say(detail.get('reason'))})"


def _other(entry: Entry, detail: Detail) -> str:
    shown = {name: value for name, value in detail.items() if name not in _CONTEXT}
    told = "; ".join(f"{name}: {_say(value)}" for name, value in sorted(shown.items()))
    is_known = entry.kind is not EventKind.UNKNOWN
    begin = _begin(entry.kind) if is_known else entry.what.replace("_", " ").capitalize()
    return f"{begin}{f': {told}' if told else ''}"


_NOTHING = "nothing"


def _say(value: object) -> str:
    if isinstance(value, dict) and "sha256" in value:
        return f"{value.get('start', '')}... (SHA-256 {value['sha256']})"
    if isinstance(value, list):
        return ", ".join(map(_say, value)) or _NOTHING
    if value is None or value == "":
        return _NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


_FIELDS = {"assignees": "people", "references": "links"}
"""Fields by the words that people have for them."""
_CONTEXT = frozenset(
    {
        "mapping",
        "rule",
        "kind",
        "etag",
        "details_etag",
        "url",
        "versions",
        "about",
        "names",
        "due",
        "plan",
        "task",
        "entra",
    }
)
_SENTENCES: dict[EventKind, Callable[[Detail, People], str]] = {
    EventKind.CREATED: _created,
    EventKind.SETTLED: _settled,
    EventKind.ADOPTED: _adopted,
    EventKind.COMPLETED: _reason(EventKind.COMPLETED),
    EventKind.SENT_ON: _sent_on,
    EventKind.SENDING: _sending,
    EventKind.DELEGATED: _delegated,
    EventKind.CONFLICT: _conflict,
    EventKind.EDITED: _change(EventKind.EDITED),
    EventKind.UPDATED: _change(EventKind.UPDATED),
    EventKind.PROGRESSED: _change(EventKind.PROGRESSED),
    EventKind.MOVED: _change(EventKind.MOVED),
    EventKind.REFUSED: _refused,
    EventKind.REOPENED: _reopened,
    EventKind.HELD: _reason(EventKind.HELD),
    EventKind.CLOSED: _reason(EventKind.CLOSED),
    EventKind.RELEASED: _reason(EventKind.RELEASED),
    EventKind.WITHDRAWN: _reason(EventKind.WITHDRAWN),
    EventKind.DELETED: _reason(EventKind.DELETED),
    EventKind.EVIDENCE_REFUSED: _reason(EventKind.EVIDENCE_REFUSED),
    EventKind.FOREIGN_VERSION: _reason(EventKind.FOREIGN_VERSION),
    EventKind.TOLD: _told,
    EventKind.RECORDED: _recorded,
    EventKind.ASKED: _asked,
    EventKind.REDACTED: _redacted,
    EventKind.CHECKPOINT: _checkpoint,
}
