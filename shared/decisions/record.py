"""
What goes back on the record for an item, and when. Pure.

What was put there stands in the link's base under names that begin with `record.`: at rest nothing is due.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from shared.models.clouds import task_link
from shared.models.events import EVENTS, EventKind
from shared.models.evidence import Event
from shared.models.holds import HoldCause
from shared.models.link import FieldBase, Link, LinkState
from shared.models.origin import Origin
from shared.models.wanted import WantedTask
from shared.models.words import ItemKind
from shared.timing import LOCKED_AGAIN

PREFIX = "record."
DOCUMENT = "record.document"
_REFUSED = "record.refused"
_NOTE = "evidence: "
MOST_TRIES = 30
"""About a month. Then it waits for the resync, or for something new to record."""
_STATUS = {
    LinkState.HELD: "Held",
    LinkState.COMPLETED: "Completed",
    LinkState.CLOSED: "Closed",
    LinkState.WITHDRAWN: "Withdrawn",
    LinkState.RELEASED: "Released",
}


@dataclass(frozen=True)
class Due:
    """One attribute that does not show how the link stands."""

    name: str
    """url, status, responsible or completed_at."""
    attribute: str
    value: Any
    """responsible: Entra ids, to be shown as people; otherwise what is set. None clears."""

    @property
    def base(self) -> FieldBase:
        """What is remembered once it is set."""
        return FieldBase(asked=[self.attribute, self.value])


def task_url(link: Link, graph: str = "") -> str | None:
    """
    Link to a task in Planner; None: there is none.

    Args:
        link: of the task.
        graph: `GRAPH_BASE_URL`, which tells the cloud. "": the public one.
    """
    return task_link(link.plan_id, link.task_id, graph) if link.task_id and link.plan_id else None


def status_of(link: Link) -> str:
    """Name in a word or two how an item stands, as Planner does where it can."""
    progress = link.base.get("progress")
    open_status = "In progress" if progress is not None and progress.got else "Not started"
    return _STATUS.get(link.state, open_status)


def responsible_for(link: Link) -> list[str]:
    """Name, by Entra id, who completed the task, or else whom it is assigned to."""
    if link.completed_by:
        return [link.completed_by]
    assignees = link.base.get("assignees")
    return sorted(assignees.got or ()) if assignees is not None else []


def attributes_due(link: Link, graph: str = "") -> tuple[Due, ...]:
    """List the attributes to set, by name: those whose value changed since they were set."""
    # An escalation asks somebody else about the same thing: the attributes are the first one's.
    if link.evidence is None or link.state is LinkState.RESERVED or link.kind is ItemKind.ESCALATION:
        return ()
    shown: dict[str, Any] = {
        "url": task_url(link, graph),
        "status": status_of(link),
        "responsible": responsible_for(link) or None,
        "completed_at": link.completed_at.isoformat(timespec="seconds") if link.completed_at else None,
    }
    found = [Due(name, attribute, shown[name]) for name, attribute in sorted(link.evidence.attributes.items())]
    return tuple(due for due in found if _is_news(due, link.base.get(PREFIX + due.name)))


def _is_news(due: Due, known: FieldBase | None) -> bool:
    if known is None:
        # Nothing was ever set here: an attribute that is to be empty is left as people have it.
        return due.value is not None
    return bool(known.asked != due.base.asked)


def document_due(link: Link) -> str | None:
    """
    Name the outcome for which a new version of the document is to be made.

    Returns:
        None when there is none: it is not asked for, or the document shows this outcome already. Progress and edits
        alone make no version; they stand in the next one.
    """
    if link.evidence is None or not link.evidence.document:
        return None
    mark = _mark(link)
    known = link.base.get(DOCUMENT)
    return None if mark is None or (known is not None and known.asked == mark) else mark


def _mark(link: Link) -> str | None:
    # An item that never had a task has nothing to tell on the record.
    was_asked = bool(link.task_id) or link.hold is HoldCause.DELETED or link.state is LinkState.WITHDRAWN
    if not was_asked or link.state is LinkState.RESERVED:
        return None
    refused = link.refusals[-1].at.isoformat() if link.refusals else ""
    completed = link.completed_at.isoformat() if link.completed_at else ""
    return "|".join((link.state.value, completed, link.sent_on or "", refused))


def was_refused(link: Link, about: str, attempt: object, now: datetime) -> bool:
    """Tell whether this very thing was refused before, and its time has not come again: after a month, never."""
    known = link.base.get(f"{_REFUSED}.{about}")
    if known is None or known.asked != digest(attempt):
        return False
    again = _again_at(known)
    # A time that is further off than the longest pause was written by a wrong clock.
    return again is None or now < again <= now + max(LOCKED_AGAIN)


def refused(
    link: Link, about: str, attempt: object, text: str, now: datetime
) -> tuple[Link, tuple[Event, ...], datetime | None]:
    """
    Remember that something could not be put on the record; say so once.

    Args:
        link: as it stands.
        about: attributes or document.
        attempt: what was tried: another attempt is another refusal.
        text: why not.
        now: UTC.

    Returns:
        The link, what is told, and when to try again. None: at the next resync, or with something new.
    """
    name, known = f"{_REFUSED}.{about}", link.base.get(f"{_REFUSED}.{about}")
    is_same = known is not None and known.asked == digest(attempt) and isinstance(known.got, dict)
    before = known.got if is_same and known is not None else {}
    got = {"text": text[:500], "tries": int(before.get("tries", 0)) + 1, "at": now.isoformat()}
    new = FieldBase(asked=digest(attempt), got=got)
    # What else is said of the item is not written over.
    reason = f"{_NOTE}{text}"[:500] if not link.reason or link.reason.startswith(_NOTE) else link.reason
    after = link.rebased({**link.base, name: new}, reason=reason)
    told = Event(what=EventKind.EVIDENCE_REFUSED, item=link.item, actor={"bridge": "bridge"}, detail={"reason": text})
    return after, () if before.get("text") == got["text"] else (told,), _again_at(new)


def _again_at(known: FieldBase) -> datetime | None:
    got = known.got if isinstance(known.got, dict) else {}
    tries = int(got.get("tries", MOST_TRIES))
    if tries >= MOST_TRIES or not isinstance(got.get("at"), str):
        return None
    return datetime.fromisoformat(got["at"]) + LOCKED_AGAIN[min(tries, len(LOCKED_AGAIN)) - 1]


def unfinished(link: Link) -> str | None:
    """Name the outcome whose document lies there, while something about it was refused. None: all was done."""
    known = link.base.get(DOCUMENT)
    is_left = known is not None and f"{_REFUSED}.document" in link.base and link.evidence is not None
    return str(known.asked) if is_left and known is not None and known.asked is not None else None


def to_record_again(link: Link) -> Link:
    """Return the link with its document due again: the history changed otherwise than by an outcome."""
    known = link.base.get(DOCUMENT)
    return link if known is None else link.based({DOCUMENT: FieldBase(asked=None, got=known.got)})


def accepted(link: Link, about: str, base: dict[str, FieldBase], *, keep: bool = False) -> Link:
    """
    Remember what is on the record now.

    Args:
        link: as it stands.
        about: attributes or document.
        base: what is remembered.
        keep: a refusal of the same is not over: something of it is left to do.
    """
    if keep:
        return link.based(base)
    kept = {name: value for name, value in link.base.items() if name != f"{_REFUSED}.{about}"}
    reason = "" if link.reason.startswith(_NOTE) else link.reason
    return link.rebased({**kept, **base}, reason=reason)


def digest(value: object) -> str:
    """Name a JSON value by its SHA-256."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()  # type: ignore[arg-type]  # its own type is recursive


