"""
What the bridge knows of Content Server's workflows: their steps, who performs them, and how a step can be finished.

All times are aware and in UTC, but for a step's `visit`: that one is an identifier, kept as it was written.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import Field

from shared.models.base import Frozen, Stored
from shared.models.opentext import Document, DocumentVersion, NotKnown, Part, Person


class StepRef(Stored):
    """One visit of one step. A loop comes back to the same ids with another visit."""

    process_id: int
    subprocess_id: int
    task_id: int
    visit: str = Field(description="task_start_date verbatim, as Content Server wrote it.")


class DecidedThere(Frozen):
    """What a person decided on a step in OpenText itself."""

    by: str = Field(description="As shown to people.")
    at: datetime
    what: str = Field(default="", description="The disposition's label. Empty: a plain send-on.")
    comment: str = ""


class Step(Frozen):
    """A step of a running workflow."""

    ref: StepRef
    name: str
    status: str = Field(default="ontime", description="ontime, workflowlate, completed or stopped.")
    started: datetime | None = None
    due: date | datetime | None = Field(default=None, description="A day, or a moment. None: the map sets no duration.")
    performers: tuple[Person, ...] = Field(default=(), description="Groups expanded, nested ones too.")
    group: str | None = Field(
        default=None, description="Name of the group it waits with; None: it was accepted, or is personal."
    )
    not_known: NotKnown = Field(default_factory=dict, description="What of it could not be read, and why.")

    decided: DecidedThere | None = Field(default=None, description="None: not in OpenText itself, or not known.")

    def decided_as(self, decided: DecidedThere | None) -> Self:
        """Return it with what was decided on it in OpenText."""
        return self.model_copy(update={"decided": decided})

    def performed_by(self, people: tuple[Person, ...], not_known: NotKnown) -> Self:
        """Return it with its performers, and with what of them can't be read."""
        return self.model_copy(update={"performers": people, "not_known": not_known})


class WorkflowStatus(StrEnum):
    """Content Server's verdict over a workflow."""

    ON_TIME = "ontime"
    LATE = "workflowlate"
    COMPLETED = "completed"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


class Workflow(Frozen):
    """A running or finished workflow (process)."""

    process_id: int
    name: str = Field(description="The title of this instance, which may be its own.")
    map_id: int | None = Field(default=None, description="Node id of the workflow map. None: not known.")
    map_name: str | None = Field(default=None, description="None: not known.")
    status: WorkflowStatus = WorkflowStatus.ON_TIME
    initiated: datetime | None = None
    due: date | datetime | None = None
    initiator: Person | None = None
    current: tuple[Step, ...] = ()
    completed: tuple[Step, ...] = ()
    next_steps: tuple[str, ...] = Field(default=(), description="Names of the steps that come next.")
    documents: tuple[Document, ...] = Field(default=(), description="Attached, shortcuts resolved, by id.")
    contained: tuple[DocumentVersion, ...] = Field(default=(), description="What lies in attached containers.")
    url: str = ""
    not_known: NotKnown = Field(default_factory=dict, description="What of it could not be read, and why.")

    def with_completed(self, steps: tuple[Step, ...]) -> Self:
        """Return it with more known of its completed steps."""
        return self.model_copy(update={"completed": steps})

    @property
    def versions(self) -> tuple[DocumentVersion, ...]:
        """Everything that a decision on this workflow is about, each once, by node id."""
        bound = {one.node_id: one for one in (*self.contained, *(document.bound for document in self.documents))}
        # In one order: they are compared with what a task shows, and another order would refuse a decision on the same.
        return tuple(bound[node] for node in sorted(bound))

    @property
    def ended(self) -> bool:
        """Content Server states positively that nothing more will happen."""
        return self.status in (WorkflowStatus.COMPLETED, WorkflowStatus.STOPPED)

    @property
    def unread_documents(self) -> tuple[str, ...]:
        """Why something attached can't be read; without any, `documents` is everything."""
        return tuple(why for part, why in sorted(self.not_known.items()) if part.partition(":")[0] == Part.DOCUMENTS)


class StatusRow(Frozen):
    """A workflow in a list of workflows: where to look, not what to conclude."""

    process_id: int
    subprocess_id: int | None = Field(default=None, description="None: the list does not tell.")
    name: str = ""
    status: WorkflowStatus = Field(
        default=WorkflowStatus.UNKNOWN, description="Of the workflow: a step may be late in one that is on time."
    )
    steps: tuple[Step, ...] = Field(default=(), description="Steps that wait, performers as listed.")


class Disposition(Frozen):
    """One way to finish a step."""

    key: str = Field(description="Sent as custom_action; case-sensitive.")
    label: str


class StepForm(Frozen):
    """What the performer may do with a step: `forms/processes/tasks/update`."""

    dispositions: tuple[Disposition, ...] = ()
    can_send_on: bool = False
    must_accept: bool = Field(default=False, description="A group's step: accept first.")
    wants_password: bool = Field(default=False, description="Can't be completed for a person.")


class Activity(Frozen):
    """One line of a workflow's audit."""

    at: datetime | None
    user_id: int
    action: str
    comment: str = ""
    label: str = Field(default="", description="Of a disposition: as people see it.")
