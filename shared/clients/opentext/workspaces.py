"""
Business workspaces: what they are, who has a role in them, what they lack; and writing attributes.

Source: OTCS Business Workspaces REST, v2/businessworkspaces and v1/nodes/{id}/businessworkspace;
OTCS REST, v2/nodes/{id}/categories.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.clients.opentext.answers import (
    Json,
    at,
    each,
    is_last,
    number,
    number_or_none,
    obj,
    properties,
    required,
    required_text,
    rows,
    text,
)
from shared.clients.opentext.attribute_writer import AttributeWriter
from shared.clients.opentext.gaps import Gaps
from shared.clients.opentext.members import GROUP, Members
from shared.clients.opentext.nodes import Nodes
from shared.clients.opentext.records import Records
from shared.clients.opentext.server import Site, list_pages
from shared.clients.opentext.transport import Query
from shared.clients.opentext.user_values import UserValues
from shared.clients.opentext.workspace_types import WorkspaceTypes
from shared.errors import RefusedError, UnreadableError
from shared.models.listed import Listed
from shared.models.opentext import (
    WORKSPACE,
    AttributeValue,
    Document,
    MissingDocument,
    Part,
    Person,
    Role,
    Workspace,
)
from shared.models.origin import Needs

log = logging.getLogger(__name__)

MEMBERS_OF_A_ROLE = 1000
"""Asked for in one list: Content Server's own default is 10, and it does not say that there are more."""
PAGE = 100
"""Workspaces in one."""


@dataclass(frozen=True)
class Page:
    """Some of a long list."""

    nodes: tuple[int, ...]
    is_last: bool


