"""What all readers of one Content Server share: its sessions, its zone, its addresses, and how it pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from shared.clients.opentext.answers import Json, due_on, instant, is_last, rows
from shared.clients.opentext.errors import NO_ENDPOINT
from shared.clients.opentext.session import Session
from shared.clients.opentext.sessions import Sessions
from shared.clients.opentext.transport import Query
from shared.errors import RefusedError, SignInRefusedError, UnreadableError
from shared.models.workflow import StepRef


@dataclass(frozen=True)
class Site:
    """One Content Server."""

    sessions: Sessions
    zone: tzinfo
    """Of dates that come without one."""

    @property
    def service(self) -> Session:
        """Return the integration user's session."""
        return self.sessions.service

    async def get(self, path: str, query: Query = ()) -> Json:
        """Read as the integration user. Raises what `Session` raises."""
        return await self.sessions.service.get(path, query)

    async def read_one(self, path: str, query: Query = ()) -> Json:
        """
        Read one thing by its id, as the integration user.

        Raises:
            UnreadableError: gone or hidden. Content Server tells both as it tells a refusal, in words that differ from
                call to call and with its language; a read by id has nothing else that could be refused.
            RefusedError: the sign-in is not accepted, or this server does not have the module.
        """
        try:
            return await self.get(path, query)
        # It is a RefusedError, too, but says nothing of what was asked for: that is neither gone nor hidden.
        except SignInRefusedError:
            raise
        except RefusedError as error:
            if error.code == NO_ENDPOINT:
                raise
            raise UnreadableError(str(error)) from error

    def instant(self, value: object) -> datetime | None:
        """Read a date, in UTC. None: there is none."""
        return instant(value, self.zone)

    def due_on(self, value: object) -> date | datetime | None:
        """Read when something is due: a day, or a moment in UTC. None: never."""
        return due_on(value, self.zone)

    def node_url(self, node_id: int) -> str:
        """Link to a node in Smart UI."""
        return node_url(self.sessions.base_url, node_id)

    def step_url(self, ref: StepRef) -> str:
        """Link to a workflow's step in Smart UI."""
        return step_url(self.sessions.base_url, ref)


def node_url(base: str, node_id: int) -> str:
    """Link to a node in Smart UI, below the whole cs URL."""
    return f"{base}/app/nodes/{node_id}"


def step_url(base: str, ref: StepRef) -> str:
    """Link to a workflow's step in Smart UI, below the whole cs URL."""
    return f"{base}/app/processes/{ref.process_id}/{ref.subprocess_id}/{ref.task_id}"


async def list_pages(site: Site, path: str, query: Query = (), *, limit: int = 100) -> AsyncIterator[list[Json]]:
    """
    Read a list page by page, as the integration user.

    It ends with a short page by the limit that the server echoes, an empty page, or a page that was there
    before: past the end some servers send the last page for ever.
    """
    page = 1
    before: list[Json] = []
    while True:
        answer = await site.get(path, [*query, ("limit", limit), ("page", page)])
        found = rows(answer)
        if found == before:
            return
        if found:
            yield found
        if is_last(answer, sent=len(found), asked=limit):
            return
        before, page = found, page + 1
