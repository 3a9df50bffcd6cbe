"""
An in-memory double of Azure Table storage, for the simulation: what the store uses of the aio TableClient, no more.

It answers as the service does through azure-data-tables 12.7: the same statuses, classes of error, codes and etags, the
same order and paging. `tests/integration/test_tables_contract.py` holds it and Azurite to one suite.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from time import process_time
from types import SimpleNamespace
from typing import Any, Literal, TypeAlias, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.data.tables import TableEntity, UpdateMode

from local.in_process.table_errors import TableRefusalError, failure, transaction_error
from local.in_process.table_filter import compile_filter, holds, only_partition
from local.in_process.table_pages import Found

Gate: TypeAlias = Callable[[Literal["before", "after"], str, str], Awaitable[None]]
"""Awaited before and after each effect with the table's name and the operation; may wait, or raise what is seen."""
Entity: TypeAlias = dict[str, Any]
Operation: TypeAlias = tuple[str, Entity] | tuple[str, Entity, dict[str, Any]]
Answer: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = dict[str, "KeptEntity"]
Partitions: TypeAlias = dict[str, Rows]
Change: TypeAlias = tuple["KeptEntity | None", "KeptEntity | None"]
"""A row as it was and as it stands now; None: it was not there, or is gone."""

MOST_PER_PAGE = 1000
MOST_OPERATIONS = 100
_REFUSED_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")

T = TypeVar("T")


class KeptEntity(TableEntity):
    """An entity with its etag."""

    def __init__(self, properties: Mapping[str, Any], etag: str, timestamp: datetime | None = None) -> None:
        super().__init__(properties)
        self._metadata = {"etag": etag, "timestamp": timestamp}


