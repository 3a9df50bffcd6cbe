"""
Holds, records and classifications of a node, and the evidence that is put on the record.

These are modules that a customer may not have: then a server does not know the paths, and a node has none.

Source: OTCS REST, v1/nodes/{id}/holds, rmclassifications and classifications; v2/nodes and its versions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.clients.opentext.answers import Json, at, flag, many, number, obj, properties, required, text
from shared.clients.opentext.errors import NO_ENDPOINT
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query, Upload, as_body
from shared.clients.ttl_cache import Kept
from shared.errors import RefusedError
from shared.models.opentext import Needs

DOCUMENT = 144
LONGEST_DESCRIPTION = 255
ABSENT_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Compliance:
    """What the records modules say of a node."""

    classifications: tuple[str, ...] = ()
    rm_status: str | None = None
    holds: tuple[str, ...] = ()


class Records:
    """Reads compliance, writes evidence. Every method raises what `Session` raises."""

    def __init__(self, site: Site, now: Callable[[], datetime]) -> None:
        self._site = site
        self._absent: Kept[str, bool] = Kept(now, ABSENT_FOR)

    async def read_compliance(self, node_id: int, needs: Needs) -> Compliance:
        """Read as much as is needed: one call for each."""
        return Compliance(
            classifications=await self.list_classifications(node_id) if needs.classifications else (),
            rm_status=await self.find_status(node_id) if needs.records else None,
            holds=await self.list_holds(node_id) if needs.holds else (),
        )

    async def list_holds(self, node_id: int) -> tuple[str, ...]:
        """List the names of active holds, sorted. Empty, too, where there are no holds at all."""
        rows = await self._module("holds", node_id)
        return tuple(sorted({text(row.get("hold_name")) for row in rows if flag(row.get("active", True))}))

    async def find_status(self, node_id: int) -> str | None:
        """Find the records status. None: not a record, or no records management."""
        rows = await self._module("rmclassifications", node_id)
        return next((found for row in rows if (found := text(row.get("file_status")))), None)

    async def list_classifications(self, node_id: int) -> tuple[str, ...]:
        """List the names of classifications, sorted."""
        rows = await self._module("classifications", node_id)
        return tuple(sorted({text(row.get("name")) for row in rows} - {""}))

    async def classify(self, node_id: int, class_id: int) -> None:
        """Give a node its records classification. A node that has it is left alone."""
        path = f"v1/nodes/{node_id}/rmclassifications"
        answer = await self._site.get(path)
        there = [number(obj(row).get("rmclassification_id")) for row in many(answer.get("data"))]
        if class_id in there:
            return
        body: Json = {"class_id": class_id}
        if there and (token := text(answer.get("rm_metadataToken"))):
            body["rm_metadataToken"] = token
        await (await self._site.service()).post_body(path, body)

    async def find_child(self, parent_id: int, name: str) -> int | None:
        """Find a container's child by its exact name: the server's own filter finds parts of names too."""
        query: Query = (("where_name", name), ("fields", "properties{id,name,type}"))
        async for page in list_pages(self._site, f"v2/nodes/{parent_id}/nodes", query):
            for row in map(properties, page):
                if text(row.get("name")) == name:
                    return required(row, "id")
        return None

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
        answer = await (await self._site.service()).post_file("v2/nodes", as_body(body), file)
        return required(properties(answer.get("results")), "id")

    async def add_version(self, node_id: int, file: Upload, *, description: str = "") -> int:
        """Add a version to a document, and return the newest version's number."""
        form = {"description": description[:LONGEST_DESCRIPTION]}
        await (await self._site.service()).post_file(f"v2/nodes/{node_id}/versions", form, file)
        return await self.read_version(node_id)

    async def read_version(self, node_id: int) -> int:
        """Read the newest version's number. 0: the node keeps no versions."""
        query: Query = (("fields", "properties{id}"), ("fields", "versions.element(0)"))
        return newest_version(at(await self._site.get(f"v2/nodes/{node_id}", query), "results", "data", "versions"))

    async def newest_content(self, node_id: int) -> bytes:
        """Read the newest version's content."""
        return await (await self._site.service()).get_bytes(f"v2/nodes/{node_id}/content")

    async def lock_version(self, node_id: int, version: int) -> None:
        """Lock a version: nobody can change or delete it any more."""
        await (await self._site.service()).post_form(f"v2/nodes/{node_id}/versions/{version}/lock", {})

    async def _module(self, name: str, node_id: int) -> list[Json]:
        if self._absent.find(name):
            return []
        try:
            answer = await self._site.get(f"v1/nodes/{node_id}/{name}")
        except RefusedError as error:
            if error.code != NO_ENDPOINT:
                raise
            self._absent.keep(name, value=True)
            return []
        return [row for row in many(answer.get("data")) if isinstance(row, dict)]


def newest_version(versions: object) -> int:
    """Take the greatest version number of one version or of several. 0: there is none."""
    return max((number(obj(version).get("version_number")) or 0 for version in many(versions)), default=0)
