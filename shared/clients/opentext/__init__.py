"""OpenText Content Server's REST API, as far as the bridge needs it. Nothing else knows its URLs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import httpx

from shared.clients.opentext.maps import Maps
from shared.clients.opentext.members import Members
from shared.clients.opentext.nodes import Nodes
from shared.clients.opentext.records import Records
from shared.clients.opentext.server import Site
from shared.clients.opentext.server_clock import ServerClock
from shared.clients.opentext.session import Session
from shared.clients.opentext.sessions import Sessions
from shared.clients.opentext.sign_in import SignIn
from shared.clients.opentext.sign_in_guard import SignInDoor
from shared.clients.opentext.transport import CALL_SECONDS, Request, Upload, Wire
from shared.clients.opentext.tree import Tree
from shared.clients.opentext.workflows import Workflows
from shared.clients.opentext.workspaces import Workspaces
from shared.clients.pause import LONGEST_PAUSE
from shared.models.opentext import Person
from shared.models.workflow import StepRef

__all__ = [
    "Members",
    "OpenText",
    "Records",
    "Request",
    "Session",
    "Sessions",
    "SignIn",
    "Upload",
    "Workflows",
    "Workspaces",
    "connect",
    "dry",
]


@dataclass(frozen=True)
class OpenText:
    """One Content Server, by topic."""

    sessions: Sessions
    workspaces: Workspaces
    workflows: Workflows
    maps: Maps
    members: Members
    records: Records
    clock: ServerClock
    tree: Tree
    site: Site

    async def ping(self) -> None:
        """
        See whether Content Server answers at all. Nobody is signed in for it.

        Raises:
            UnavailableError: it does not.
        """
        await self.sessions.ping()

    async def whoami(self) -> Person:
        """
        Read the integration user: proves that the sign-in works.

        Raises:
            RefusedError: the sign-in is not accepted.
            UnavailableError: no sensible answer.
        """
        return await self.members.whoami()

    def node_url(self, node_id: int) -> str:
        """Link to a node in Smart UI."""
        return self.site.node_url(node_id)

    def step_url(self, ref: StepRef) -> str:
        """Link to a workflow's step in Smart UI."""
        return self.site.step_url(ref)


def connect(
    sign_in: SignIn,
    http: httpx.AsyncClient,
    *,
    zone: tzinfo,
    now: Callable[[], datetime],
    seconds: float = CALL_SECONDS,
    longest_pause: timedelta = LONGEST_PAUSE,
    door: SignInDoor | None = None,
) -> OpenText:
    """
    Put the client together. Nothing is sent yet: the first request signs in.

    Args:
        sign_in: who, where and how.
        http: its time-outs hold; it must not repeat requests on its own account.
        zone: of the dates that Content Server sends without one (`OPENTEXT_TIMEZONE`).
        now: aware, UTC.
        seconds: for one call as a whole.
        longest_pause: what `Retry-After` is cut to (`GATE_MAX_SECONDS`).
        door: where all workers count sign-ins. None: this process counts its own.
    """
    wire = Wire(http, sign_in.base_url, seconds=seconds, longest_pause=longest_pause)
    return _put_together(Sessions(sign_in, wire, now, door=door), zone, now)


def dry(opentext: OpenText, note: Callable[[Request], None], *, now: Callable[[], datetime]) -> OpenText:
    """Return a client that reads as this one does, and notes each write in place of sending it."""
    return _put_together(opentext.sessions.dry(note), opentext.site.zone, now)


def _put_together(sessions: Sessions, zone: tzinfo, now: Callable[[], datetime]) -> OpenText:
    site = Site(sessions, zone)
    members = Members(site, now)
    records = Records(site, now)
    nodes, maps = Nodes(site, members, records, now), Maps(site, now)
    return OpenText(
        sessions=sessions,
        workspaces=Workspaces(site, members, nodes=nodes, records=records, now=now),
        workflows=Workflows(site, members, nodes, maps),
        maps=maps,
        members=members,
        records=records,
        clock=ServerClock(site, now),
        tree=Tree(site),
        site=site,
    )
