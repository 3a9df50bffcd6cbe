"""
Planner's plans, buckets, tasks and details, as Microsoft Graph v1.0 returns them.

Source: https://learn.microsoft.com/graph/api/resources/planner-overview
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field

from shared.models.base import Foreign
from shared.models.fields import Count, Entries, Flag, Moment, NotKnown, Opaque, OptionalText, Text
from shared.models.planner_writes import PLAIN, ChecklistLine, DetailsPatch, TaskPatch


class Identity(Foreign):
    """A person or an application. Display names are often null: only ids count."""

    id: str | None = None


class IdentitySet(Foreign):
    """Who did something: `createdBy`, `completedBy`."""

    user: Identity | None = None
    application: Identity | None = None

    @property
    def key(self) -> str | None:
        """`user:<id>` or `application:<id>`; None when neither is given."""
        # Where both are named, a person acted by way of an application: it counts as the person's act.
        if self.user is not None and self.user.id:
            return f"user:{self.user.id}"
        if self.application is not None and self.application.id:
            return f"application:{self.application.id}"
        return None


Who = Annotated[IdentitySet | None, NotKnown]
"""None: not known. Nobody is guessed."""
When = Annotated[Moment, NotKnown]
"""UTC. None: not known."""


class Answered(Foreign):
    """What carries the service's own time: only times of one clock are compared."""

    answered: datetime | None = Field(
        default=None, description="`Date` of the answer that showed it, UTC, whole seconds. None: not told."
    )

    def answered_at(self, at: datetime | None) -> Self:
        """Return it with the time of its answer."""
        return self if at is None else self.model_copy(update={"answered": at})


class ChecklistItem(Foreign):
    """
    One line of a task's checklist.

    Source: https://learn.microsoft.com/graph/api/resources/plannerchecklistitem
    """

    title: Text = ""
    is_checked: Flag = Field(default=False, alias="isChecked")
    order_hint: Opaque = Field(default="", alias="orderHint")
    changed_by: Who = Field(default=None, alias="lastModifiedBy")
    changed: When = Field(default=None, alias="lastModifiedDateTime")

    def written(self, line: ChecklistLine) -> Self:
        """Return it as Planner has it after a line was written."""
        given = {name: value for name in ("title", "is_checked") if (value := getattr(line, name)) is not None}
        return self.model_copy(update=given)


class ExternalReference(Foreign):
    """One link of a task. Its key is the URL, encoded as open types want it."""

    alias: OptionalText = None
    type: OptionalText = None


class PlannerDetails(Answered):
    """
    A plannerTaskDetails: a resource of its own, with an etag of its own.

    Source: https://learn.microsoft.com/graph/api/resources/plannertaskdetails
    """

    etag: str = Field(alias="@odata.etag")
    description: OptionalText = None
    checklist: Entries[ChecklistItem] = Field(default_factory=dict, description="By the GUID that the client chose.")
    references: Entries[ExternalReference] = Field(default_factory=dict, description="By encoded URL.")

    def patched(self, patch: DetailsPatch, references: dict[str, ExternalReference]) -> Self:
        """
        Return them as Planner has them after a patch.

        Args:
            references: all that stand then, by encoded URL: only the client knows the code.
        """
        # A PATCH merges: a line that it does not name stays, and None takes one away.
        before = {key: line for key, line in self.checklist.items() if key not in patch.checklist}
        lines = {key: line for key, line in patch.checklist.items() if line is not None}
        written = {key: self.checklist.get(key, ChecklistItem()).written(line) for key, line in lines.items()}
        changes: dict[str, object] = {"checklist": before | written, "references": references}
        if "description" in patch.model_fields_set:
            changes["description"] = patch.description
        return self.model_copy(update=changes)


class Assignment(Foreign):
    """
    One assignee's entry.

    Source: https://learn.microsoft.com/graph/api/resources/plannerassignment
    """

    by: Who = Field(default=None, alias="assignedBy")
    at: When = Field(default=None, alias="assignedDateTime")


# Somebody is assigned whatever the entry looks like: who did it is then not known.
_Assignment = Annotated[
    Assignment, BeforeValidator(lambda entry: entry if isinstance(entry, dict | Assignment) else {})
]


