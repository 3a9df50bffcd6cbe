"""
What the bridge knows of OpenText Content Server: workspaces, workflows, documents.

These are our own models: `shared.clients.opentext` turns Content Server's answers into them.
All times are aware and in UTC; the client converts what Content Server sends without a zone.
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from pydantic import Field

from shared.models.base import Frozen, Stored
from shared.models.keys import OriginKind, origin_key

Scalar: TypeAlias = str | int | float | bool
AttributeValue: TypeAlias = Scalar | tuple[Scalar, ...] | None
Attributes: TypeAlias = dict[str, AttributeValue]
"""
By "Category.Attribute"; a row of a set is "Category.Set[1].Attribute". None: empty; absent: not told.

Where two attributes have one name the values stand under their keys, e.g. "9830_2".
"""


class AttributeType(StrEnum):
    """What an attribute holds, as its category says."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    USER = "user"
    UNKNOWN = "unknown"


class AttributeDefinition(Frozen):
    """An attribute of a category that a node has, be it empty or not."""

    name: str = Field(description='"Category.Attribute"; in a set "Category.Set[x].Attribute".')
    key: str = Field(description='The ids that survive renaming: "9830_2", in a set "9830_5_x_6".')
    type: AttributeType = AttributeType.UNKNOWN
    multi: bool = False


class Person(Frozen):
    """A Content Server user."""

    user_id: int
    login: str = ""
    name: str = Field(default="", description="As shown to people.")
    email: str | None = Field(default=None, description="None: the user has none on record.")


class Role(Frozen):
    """A workspace role with its members; groups are expanded, nested ones too."""

    name: str
    leader: bool = False
    members: tuple[Person, ...] = ()


class DocumentVersion(Stored):
    """Which version of which node was shown: what an approval is bound to."""

    node_id: int = Field(description="The original's id, never a shortcut's.")
    version: int = Field(description="0: the node keeps no versions.")


class Document(Frozen):
    """A document (or any attached node)."""

    node_id: int = Field(description="The original's id, never a shortcut's.")
    name: str
    version: int = Field(default=0, description="Newest version number; 0: keeps no versions.")
    url: str = Field(default="", description="Deep link into Smart UI.")
    reserved_by: str | None = Field(default=None, description="Who reserved it; None: nobody.")
    created: datetime | None = None
    modified: datetime | None = None
    parent_id: int | None = None
    attributes: Attributes = Field(default_factory=dict)
    definitions: tuple[AttributeDefinition, ...] = Field(default=(), description="Of the categories that it has.")
    classifications: tuple[str, ...] | None = Field(default=(), description="None: not known.")
    rm_status: str | None = Field(default=None, description="Records status; None: no record, or no module.")
    holds: tuple[str, ...] | None = Field(default=(), description="Names of active holds. None: not known.")

    @property
    def bound(self) -> DocumentVersion:
        """The version that a task shows."""
        return DocumentVersion(node_id=self.node_id, version=self.version)


class MissingDocument(Frozen):
    """A document that the workspace lacks: `missingdocuments` of Content Server."""

    node_id: int = Field(description="Id of the placeholder or document type entry.")
    name: str
    due: datetime | None = None


class Workspace(Frozen):
    """A business workspace."""

    node_id: int
    name: str
    workspace_type: str = ""
    type_id: int | None = None
    template_id: int | None = None
    parent_id: int | None = None
    created: datetime | None = None
    modified: datetime | None = None
    url: str = ""
    attributes: Attributes = Field(default_factory=dict)
    definitions: tuple[AttributeDefinition, ...] = Field(default=(), description="Of the categories that it has.")
    roles: tuple[Role, ...] = ()
    classifications: tuple[str, ...] | None = Field(default=(), description="None: not known.")
    rm_status: str | None = None
    holds: tuple[str, ...] | None = Field(default=(), description="None: not known.")
    missing_documents: tuple[MissingDocument, ...] | None = Field(default=(), description="None: not known.")


class StepRef(Stored):
    """One visit of one step. A loop comes back to the same ids with another visit."""

    process_id: int
    subprocess_id: int
    task_id: int
    visit: str = Field(description="task_start_date verbatim, as Content Server wrote it.")


class Step(Frozen):
    """A step of a running workflow."""

    ref: StepRef
    name: str
    status: str = Field(default="ontime", description="ontime, workflowlate, completed or stopped.")
    started: datetime | None = None
    due: datetime | None = Field(default=None, description="None: the map sets no duration.")
    performers: tuple[Person, ...] = Field(default=(), description="Groups expanded, nested ones too.")
    group: str | None = Field(
        default=None, description="Name of the group it waits with; None: it was accepted, or is personal."
    )


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
    due: datetime | None = None
    initiator: Person | None = None
    current: tuple[Step, ...] = ()
    completed: tuple[Step, ...] = ()
    next_steps: tuple[str, ...] = Field(default=(), description="Names of the steps that come next.")
    documents: tuple[Document, ...] = Field(default=(), description="Attached, shortcuts resolved, by id.")
    attachment_folder_id: int | None = None
    url: str = ""

    @property
    def ended(self) -> bool:
        """Content Server states positively that nothing more will happen."""
        return self.status in (WorkflowStatus.COMPLETED, WorkflowStatus.STOPPED)


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
    can_delegate: bool = False
    must_accept: bool = Field(default=False, description="A group's step: accept first.")
    wants_password: bool = Field(default=False, description="Can't be completed for a person.")


class Activity(Frozen):
    """One line of a workflow's audit."""

    at: datetime | None
    user_id: int
    action: str
    comment: str = ""


class Needs(Frozen):
    """Which optional parts of an origin the mapping asks for: each costs calls."""

    roles: bool = False
    attributes: bool = True
    workspace: bool = Field(default=False, description="For workflows and documents: their workspace too.")
    records: bool = False
    holds: bool = False
    classifications: bool = False
    missing_documents: bool = False


class Origin(Frozen):
    """What tasks come from, as it was just read."""

    kind: OriginKind
    workspace: Workspace | None = None
    workflow: Workflow | None = None
    document: Document | None = None

    @property
    def key(self) -> str:
        """`workspace-28866` and the like."""
        return origin_key(self.kind, self.number)

    @property
    def number(self) -> int:
        """The node's or the process's id."""
        if self.kind is OriginKind.WORKFLOW and self.workflow is not None:
            return self.workflow.process_id
        if self.kind is OriginKind.DOCUMENT and self.document is not None:
            return self.document.node_id
        if self.kind is OriginKind.WORKSPACE and self.workspace is not None:
            return self.workspace.node_id
        message = f"an origin of kind {self.kind} without its {self.kind}"
        raise ValueError(message)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document that this origin shows, by id."""
        if self.workflow is not None:
            return self.workflow.documents
        return () if self.document is None else (self.document,)
