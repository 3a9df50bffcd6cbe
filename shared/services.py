"""What the flows work with: ready clients, stores, rules and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # For the type checker alone: a flow that is handed its services needs no SDK at import.
    from shared.clients.graph.directory import DirectoryClient
    from shared.clients.graph.subscriptions import Subscriptions
    from shared.clients.opentext import OpenText
    from shared.mapping.language.rules import Mapping
    from shared.models.keys import OriginKind
    from shared.models.origin import Needs
    from shared.observability.contact import Contacts
    from shared.ports import MailPort, PlannerPort, QueuesPort
    from shared.reconciler.deadline import Deadlines
    from shared.reconciler.waiting_room import WaitingRoom
    from shared.settings import Settings, SubscriptionSettings
    from shared.store.agenda import Agenda
    from shared.store.brakes import Brakes
    from shared.store.creators import Creators
    from shared.store.cursors import Cursors
    from shared.store.digests import Digests
    from shared.store.gates import Gates
    from shared.store.hands import Hands
    from shared.store.in_force import InForce
    from shared.store.interventions import Interventions
    from shared.store.mailboxes import Mailboxes
    from shared.store.makings import Makings
    from shared.store.names import Names
    from shared.store.nodes import Nodes
    from shared.store.origins import Origins
    from shared.store.plans import Plans
    from shared.store.recoveries import Recoveries
    from shared.store.series import Series
    from shared.store.sign_in_gates import SignInGates
    from shared.store.slots import Slots
    from shared.store.tables import Tables
    from shared.store.tasks import Tasks
    from shared.store.troubles import Troubles
    from shared.store.unread import UnreadRows
    from shared.targets.resolver import Places


@dataclass(frozen=True, kw_only=True)
class Storage:
    """What works without settings, mapping and the outside systems: enough to lose nothing."""

    tables: Tables
    """What the stores below stand on."""
    hands: Hands
    """What this worker has in hand: leases and slots are its own as long as they stand here."""
    origins: Origins
    tasks: Tasks
    agenda: Agenda
    plans: Plans
    gates: Gates
    sign_in_gates: SignInGates
    troubles: Troubles
    contacts: Contacts
    """What this worker last heard of each outside system."""
    unread: UnreadRows
    """Rows that this worker met and could not read: the next wall makes troubles of them."""
    cursors: Cursors
    nodes: Nodes
    names: Names
    brakes: Brakes
    recoveries: Recoveries
    creators: Creators
    makings: Makings
    mailboxes: Mailboxes
    """How the mailbox is paced, and until when it is left alone."""
    digests: Digests
    """What waits to be told to people at a time."""
    slots: Slots
    interventions: Interventions
    """What operators had done."""
    series: Series
    """What the workers did lately."""
    queues: QueuesPort
    now: Callable[[], datetime]
    """Answers an aware UTC datetime."""
    owner: str
    """Names this worker in leases and slots."""


@dataclass(frozen=True, kw_only=True)
class Services(Storage):
    """Everything."""

    settings: Settings
    subscribing: Callable[[], SubscriptionSettings]
    """Reads what Graph's subscriptions need, which nothing else waits for; raises SettingsError."""
    mapping: Mapping
    mapping_hash: str
    """SHA-256 of the mapping file as it was read, hexadecimal."""
    in_force: InForce
    """Whether that is the mapping by which the app decides."""
    opentext: OpenText
    planner: PlannerPort
    places: Places
    """Where tasks belong: `Places(planner, plans, makings, now=..., settle=...)`."""
    directory: DirectoryClient
    subscriptions: Subscriptions
    room: WaitingRoom
    """Where messages wait for a slot."""
    deadlines: Deadlines
    """The limits of the looks at work."""
    mail: MailPort | None
    """None: NOTIFY_FROM is not set; nobody is told by mail."""
    rng: Random
    """For jitter; seeded by the simulation."""

    @cached_property
    def needs(self) -> dict[OriginKind, Needs]:
        """What the mapping asks to be read of each kind of origin: the same for every look."""
        # Here and not above: an HTTP function's cold start does without the mapping's models.
        from shared.mapping.evaluation.needs import needs  # noqa: PLC0415
        from shared.models.keys import OriginKind  # noqa: PLC0415

        return {kind: needs(self.mapping, kind) for kind in OriginKind}
