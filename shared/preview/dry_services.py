"""
Services whose doors are shut to writes: the engine runs as it does, and each write is noted in place of being sent.

What a preview shows is then what the engine would send, by construction. Reads go through. Nothing of this is
remembered: links live in memory, and the stores are the real ones over tables that send no write.
"""

import contextlib
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.clients.opentext import Request, dry
from shared.models.digest import DigestLine
from shared.models.evidence import Event
from shared.models.link import Link
from shared.models.mail import MailMessage
from shared.models.messages import OriginMessage, PlanMessage
from shared.preview.dry_planner import DryPlanner
from shared.preview.noted_calls import Notes
from shared.reconciler.waiting_room import Hurry, WaitingRoom
from shared.services import Services
from shared.store.agenda import Agenda
from shared.store.brakes import Brakes
from shared.store.commit import Entries
from shared.store.creators import Creators
from shared.store.cursors import Cursors
from shared.store.digests import Digests
from shared.store.gates import Gates
from shared.store.hands import Hands
from shared.store.mailboxes import Mailboxes
from shared.store.makings import Makings
from shared.store.names import Names
from shared.store.nodes import Nodes
from shared.store.origins import Held, Origins
from shared.store.plans import Plans
from shared.store.slots import Slots
from shared.store.tables import Tables
from shared.store.tasks import Tasks
from shared.store.troubles import Troubles
from shared.targets.resolver import Places
from shared.targets.unproven import Unproven


def shut(services: Services, notes: Notes, queues: "NotedQueues | None" = None) -> Services:
    """
    Return services that read as these do, and note what they would write.

    Args:
        queues: keeps what would be queued. None: nobody asks.
    """
    planner, tables = DryPlanner(services.planner, notes), services.tables.reading()
    plans, makings, cursors, sent = Plans(tables), Makings(tables), Cursors(tables), queues or NotedQueues()
    # Over tables that send no write, too: looking at who lives must bury nobody.
    hands = Hands(tables, sent, services.owner)
    return replace(
        services,
        tables=tables,
        hands=hands,
        origins=Origins(tables, hands),
        tasks=Tasks(tables),
        agenda=Agenda(tables),
        plans=plans,
        gates=Gates(tables, services.gates.longest),
        troubles=Troubles(tables),
        cursors=cursors,
        names=Names(tables),
        brakes=Brakes(tables),
        nodes=Nodes(tables),
        creators=Creators(tables),
        makings=makings,
        mailboxes=ReadyMailboxes(tables),
        digests=NotedDigests(tables, notes),
        slots=Slots(tables, hands),
        room=OpenRoom(),
        queues=sent,
        opentext=dry(services.opentext, lambda request: _note(notes, request), now=services.now),
        planner=planner,
        # Its own, not the services': what those keep would hold buckets and labels that are only noted here.
        places=Places(
            planner,
            plans,
            makings,
            now=services.now,
            settle=timedelta(seconds=services.settings.settle_seconds),
            unproven=Unproven(cursors, services.now),
        ),
        mail=NotedMail(services.mail.sender, notes) if services.mail is not None else None,
    )


class OpenRoom(WaitingRoom):
    """A room in which nobody waits: an operator's question is one look more, and takes no slot from anybody."""

    def __init__(self) -> None:
        """Ask no table."""

    @contextlib.asynccontextmanager
    async def turn(self, hurry: Hurry = Hurry.BEGUN) -> AsyncGenerator[None, None]:
        """Let everybody go on."""
        del hurry
        yield


class ReadyMailboxes(Mailboxes):
    """A mailbox that is never paced: a preview shows the mail itself."""

    async def ask(self, sender: str, now: datetime) -> None:
        """Let every mail go on."""
        del sender, now


class NotedDigests(Digests):
    """Digests that nothing is put into."""

    def __init__(self, tables: Tables, notes: Notes) -> None:
        super().__init__(tables)
        self._notes = notes

    async def add(self, address: str, due: datetime, line: DigestLine) -> None:
        """Note what would stand in a digest, and in whose."""
        shown = {"to": [address], "subject": line.subject, "text": line.body}
        self._notes.graph("POST", f"the digest of {due:%Y-%m-%d %H:%M} UTC", shown)


class NotedQueues:
    """Queues that send nothing."""

    def __init__(self) -> None:
        self.origins: list[OriginMessage] = []

    async def send_origin(self, message: OriginMessage, *, delay: timedelta | None = None) -> None:
        """Keep a message."""
        del delay
        self.origins.append(message)

    async def send_plan(self, message: PlanMessage, *, delay: timedelta | None = None) -> None:
        """Send nothing: nobody asks."""

    async def length(self, queue: str) -> int:
        """Tell that nothing waits."""
        del queue
        return 0


class NotedMail:
    """A mailbox that sends nothing."""

    def __init__(self, sender: str, notes: Notes) -> None:
        self.sender = sender
        self._notes = notes

    async def send_mail(self, to: Sequence[str], message: MailMessage) -> None:
        """Note a mail, as people read it."""
        shown = {"to": list(to), "subject": message.subject, "text": message.text}
        self._notes.graph("POST", f"/users/{self.sender}/sendMail", shown)


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


def _note(notes: Notes, request: Request) -> None:
    method, _, path = request.what.partition(" ")
    fields: dict[str, Any] = dict(request.form or {})
    if isinstance(packed := fields.get("body"), str):
        fields["body"] = json.loads(packed)
    if request.file is not None:
        fields["file"] = f"{request.file.name}, {len(request.file.content)} bytes, {request.file.mime}"
    notes.opentext(method, path, fields)
