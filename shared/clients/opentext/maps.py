"""
From which map a workflow was started: its title may be its own, its map stays what it is.

A workflow's own status does not name the map. The list of running workflows does.

Source: OTCS REST, v2/workflows/status/active; v2/nodes/{id} of the map.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from cachetools import TTLCache

from shared.clients.opentext.answers import number_or_none, obj, properties, required_text, rows
from shared.clients.opentext.errors import NO_ENDPOINT
from shared.clients.opentext.members import MOST_KEPT
from shared.clients.opentext.server import Site
from shared.clients.opentext.transport import Query
from shared.errors import RefusedError, UnreadableError
from shared.timing import ABSENT_FOR, FRESH

FOR_GOOD = timedelta(days=30)
"""A workflow never changes its map."""
MISSED_FOR = timedelta(minutes=1)
"""The list has no pages: of many workflows that are not in it, one reads it."""
# In both spellings: the API's description has the one, OpenText's own client sends the other.
RUNNING: Query = (("Kind", "Both"), ("kind", "Both"), ("status", "NOARCHIVE"))


class Maps:
    """Reads which workflow runs on which map. Every method raises what `Session` raises."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._maps: TTLCache[int, int, datetime] = TTLCache(MOST_KEPT, FOR_GOOD, now)
        self._names: TTLCache[int, str, datetime] = TTLCache(MOST_KEPT, FRESH, now)
        self._absent: TTLCache[str, bool, datetime] = TTLCache(1, ABSENT_FOR, now)
        self._missed: TTLCache[int, bool, datetime] = TTLCache(MOST_KEPT, MISSED_FOR, now)

    async def read(self, process_id: int) -> int:
        """
        Read the node id of the map that a workflow was started from.

        Raises:
            UnreadableError: this server does not list running workflows, or not this one: only those show that the
                integration user manages or initiated.
        """
        if (known := self._maps.get(process_id)) is not None:
            return known
        if self._missed.get(process_id) is None:
            await self.list_running()
        if (found := self._maps.get(process_id)) is not None:
            return found
        self._missed[process_id] = True
        message = f"workflow {process_id} is not in the list of running ones, which names the maps"
        raise UnreadableError(message)

    async def read_name(self, map_id: int) -> str:
        """
        Read what a map is called now.

        Raises:
            UnreadableError: gone or hidden.
        """
        if (known := self._names.get(map_id)) is not None:
            return known
        answer = await self._site.get(f"v2/nodes/{map_id}", (("fields", "properties{id,name}"),))
        name = self._names[map_id] = required_text(properties(answer.get("results")), "name")
        return name

    async def list_running(self) -> dict[int, int]:
        """
        List the workflows that the integration user manages or initiated: process id → node id of the map.

        Raises:
            UnreadableError: this server has no such list.
        """
        if self._absent.get("") is None:
            try:
                listed = rows(await self._site.get("v2/workflows/status/active", RUNNING))
            except RefusedError as error:
                # A missing module alone is remembered: any other refusal may be over by the next look.
                if error.code != NO_ENDPOINT:
                    raise
                self._absent[""] = True
            else:
                running = dict(ids for row in map(_flat, listed) if (ids := _ids(row)) is not None)
                self._maps.update(running)
                return running
        message = "this Content Server does not list running workflows with their maps: the module is not installed"
        raise UnreadableError(message)


def _flat(row: object) -> dict[str, object]:
    found = properties(row)
    return {name.casefold(): value for name, value in obj(found.get("wfstatus", found)).items()}


def _ids(row: dict[str, object]) -> tuple[int, int] | None:
    """Take process and map. None: this row does not tell them."""
    process_id, map_id = number_or_none(row.get("work_workid")), number_or_none(row.get("map_mapobjid"))
    return (process_id, map_id) if process_id and map_id else None
