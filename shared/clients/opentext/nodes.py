"""
Documents: what is attached to a workflow, and single ones. A shortcut stands for its original.

Source: OTCS REST, v2/nodes/{id}, v2/nodes/{id}/nodes, v2/nodes/list.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from shared.clients.opentext import categories
from shared.clients.opentext.answers import Json, at, flag, number, obj, properties, required, rows, text
from shared.clients.opentext.categories import Schema
from shared.clients.opentext.members import FRESH, Members
from shared.clients.opentext.records import DOCUMENT, Records, newest_version
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query
from shared.clients.opentext.user_values import UserValues
from shared.clients.ttl_cache import Kept
from shared.errors import UnreadableError
from shared.models.opentext import AttributeDefinition, Attributes, Document, Needs

SHORTCUT = 1
BATCH = 250
"""Most nodes in one list."""


class Nodes:
    """Reads documents. Every method raises what `Session` raises."""

    def __init__(self, site: Site, members: Members, records: Records, now: Callable[[], datetime]) -> None:
        self._site = site
        self._people = UserValues(members)
        self._records = records
        self._schema: Kept[str, Schema] = Kept(now, FRESH)

    async def read_document(self, node_id: int, needs: Needs) -> Document:
        """
        Read a document, or any other node; a shortcut's original in its place.

        Raises:
            UnreadableError: gone or hidden.
        """
        answer = await self._site.get(f"v2/nodes/{node_id}", _fields(needs))
        row = obj(answer.get("results"))
        if (original := _original(properties(row))) is not None:
            return await self.read_document(original, needs)
        return await self._document(row, needs)

    async def list_attached(self, folder_id: int, needs: Needs) -> tuple[Document, ...]:
        """
        List what lies in a workflow's attachment folder, shortcuts resolved, by id.

        Raises:
            UnreadableError: something attached can't be read: nobody can say what an approval would be of.
        """
        wanted: set[int] = set()
        async for page in list_pages(self._site, f"v2/nodes/{folder_id}/nodes", (("fields", "properties"),)):
            for row in map(properties, page):
                original = _original(row)
                wanted.add(required(row, "id") if original is None else original)
        return await self.list_documents(wanted, needs)

    async def list_documents(self, node_ids: Iterable[int], needs: Needs) -> tuple[Document, ...]:
        """List documents by id, 250 in a call. Servers that leave out what was asked for cost one more a node."""
        asked = sorted(set(node_ids))
        found: list[Document] = []
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            sent = {required(properties(row), "id"): row for row in await self._list(batch, needs)}
            found += [await self._complete(node_id, sent.get(node_id), needs) for node_id in batch]
        return tuple(found)

    async def attributes(self, node_id: int, row: Json) -> tuple[Attributes, tuple[AttributeDefinition, ...]]:
        """
        Name a row's attribute values, and say which attributes it has; users stand there by login.

        What no answer described lately is asked for.
        """
        raw = categories.raw_values(at(row, "data", "categories"))
        schema = self.learn(row)
        if categories.undescribed(raw, schema):
            answer = await self._site.get(f"v2/nodes/{node_id}/categories", (("metadata", None),))
            schema = self.learn(*rows(answer))
        own = schema.of_categories(categories.assigned(row) | Schema.of(row).categories)
        named = categories.attributes_of(raw, own)
        values = {
            name: await self._people.logins(value) if own.holds_users(name) else value for name, value in named.items()
        }
        return values, own.attributes

    def learn(self, *answers: object) -> Schema:
        """Take in the categories that answers describe, and return all that were described lately."""
        known = self._schema.find("") or Schema({})
        described = Schema.of(*answers)
        return self._schema.keep("", known | described) if described else known

    async def _list(self, node_ids: list[int], needs: Needs) -> list[Json]:
        fields = _fields(needs)
        # What to send is said twice: OpenText's own library says it in the form, other endpoints take it from the URL.
        form: dict[str, str | list[str]] = {"ids": [str(node_id) for node_id in node_ids]}
        form["fields"] = [text(value) for name, value in fields if name == "fields"]
        answer = await (await self._site.service()).post_form("v2/nodes/list", form, query=fields, writes=False)
        return rows(answer)

    async def _complete(self, node_id: int, row: Json | None, needs: Needs) -> Document:
        if row is None:
            message = f"node {node_id} is attached, but is gone or hidden"
            raise UnreadableError(message)
        data = obj(row.get("data"))
        versioned = number(properties(row).get("type")) == DOCUMENT
        if (versioned and "versions" not in data) or (needs.attributes and "categories" not in data):
            return await self.read_document(node_id, needs)
        return await self._document(row, needs)

    async def _document(self, row: Json, needs: Needs) -> Document:
        found = properties(row)
        node_id = required(found, "id")
        compliance = await self._records.read_compliance(node_id, needs)
        attributes, definitions = await self.attributes(node_id, row) if needs.attributes else ({}, ())
        return Document(
            node_id=node_id,
            name=text(found.get("name")),
            version=newest_version(at(row, "data", "versions")),
            url=self._site.node_url(node_id),
            reserved_by=await self._reserved_by(found),
            created=self._site.instant(found.get("create_date")),
            modified=self._site.instant(found.get("modify_date")),
            parent_id=number(found.get("parent_id")),
            attributes=attributes,
            definitions=definitions,
            classifications=compliance.classifications,
            rm_status=compliance.rm_status,
            holds=compliance.holds,
        )

    async def _reserved_by(self, found: Json) -> str | None:
        user_id = number(found.get("reserved_user_id"))
        if not flag(found.get("reserved")) or not user_id:
            return None
        return await self._people.login(user_id)


def _fields(needs: Needs) -> Query:
    fields: list[tuple[str, str | int | None]] = [("fields", "properties"), ("fields", "versions.element(0)")]
    if needs.attributes:
        fields += [("fields", "categories"), ("metadata", None)]
    return fields


def _original(row: Json) -> int | None:
    """Find what a shortcut stands for. None: it is no shortcut. Servers may send the original's whole row."""
    if number(row.get("type")) != SHORTCUT:
        return None
    original = row.get("original_id")
    return required(original, "id") if isinstance(original, dict) else required(row, "original_id")
