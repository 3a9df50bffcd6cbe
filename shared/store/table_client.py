"""What the store needs of a table client: the part of `azure.data.tables.aio.TableClient` that it uses."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from azure.core.pipeline import PipelineResponse
from azure.data.tables import TableEntity, UpdateMode

Entity: TypeAlias = dict[str, Any]
OnAnswer: TypeAlias = Callable[[PipelineResponse[Any, Any]], None]
"""Is given the response of each page."""
Operation: TypeAlias = tuple[str, Entity] | tuple[str, Entity, dict[str, Any]]
"""create, update, upsert or delete; the entity; how."""


class Pages(Protocol):
    """The answer to a query."""

    def by_page(self) -> AsyncIterator[AsyncIterator[TableEntity]]:
        """Go through it page by page, one request each."""
        ...


class TableClient(Protocol):
    """The real one, or the double of the simulation."""

    async def create_table(self, **kwargs: object) -> object:
        """Make the table; ResourceExistsError when it is there."""
        ...

    async def create_entity(self, entity: Entity, **kwargs: object) -> Mapping[str, Any]:
        """Insert."""
        ...

    async def update_entity(self, entity: Entity, mode: UpdateMode, **kwargs: object) -> Mapping[str, Any]:
        """Replace or merge."""
        ...

    async def upsert_entity(self, entity: Entity, mode: UpdateMode, **kwargs: object) -> Mapping[str, Any]:
        """Insert, replace or merge."""
        ...

    async def delete_entity(self, partition_key: str, row_key: str, **kwargs: object) -> None:
        """Delete; nothing happens when the row is missing."""
        ...

    async def get_entity(self, partition_key: str, row_key: str, **kwargs: object) -> TableEntity:
        """Read one row."""
        ...

    async def submit_transaction(self, operations: Sequence[Operation], **kwargs: object) -> list[Mapping[str, Any]]:
        """Carry out all operations on one partition, or none."""
        ...

    def query_entities(
        self,
        query_filter: str,
        *,
        parameters: Mapping[str, Any],
        select: Sequence[str] | None,
        results_per_page: int,
        raw_response_hook: OnAnswer | None,
    ) -> Pages:
        """Read the rows that an OData filter names."""
        ...
