"""
Documents: what is attached to a workflow, and single ones. A shortcut stands for its original.

Source: OTCS REST, v2/nodes/{id}, v2/nodes/{id}/nodes, v2/nodes/list.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from cachetools import TTLCache

from shared.clients.opentext import categories
from shared.clients.opentext.answers import (
    Json,
    at,
    each,
    flag,
    number,
    number_or_none,
    obj,
    properties,
    required,
    required_text,
    rows,
    text,
)
from shared.clients.opentext.gaps import Gaps
from shared.clients.opentext.members import Members
from shared.clients.opentext.records import DOCUMENT, Records, newest_version
from shared.clients.opentext.schema import Schema
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.shortcuts import SHORTCUT, follow, original_of
from shared.clients.opentext.transport import Query
from shared.clients.opentext.user_values import UserValues
from shared.errors import RefusedError, SignInRefusedError, UnreadableError
from shared.models.evidence_files import is_evidence_file
from shared.models.opentext import AttributeDefinition, Attributes, Document, DocumentVersion, Part
from shared.models.origin import Needs
from shared.timing import ABSENT_FOR, FRESH

BATCH = 250
"""Most nodes in one list."""
DEEPEST, MOST_CONTAINED = 3, 200
"""Levels of attached folders, and documents in them, that one decision is bound to."""
BARE = Needs(attributes=False)


class Nodes:
    """Reads documents. Every method raises what `Session` raises."""

    def __init__(self, site: Site, members: Members, records: Records, now: Callable[[], datetime]) -> None:
        self._site = site
        self._people = UserValues(members)
        self._records = records
        self._schema: TTLCache[str, Schema, datetime] = TTLCache(1, FRESH, now)
        self._has_no_list: TTLCache[str, bool, datetime] = TTLCache(1, ABSENT_FOR, now)

    async def read_document(self, node_id: int, needs: Needs) -> Document:
        """
        Read a document, or any other node; a shortcut's original in its place.

        What of it can't be read stands in `not_known`.

        Raises:
            UnreadableError: gone or hidden, or without its version; or a shortcut that leads nowhere.
        """

        async def read(node: int) -> Json:
            return obj((await self._site.read_one(f"v2/nodes/{node}", _fields(needs))).get("results"))

        return await self._document(await follow(node_id, read), needs)

    async def list_attached(self, folder_id: int, needs: Needs, gaps: Gaps) -> tuple[Document, ...]:
        """
        List what lies in a workflow's attachment folder, shortcuts resolved, by id.

        What can't be read is noted: then nobody can say what an approval would be of.
        """
        return await self.list_documents(await self._children(folder_id, gaps), needs, gaps)

    async def list_contained(self, containers: Iterable[int], gaps: Gaps) -> tuple[DocumentVersion, ...]:
        """
        List the versions of what lies in containers, shortcuts resolved.

        What lies deeper than one decision is bound to, what is more, and what can't be read is noted: then nobody can
        say what an approval would be of.
        """
        found: dict[int, DocumentVersion] = {}
        level, depth = sorted(set(containers)), 0
        while level and depth < DEEPEST and len(found) <= MOST_CONTAINED:
            inside = [await self._children(folder, gaps) for folder in level]
            # Each node once: a shortcut may lead back to a folder above.
            documents = await self.list_documents(
                {node for nodes in inside for node in nodes} - found.keys(), BARE, gaps
            )
            found |= {document.node_id: document.bound for document in documents}
            level, depth = sorted(document.node_id for document in documents if document.is_container), depth + 1
        if level or len(found) > MOST_CONTAINED:
            gaps.not_known[Part.DOCUMENTS.of("contained")] = (
                f"an attached folder holds more than {MOST_CONTAINED} documents, or folders deeper than {DEEPEST}"
            )
        return tuple(found[node] for node in sorted(found))

    async def _children(self, folder_id: int, gaps: Gaps) -> set[int]:
        nodes: set[int] = set()
        async for page in list_pages(self._site, f"v2/nodes/{folder_id}/nodes", (("fields", "properties"),)):
            nodes.update(gaps.rows(Part.DOCUMENTS, each(map(properties, page), _stands_for)))
            # More change nothing: a decision can't be bound to so many.
            if len(nodes) > MOST_CONTAINED:
                break
        return nodes

    async def list_versions(self, node_ids: Iterable[int]) -> tuple[DocumentVersion, ...]:
        """
        Read which versions nodes have now, by id, in one call.

        Raises:
            UnreadableError: one of them can't be read.
        """
        gaps = Gaps()
        documents = await self.list_documents(node_ids, BARE, gaps)
        if gaps.not_known:
            raise UnreadableError("; ".join(gaps.not_known.values()))
        return tuple(document.bound for document in documents)

    async def list_documents(self, node_ids: Iterable[int], needs: Needs, gaps: Gaps) -> tuple[Document, ...]:
        """
        List documents by id, 250 in a call; those that can't be read are noted.

        Servers that have no such list, or leave out what was asked for, cost one call more a node.
        """
        # In order, so that two looks at the same nodes ask the same.
        asked = sorted(set(node_ids))
        found: list[Document | None] = []
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            sent = await self._list(batch, needs)
            found += [
                await gaps.read(Part.DOCUMENTS.of(str(node_id)), self._complete(node_id, sent.get(node_id), needs))
                for node_id in batch
            ]
        # Once each: of shortcuts of shortcuts several may stand for one.
        by_id = {document.node_id: document for document in found if document is not None}
        return tuple(by_id[node_id] for node_id in sorted(by_id))

    async def attributes(
        self, node_id: int, row: Json, gaps: Gaps
    ) -> tuple[Attributes, tuple[AttributeDefinition, ...]]:
        """
        Name a row's attribute values, and say which attributes it has; users stand there by login.

        What no answer described lately is asked for. A value that can't be read is noted, and left out.
        """
        raw = categories.raw_values(at(row, "data", "categories"))
        described_here = Schema.of(row)
        schema = self.learn(described_here)
        if schema.lacks(raw):
            # Without the description nothing can be named; but the rest of the node is there.
            asked = self._site.get(f"v2/nodes/{node_id}/categories", (("metadata", None),))
            described = await gaps.read(Part.ATTRIBUTES, asked)
            schema = self.learn(Schema.of(*rows(described))) if described and "results" in described else schema
        # What other nodes' categories are called is remembered, but says nothing of this one: it has its own alone.
        own = schema.of_categories(categories.assigned(row) | described_here.categories)
        named, odd = categories.attributes_of(raw, own)
        gaps.not_known |= odd
        return await self._with_logins(named, own, gaps), own.attributes

    async def _with_logins(self, named: Attributes, schema: Schema, gaps: Gaps) -> Attributes:
        found: Attributes = {}
        for name, value in named.items():
            if value is None or not schema.holds_users(name):
                found[name] = value
            elif (logins := await gaps.read(Part.ATTRIBUTES.of(name), self._people.logins(value))) is not None:
                found[name] = logins
        return found

    def learn(self, described: Schema) -> Schema:
        """Take in categories that answers describe, and return all that were described lately."""
        known = self._schema.get("") or Schema({})
        if described:
            known = self._schema[""] = known | described
        return known

    async def _list(self, node_ids: list[int], needs: Needs) -> dict[int, Json]:
        """Read many nodes at once. What is left out here is asked for one by one: a list may hide what can be read."""
        if self._has_no_list.get(""):
            return {}
        fields = _fields(needs)
        # What to send is said twice: OpenText's own library says it in the form, other endpoints take it from the URL.
        form: dict[str, str | list[str]] = {"ids": [str(node_id) for node_id in node_ids]}
        form["fields"] = [text(value) for name, value in fields if name == "fields"]
        try:
            answer = await self._site.service.post_form("v2/nodes/list", form, query=fields, writes=False)
            listed = each(rows(answer), lambda row: (required(properties(row), "id"), row))
        # Who we are was refused: that says nothing about whether this server has the list.
        except SignInRefusedError:
            raise
        except (RefusedError, UnreadableError):
            # This server has no such list: for a while its nodes are read one by one.
            self._has_no_list[""] = True
            return {}
        return dict(listed)

    async def _complete(self, node_id: int, row: Json | None, needs: Needs) -> Document:
        data = obj(row.get("data")) if row is not None else {}
        kind = number(properties(row).get("type"))
        lacks = (kind == DOCUMENT and "versions" not in data) or (needs.attributes and "categories" not in data)
        if row is None or lacks or kind == SHORTCUT:
            return await self.read_document(node_id, needs)
        return await self._document(row, needs)

    async def _document(self, row: Json, needs: Needs) -> Document:
        found, gaps = properties(row), Gaps()
        node_id = required(found, "id")
        compliance = await self._records.read_compliance(node_id, needs, gaps)
        attributes, definitions = await self.attributes(node_id, row, gaps) if needs.attributes else ({}, ())
        return Document(
            node_id=node_id,
            name=required_text(found, "name"),
            version=_version(found, at(row, "data", "versions")),
            url=self._site.node_url(node_id),
            reserved_by=await gaps.read(Part.RESERVED_BY, self._reserved_by(found)),
            created=gaps.value(Part.CREATED, self._site.instant, found.get("create_date")),
            modified=gaps.value(Part.MODIFIED, self._site.instant, found.get("modify_date")),
            parent_id=number_or_none(found.get("parent_id")),
            is_evidence=is_evidence_file(text(found.get("name")), text(found.get("description"))),
            is_container=flag(found.get("container")),
            attributes=attributes,
            definitions=definitions,
            classifications=compliance.classifications,
            classification_ids=compliance.classification_ids,
            rm_status=compliance.rm_status,
            holds=compliance.holds,
            not_known=gaps.not_known,
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


def _stands_for(row: Json) -> int:
    original = original_of(row)
    return required(row, "id") if original is None else original


def _version(row: Json, versions: object) -> int:
    """Take the newest version: an approval is bound to it, so a document's must be there."""
    found = newest_version(versions)
    if not found and number(row.get("type")) == DOCUMENT:
        message = f"Content Server does not say which version document {row.get('id')} has"
        raise UnreadableError(message)
    return found
