"""
Planner's plans, buckets and tasks through Microsoft Graph v1.0.

Each write is sent once. Many reads or writes travel as one batch; each has its own outcome, an error in its place.
Source: https://learn.microsoft.com/graph/api/resources/planner-overview
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.clients.graph.answers import Answer, attempt, check, parse
from shared.clients.graph.batch import BatchRequest
from shared.clients.graph.connection import GraphConnection
from shared.clients.graph.listing import PlanListing
from shared.clients.graph.pages import Page
from shared.clients.graph.planner_bodies import (
    decode_reference,
    details_patch_body,
    encode_reference,
    new_bucket_body,
    new_plan_body,
    new_task_body,
    task_patch_body,
)
from shared.errors import BridgeError
from shared.models.listed import Listed
from shared.models.planner import PlanDetails, PlannerBucket, PlannerDetails, PlannerPlan, PlannerTask, TaskVersion
from shared.models.planner_writes import DetailsChange, NewTask, TaskChange

__all__ = ["Planner", "decode_reference", "encode_reference"]

M = TypeVar("M", bound=BaseModel)


class Planner:
    """Planner as one application sees it."""

    def __init__(self, connection: GraphConnection) -> None:
        self._connection = connection
        self._planner = connection.graph.planner

    async def list_tasks(self, plan_id: str, *, with_details: bool = False) -> Listed[PlannerTask]:
        """
        List every task of a plan, completed ones too.

        Args:
            with_details: ask for `details` in the same pages. Graph may refuse or ignore it: probe first.

        Raises:
            NotFoundError: no such plan.
            RefusedError: not ours to read, or no details in lists.
            RetryLaterError: throttled or unavailable; a page that is no list spoils it all. A task that can't be read
                costs itself alone, and stands in `unread`.

        Source: https://learn.microsoft.com/graph/api/plannerplan-list-tasks
        """
        # No filter, order or size of a page: Planner does not promise to heed them, and a list that is not whole
        # would take tasks for deleted.
        query: dict[str, Sequence[str]] = {"expand": ["details"]} if with_details else {}
        return await self._connection.list_all(Page[PlannerTask], self._plan(plan_id).tasks, query=query)

    async def list_versions(self, plan_id: str) -> PlanListing:
        """
        List the versions of every task of a plan; its tasks can be read of the same answers.

        Errors as `list_tasks`.
        """
        first = await self._connection.send("GET", self._plan(plan_id).tasks)
        versions: list[TaskVersion] = []
        answers: list[Answer] = []
        async for rows, answer in self._connection.pages(Page[TaskVersion], first):
            versions += rows
            answers.append(answer)
        return PlanListing(versions, answers)

    async def read_task(self, task_id: str) -> PlannerTask:
        """
        Read one task.

        Raises:
            NotFoundError: Graph states that it does not exist: deleted.
            RefusedError: not ours to read.
            RetryLaterError: throttled or unavailable.
        """
        return await self._connection.read(PlannerTask, self._task(task_id))

    async def read_both(
        self, task_ids: Iterable[str]
    ) -> dict[str, tuple[PlannerTask | BridgeError, PlannerDetails | BridgeError]]:
        """
        Read tasks and their details, as `read_task` does, by task id; each outcome stands for itself.

        The two are read side by side, in no order. Whoever judges a completion by its details reads those after it.
        """
        wanted = tuple(dict.fromkeys(task_ids))
        addresses = [address(one) for one in wanted for address in (self._task, self._details)]
        outcomes = await self._connection.batch([BatchRequest("GET", address) for address in addresses])
        tasks = [attempt(PlannerTask, outcome, wrote=False) for outcome in outcomes[::2]]
        details = [attempt(PlannerDetails, outcome, wrote=False) for outcome in outcomes[1::2]]
        return dict(zip(wanted, zip(tasks, details, strict=True), strict=True))

    async def read_details(self, task_ids: Iterable[str]) -> dict[str, PlannerDetails | BridgeError]:
        """
        Read the details of tasks, by task id; each outcome under its id.

        Right after its creation a task's details may be a NotFoundError for a moment.
        """
        wanted = tuple(dict.fromkeys(task_ids))
        outcomes = await self._connection.batch([BatchRequest("GET", self._details(one)) for one in wanted])
        answers = [attempt(PlannerDetails, outcome, wrote=False) for outcome in outcomes]
        return dict(zip(wanted, answers, strict=True))

    async def create_tasks(self, tasks: Sequence[NewTask]) -> list[PlannerTask | BridgeError]:
        """
        Create tasks, in the order given. Not repeatable: sent again it makes second tasks.

        An OutcomeUnknownError in a task's place means that it may exist; any other error, that it was not made.

        Source: https://learn.microsoft.com/graph/api/planner-post-tasks
        """
        builder = self._planner.tasks
        requests = [BatchRequest("POST", builder, new_task_body(task)) for task in tasks]
        return await self._write_each(PlannerTask, requests)

    async def update_tasks(self, changes: Sequence[TaskChange]) -> list[PlannerTask | BridgeError]:
        """
        Change tasks, each on its etag; the new representations come back, with what others changed as well.

        A StaleError in a task's place means that the change met another one: read again, decide again.
        Two changes to one task don't belong into one call: they would run side by side.

        Raises:
            ValueError: a patch is empty. Nothing was sent.

        Source: https://learn.microsoft.com/graph/api/plannertask-update
        """
        requests = [
            BatchRequest("PATCH", self._task(change.task_id), task_patch_body(change.patch), _on(change.etag))
            for change in changes
        ]
        return await self._write_each(PlannerTask, requests)

    async def update_details(self, changes: Sequence[DetailsChange]) -> list[PlannerDetails | BridgeError]:
        """
        Change tasks' details, each on the details' own etag; otherwise as `update_tasks`.

        Source: https://learn.microsoft.com/graph/api/plannertaskdetails-update
        """
        requests = [
            BatchRequest("PATCH", self._details(change.task_id), details_patch_body(change.patch), _on(change.etag))
            for change in changes
        ]
        return await self._write_each(PlannerDetails, requests)

    async def delete_task(self, task_id: str, etag: str) -> None:
        """
        Delete a task if it is still as `etag` says.

        Raises:
            NotFoundError: it is gone already.
            StaleError: somebody changed it.
            OutcomeUnknownError: read before you send again.
        """
        answer = await self._connection.send("DELETE", self._task(task_id), headers={"If-Match": etag})
        check(answer, wrote=True)

    async def read_plan(self, plan_id: str) -> PlannerPlan:
        """Read one plan. Errors as `read_task`."""
        return await self._connection.read(PlannerPlan, self._plan(plan_id))

    async def find_plan_details(self, plan_id: str) -> PlanDetails:
        """Read the names of a plan's labels. Errors as `read_task`."""
        return await self._connection.read(PlanDetails, self._plan(plan_id).details)

    async def list_plans(self, group_id: str) -> Listed[PlannerPlan]:
        """List the basic plans that a group owns. Errors as `list_tasks`."""
        builder = self._connection.graph.groups.by_group_id(group_id).planner.plans
        return await self._connection.list_all(Page[PlannerPlan], builder)

    async def list_buckets(self, plan_id: str) -> Listed[PlannerBucket]:
        """List a plan's buckets. Errors as `list_tasks`."""
        return await self._connection.list_all(Page[PlannerBucket], self._plan(plan_id).buckets)

    async def create_plan(self, group_id: str, title: str) -> PlannerPlan:
        """
        Create a plan in a group. Not repeatable.

        Raises:
            RefusedError: not allowed in this group, or too many plans (its code says which).
            OutcomeUnknownError: list the group's plans before you send again.

        Source: https://learn.microsoft.com/graph/api/planner-post-plans
        """
        body = new_plan_body(group_id, title)
        answer = await self._connection.send("POST", self._planner.plans, body=body)
        return parse(PlannerPlan, answer, wrote=True)

    async def name_labels(self, plan_id: str, names: Mapping[str, str], etag: str) -> PlanDetails:
        """
        Name labels of a plan; the others stay as they are.

        Args:
            names: category1 ... category25 → name.
            etag: of the plan's details.

        Raises:
            StaleError: somebody changed them.
            RefusedError: not allowed.

        Source: https://learn.microsoft.com/graph/api/plannerplandetails-update
        """
        body = {"categoryDescriptions": dict(names)}
        answer = await self._connection.send("PATCH", self._plan(plan_id).details, body=body, headers=_on(etag))
        return parse(PlanDetails, answer, wrote=True)

    async def create_bucket(self, plan_id: str, name: str, *, after: str = "") -> PlannerBucket:
        """
        Create a bucket. Not repeatable.

        Args:
            after: order hint of the bucket that is last so far; "" puts the new one first.

        Raises:
            RefusedError: too many buckets, or not allowed.
            OutcomeUnknownError: list the plan's buckets before you send again.
        """
        body = new_bucket_body(plan_id, name, after=after)
        answer = await self._connection.send("POST", self._planner.buckets, body=body)
        return parse(PlannerBucket, answer, wrote=True)

    async def _write_each(self, model: type[M], requests: Sequence[BatchRequest]) -> list[M | BridgeError]:
        outcomes = await self._connection.batch(requests)
        return [attempt(model, outcome, wrote=True) for outcome in outcomes]

    def _plan(self, plan_id: str) -> Any:  # noqa: ANN401  # the SDK's builders are not followed by mypy
        return self._planner.plans.by_planner_plan_id(plan_id)

    def _task(self, task_id: str) -> Any:  # noqa: ANN401  # the same
        return self._planner.tasks.by_planner_task_id(task_id)

    def _details(self, task_id: str) -> Any:  # noqa: ANN401  # the same
        return self._task(task_id).details


def _on(etag: str) -> dict[str, str]:
    """Only if it is still this version; and the answer shows what it is then."""
    return {"If-Match": etag, "Prefer": "return=representation"}