class MemoryTables:
    """
    A storage account's tables.

    Args:
        gate: None: nothing happens before and after an effect.
        now: the service's clock.
    """

    def __init__(self, gate: Gate | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.gate = gate
        self.sized: Callable[[str, int], None] | None = None
        """Told of each query and transaction how many rows or operations it had."""
        self.timed: Callable[[float], None] | None = None
        """Told how many CPU seconds each effect took."""
        self.now = now or (lambda: datetime.now(UTC))
        self.written: Callable[[str, Sequence[Change]], None] | None = None
        """Told of each write that took effect: the table's name, and what became of its rows."""
        self.tables: dict[str, Partitions] = {}
        """By name: partition → key → entity. Only those that were made; clear it to lose them all."""
        self._etags = 0

    def client(self, name: str) -> "MemoryTable":
        """Return a client of one table, be it made or not."""
        return MemoryTable(self, name)

    def stamped(self, entity: Entity) -> KeptEntity:
        """Return what is kept of an entity, under an etag that never was."""
        self._etags += 1
        return KeptEntity(entity, f"W/\"datetime'{self._etags:012}'\"", self.now())

    async def acted(self, table: str, operation: str, effect: Callable[[], T]) -> T:
        """Carry out an effect between the two moments of the gate."""
        if self.gate is None:
            return self._measured(operation, effect)
        await self.gate("before", table, operation)
        done = self._measured(operation, effect)
        await self.gate("after", table, operation)
        return done

    def _measured(self, operation: str, effect: Callable[[], T]) -> T:
        begun = process_time() if self.timed is not None else 0.0
        done = effect()
        if self.timed is not None:
            self.timed(process_time() - begun)
        if self.sized is not None and isinstance(done, list):
            self.sized(operation, len(done))
        return done


class MemoryTable:
    """A client of one table."""

    def __init__(self, account: MemoryTables, name: str) -> None:
        self.table_name = name
        self._account = account

    async def create_table(self, **_: object) -> None:
        """Make the table."""
        await self._account.acted(self.table_name, "make", self._make)

    async def create_entity(self, entity: Entity, **_: object) -> Answer:
        """Insert."""
        try:
            return await self._one("create", entity, {})
        except HttpResponseError as error:
            # Here alone the SDK raises the error before it has read the code.
            raise failure(error.status_code or 500) from error

    async def update_entity(self, entity: Entity, mode: UpdateMode, **how: object) -> Answer:
        """Replace."""
        _must_replace(mode)
        return await self._one("update", entity, how)

    async def upsert_entity(self, entity: Entity, mode: UpdateMode, **how: object) -> Answer:
        """Insert or replace."""
        _must_replace(mode)
        return await self._one("upsert", entity, how)

    async def delete_entity(self, partition_key: str, row_key: str, **how: object) -> None:
        """Delete; nothing happens when the row, or the table, is missing."""
        try:
            await self._one("delete", {"PartitionKey": partition_key, "RowKey": row_key}, how)
        except ResourceNotFoundError:
            return

    async def get_entity(self, partition_key: str, row_key: str, **_: object) -> TableEntity:
        """Read one row."""
        return await self._account.acted(self.table_name, "get", lambda: self._get(partition_key, row_key))

    async def submit_transaction(self, operations: Sequence[Operation], **_: object) -> list[Answer]:
        """Carry out all operations, or none."""
        return await self._account.acted(self.table_name, "transaction", lambda: self._transact(operations))

    def query_entities(
        self,
        query_filter: str,
        *,
        parameters: Mapping[str, Any],
        select: Sequence[str] | None = None,
        results_per_page: int = MOST_PER_PAGE,
        raw_response_hook: Callable[[Any], None] | None = None,
    ) -> Found:
        """Read the rows that a filter names, in the order of their keys, as they stand when their page is read."""

        def matches(after: tuple[str, str]) -> list[TableEntity]:
            rows = self._matches(query_filter, parameters, after)[: results_per_page + 1]
            return [_selected(row, select) for row in rows]

        async def read(after: tuple[str, str]) -> list[TableEntity]:
            rows = await self._account.acted(self.table_name, "query", lambda: matches(after))
            if raw_response_hook is not None:
                headers = {"Date": format_datetime(self._account.now().astimezone(UTC), usegmt=True)}
                raw_response_hook(SimpleNamespace(http_response=SimpleNamespace(headers=headers)))
            return rows

        return Found(read, results_per_page)

    async def _one(self, kind: str, entity: Entity, how: Mapping[str, Any]) -> Answer:
        def effect() -> Answer:
            try:
                rows = self._partitions().setdefault(entity["PartitionKey"], {})
                before = {entity["RowKey"]: rows[entity["RowKey"]]} if entity["RowKey"] in rows else {}
                answer = self._apply(rows, kind, entity, how)
            except TableRefusalError as error:
                raise failure(error.status, error.code) from error
            self._tell([entity], before, rows)
            return answer

        return await self._account.acted(self.table_name, kind, effect)

    def _apply(self, rows: Rows, kind: str, entity: Entity, how: Mapping[str, Any]) -> Answer:
        key = entity["RowKey"]
        if _REFUSED_IN_KEYS.search(key) or _REFUSED_IN_KEYS.search(entity["PartitionKey"]):
            raise TableRefusalError(400, "InvalidInput")
        _check(rows.get(key), kind, how)
        if kind == "delete":
            del rows[key]
            return {"etag": None}
        rows[key] = self._account.stamped(entity)
        return {"etag": rows[key].metadata["etag"]}

    def _transact(self, operations: Sequence[Operation]) -> list[Answer]:
        partition = operations[0][1]["PartitionKey"]
        if any(operation[1]["PartitionKey"] != partition for operation in operations):
            message = "Partition Keys must all be the same"
            raise ValueError(message)
        answers: list[Answer] = []
        try:
            partitions = self._partitions()
            _check_transaction(operations)
            before = partitions.get(partition, {})
            rows = dict(before)
            for kind, entity, *how in operations:
                answers.append(self._apply(rows, kind, entity, how[0] if how else {}))
        except TableRefusalError as error:
            raise transaction_error(error, len(answers)) from error
        partitions[partition] = rows
        self._tell([operation[1] for operation in operations], before, rows)
        return answers

    def _tell(self, entities: Sequence[Entity], before: Rows, after: Rows) -> None:
        if self._account.written is not None:
            keys = [entity["RowKey"] for entity in entities]
            self._account.written(self.table_name, [(before.get(key), after.get(key)) for key in keys])

    def _get(self, partition_key: str, row_key: str) -> TableEntity:
        try:
            found = self._partitions().get(partition_key, {}).get(row_key)
        except TableRefusalError as error:
            raise failure(error.status, error.code) from error
        if found is None:
            raise failure(404, "ResourceNotFound")
        return found

    def _matches(self, query: str, parameters: Mapping[str, Any], after: tuple[str, str]) -> list[KeptEntity]:
        comparisons = compile_filter(query)
        try:
            partitions = self._partitions()
        except TableRefusalError as error:
            raise failure(error.status, error.code) from error
        only = only_partition(comparisons, parameters)
        found: list[KeptEntity] = []
        for name in sorted(partitions) if only is None else (only,):
            rows = partitions.get(name, {})
            keys = sorted(key for key in rows if (name, key) > after and holds(comparisons, rows[key], parameters))
            found.extend(rows[key] for key in keys)
        return found

    def _partitions(self) -> Partitions:
        try:
            return self._account.tables[self.table_name]
        except KeyError:
            code = "TableNotFound"
            raise TableRefusalError(404, code) from None

    def _make(self) -> None:
        if self.table_name in self._account.tables:
            raise failure(409, "TableAlreadyExists")
        self._account.tables[self.table_name] = {}


def _selected(entity: KeptEntity, select: Sequence[str] | None) -> TableEntity:
    names = entity if select is None else select
    kept = entity.metadata
    return KeptEntity({name: entity[name] for name in names}, str(kept["etag"]), kept["timestamp"])


def _check(kept: KeptEntity | None, kind: str, how: Mapping[str, Any]) -> None:
    if kind == "create" and kept is not None:
        raise TableRefusalError(409, "EntityAlreadyExists")
    if kind in ("create", "upsert"):
        return
    if kept is None:
        raise TableRefusalError(404, "ResourceNotFound")
    if how.get("match_condition") is MatchConditions.IfNotModified and how["etag"] != kept.metadata["etag"]:
        raise TableRefusalError(412, "UpdateConditionNotSatisfied")


def _check_transaction(operations: Sequence[Operation]) -> None:
    if len(operations) > MOST_OPERATIONS:
        raise TableRefusalError(400, "InvalidInput")
    keys = [operation[1]["RowKey"] for operation in operations]
    if len(set(keys)) < len(keys):
        raise TableRefusalError(400, "InvalidDuplicateRow")


def _must_replace(mode: UpdateMode) -> None:
    if mode != UpdateMode.REPLACE:
        message = "the double does not merge: the store never does"
        raise ValueError(message)