class Workspaces:
    """
    Reads workspaces and documents, writes attributes. Every method raises what `Session` raises.

    Attributes:
        types: the kinds of workspaces that we may see.
    """

    def __init__(
        self, site: Site, members: Members, *, nodes: Nodes, records: Records, now: Callable[[], datetime]
    ) -> None:
        self._site = site
        self._members = members
        self._writer = AttributeWriter(site, nodes, UserValues(members))
        self._nodes = nodes
        self._records = records
        self.types = WorkspaceTypes(site, now)

    async def read(self, node_id: int, needs: Needs) -> Workspace:
        """
        Read a workspace: one call, and one for each further part that is needed.

        Raises:
            UnreadableError: gone or hidden. What of it can't be read stands in `not_known`.
        """
        query: list[tuple[str, str | int | None]] = [("fields", "properties")]
        if needs.attributes:
            query += [("fields", "categories"), ("metadata", None)]
        row = obj((await self._site.read_one(f"v2/businessworkspaces/{node_id}", query)).get("results"))
        gaps = Gaps()
        stub = self._stub(properties(row), gaps)
        compliance = await self._records.read_compliance(node_id, needs, gaps)
        attributes, definitions = await self._nodes.attributes(node_id, row, gaps) if needs.attributes else ({}, ())
        roles = await gaps.read(Part.ROLES, self.list_roles(node_id, gaps)) if needs.roles else ()
        missing = await self._find_missing(node_id, gaps) if needs.missing_documents else ()
        return stub.completed(
            attributes=attributes,
            definitions=definitions,
            roles=roles,
            missing_documents=missing,
            classifications=compliance.classifications,
            classification_ids=compliance.classification_ids,
            rm_status=compliance.rm_status,
            holds=compliance.holds,
            not_known=gaps.not_known,
        )

    async def read_document(self, node_id: int, needs: Needs) -> Document:
        """Read a document; a shortcut's original in its place."""
        return await self._nodes.read_document(node_id, needs)

    async def list_roles(self, node_id: int, gaps: Gaps | None = None) -> tuple[Role, ...]:
        """List a workspace's roles with their users, groups expanded; one that can't be read says so, and is noted."""
        gaps = gaps or Gaps()
        path = f"v2/businessworkspaces/{node_id}/members"
        roles: list[Role] = []
        async for page in list_pages(self._site, path, (("limit_members", MEMBERS_OF_A_ROLE),)):
            for row in page:
                role = await self._role(node_id, row)
                roles += [role] if role.name else []
                if role.not_known is not None:
                    gaps.not_known[Part.ROLES.of(role.name or "?")] = role.not_known
        return tuple(roles)

    async def list_missing(self, node_id: int) -> Listed[MissingDocument]:
        """
        List the documents that the workspace should have and lacks, by id.

        Raises:
            UnreadableError, RefusedError: the server can't tell (no such module, or no list): that is not "none".
        """
        answer = await self._site.get(f"v2/businessworkspaces/{node_id}/missingdocuments")
        found = each(map(properties, rows(answer)), self._missing)
        return Listed(sorted(found, key=lambda item: item.node_id), found.unread)

    async def _find_missing(self, node_id: int, gaps: Gaps) -> tuple[MissingDocument, ...] | None:
        found = await gaps.read(Part.MISSING_DOCUMENTS, self.list_missing(node_id))
        # What is missing closes its task when it is listed no longer: so a list with a hole states nothing.
        return found if found is not None and gaps.rows(Part.MISSING_DOCUMENTS, found).is_whole else None

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

        A server that can't sort by that date sends them in another order: then all of them are looked through. A row
        that can't be read is logged: a hint or its next change finds that workspace.

        Raises:
            UnreadableError: there is no such type that we may see.
        """
        # By id: a type's name would find the types whose names begin with it, too.
        # `expanded_view`: without it only recently used workspaces are found.
        query: Query = (
            ("where_workspace_type_id", await self.types.read_id(type_name)),
            ("expanded_view", "true"),
            ("sort", "desc_create_date"),
            ("fields", "properties"),
        )
        async for page in list_pages(self._site, "v2/businessworkspaces", query):
            stubs = each(map(properties, page), lambda row: self._stub(row, Gaps(), type_name))
            for odd in stubs.unread:
                log.warning("a workspace of type %s can't be read: %s: %s", type_name, odd.id, odd.reason)
            for stub in stubs:
                # One without a date may be new: to look at it once too often does no harm.
                if stub.created is None or stub.created >= since:
                    yield stub
            if _sorted_past(stubs, since):
                return

    async def list_page(self, type_name: str, page: int) -> "Page":
        """
        List the ids of a hundred workspaces of a type; pages are counted from 1.

        Raises:
            UnreadableError: there is no such type that we may see.
        """
        query: Query = (
            ("where_workspace_type_id", await self.types.read_id(type_name)),
            ("expanded_view", "true"),
            # The oldest first: what is made while pages are read comes behind, and shifts none of them.
            ("sort", "asc_create_date"),
            ("fields", "properties{id}"),
            ("limit", PAGE),
            ("page", page),
        )
        answer = await self._site.get("v2/businessworkspaces", query)
        listed = each(map(properties, rows(answer)), lambda row: required(row, "id"))
        return Page(tuple(listed), is_last(answer, sent=len(listed) + len(listed.unread), asked=PAGE))

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
        above = rows(answer.get("ancestors", answer.get("data")))
        found = [required(row, "id") for row in above if number(row.get("type")) == WORKSPACE]
        return found[-1] if found else None

    async def _role(self, node_id: int, row: Json) -> Role:
        role, gaps = properties(row), Gaps()
        listed = await gaps.read(Part.ROLES, self._listed_members(node_id, row))
        people: dict[int, Person] = {}
        for member in map(properties, listed or ()):
            found = await gaps.read(Part.ROLES, self._people(member))
            people.update({person.user_id: person for person in found or ()})
        name = text(role.get("name"))
        return Role(
            name=name,
            members=tuple(people[user_id] for user_id in sorted(people)),
            not_known=gaps.not_known.get(Part.ROLES) if name else "Content Server sent a role without its name",
        )

    async def _listed_members(self, node_id: int, row: Json) -> list[Json]:
        listed = rows(row.get("members", at(row, "data", "members")))
        # As many as were asked for may not be all: then the role is asked by itself.
        if len(listed) < MEMBERS_OF_A_ROLE:
            return listed
        path = f"v2/businessworkspaces/{node_id}/roles/{required(properties(row), 'id')}/members"
        return rows(await self._site.get(path))

    async def _people(self, member: Json) -> tuple[Person, ...]:
        if number(member.get("type")) == GROUP:
            return await self._members.expand(required(member, "id"))
        return (await self._members.complete(member),)

    def _stub(self, row: Json, gaps: Gaps, type_name: str = "") -> Workspace:
        node_id = required(row, "id")
        return Workspace(
            node_id=node_id,
            name=required_text(row, "name"),
            workspace_type=text(row.get("wksp_type_name")) or type_name,
            type_id=number_or_none(row.get("wnf_wksp_type_id", row.get("wksp_type_id"))),
            template_id=number_or_none(row.get("wnf_wksp_template_id")),
            parent_id=number_or_none(row.get("parent_id")),
            created=gaps.value(Part.CREATED, self._site.instant, row.get("create_date")),
            modified=gaps.value(Part.MODIFIED, self._site.instant, row.get("modify_date")),
            modified_by=number_or_none(row.get("modify_user_id")),
            url=self._site.node_url(node_id),
        )

    def _missing(self, row: Json) -> MissingDocument:
        return MissingDocument(
            node_id=required(row, "id"),
            name=required_text(row, "name"),
            due=self._site.due_on(row.get("due_date")),
        )


def _sorted_past(stubs: tuple[Workspace, ...], since: datetime) -> bool:
    """Tell whether a page goes down in time to before `since`: then nothing newer follows it."""
    times = [stub.created for stub in stubs if stub.created is not None]
    return len(times) == len(stubs) and times == sorted(times, reverse=True) and times[-1] < since
