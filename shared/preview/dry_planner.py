"""Planner for a preview: reads go through, writes are noted and answered as Planner would."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from shared.clients.graph.planner_bodies import (
    decode_reference,
    details_patch_body,
    encode_reference,
    new_bucket_body,
    new_plan_body,
    new_task_body,
    task_patch_body,
    timestamp,
)
from shared.errors import BridgeError
from shared.models.listed import Listed
from shared.models.planner import (
    ExternalReference,
    PlanContainer,
    PlanDetails,
    PlannerBucket,
    PlannerDetails,
    PlannerPlan,
    PlannerTask,
)
from shared.models.planner_writes import DetailsChange, DetailsPatch, NewTask, TaskChange
from shared.ports import PlannerPort, TaskListing
from shared.preview.noted_calls import Notes

NEW = "{new "
"""How ids begin that Planner would give: `{new plan Contracts}`."""

M = TypeVar("M", PlannerTask, PlannerDetails)


class DryPlanner:
    """
    What the engine asks of `Planner`, with nothing written.

    What was written once is read back from memory, so that the engine comes to its end as it would.
    """

    def __init__(self, planner: PlannerPort, notes: Notes) -> None:
        self._planner = planner
        self._notes = notes
        self._tasks: dict[str, PlannerTask] = {}
        self._details: dict[str, PlannerDetails] = {}
        self._buckets: list[PlannerBucket] = []
        self._labels: dict[str, PlanDetails] = {}

    async def read_task(self, task_id: str) -> PlannerTask:
        """See `Planner.read_task`."""
        return await self._planner.read_task(task_id)

    async def read_plan(self, plan_id: str) -> PlannerPlan:
        """See `Planner.read_plan`."""
        return await self._planner.read_plan(plan_id)

    async def list_plans(self, group_id: str) -> Listed[PlannerPlan]:
        """See `Planner.list_plans`."""
        return await self._planner.list_plans(group_id)

    async def list_tasks(self, plan_id: str, *, with_details: bool = False) -> Listed[PlannerTask]:
        """See `Planner.list_tasks`."""
        # Planner would refuse a plan that was only noted, and the engine would hold its tasks.
        return Listed() if _is_new(plan_id) else await self._planner.list_tasks(plan_id, with_details=with_details)

    async def list_versions(self, plan_id: str) -> TaskListing:
        """See `Planner.list_versions`."""
        return await self._planner.list_versions(plan_id)

    async def read_both(
        self, task_ids: Iterable[str]
    ) -> dict[str, tuple[PlannerTask | BridgeError, PlannerDetails | BridgeError]]:
        """See `Planner.read_both`."""
        wanted = tuple(task_ids)
        unknown = [one for one in wanted if not (one in self._tasks and one in self._details)]
        found = await self._planner.read_both(unknown)
        for key, (task, details) in found.items():
            # What was noted as changed stays: Planner does not know of it, and would give back what was before.
            if isinstance(task, PlannerTask):
                self._tasks.setdefault(key, task)
            if isinstance(details, PlannerDetails):
                self._details.setdefault(key, details)
        return {one: (self._tasks.get(one) or found[one][0], self._details.get(one) or found[one][1]) for one in wanted}

    async def read_details(self, task_ids: Iterable[str]) -> dict[str, PlannerDetails | BridgeError]:
        """See `Planner.read_details`."""
        wanted = tuple(task_ids)
        found = await self._planner.read_details(one for one in wanted if one not in self._details)
        self._details |= {key: details for key, details in found.items() if isinstance(details, PlannerDetails)}
        return {one: self._details.get(one) or found[one] for one in wanted}

    async def list_buckets(self, plan_id: str) -> Listed[PlannerBucket]:
        """See `Planner.list_buckets`."""
        made = tuple(bucket for bucket in self._buckets if bucket.plan_id == plan_id)
        there = Listed[PlannerBucket]() if _is_new(plan_id) else await self._planner.list_buckets(plan_id)
        return Listed((*there, *made), there.unread)

    async def find_plan_details(self, plan_id: str) -> PlanDetails:
        """See `Planner.find_plan_details`."""
        if plan_id in self._labels or _is_new(plan_id):
            return self._labels.get(plan_id, PlanDetails())
        return await self._planner.find_plan_details(plan_id)

    async def create_plan(self, group_id: str, title: str) -> PlannerPlan:
        """Note the making of a plan."""
        self._notes.graph("POST", "/planner/plans", new_plan_body(group_id, title))
        return PlannerPlan(id=_new(f"plan {title}"), title=title, container=PlanContainer(container_id=group_id))

    async def name_labels(self, plan_id: str, names: Mapping[str, str], etag: str) -> PlanDetails:
        """Note the naming of labels."""
        before = await self.find_plan_details(plan_id)
        body = {"categoryDescriptions": dict(names)}
        shown = {"categoryDescriptions": dict(before.category_descriptions)}
        self._notes.graph("PATCH", f"/planner/plans/{plan_id}/details", body, etag=etag, before=shown)
        # Over what was named before: the next label of the same plan gets another category.
        self._labels[plan_id] = after = before.named(names)
        return after

    async def create_bucket(self, plan_id: str, name: str, *, after: str = "") -> PlannerBucket:
        """Note the making of a bucket."""
        self._notes.graph("POST", "/planner/buckets", new_bucket_body(plan_id, name, after=after))
        # The hint that Planner would give is not foretold; the next bucket is put behind this one by it.
        made = PlannerBucket(id=_new(f"bucket {name}"), name=name, plan_id=plan_id, order_hint=f"{after} !")
        self._buckets.append(made)
        return made

    async def create_tasks(self, tasks: Sequence[NewTask]) -> list[PlannerTask | BridgeError]:
        """Note the making of tasks."""
        return [self._create(task) for task in tasks]

    async def update_tasks(self, changes: Sequence[TaskChange]) -> list[PlannerTask | BridgeError]:
        """Note changes to tasks."""
        made: list[PlannerTask | BridgeError] = []
        for change in changes:
            body, read = task_patch_body(change.patch), self._tasks[change.task_id]
            before = _task_before(read, body)
            self._notes.graph("PATCH", f"/planner/tasks/{change.task_id}", body, etag=change.etag, before=before)
            made.append(_kept(self._tasks, change.task_id, read.patched(change.patch)))
        return made

    async def update_details(self, changes: Sequence[DetailsChange]) -> list[PlannerDetails | BridgeError]:
        """Note changes to details."""
        made: list[PlannerDetails | BridgeError] = []
        for change in changes:
            body, read = details_patch_body(change.patch), self._details[change.task_id]
            path = f"/planner/tasks/{change.task_id}/details"
            self._notes.graph("PATCH", path, body, etag=change.etag, before=_details_before(read))
            made.append(
                _kept(self._details, change.task_id, read.patched(change.patch, _referenced(read, change.patch)))
            )
        return made

    async def delete_task(self, task_id: str, etag: str) -> None:
        """Note the deletion of a task."""
        self._notes.graph("DELETE", f"/planner/tasks/{task_id}", {}, etag=etag)

    def _create(self, task: NewTask) -> PlannerTask:
        self._notes.graph("POST", "/planner/tasks", new_task_body(task))
        empty = PlannerTask(id=_new(f"task of {self._notes.item}"), etag=_new("etag"), plan_id=task.plan_id)
        made = empty.patched(task.fields)
        # As Planner makes them beside each task, empty: the engine reads their etag before it writes them.
        self._details[made.id] = PlannerDetails(etag=_new("etag"))
        return _kept(self._tasks, made.id, made)


def _new(what: str) -> str:
    return f"{NEW}{what}}}"


def _is_new(key: str) -> bool:
    return key.startswith(NEW)


def _kept(store: dict[str, M], key: str, value: M) -> M:
    store[key] = value
    return value


def _referenced(details: PlannerDetails, patch: DetailsPatch) -> dict[str, ExternalReference]:
    """Return the references as Planner would have them after a patch, by encoded URL."""
    links = {decode_reference(key): link for key, link in details.references.items()}
    links |= {url: ExternalReference(alias=alias) for url, alias in patch.references.items()}
    gone = {url for url, alias in patch.references.items() if alias is None}
    return {encode_reference(url): link for url, link in links.items() if url not in gone}


def _task_before(task: PlannerTask, body: dict[str, Any]) -> dict[str, Any]:
    """Write what a patch's fields hold now as the patch writes them."""
    whole = {
        "title": task.title,
        "bucketId": task.bucket_id,
        "startDateTime": timestamp(task.start) if task.start is not None else None,
        "dueDateTime": timestamp(task.due) if task.due is not None else None,
        "priority": task.priority,
        "percentComplete": task.percent_complete,
        "assignments": list(task.assignees),
        "appliedCategories": list(task.categories),
    }
    return {name: whole[name] for name in body}


def _details_before(details: PlannerDetails) -> dict[str, Any]:
    return {
        "description": details.description or "",
        "checklist": {key: line.title for key, line in details.checklist.items()},
        "references": {key: link.alias for key, link in details.references.items()},
    }
