"""
Write attributes by name.

Source: OTCS REST, v2/nodes/{id}/categories and v2/nodes/{id}/categories/{category_id}/.
"""

import json
from collections.abc import Mapping

from shared.clients.opentext import categories
from shared.clients.opentext.answers import Json, at, obj
from shared.clients.opentext.nodes import Nodes
from shared.clients.opentext.schema import Schema
from shared.clients.opentext.server import Site
from shared.clients.opentext.transport import Query
from shared.clients.opentext.user_values import UserValues
from shared.errors import RefusedError
from shared.models.opentext import AttributeValue


class AttributeWriter:
    """Compares what is asked for with what is there, and sends the difference, one category a call."""

    def __init__(self, site: Site, nodes: Nodes, people: UserValues) -> None:
        self._site = site
        self._nodes = nodes
        self._people = people

    async def set_attributes(self, node_id: int, values: Mapping[str, AttributeValue]) -> bool:
        """
        See `Workspaces.set_attributes`.

        Raises:
            RefusedError: no such attribute or user, or the node is held, final or reserved.
            StaleError: somebody wrote meanwhile.
        """
        if not values:
            return False
        row, schema = await self._read_categories(node_id)
        # Every category is found before the first write: one that is not known leaves nothing half set.
        wanted = {name: _category(name, schema) for name in values}
        written = False
        for category_id in sorted(set(wanted.values())):
            asked = {
                name: await self._sent(name, values[name], schema) for name, its in wanted.items() if its == category_id
            }
            written = await self._write(node_id, category_id, row=row, asked=asked, schema=schema) or written
        return written

    async def _sent(self, name: str, value: AttributeValue, schema: Schema) -> AttributeValue:
        return await self._people.ids(value) if schema.holds_users(name) else value

    async def _write(
        self, node_id: int, category_id: int, *, row: Json, asked: Mapping[str, AttributeValue], schema: Schema
    ) -> bool:
        raw = categories.raw_values(at(row, "data", "categories"))
        form = categories.changes(asked, raw, schema)
        service = self._site.service
        if category_id not in categories.assigned(row):
            # Assigned with its values at once: it may have some that must not be empty.
            await service.post_form(f"v2/nodes/{node_id}/categories", {"category_id": str(category_id), **form})
            return True
        if not form:
            return False
        # With it a write is refused that would undo what somebody set since the read; without it the last one wins
        # unseen.
        if (token := categories.token_of(row, category_id)) is not None:
            form[f"{category_id}_1"] = json.dumps({"metadata_token": token})
        await service.put_form(f"v2/nodes/{node_id}/categories/{category_id}/", form)
        return True

    async def _read_categories(self, node_id: int) -> tuple[Json, Schema]:
        query: Query = (("fields", "properties{id}"), ("fields", "categories"), ("metadata", None), ("state", None))
        row = obj((await self._site.get(f"v2/nodes/{node_id}", query)).get("results"))
        return row, self._nodes.learn(Schema.of(row))


def _category(name: str, schema: Schema) -> int:
    if (category_id := schema.category_of(name)) is None:
        message = f"the category of {name!r} is not assigned, and was not seen on another node: assign it by a template"
        raise RefusedError(message, code="no_category")
    return category_id
