"""
Links that only stand there: their rows in the tables, and their tasks in the lists of their plans.

The rows are copies of a real link's, under other ids. They are never worked on: what is measured is what they cost
by being there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from local.in_process.system import Inside
from local.in_process.tables import MemoryTables
from local.in_process.transport import Answer, Handler, Query
from shared.models.keys import OriginKind, origin_key
from shared.models.lease_row import Lease
from shared.models.link import Link
from shared.models.messages import AgendaEntry
from shared.models.planner import PlannerTask
from shared.models.words import WaitedFor
from shared.store.commit import link_key
from shared.store.plans import PlanRow
from shared.store.row import escape, stamp
from shared.store.tasks import Claim, IndexRow
from shared.timing import PLAN_QUIET
from shared.watchers.read_plan import digest_of

PER_PLAN = 200
PER_ORIGIN = 4
PAGE = 100
"""Tasks in a page of Planner's; its real size is not published."""
FIRST_NODE = 10_000_000
_LISTS = "/v1.0/planner/plans/"
_HOUR = len("2026-11-23T15")


@dataclass(frozen=True)
class Filler:
    """
    So many links, in plans of two hundred.

    Args:
        links: how many.
        like: the real link that they are copies of.
        task: its task, as Planner lists it.
    """

    links: int
    like: Link
    task: dict[str, object]

    @cached_property
    def plans(self) -> tuple[str, ...]:
        """Ids of the plans."""
        return tuple(f"filler-plan-{number:016}" for number in range(-(-self.links // PER_PLAN)))

    def write(self, inside: Inside) -> None:
        """Put every row in its place: nobody counts these writes."""
        for number in range(self.links // PER_ORIGIN):
            self._write_origin(inside, number)
        # Their turns are spread over the five minutes in which a quiet plan is read once.
        step = PLAN_QUIET / max(1, len(self.plans))
        for number, plan in enumerate(self.plans):
            self._write_plan(inside, plan, next_read=inside.at + step * number)

    def handler(self, inner: Handler) -> Handler:
        """Answer the lists of these plans, and hand everything else on."""

        async def handle(method: str, path: str, query: Query, headers: Mapping[str, str], body: bytes) -> Answer:
            plan = path.removeprefix(_LISTS).removesuffix("/tasks")
            if plan in self._numbers:
                return self._page(plan, path, int(dict(query).get("$skiptoken", "0")))
            return await inner(method, path, query, headers, body)

        return handle

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {plan: number for number, plan in enumerate(self.plans)}

    def _ids(self, plan: str) -> list[str]:
        first = self._numbers[plan] * PER_PLAN
        return [_task_id(number) for number in range(first, min(first + PER_PLAN, self.links))]

    def _page(self, plan: str, path: str, start: int) -> Answer:
        ids = self._ids(plan)
        shown = [self._task(plan, task_id) for task_id in ids[start : start + PAGE]]
        body: dict[str, object] = {"value": shown}
        if start + PAGE < len(ids):
            body["@odata.nextLink"] = f"http://127.0.0.1{path}?$skiptoken={start + PAGE}"
        return 200, {"content-type": "application/json"}, json.dumps(body).encode()

    def _task(self, plan: str, task_id: str) -> dict[str, object]:
        return {**self.task, "id": task_id, "planId": plan}

    def _write_origin(self, inside: Inside, number: int) -> None:
        """Write an origin's lease, links, claims, index rows, and the timer of its resync."""
        account, origin = inside.account, origin_key(OriginKind.WORKSPACE, FIRST_NODE + number)
        due = inside.at + timedelta(hours=1) + timedelta(hours=23) * (number % 997) / 997
        seen = {"resync": due.isoformat(), "nodes": []}
        _put(account, "origins", origin, "lease", Lease(until=inside.at, seen=seen).model_dump_json())
        for place in range(PER_ORIGIN):
            which = number * PER_ORIGIN + place
            plan, task_id = self.plans[which // PER_PLAN], _task_id(which)
            item = f"package|task-{place}"
            link = self.like.model_copy(update={"item": item, "plan_id": plan, "task_id": task_id})
            _put(account, "origins", origin, link_key(item), link.model_dump_json())
            row = IndexRow.of(origin, link)
            _put(account, "tasks", plan, task_id, row.model_dump_json())
            _put(account, "tasks", task_id, "claim", Claim(origin=origin, item=item).model_dump_json())
        entry = AgendaEntry(at=due, origin=origin, waited_for=WaitedFor.RESYNC)
        at = stamp(due)
        _put(account, "agenda", at[:_HOUR], f"{at}|{origin}|resync", entry.model_dump_json())

    def _write_plan(self, inside: Inside, plan: str, *, next_read: datetime) -> None:
        ids = self._ids(plan)
        digest = digest_of([PlannerTask.model_validate(self._task(plan, task_id)) for task_id in ids])
        row = PlanRow(
            plan_id=plan,
            next_read=next_read,
            digest=digest,
            last=digest,
            changed_at=inside.at - timedelta(days=1),
            active=len(ids),
            total=len(ids),
        )
        _put(inside.account, "control", "plan", escape(plan), row.model_dump_json())


def _task_id(number: int) -> str:
    return f"filler-task-{number:016}"


def _put(account: MemoryTables, table: str, partition: str, key: str, data: str) -> None:
    entity = {"PartitionKey": partition, "RowKey": key, "data": data, "write": "filler"}
    account.tables.setdefault(table, {}).setdefault(partition, {})[key] = account.stamped(entity)
