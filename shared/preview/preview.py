"""
What the next look at an origin would do, with nothing written: the engine itself, behind shut doors.

The read path is the real one, without the lease; decisions are the real ones; each action is carried out for itself,
so that every call is known by its item.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import rfc8785

from shared.decisions.observed import Seen
from shared.decisions.record import document_due
from shared.errors import ThrottledError
from shared.intake.opentext import origins_of, read_hints
from shared.mapping.evaluation.coming import coming_dates
from shared.models.evidence import Event
from shared.models.keys import OriginKind, split_origin_key
from shared.models.link import Link
from shared.models.messages import OriginMessage
from shared.models.origin import Origin
from shared.models.wanted import Wanted
from shared.models.words import WaitedFor
from shared.preview.dry_services import NotedQueues, Unheld, shut
from shared.preview.noted_calls import Call, Notes
from shared.reconciler.acting import ROUNDS, carry_out, decided
from shared.reconciler.actions.mail import tell_stakeholders
from shared.reconciler.actions.record import record_attributes
from shared.reconciler.observe import read_work
from shared.reconciler.resolve_node import resolve_node
from shared.reconciler.session import Work
from shared.services import Services


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One origin: what is wanted, what stands, what would be sent."""

    origin: Origin
    wanted: Wanted
    mapping_hash: str
    before: dict[str, Link]
    """By item key, as they stand."""
    after: dict[str, Link]
    """As they would stand."""
    seen: dict[str, Seen]
    """Tasks as they were read."""
    calls: tuple[Call, ...]
    """In the order in which they would be sent."""
    events: tuple[Event, ...]
    """What the history would tell."""
    documents: dict[str, str]
    """By item key: the folder into which a new version of the evidence document is due."""
    lacking: dict[str, tuple[str, ...]]
    """By item key: labels that its plan has not, and is not given."""
    looks: dict[WaitedFor, datetime]
    """What is waited for → when it would be looked at again."""
    coming: dict[str, tuple[date, ...]]
    """Of what recurs the next due dates, by what its items' keys begin with."""

    @property
    def hash(self) -> str:
        """
        SHA-256 over wanted tasks, calls and states: hexadecimal.

        The same for two previews that would do the same, whenever they are made.
        """
        # Without the next looks: their times differ from one preview to another.
        told: dict[str, Any] = {
            "origin": self.origin.key,
            "wanted": self.wanted.model_dump(mode="json"),
            "calls": [asdict(call) for call in self.calls],
            "states": {item: link.state.value for item, link in self.after.items()},
        }
        return hashlib.sha256(rfc8785.dumps(told)).hexdigest()


async def preview_origin(key: str, services: Services) -> Preview:
    """
    Say what the next look at an origin would do. Nothing is written, nowhere.

    Raises:
        ThrottledError: a system asked to be left alone: a preview leaves it alone, too.
        UnreadableError, NotFoundError: the origin can't be read; a look would decide nothing.
        RetryLaterError: something did not answer.
    """
    now = services.now()
    await _respect_gates(services, now)
    notes = Notes()
    before = await services.origins.find_links(key)
    held = Unheld(key, dict(before), notes)
    # As a resync does: finished tasks are read too, and nothing is taken from memory.
    asked = OriginMessage(origin=key, waited_for=WaitedFor.RESYNC)
    work = await read_work(held, asked, shut(services, notes))
    # Copied before anything is decided: from then on it shows what would have been written, too.
    seen = dict(work.seen)
    await _rounds(work, notes)
    await _record(work, notes)
    # Mails are told for the whole origin: left set, this would count them to the item that came last.
    notes.item = ""
    await tell_stakeholders(work)
    return Preview(
        origin=work.origin,
        wanted=work.wanted,
        mapping_hash=services.mapping_hash,
        before=before,
        after=held.links,
        seen=seen,
        calls=tuple(notes.calls),
        events=tuple(notes.events),
        documents=notes.documents,
        lacking=_lacking(work),
        looks=work.left.looks,
        coming=coming_dates(services.mapping, work.origin, now),
    )


async def origins_of_event(body: bytes, services: Services) -> tuple[str, ...]:
    """
    Say which origins a hint would have looked at. Nothing is queued.

    Args:
        body: as OpenText would send it: JSON, one hint or a list, or form-encoded.

    Raises:
        RejectedError: it is no hint.
        RetryLaterError: a node's place could not be found out.
    """
    found: dict[str, None] = {}
    for message in origins_of(read_hints(body, "application/x-www-form-urlencoded")):
        found |= dict.fromkeys(await _resolved(message, services))
    return tuple(found)


async def _resolved(message: OriginMessage, services: Services) -> list[str]:
    kind, number = split_origin_key(message.origin)
    if kind is not OriginKind.NODE:
        return [message.origin]
    queues = NotedQueues()
    await resolve_node(number, message, shut(services, Notes(), queues))
    # A node that leads nowhere is asked for again a little later: itself it is no origin.
    return [sent.origin for sent in queues.origins if sent.origin != message.origin]


def _lacking(work: Work) -> dict[str, tuple[str, ...]]:
    # A plan that the bridge makes is given them.
    tasks = [task for task in work.wanted.tasks if task.item_key in work.places and not task.plan.make]
    found = {task.item_key: work.places[task.item_key].lacking(task.labels) for task in tasks}
    return {item: labels for item, labels in found.items() if labels}


async def _rounds(work: Work, notes: Notes) -> None:
    """Decide and act until both sides agree, one action after the other."""
    for _ in range(ROUNDS):
        actions = decided(work)
        again = False
        for action in actions:
            notes.item = action.item
            again = await carry_out(work, [action]) or again
        if not again:
            return


async def _record(work: Work, notes: Notes) -> None:
    """Link attributes back. The evidence document is only announced: its content is the history, which is not made."""
    # By key: the hash covers the calls in their order, and two previews of the same have to give the same.
    for item in sorted(work.held.links):
        notes.item = item
        await record_attributes(work, item, again=True)
        link = work.held.links[item]
        if link.evidence is not None and document_due(link) is not None:
            folder = link.evidence.folder_id or "of the workspace"
            notes.documents[item] = str(folder)


async def _respect_gates(services: Services, now: datetime) -> None:
    if (opening := await services.gates.find_closed(now)) is not None:
        message = f"a system asked not to be called before {opening:%Y-%m-%d %H:%M:%S} UTC"
        raise ThrottledError(message, system="graph", retry_after=opening - now)
