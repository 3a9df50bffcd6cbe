"""
Services whose doors are shut to writes: the engine runs as it does, and each write is noted in place of being sent.

What a preview shows is then what the engine would send, by construction. Reads go through. Nothing of this is
remembered: links live in memory, and the stores' writes come to nothing.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from shared.clients.graph.mail import Mail, mail_body
from shared.clients.graph.planner import Planner
from shared.clients.opentext import Request, dry
from shared.models.evidence import Event
from shared.models.link import Link
from shared.models.messages import OriginMessage
from shared.preview.dry_planner import DryPlanner
from shared.preview.noted_calls import READS, Notes
from shared.services import Services
from shared.store.agenda import Agenda
from shared.store.brakes import Brakes
from shared.store.creators import Creators
from shared.store.cursors import Cursors
from shared.store.gates import Gates
from shared.store.hands import Hands
from shared.store.lease import Entries
from shared.store.mailboxes import Mailboxes
from shared.store.makings import Makings
from shared.store.names import Names
from shared.store.nodes import Nodes
from shared.store.origins import Held, Origins
from shared.store.plans import Plans
from shared.store.queues import Queues
from shared.store.slots import Slots
from shared.store.tasks import Tasks
from shared.store.troubles import Troubles
from shared.targets.resolver import Places


def shut(services: Services, notes: Notes, queues: "NotedQueues | None" = None) -> Services:
    """
    Return services that read as these do, and note what they would write.

    Args:
        queues: keeps what would be queued. None: nobody asks.
    """
    planner = cast("Planner", DryPlanner(services.planner, notes))
    plans, makings = cast("Plans", ReadingDoor(services.plans)), cast("Makings", ReadingDoor(services.makings))
    return replace(
        services,
        hands=cast("Hands", ReadingDoor(services.hands)),
        origins=cast("Origins", ReadingDoor(services.origins)),
        tasks=cast("Tasks", ReadingDoor(services.tasks)),
        agenda=cast("Agenda", ReadingDoor(services.agenda)),
        plans=plans,
        gates=cast("Gates", ReadingDoor(services.gates)),
        troubles=cast("Troubles", ReadingDoor(services.troubles)),
        cursors=cast("Cursors", ReadingDoor(services.cursors)),
        names=cast("Names", ReadingDoor(services.names)),
        brakes=cast("Brakes", ReadingDoor(services.brakes)),
        nodes=cast("Nodes", ReadingDoor(services.nodes)),
        creators=cast("Creators", ReadingDoor(services.creators)),
        makings=makings,
        mailboxes=cast("Mailboxes", ReadingDoor(services.mailboxes)),
        slots=cast("Slots", ReadingDoor(services.slots)),
        queues=cast("Queues", queues or NotedQueues()),
        opentext=dry(services.opentext, lambda request: _note(notes, request), now=services.now),
        planner=planner,
        places=Places(
            planner, plans, makings, now=services.now, settle=timedelta(seconds=services.settings.settle_seconds)
        ),
        mail=cast("Mail", NotedMail(services.mail.sender, notes)) if services.mail is not None else None,
    )


class ReadingDoor:
    """A store of which only the reads are reached; what writes does nothing, and answers None."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Choose by the method's verb: an unknown one counts as a write."""
        return getattr(self._store, name) if name.startswith(READS) else _nothing


class NotedQueues:
    """Queues that send nothing."""

    def __init__(self) -> None:
        self.origins: list[OriginMessage] = []

    async def send_origin(self, message: OriginMessage, *, delay: timedelta | None = None) -> None:
        """Keep a message."""
        del delay
        self.origins.append(message)


class NotedMail:
    """A mailbox that sends nothing."""

    def __init__(self, sender: str, notes: Notes) -> None:
        self.sender = sender
        self._notes = notes

    async def send_mail(self, to: Sequence[str], subject: str, text: str) -> None:
        """Note a mail."""
        self._notes.graph("POST", f"/users/{self.sender}/sendMail", mail_body(to, subject, text))


class Unheld(Held):
    """An origin's links without its lease: to look at. What is committed stays in memory."""

    def __init__(self, origin: str, links: dict[str, Link], notes: Notes) -> None:  # no row, no table
        self.origin = origin
        self.links = links
        self.commits = 0
        self.dirty = False
        self._notes = notes

    @property
    def seen(self) -> dict[str, Any]:
        """Nothing: everything is read."""
        return {}

    @property
    def orphaned(self) -> None:
        """Nobody died at it."""

    async def commit(
        self,
        *,
        now: datetime,
        links: Sequence[Link] = (),
        remove: Sequence[str] = (),
        events: Sequence[Event] = (),
        entries: Entries | None = None,
        seen: dict[str, Any] | None = None,
        release: bool = False,
    ) -> None:
        """Keep links and events in memory."""
        del now, entries, seen, release
        kept = {**self.links, **{link.item: link for link in links}}
        self.links = {item: link for item, link in kept.items() if item not in remove}
        self._notes.events += events


async def _nothing(*_: object, **__: object) -> None:
    """Write nothing."""


def _note(notes: Notes, request: Request) -> None:
    method, _, path = request.what.partition(" ")
    fields: dict[str, Any] = dict(request.form or {})
    if isinstance(packed := fields.get("body"), str):
        fields["body"] = json.loads(packed)
    if request.file is not None:
        fields["file"] = f"{request.file.name}, {len(request.file.content)} bytes, {request.file.mime}"
    notes.opentext(method, path, fields)
