"""What the simulated service holds. Nothing here knows HTTP."""

import random
import uuid
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from local.simulators.graph.failures import GraphError, Json, no_access, not_found
from local.simulators.graph.resource import Resource
from local.simulators.graph.rules import Rules
from local.simulators.graph.values import stamp

Deliver: TypeAlias = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""POST to a URL; status, headers by lower-case name, body. Raises OSError or TimeoutError for no answer."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Group:
    """A Microsoft 365 group."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    """Ids of users and groups."""
    has_app: bool = False
    """Whether the calling app's service principal is a member."""


@dataclass
class Subscription:
    """A subscription and the endpoint that proved itself."""

    body: Json
    expires: datetime
    reauthorized: datetime | None = None
    renewed: datetime | None = None


@dataclass
class Pending:
    """A notification on its way."""

    url: str
    value: Json
    first: datetime
    next_try: datetime
    tries: int = 0


@dataclass
class Mail:
    """A mail that was accepted for sending."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: datetime
    html: str = ""


class State:
    """Everything, with ids from one seed and times from one clock."""

    def __init__(self, *, now: Callable[[], datetime], seed: int, rules: Rules) -> None:
        self.now = now
        self.rules = rules
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.tasks: dict[str, Resource] = {}
        self.details: dict[str, Resource] = {}
        self.plans: dict[str, Resource] = {}
        self.plan_details: dict[str, Resource] = {}
        self.buckets: dict[str, Resource] = {}
        self.plan_tasks: dict[str, dict[str, None]] = {}
        self.users: dict[str, Json] = {}
        self.managers: dict[str, str] = {}
        self.groups: dict[str, Group] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.pending: list[Pending] = []
        self.outbox: list[Mail] = []
        self.archived: set[str] = set()
        self.hidden: set[str] = set()
        self.recurring: set[str] = set()
        self.needs_checklist: set[str] = set()
        self.stale: Counter[str] = Counter()
        self.missing: Counter[str] = Counter()
        self.late: Counter[str] = Counter()
        self.late_details: Counter[str] = Counter()
        self.subscription_lists: deque[datetime] = deque()
        self.misuse: list[str] = []
        self.otherwise: set[str] = set()
        """Beliefs that do not hold here."""
        self._order = 0
        self._hint = 0

    def resource(self, body: Json) -> Resource:
        """Make a new resource around its first representation."""
        self._order += 1
        salt = "".join(self.random.choices(_ALPHABET[:52], k=10))
        return Resource(body, salt=salt, order=self._order, now=self.now, believed=self.believed)

    def believed(self, belief: str) -> bool:
        """Tell whether a belief of docs/beliefs.yaml holds here: each rule of it asks at its own place."""
        return belief not in self.otherwise

    @property
    def app(self) -> Json:
        """The identity that signs what the app writes."""
        mine = self.rules.app_identity
        return mine if self.believed("planner-created-by-app") else {"user": mine["application"], "application": None}

    def new_id(self) -> str:
        """Draw an id as Planner's: 28 characters, case-sensitive."""
        return "".join(self.random.choices(_ALPHABET, k=28))

    def new_guid(self) -> str:
        """Draw a GUID."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def new_hint(self) -> str:
        """Calculate an order hint: never of the form that can be set."""
        self._hint += 1
        return f"8585{999_999_999_999_999 - self._hint:015d}P{self._hint % 10}"

    def stamp(self) -> str:
        """Tell the time as Graph writes it."""
        return stamp(self.now())

    def conflict_status(self) -> int:
        """Choose the answer to a stale write that overlaps."""
        return self.rules.conflict_status or self.random.choice((409, 412))

    def task(self, task_id: str) -> Resource:
        """
        Find a task that the caller may see.

        Raises:
            GraphError: 404, or 403 if its plan is hidden from the caller.
        """
        task = self.tasks.get(task_id)
        if task is None and not self.believed("planner-ids-case-sensitive"):
            task = next((one for key, one in self.tasks.items() if key.lower() == task_id.lower()), None)
        if task is None:
            raise not_found() if self.believed("planner-gone-404") else GraphError(410, "The item is gone.")
        self.check_access(task.body["planId"])
        return task

    def shown_task(self, task_id: str) -> Resource:
        """
        Find a task as `task` does, on a replica that may not know it yet.

        Raises:
            GraphError: 404, 403.
        """
        if self.late[task_id] > 0:
            self.late[task_id] -= 1
            raise not_found()
        return self.task(task_id)

    def replica(self, resource: Resource) -> Json | None:
        """
        Show a resource as a replica that lags behind does, once where a test asked for it; None: none does.

        Source: https://learn.microsoft.com/graph/api/resources/planner-overview (which etag is newer)
        """
        if resource.previous is None or self.stale[resource.etag] <= 0:
            return None
        self.stale[resource.etag] -= 1
        return resource.previous

    def plan(self, plan_id: str) -> Resource:
        """
        Find a plan that the caller may see.

        Raises:
            GraphError: 404, or 403 if it is hidden from the caller.
        """
        plan = self.plans.get(plan_id)
        if plan is None:
            raise not_found()
        self.check_access(plan_id)
        return plan

    def check_access(self, plan_id: str) -> None:
        """
        Let the caller pass to a plan.

        Raises:
            GraphError: 403 with an empty code.
        """
        if plan_id in self.hidden:
            raise no_access()

    def tasks_of(self, plan_id: str) -> list[Resource]:
        """List a plan's tasks by creation."""
        found = [self.tasks[task_id] for task_id in self.plan_tasks.get(plan_id, ())]
        return sorted(found, key=lambda task: task.order)

    def buckets_of(self, plan_id: str) -> list[Resource]:
        """List a plan's buckets by creation."""
        return [bucket for bucket in self.buckets.values() if bucket.body["planId"] == plan_id]
