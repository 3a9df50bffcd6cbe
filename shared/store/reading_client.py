"""A table client that sends no write: for a preview, whose stores are the real ones."""

from collections.abc import Mapping, Sequence
from typing import Any

from azure.data.tables import TableEntity, UpdateMode

from shared.store.table_client import Entity, OnAnswer, Operation, Pages, TableClient

_WRITTEN = {"etag": 'W/"not written"'}


class ReadingClient:
    """Reads through another client; a write is answered as if it had been made, and never sent."""

    def __init__(self, client: TableClient) -> None:
        self._client = client

    async def get_entity(self, partition_key: str, row_key: str, **kwargs: object) -> TableEntity:
        """Read one row."""
        return await self._client.get_entity(partition_key, row_key, **kwargs)

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
        return self._client.query_entities(
            query_filter,
            parameters=parameters,
            select=select,
            results_per_page=results_per_page,
            raw_response_hook=raw_response_hook,
        )

    async def create_table(self, **kwargs: object) -> None:
        """Make nothing."""

    async def create_entity(self, entity: Entity, **kwargs: object) -> Mapping[str, Any]:
        """Insert nothing."""
        del entity, kwargs
        return _WRITTEN

    async def update_entity(self, entity: Entity, mode: UpdateMode, **kwargs: object) -> Mapping[str, Any]:
        """Change nothing."""
        del entity, mode, kwargs
        return _WRITTEN

    async def upsert_entity(self, entity: Entity, mode: UpdateMode, **kwargs: object) -> Mapping[str, Any]:
        """Write nothing."""
        del entity, mode, kwargs
        return _WRITTEN

    async def delete_entity(self, partition_key: str, row_key: str, **kwargs: object) -> None:
        """Delete nothing."""

    async def submit_transaction(self, operations: Sequence[Operation], **kwargs: object) -> list[Mapping[str, Any]]:
        """Carry out nothing."""
        del kwargs
        return [_WRITTEN for _ in operations]
