"""What is not known of the real service, or differs between tenants: switches of the simulator."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeAlias

Option: TypeAlias = Literal["honoured", "ignored", "refused"]

APPLICATION = "5f0a1c7e-6b0d-4c1e-9a55-0c1d2e3f4a5b"
"""The client id that app-only writes are signed with."""


@dataclass
class Limits:
    """
    Planner's limits, with their 403 codes as names in `tasks`, `details`, `plans`.

    The lower of the figures that were ever published.
    Source: https://learn.microsoft.com/office365/planner/planner-limits
    """

    active_tasks_in_plan: int = 2_400
    tasks_in_plan: int = 9_000
    buckets_in_plan: int = 200
    plans_of_group: int = 200
    assignees: int = 20
    checklist: int = 20
    references: int = 10
    tasks_assigned_to_user: int = 3_000
    tasks_created_by_user: int = 20_000
    subscriptions: int = 100
    subscription_lists: int = 25
    """GET /subscriptions in 20 seconds."""
    title: int = 255
    """Characters. No figure is published: 400 is the authority."""
    description: int = 32_768
    """Characters. The same."""


@dataclass
class Rules:
    """The simulator's switches; change them at any time."""

    limits: Limits = field(default_factory=Limits)
    page_size: int = 100
    """Planner's own; it is not published."""
    select: Option = "honoured"
    expand: Option = "honoured"
    """`$expand=details` on tasks: in the OpenAPI description, said by others not to work."""
    conflict_status: Literal[409, 412] | None = 412
    """The answer to a stale write that overlaps; None: one of the two, by the seed."""
    details_move_task_etag: bool = False
    """Whether an edit of the details alone moves the task's etag: not documented."""
    details_lag: int = 0
    """How many reads of a new task's details answer 404 first: whether they ever do is not documented."""
    creator_must_be_member: bool = False
    """Whether an app must belong to the group that it makes a plan in: documented for users only."""
    plan_created_status: Literal[200, 201] = 201
    """The reference says 201, its sample shows 200."""
    app_identity: dict[str, Any] = field(
        default_factory=lambda: {"user": None, "application": {"displayName": None, "id": APPLICATION}}
    )
    """The identity set of app-only writes; its real shape is not documented."""
    delivery_window: timedelta = timedelta(hours=4)
    """How long a notification that is not taken is sent again."""
