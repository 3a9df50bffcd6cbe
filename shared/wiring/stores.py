"""Open the stores: by connection string, or with the app's identity."""

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clock import Clock, clock_for
from shared.errors import Problem, SettingsError
from shared.observability.contact import Contacts
from shared.services import Storage
from shared.settings import StorageSettings
from shared.store.agenda import Agenda
from shared.store.brakes import Brakes
from shared.store.creators import Creators
from shared.store.cursors import Cursors
from shared.store.digests import Digests
from shared.store.gates import Gates
from shared.store.hands import Hands
from shared.store.interventions import Interventions
from shared.store.mailboxes import Mailboxes
from shared.store.makings import Makings
from shared.store.names import Names
from shared.store.nodes import Nodes
from shared.store.origins import Origins
from shared.store.plans import Plans
from shared.store.queues import Queues
from shared.store.recoveries import Recoveries
from shared.store.series import Series
from shared.store.sign_in_gates import SignInGates
from shared.store.slots import Slots
from shared.store.tables import Tables
from shared.store.tasks import Tasks
from shared.store.troubles import Troubles
from shared.timing import GATE_LONGEST
from shared.wiring.queue_door import QueueDoor


@dataclass(frozen=True)
class Stores:
    """The opened tables and queues, and what the flows see of them."""

    tables: Tables
    storage: Storage
    opened: AsyncExitStack

    async def close(self) -> None:
        """Close the connections."""
        await self.opened.aclose()


def open_stores(
    settings: StorageSettings, door: QueueDoor, clock: Clock, *, longest_pause: timedelta = GATE_LONGEST
) -> Stores:
    """
    Open the tables beside the queues. Nothing is sent yet.

    Args:
        door: stays the caller's to close.

    Raises:
        SettingsError: the connection string or the address can't be used.
    """
    opened = AsyncExitStack()
    # The random part as well: a machine that starts anew may have the name and the number of a dead one.
    owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        tables = _open_tables(settings, door, owner)
    except ValueError as error:
        raise SettingsError([Problem("AzureWebJobsStorage", f"can't be used: {error}")]) from error
    opened.push_async_callback(tables.close)
    now = clock_for(settings.clock_file, clock)
    storage = storage_over(tables, door.queues, owner=owner, now=now, longest_pause=longest_pause)
    # Put on the stack last, so closed first: a sign of life that is still to come would find the tables closed.
    opened.callback(storage.hands.close)
    return Stores(tables, storage, opened)


def storage_over(
    tables: Tables,
    queues: Queues,
    *,
    owner: str,
    now: Callable[[], datetime],
    hands: Hands | None = None,
    longest_pause: timedelta = GATE_LONGEST,
) -> Storage:
    """
    Return what the flows see of tables and queues.

    Args:
        hands: None: in these tables, by this machine's ticks.
        longest_pause: a system that asks for more is believed that much.
    """
    hands = hands or Hands(tables, queues, owner)
    return Storage(
        tables=tables,
        hands=hands,
        origins=Origins(tables, hands),
        tasks=Tasks(tables),
        agenda=Agenda(tables),
        plans=Plans(tables),
        gates=Gates(tables, longest_pause),
        sign_in_gates=SignInGates(tables),
        troubles=Troubles(tables),
        contacts=Contacts(now),
        unread=tables.unread,
        cursors=Cursors(tables),
        nodes=Nodes(tables),
        names=Names(tables),
        brakes=Brakes(tables),
        recoveries=Recoveries(tables),
        creators=Creators(tables),
        makings=Makings(tables),
        mailboxes=Mailboxes(tables),
        digests=Digests(tables),
        slots=Slots(tables, hands),
        interventions=Interventions(tables),
        series=Series(tables, owner),
        queues=queues,
        now=now,
        owner=owner,
    )


def _open_tables(settings: StorageSettings, door: QueueDoor, owner: str) -> Tables:
    if door.credential is not None:
        return Tables.from_endpoint(str(settings.table_url), door.credential, writer=owner)
    key = settings.connection_string
    return Tables.from_connection_string(key.get_secret_value() if key is not None else "", writer=owner)
