"""
What Microsoft Graph v1.0 is sent: new tasks, and changes to tasks and to their details.

Source: https://learn.microsoft.com/graph/api/resources/planner-overview
"""

from datetime import datetime
from typing import Self

from pydantic import Field

from shared.models.base import Frozen

PLAIN = ("title", "bucket_id", "start", "due", "priority", "percent_complete")
"""Fields of a task that hold one value."""


class TaskPatch(Frozen):
    """
    Changes to a task. Only fields that were given are sent; None clears.

    Assignments and categories are sets to add to and to take from: a PATCH merges, it never replaces.
    """

    title: str | None = None
    bucket_id: str | None = None
    start: datetime | None = None
    due: datetime | None = None
    priority: int | None = None
    percent_complete: int | None = None
    assign: tuple[str, ...] = ()
    unassign: tuple[str, ...] = ()
    set_categories: tuple[str, ...] = ()
    clear_categories: tuple[str, ...] = ()


class NewTask(Frozen):
    """What POST /planner/tasks is sent. Details are not part of it: Graph drops them."""

    plan_id: str
    bucket_id: str | None = None
    title: str
    start: datetime | None = None
    due: datetime | None = None
    priority: int | None = None
    percent_complete: int = 0
    assignees: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan_id: str, fields: TaskPatch) -> Self:
        """Return the task that changes of an empty one make."""
        plain = fields.model_dump(include=set(PLAIN), exclude_none=True)
        return cls(plan_id=plan_id, assignees=fields.assign, categories=fields.set_categories, **plain)

    @property
    def fields(self) -> TaskPatch:
        """The same as changes of an empty task."""
        plain = self.model_dump(include=set(PLAIN))
        return TaskPatch(assign=self.assignees, set_categories=self.categories, **plain)


class ChecklistLine(Frozen):
    """A line of the checklist to write; None leaves that property as it is."""

    title: str | None = None
    is_checked: bool | None = None
    order_hint: str | None = Field(
        default=None, description="Place of a new line: ' !' times n puts it n-th. Never one that the service returned."
    )


class DetailsPatch(Frozen):
    """Changes to a task's details. Only fields that were given are sent; a value of None removes that entry."""

    description: str | None = None
    checklist: dict[str, ChecklistLine | None] = Field(default_factory=dict, description="By the line's GUID.")
    references: dict[str, str | None] = Field(
        default_factory=dict, description="Plain URL → alias; the client encodes it."
    )


class TaskChange(Frozen):
    """One conditional PATCH of a task."""

    task_id: str
    etag: str
    patch: TaskPatch


class DetailsChange(Frozen):
    """One conditional PATCH of a task's details."""

    task_id: str
    etag: str = Field(description="Of the details, not of the task.")
    patch: DetailsPatch
