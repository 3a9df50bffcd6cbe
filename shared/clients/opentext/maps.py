"""
From which map a workflow was started: its title may be its own, its map stays what it is.

A workflow's own status does not name the map. The list of running workflows does.

Source: OTCS REST, v2/workflows/status/active; v2/nodes/{id} of the map.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.clients.opentext.answers import number_or_none, obj, properties, required_text, rows
from shared.clients.opentext.errors import NO_ENDPOINT
from shared.clients.opentext.members import FRESH
from shared.clients.opentext.records import ABSENT_FOR
from shared.clients.opentext.server import Site
from shared.clients.opentext.transport import Query
from shared.clients.ttl_cache import Kept
from shared.errors import RefusedError, UnreadableError

FOR_GOOD = timedelta(days=30)
"""A workflow never changes its map."""
MISSED_FOR = timedelta(minutes=1)
"""The list has no pages: of many workflows that are not in it, one reads it."""
RUNNING: Query = (("Kind", "Both"), ("kind", "Both"), ("status", "NOARCHIVE"))


class Maps:
    """Reads which workflow runs on which map. Every method raises what `Session` raises."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._maps: Kept[int, int] = Kept(now, FOR_GOOD)
        self._names: Kept[int, str] = Kept(now, FRESH)
        self._absent: Kept[str, bool] = Kept(now, ABSENT_FOR)
        self._missed: Kept[int, bool] = Kept(now, MISSED_FOR)

    async def read(self, process_id: int) -> int:
        """
        Read the node id of the map that a workflow was started from.

        Raises:
            UnreadableError: this server does not list running workflows, or not this one: only those show that the
                integration user manages or initiated.
        """
        if (known := self._maps.find(process_id)) is not None:
            return known
        if self._missed.find(process_id) is None:
            await self.list_running()
        if (found := self._maps.find(process_id)) is not None:
            return found
        self._missed.keep(process_id, value=True)
        message = f"workflow {process_id} is not in the list of running ones, which names the maps"
        raise UnreadableError(message)

    async def read_name(self, map_id: int) -> str:
        """
        Read what a map is called now.

        Raises:
            UnreadableError: gone or hidden.
        """
        if (known := self._names.find(map_id)) is not None:
            return known
        answer = await self._site.get(f"v2/nodes/{map_id}", (("fields", "properties{id,name}"),))
        return self._names.keep(map_id, required_text(properties(answer.get("results")), "name"))

    async def list_running(self) -> dict[int, int]:
        """
        List the workflows that the integration user manages or initiated: process id → node id of the map.

        Raises:
            UnreadableError: this server has no such list.
        """
        if self._absent.find("") is None:
            try:
                listed = rows(await self._site.get("v2/workflows/status/active", RUNNING))
            except RefusedError as error:
                if error.code != NO_ENDPOINT:
                    raise
                self._absent.keep("", value=True)
            else:
                return dict(self._kept(row) for row in map(_flat, listed) if _ids(row) is not None)
        message = "this Content Server does not list running workflows with their maps: the module is not installed"
        raise UnreadableError(message)

    def _kept(self, row: dict[str, object]) -> tuple[int, int]:
        process_id, map_id = _ids(row) or (0, 0)
        return process_id, self._maps.keep(process_id, map_id)


def _flat(row: object) -> dict[str, object]:
    found = properties(row)
    return {name.casefold(): value for name, value in obj(found.get("wfstatus", found)).items()}


def _ids(row: dict[str, object]) -> tuple[int, int] | None:
    """Take process and map. None: this row does not tell them."""
    process_id, map_id = number_or_none(row.get("work_workid")), number_or_none(row.get("map_mapobjid"))
    return (process_id, map_id) if process_id and map_id else None
