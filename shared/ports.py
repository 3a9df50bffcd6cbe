"""What the flows need of the outside, where a preview stands in for it. The stores' port is `TableClient`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from shared.errors import BridgeError
from shared.models.listed import Listed
from shared.models.mail import MailMessage
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.planner import PlanDetails, PlannerBucket, PlannerDetails, PlannerPlan, PlannerTask, TaskVersion
from shared.models.planner_writes import DetailsChange, NewTask, TaskChange


class TaskListing(Protocol):
    """A plan's list: what changed can be told before its tasks are read."""

    versions: tuple[TaskVersion, ...]

    def read(self) -> Listed[PlannerTask]:
        """Read the tasks."""
        ...


class PlannerPort(Protocol):
    """See `shared.clients.graph.planner.Planner`, which tells each promise."""

    async def list_tasks(self, plan_id: str, *, with_details: bool = False) -> Listed[PlannerTask]:
        """List every task of a plan."""
        ...

    async def list_versions(self, plan_id: str) -> TaskListing:
        """List the versions of every task of a plan."""
        ...

    async def read_task(self, task_id: str) -> PlannerTask:
        """Read one task."""
        ...

    async def read_both(
        self, task_ids: Iterable[str]
    ) -> dict[str, tuple[PlannerTask | BridgeError, PlannerDetails | BridgeError]]:
        """Read tasks and their details."""
        ...

    async def read_details(self, task_ids: Iterable[str]) -> dict[str, PlannerDetails | BridgeError]:
        """Read the details of tasks."""
        ...

    async def create_tasks(self, tasks: Sequence[NewTask]) -> list[PlannerTask | BridgeError]:
        """Create tasks. Not repeatable."""
        ...

    async def update_tasks(self, changes: Sequence[TaskChange]) -> list[PlannerTask | BridgeError]:
        """Change tasks, each on its etag."""
        ...

    async def update_details(self, changes: Sequence[DetailsChange]) -> list[PlannerDetails | BridgeError]:
        """Change tasks' details, each on the details' own etag."""
        ...

    async def delete_task(self, task_id: str, etag: str) -> None:
        """Delete a task if it is still as `etag` says."""
        ...

    async def read_plan(self, plan_id: str) -> PlannerPlan:
        """Read one plan."""
        ...

    async def find_plan_details(self, plan_id: str) -> PlanDetails:
        """Read the names of a plan's labels."""
        ...

    async def list_plans(self, group_id: str) -> Listed[PlannerPlan]:
        """List the basic plans that a group owns."""
        ...

    async def list_buckets(self, plan_id: str) -> Listed[PlannerBucket]:
        """List a plan's buckets."""
        ...

    async def create_plan(self, group_id: str, title: str) -> PlannerPlan:
        """Create a plan in a group. Not repeatable."""
        ...

    async def name_labels(self, plan_id: str, names: Mapping[str, str], etag: str) -> PlanDetails:
        """Name labels of a plan, on its details' etag."""
        ...

    async def create_bucket(self, plan_id: str, name: str, *, after: str = "") -> PlannerBucket:
        """Create a bucket. Not repeatable."""
        ...


class MailPort(Protocol):
    """See `shared.clients.graph.mail.Mail`."""

    sender: str

    async def send_mail(self, to: Sequence[str], message: MailMessage) -> None:
        """Send one message. Not repeatable."""
        ...


class QueuesPort(Protocol):
    """See `shared.store.queues.Queues`."""

    async def send_origin(self, message: OriginMessage, *, delay: timedelta | None = None) -> None:
        """Have an origin looked at."""
        ...

    async def send_plan(self, message: PlanMessage, *, delay: timedelta | None = None) -> None:
        """Have a plan read."""
        ...

    async def length(self, queue: str) -> int:
        """Tell about how many messages a queue holds."""
        ...