class TaskVersion(Foreign):
    """What it takes to tell whether a task changed."""

    id: str
    etag: str = Field(alias="@odata.etag", description="As of `PlannerTask`.")


class PlannerTask(Answered):
    """A plannerTask. Source: https://learn.microsoft.com/graph/api/resources/plannertask."""

    id: str
    etag: str = Field(alias="@odata.etag", description="Of this task alone; opaque, sent back verbatim in If-Match.")
    plan_id: Opaque = Field(default="", alias="planId")
    bucket_id: str | None = Field(default=None, alias="bucketId")
    title: Text = ""
    percent_complete: Count = Field(
        default=0, alias="percentComplete", description="Percent; exactly 100 is completed."
    )
    priority: int | None = Field(default=None, description="0-10; Planner keeps 1, 3, 5 and 9.")
    start: Moment = Field(default=None, alias="startDateTime", description="UTC. None: no start.")
    due: Moment = Field(default=None, alias="dueDateTime", description="UTC. None: no due date.")
    created: Moment = Field(default=None, alias="createdDateTime", description="UTC.")
    completed: Moment = Field(default=None, alias="completedDateTime", description="UTC. None: not completed.")
    created_by: Who = Field(default=None, alias="createdBy")
    completed_by: Who = Field(default=None, alias="completedBy")
    applied_categories: Entries[bool] = Field(default_factory=dict, alias="appliedCategories")
    assignments: Entries[_Assignment] = Field(default_factory=dict, description="By Entra user id.")
    details: PlannerDetails | None = Field(default=None, description="None: not asked for, or not given.")

    @property
    def is_completed(self) -> bool:
        """Only 100 percent is completed."""
        return self.percent_complete == 100

    @property
    def assignees(self) -> tuple[str, ...]:
        """Entra user ids, sorted."""
        return tuple(sorted(self.assignments))

    @property
    def categories(self) -> tuple[str, ...]:
        """`category1` ... that are set, sorted."""
        return tuple(sorted(name for name, is_set in self.applied_categories.items() if is_set))

    def patched(self, patch: TaskPatch) -> Self:
        """Return it as Planner has it after a patch."""
        changes: dict[str, object] = {name: getattr(patch, name) for name in PLAIN if name in patch.model_fields_set}
        # Whoever stood there before keeps the entry: since when, and by whom.
        people = {**dict.fromkeys(patch.assign, Assignment()), **self.assignments}
        changes["assignments"] = {user: value for user, value in people.items() if user not in patch.unassign}
        labels = {**self.applied_categories, **dict.fromkeys(patch.set_categories, True)}
        changes["applied_categories"] = {name: on for name, on in labels.items() if name not in patch.clear_categories}
        return self.model_copy(update=changes)


class PlannerBucket(Foreign):
    """A column of a plan."""

    id: str
    name: Text = ""
    plan_id: Opaque = Field(default="", alias="planId")
    etag: Opaque = Field(default="", alias="@odata.etag")
    order_hint: Opaque = Field(default="", alias="orderHint", description="Buckets stand in its ordinal order.")


class PlanContainer(Foreign):
    """What owns a plan: here always a group."""

    container_id: str | None = Field(default=None, alias="containerId")
    type: str | None = None


class PlannerPlan(Foreign):
    """A basic plan; premium plans are not on Graph."""

    id: str
    title: Text = ""
    etag: Opaque = Field(default="", alias="@odata.etag")
    owner: str | None = None
    container: PlanContainer | None = None
    created: Moment = Field(default=None, alias="createdDateTime")
    created_by: Who = Field(default=None, alias="createdBy")

    @property
    def group_id(self) -> str | None:
        """The group that owns the plan; None: a roster or a person does."""
        # `owner` is deprecated since there is a container; who sends none may still send the other.
        if self.container is not None and self.container.container_id:
            return self.container.container_id
        return self.owner


class PlanDetails(Foreign):
    """A plannerPlanDetails: the names of the labels."""

    etag: Opaque = Field(default="", alias="@odata.etag")
    category_descriptions: Entries[Text] = Field(
        default_factory=dict, alias="categoryDescriptions", description="Those that have a name."
    )

    def named(self, names: Mapping[str, str]) -> Self:
        """Return them with some labels named."""
        return self.model_copy(update={"category_descriptions": {**self.category_descriptions, **names}})