def in_context(
    event: Event, link: Link | None, origin: Origin, wanted: WantedTask | None, mapping: str, *, graph: str = ""
) -> Event:
    """
    Complete an event with what held when it happened: mapping, rule, versions, etag, the actor's OpenText id.

    Args:
        event: as it was decided; what it says itself stands.
        link: as it stands after the event. None: the event is about the whole origin.
        origin: as it was read.
        wanted: what the mapping asks for now. None: nothing.
        mapping: hash of the mapping in force.
        graph: `GRAPH_BASE_URL`, which tells the cloud. "": the public one.
    """
    known: dict[str, Any] = {"mapping": mapping}
    if link is not None:
        known |= {"rule": link.rule_id, "kind": link.kind, "etag": link.etag, "details_etag": link.details_etag}
        known["versions"] = [version.model_dump() for version in link.bound]
        known["url"] = task_url(link, graph)
    if EVENTS[event.what].tells_origin:
        known["about"] = describe(origin)
        known["names"] = _names(origin, wanted, event.actor)
        known["due"] = wanted.due.isoformat() if wanted is not None and wanted.due is not None else None
    detail = {name: value for name, value in known.items() if value not in (None, "", [], {})} | event.detail
    return event.with_detail(detail, actor=_with_login(event.actor, wanted))


def _with_login(actor: dict[str, str], wanted: WantedTask | None) -> dict[str, str]:
    """Add a person's OpenText login, where the rule's people tell it."""
    if wanted is None or "opentext" in actor or "entra" not in actor:
        return actor
    people = (who.person for who in wanted.people if who.entra_id == actor["entra"] and who.person)
    login = next(people, None)
    return actor if login is None else {**actor, "opentext": login}


def _names(origin: Origin, wanted: WantedTask | None, actor: dict[str, str]) -> dict[str, str]:
    """Name the people of an event as OpenText shows them, by login and by address."""
    steps = (*origin.workflow.current, *origin.workflow.completed) if origin.workflow is not None else ()
    roles = (origin.workspace.roles or ()) if origin.workspace is not None else ()
    persons = [person for one in steps for person in one.performers] + [who for role in roles for who in role.members]
    names = {key: person.name for person in persons for key in (person.login, person.email) if key and person.name}
    about = {actor.get("opentext", "")} | ({who.person for who in wanted.people} if wanted is not None else set())
    return {who: names[who] for who in sorted(about) if who in names}


def describe(origin: Origin) -> dict[str, Any]:
    """Name what an event is about: workspace, workflow, documents with their versions."""
    about: dict[str, Any] = {}
    if origin.workspace is not None:
        about["workspace"] = {"id": origin.workspace.node_id, "name": origin.workspace.name}
    if origin.workflow is not None:
        about["workflow"] = {"id": origin.workflow.process_id, "name": origin.workflow.name}
    if origin.documents:
        about["documents"] = [
            {"id": document.node_id, "name": document.name, "version": document.version, "url": document.url}
            for document in origin.documents
        ]
    return about
