"""
The types of business workspaces, as their administrators named them.

Source: OTCS Business Workspaces REST, v2/businessworkspacetypes.
"""

from collections.abc import Callable
from datetime import datetime

from cachetools import TTLCache

from shared.clients.opentext.answers import (
    Json,
    each,
    many,
    number,
    obj,
    properties,
    required,
    required_text,
    rows,
    text,
)
from shared.clients.opentext.members import MOST_KEPT
from shared.clients.opentext.server import Site
from shared.clients.opentext.transport import Query
from shared.errors import UnreadableError
from shared.models.opentext import WorkspaceType
from shared.timing import FRESH


class WorkspaceTypes:
    """Reads the types that we may see. Every method raises what `Session` raises."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._known: TTLCache[str, int, datetime] = TTLCache(MOST_KEPT, FRESH, now)

    async def list_all(self) -> tuple[WorkspaceType, ...]:
        """List the workspace types that we may see, with their templates."""
        query: Query = (("expand_templates", "true"),)
        found = map(properties, rows(await self._site.get("v2/businessworkspacetypes", query)))
        return each(found, _type_of)

    async def read_id(self, name: str) -> int:
        """
        Read the id of a workspace type by its exact name.

        Raises:
            UnreadableError: there is no such type that we may see.
        """
        if (known := self._known.get(name)) is not None:
            return known
        types = map(properties, rows(await self._site.get("v2/businessworkspacetypes")))
        found = {required(row, "wksp_type_id") for row in types if text(row.get("wksp_type_name")) == name}
        if len(found) == 1:
            type_id = self._known[name] = found.pop()
            return type_id
        many_ = f"{len(found)} workspace types are called {name!r}: {sorted(found)}"
        message = many_ if found else f"there is no workspace type {name!r} that may be seen"
        raise UnreadableError(message)


def _type_of(row: Json) -> WorkspaceType:
    templates = [number(obj(one).get("id")) for one in many(row["templates"])] if "templates" in row else None
    return WorkspaceType(
        type_id=required(row, "wksp_type_id"),
        name=required_text(row, "wksp_type_name"),
        templates=None if templates is None else tuple(one for one in templates if one is not None),
    )
