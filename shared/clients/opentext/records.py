"""
Holds, records and classifications of a node, and the evidence that is put on the record.

These are modules that a customer may not have: then a server does not know the paths, and nothing is known.

Source: OTCS REST, v1/nodes/{id}/holds, rmclassifications and classifications; v2/nodes and its versions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from cachetools import TTLCache

from shared.clients.opentext.answers import (
    Json,
    at,
    flag,
    many,
    number,
    number_or_none,
    obj,
    properties,
    required,
    rows,
    text,
)
from shared.clients.opentext.children import find_child
from shared.clients.opentext.errors import NO_ENDPOINT
from shared.clients.opentext.gaps import Gaps
from shared.clients.opentext.server import Site
from shared.clients.opentext.transport import Query, Upload, as_body
from shared.errors import RefusedError, UnreadableError
from shared.models.opentext import Part
from shared.models.origin import Needs
from shared.timing import ABSENT_FOR

DOCUMENT = 144
LONGEST_DESCRIPTION = 255
MODULES = 3
"""As many as a customer may not have: holds, records, classifications."""


@dataclass(frozen=True)
class Compliance:
    """What the records modules say of a node. None: not known, which is not none."""

    classifications: tuple[str, ...] | None = ()
    classification_ids: dict[str, int] = field(default_factory=dict)
    rm_status: str | None = ""
    holds: tuple[str, ...] | None = ()


class Records:
    """Reads compliance, writes evidence. Every method raises what `Session` raises."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._absent: TTLCache[str, bool, datetime] = TTLCache(MODULES, ABSENT_FOR, now)

    async def read_compliance(self, node_id: int, needs: Needs, gaps: Gaps) -> Compliance:
        """Read as much as is needed: one call for each. What can't be read is noted, and not known."""
        asked, status, holds = needs.classifications, needs.records, needs.holds
        classes = await gaps.read(Part.CLASSIFICATIONS, self.list_classifications(node_id)) if asked else {}
        return Compliance(
            classifications=None if classes is None else tuple(classes),
            classification_ids={name: one for name, one in (classes or {}).items() if one is not None},
            rm_status=await gaps.read(Part.RM_STATUS, self.find_status(node_id)) if status else "",
            holds=await gaps.read(Part.HOLDS, self.list_holds(node_id)) if holds else (),
        )

    async def list_holds(self, node_id: int) -> tuple[str, ...]:
        """
        List the names of active holds, sorted.

        Raises:
            UnreadableError: this server has no holds, or does not say.
        """
        found = await self._module("holds", node_id)
        # A hold that does not say whether it is active counts: to miss one would be worse than to show one too many.
        active = [row for row in found if flag(row.get("active")) or row.get("active") is None]
        return tuple(sorted({_named(row, "hold_name", "hold_id") for row in active}))

    async def find_status(self, node_id: int) -> str:
        """
        Find the records status. "": not a record.

        Raises:
            UnreadableError: this server has no records management, or does not say.
        """
        listed = await self._module("rmclassifications", node_id)
        return next((found for row in listed if (found := text(row.get("file_status")))), "")

    async def list_classifications(self, node_id: int) -> dict[str, int | None]:
        """
        List the classifications with their node ids, by name, sorted. None: the id is not told.

        Raises:
            UnreadableError: this server has no classifications, or does not say.
        """
        listed = await self._module("classifications", node_id)
        return dict(sorted({_named(row, "name", "id"): number_or_none(row.get("id")) for row in listed}.items()))

    async def classify(self, node_id: int, class_id: int) -> None:
        """Give a node its records classification. A node that has it is left alone."""
        path = f"v1/nodes/{node_id}/rmclassifications"
        answer = await self._site.get(path)
        there = [number(row.get("rmclassification_id")) for row in rows(answer)]
        if class_id in there:
            return
        body: Json = {"class_id": class_id}
        # Another class is there: records management changes it for no one who does not show that he read it.
        if there and (token := text(answer.get("rm_metadataToken"))):
            body["rm_metadataToken"] = token
        await self._site.service.post_body(path, body)

    async def find_child(self, parent_id: int, name: str) -> int | None:
        """Find a container's child by its name. Errors as `Session`."""
        return await find_child(self._site, parent_id, name)

    async def upload(self, parent_id: int, file: Upload, *, description: str = "") -> int:
        """
        Put a new document into a container, and return its id.

        Raises:
            RefusedError: code "exists": there is one of that name. Add a version to it.
        """
        body: Json = {
            "type": str(DOCUMENT),
            "parent_id": str(parent_id),
            "name": file.name,
            "description": description[:LONGEST_DESCRIPTION],
        }
        answer = await self._site.service.post_file("v2/nodes", as_body(body), file)
        return required(properties(answer.get("results")), "id")

    async def add_version(self, node_id: int, file: Upload, *, description: str = "") -> int:
        """Add a version to a document, and return the newest version's number."""
        form = {"description": description[:LONGEST_DESCRIPTION]}
        await self._site.service.post_file(f"v2/nodes/{node_id}/versions", form, file)
        return await self.read_version(node_id)

    async def read_version(self, node_id: int) -> int:
        """Read the newest version's number. 0: the node keeps no versions."""
        query: Query = (("fields", "properties{id}"), ("fields", "versions.element(0)"))
        return newest_version(at(await self._site.get(f"v2/nodes/{node_id}", query), "results", "data", "versions"))

    async def newest_content(self, node_id: int) -> bytes:
        """Read the newest version's content."""
        return await self._site.service.get_bytes(f"v2/nodes/{node_id}/content")

    async def lock_version(self, node_id: int, version: int) -> None:
        """Lock a version: nobody can change or delete it any more."""
        await self._site.service.post_form(f"v2/nodes/{node_id}/versions/{version}/lock", {})

    async def _module(self, name: str, node_id: int) -> list[Json]:
        if not self._absent.get(name):
            try:
                return rows(await self._site.get(f"v1/nodes/{node_id}/{name}"))
            except RefusedError as error:
                if error.code != NO_ENDPOINT:
                    raise
                self._absent[name] = True
        message = f"this Content Server does not tell {name}: the module is not installed"
        raise UnreadableError(message)


def _named(row: Json, name: str, number: str) -> str:
    if found := text(row.get(name)) or text(row.get(number)):
        return found
    message = f"Content Server sent a row without {name}"
    raise UnreadableError(message)


def newest_version(versions: object) -> int:
    """Take the greatest version number of one version or of several. 0: there is none."""
    return max((number(obj(version).get("version_number")) or 0 for version in many(versions)), default=0)
