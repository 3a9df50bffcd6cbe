"""What is deployed: mappings, edited as people edit them, and the release that comes after this one."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from local.in_process.tables import MemoryTable
from shared.mapping.language.load import read_mapping
from shared.mapping.language.rules import WorkspaceRule
from shared.mapping.language.yaml_tree import read_tree
from shared.models.keys import item_key
from shared.wiring.rules import Rules

FILE = Path(__file__).parent / "mapping.yaml"
AS_IT_WAS = "as it was"
_NEXT = {"of_the_next_release": {"since": "0.3.0", "rows": [1, None]}}
"""A field that this release does not know."""


def _another_text(data: Any) -> None:
    data["rules"][0]["tasks"][0]["title"] = "Legal review, again"


def _asks_more(data: Any) -> None:
    data["rules"][0]["when"]["attributes"]["Contract.Region"] = "APAC"


def _without_the_package(data: Any) -> None:
    del data["rules"][0]


def _without_approvals(data: Any) -> None:
    del data["rules"][1]


def _reordered(data: Any) -> None:
    data["match"] = "first"
    data["rules"].reverse()


def _days_off(data: Any) -> None:
    data["calendars"]["default"]["days_off"] = ["2026-11-24", "2026-11-25"]


def _another_bucket(data: Any) -> None:
    data["rules"][0]["tasks"][0]["bucket"] = "Renewals"


EDITS: Mapping[str, Callable[[Any], None]] = {
    AS_IT_WAS: lambda _: None,
    "another text": _another_text,
    "asks more": _asks_more,
    "without the package": _without_the_package,
    "without approvals": _without_approvals,
    "reordered, and the first counts": _reordered,
    "days off": _days_off,
    "another bucket": _another_bucket,
}


@cache
def mapping_of(edit: str) -> Rules:
    """Read the simulation's mapping after an edit, once a process."""
    data = read_tree(FILE.read_text("utf-8")).data
    EDITS[edit](data)
    text = json.dumps(data, default=str)
    return Rules(read_mapping(text), hashlib.sha256(text.encode()).hexdigest())


class NextReleasesTable:
    """A table as a worker of the next release writes it: each row has a field more than this release knows."""

    def __init__(self, table: MemoryTable) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    async def create_entity(self, entity: dict[str, Any], **how: Any) -> Any:
        """Insert."""
        return await self._table.create_entity(_newer(entity), **how)

    async def update_entity(self, entity: dict[str, Any], mode: Any, **how: Any) -> Any:
        """Replace."""
        return await self._table.update_entity(_newer(entity), mode, **how)

    async def upsert_entity(self, entity: dict[str, Any], mode: Any, **how: Any) -> Any:
        """Insert or replace."""
        return await self._table.upsert_entity(_newer(entity), mode, **how)

    async def submit_transaction(self, operations: Any, **how: Any) -> Any:
        """Carry out all operations, or none."""
        newer = [(kind, _newer(entity), *rest) for kind, entity, *rest in operations]
        return await self._table.submit_transaction(cast("Any", newer), **how)


def _newer(entity: dict[str, Any]) -> dict[str, Any]:
    document = entity.get("data")
    if not isinstance(document, str) or not document.startswith("{"):
        return entity
    return {**entity, "data": json.dumps({**json.loads(document), **_NEXT})}


def bucket_asked(edit: str, item: str) -> str | None:
    """Name the bucket that the mapping asks for after an edit. None: it does not ask for the item, or by no name."""
    tasks = {
        item_key(rule.id, task.key): task
        for rule in mapping_of(edit).mapping.rules
        if isinstance(rule, WorkspaceRule)
        for task in rule.tasks
    }
    bucket = tasks[item].bucket if item in tasks else None
    return bucket if isinstance(bucket, str) else None
