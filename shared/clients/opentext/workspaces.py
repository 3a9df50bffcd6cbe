"""
Business workspaces: what they are, who has a role in them, what they lack; and writing attributes.

Source: OTCS Business Workspaces REST, v2/businessworkspaces and v1/nodes/{id}/businessworkspace;
OTCS REST, v2/nodes/{id}/categories.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime

from shared.clients.opentext.answers import Json, at, flag, many, number, obj, properties, required, rows, text
from shared.clients.opentext.attribute_writer import AttributeWriter
from shared.clients.opentext.errors import NO_ENDPOINT
from shared.clients.opentext.members import FRESH, GROUP, Members
from shared.clients.opentext.nodes import Nodes
from shared.clients.opentext.records import Records
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query
from shared.clients.opentext.user_values import UserValues
from shared.clients.ttl_cache import Kept
from shared.errors import RefusedError, UnreadableError
from shared.models.opentext import AttributeValue, Document, MissingDocument, Needs, Person, Role, Workspace

WORKSPACE = 848
MEMBERS_OF_A_ROLE = 1000
"""Asked for in one list: Content Server's own default is 10, and it does not say that there are more."""


class Workspaces:
    """Reads workspaces and documents, writes attributes. Every method raises what `Session` raises."""

    def __init__(
        self, site: Site, members: Members, *, nodes: Nodes, records: Records, now: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._members = members
        self._writer = AttributeWriter(site, nodes, UserValues(members))
        self._nodes = nodes
        self._records = records
        self._types: Kept[str, int] = Kept(now, FRESH)

    async def read(self, node_id: int, needs: Needs) -> Workspace:
        """
        Read a workspace: one call, and one for each further part that is needed.

        Raises:
            UnreadableError: gone or hidden, or a group among its members is.
        """
        query: list[tuple[str, str | int | None]] = [("fields", "properties")]
        if needs.attributes:
            query += [("fields", "categories"), ("metadata", None)]
        row = obj((await self._site.get(f"v2/businessworkspaces/{node_id}", query)).get("results"))
        compliance = await self._records.read_compliance(node_id, needs)
        attributes, definitions = await self._nodes.attributes(node_id, row) if needs.attributes else ({}, ())
        return self._stub(properties(row)).model_copy(
            update={
                "attributes": attributes,
                "definitions": definitions,
                "roles": await self.list_roles(node_id) if needs.roles else (),
                "missing_documents": await self.list_missing(node_id) if needs.missing_documents else (),
                "classifications": compliance.classifications,
                "rm_status": compliance.rm_status,
                "holds": compliance.holds,
            }
        )

    async def read_document(self, node_id: int, needs: Needs) -> Document:
        """Read a document; a shortcut's original in its place."""
        return await self._nodes.read_document(node_id, needs)

    async def list_roles(self, node_id: int) -> tuple[Role, ...]:
        """List a workspace's roles with their users, groups expanded."""
        path = f"v2/businessworkspaces/{node_id}/members"
        roles: list[Role] = []
        async for page in list_pages(self._site, path, (("limit_members", MEMBERS_OF_A_ROLE),)):
            roles += [await self._role(node_id, row) for row in page]
        return tuple(roles)

    async def list_missing(self, node_id: int) -> tuple[MissingDocument, ...] | None:
        """List the documents that the workspace should have and lacks, by id. None: the server can't tell."""
        try:
            answer = await self._site.get(f"v2/businessworkspaces/{node_id}/missingdocuments")
        except RefusedError as error:
            if error.code != NO_ENDPOINT:
                raise
            return None
        found = [self._missing(properties(row)) for row in rows(answer)]
        return tuple(sorted(found, key=lambda item: item.node_id))

    async def find_workspace_of(self, node_id: int) -> int | None:
        """
        Find the workspace that a node lies in. None: its path is known, and no workspace is on it.

        Raises:
            UnreadableError: the node's path can't be read.
        """
        try:
            found = number((await self._site.get(f"v1/nodes/{node_id}/businessworkspace")).get("id"))
        except (UnreadableError, RefusedError):
            # In none, or hidden: what is answered does not say. The path does.
            return await self._workspace_above(node_id)
        return found or None

    async def list_created(self, type_name: str, since: datetime) -> AsyncIterator[Workspace]:
        """
        List the workspaces of a type made since a time, newest first; attributes and roles are not read.

        A server that can't sort by that date sends them in another order: then all of them are looked through.

        Raises:
            UnreadableError: there is no such type that we may see.
        """
        # By id: a type's name would find the types whose names begin with it, too.
        # `expanded_view`: without it only recently used workspaces are found.
        query: Query = (
            ("where_workspace_type_id", await self.read_type(type_name)),
            ("expanded_view", "true"),
            ("sort", "desc_create_date"),
            ("fields", "properties"),
        )
        async for page in list_pages(self._site, "v2/businessworkspaces", query):
            stubs = [self._stub(properties(row), type_name) for row in page]
            for stub in stubs:
                if stub.created is None or stub.created >= since:
                    yield stub
            if _sorted_past(stubs, since):
                return

    async def list_types(self) -> tuple[str, ...]:
        """List the names of the workspace types that we may see."""
        found = map(properties, rows(await self._site.get("v2/businessworkspacetypes")))
        return tuple(text(row.get("wksp_type_name")) for row in found)

    async def read_type(self, name: str) -> int:
        """
        Read the id of a workspace type by its exact name.

        Raises:
            UnreadableError: there is no such type that we may see.
        """
        if (known := self._types.find(name)) is not None:
            return known
        for row in map(properties, rows(await self._site.get("v2/businessworkspacetypes"))):
            if text(row.get("wksp_type_name")) == name:
                return self._types.keep(name, required(row, "wksp_type_id"))
        message = f"there is no workspace type {name!r} that may be seen"
        raise UnreadableError(message)

    async def set_attributes(self, node_id: int, values: Mapping[str, AttributeValue]) -> bool:
        """
        Set attributes by "Category.Attribute" or "Category.Set[1].Attribute"; None clears.

        Users go by login or address. Only values that differ are sent. A category that the node lacks is assigned
        with them, if it was seen on another node.

        Returns:
            Whether anything was written.

        Raises:
            RefusedError: no such attribute, or the node is held, final or reserved.
            StaleError: somebody wrote meanwhile; read again. Categories that came before were written.
        """
        return await self._writer.set_attributes(node_id, values)

    async def _workspace_above(self, node_id: int) -> int | None:
        answer = await self._site.get(f"v1/nodes/{node_id}/ancestors")
        above = [obj(row) for row in many(answer.get("ancestors", answer.get("data")))]
        found = [required(row, "id") for row in above if number(row.get("type")) == WORKSPACE]
        return found[-1] if found else None

    async def _role(self, node_id: int, row: Json) -> Role:
        role = properties(row)
        listed = many(row.get("members", at(row, "data", "members")))
        if len(listed) >= MEMBERS_OF_A_ROLE:
            path = f"v2/businessworkspaces/{node_id}/roles/{required(role, 'id')}/members"
            listed = list(rows(await self._site.get(path)))
        people: dict[int, Person] = {}
        for member in map(properties, listed):
            people.update({person.user_id: person for person in await self._people(member)})
        return Role(
            name=text(role.get("name")),
            leader=flag(role.get("leader")),
            members=tuple(people[user_id] for user_id in sorted(people)),
        )

    async def _people(self, member: Json) -> tuple[Person, ...]:
        if number(member.get("type")) == GROUP:
            return await self._members.expand(required(member, "id"))
        return (await self._members.complete(member),)

    def _stub(self, row: Json, type_name: str = "") -> Workspace:
        node_id = required(row, "id")
        return Workspace(
            node_id=node_id,
            name=text(row.get("name")),
            workspace_type=text(row.get("wksp_type_name")) or type_name,
            type_id=number(row.get("wnf_wksp_type_id", row.get("wksp_type_id"))),
            template_id=number(row.get("wnf_wksp_template_id")),
            parent_id=number(row.get("parent_id")),
            created=self._site.instant(row.get("create_date")),
            modified=self._site.instant(row.get("modify_date")),
            url=self._site.node_url(node_id),
        )

    def _missing(self, row: Json) -> MissingDocument:
        return MissingDocument(
            node_id=required(row, "id"),
            name=text(row.get("name")),
            due=self._site.instant(row.get("due_date")),
        )


def _sorted_past(stubs: list[Workspace], since: datetime) -> bool:
    """Tell whether a page goes down in time to before `since`: then nothing newer follows it."""
    times = [stub.created for stub in stubs if stub.created is not None]
    return len(times) == len(stubs) and times == sorted(times, reverse=True) and times[-1] < since
