"""
What the bridge knows of OpenText Content Server: workspaces, workflows, documents.

These are our own models: `shared.clients.opentext` turns Content Server's answers into them.
All times are aware and in UTC; the client converts what Content Server sends without a zone.
"""

from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Self, TypeAlias

from pydantic import Field

from shared.models.base import Frozen, Stored
from shared.models.keys import OriginKind, origin_key

WORKSPACE = 848
"""Type of a node that is a business workspace."""
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


class Part(StrEnum):
    """What of an origin may be not known although the rest of it was read."""

    ATTRIBUTES = "attributes"
    ROLES = "roles"
    CLASSIFICATIONS = "classifications"
    RM_STATUS = "rm_status"
    HOLDS = "holds"
    MISSING_DOCUMENTS = "missing_documents"
    DOCUMENTS = "documents"
    STEPS = "steps"
    PERFORMERS = "performers"
    INITIATOR = "initiator"
    MAP = "map"
    RESERVED_BY = "reserved_by"
    CREATED = "created"
    MODIFIED = "modified"
    INITIATED = "initiated"
    DUE = "due"

    def of(self, name: str) -> str:
        """Name one of several: `attributes:Contract.Owner`, `roles:Legal`, `documents:4711`."""
        return f"{self}:{name}"


NotKnown: TypeAlias = dict[str, str]
"""By part, or by one of several (`Part.of`): why it can't be read. Never that there is nothing."""


class Person(Frozen):
    """A Content Server user."""

    user_id: int
    login: str = ""
    name: str = Field(default="", description="As shown to people.")
    email: str | None = Field(default=None, description="None: the user has none on record.")


class Role(Frozen):
    """A workspace role with its members; groups are expanded, nested ones too."""

    name: str
    members: tuple[Person, ...] = Field(default=(), description="As many as could be read: see `not_known`.")
    not_known: str | None = Field(default=None, description="Why there may be more members. None: these are all.")


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
    is_container: bool = Field(default=False, description="A folder, say: what lies in it is approved with it.")
    is_evidence: bool = Field(default=False, description="The bridge wrote it.")
    gone: str = Field(default="", description="What OpenText states of its end. Empty: it is there.")
    attributes: Attributes = Field(default_factory=dict)
    definitions: tuple[AttributeDefinition, ...] = Field(default=(), description="Of the categories that it has.")
    classifications: tuple[str, ...] | None = Field(default=(), description="None: not known.")
    classification_ids: dict[str, int] = Field(default_factory=dict, description="By name; those that are told.")
    rm_status: str | None = Field(default="", description='Records status; "": no record. None: not known.')
    holds: tuple[str, ...] | None = Field(default=(), description="Names of active holds. None: not known.")
    not_known: NotKnown = Field(default_factory=dict, description="What of it could not be read, and why.")

    @property
    def bound(self) -> DocumentVersion:
        """The version that a task shows."""
        return DocumentVersion(node_id=self.node_id, version=self.version)


class NodeStub(Frozen):
    """What a node is, as far as every answer says it."""

    node_id: int = Field(description="Of a shortcut its own.")
    name: str
    type: int
    original: int | None = Field(default=None, description="What a shortcut stands for. None: it is none.")
    is_container: bool = False
    is_evidence: bool = Field(default=False, description="The bridge wrote it.")
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def is_workspace(self) -> bool:
        """Whether it is a business workspace."""
        return self.type == WORKSPACE

    def has_changed_since(self, at: datetime) -> bool:
        """Tell whether it was made or changed at or after a time; what does not say when may have been."""
        times = [one for one in (self.created, self.modified) if one is not None]
        return not times or max(times) >= at


class MissingDocument(Frozen):
    """A document that the workspace lacks: `missingdocuments` of Content Server."""

    node_id: int = Field(description="Id of the placeholder or document type entry.")
    name: str
    due: date | datetime | None = Field(default=None, description="A day, or a moment. None: never.")


class WorkspaceType(Frozen):
    """A kind of business workspace."""

    type_id: int
    name: str
    templates: tuple[int, ...] | None = Field(default=None, description="Node ids. None: not asked for, or not told.")


class Workspace(Frozen):
    """A business workspace."""

    node_id: int
    name: str
    gone: str = Field(default="", description="What OpenText states of its end. Empty: it is there.")
    workspace_type: str = ""
    type_id: int | None = None
    template_id: int | None = None
    parent_id: int | None = None
    created: datetime | None = None
    modified: datetime | None = None
    modified_by: int | None = Field(default=None, description="Id of the account that changed it last. None: not told.")
    url: str = ""
    attributes: Attributes = Field(default_factory=dict)
    definitions: tuple[AttributeDefinition, ...] = Field(default=(), description="Of the categories that it has.")
    roles: tuple[Role, ...] | None = Field(default=(), description="None: not known.")
    classifications: tuple[str, ...] | None = Field(default=(), description="None: not known.")
    classification_ids: dict[str, int] = Field(default_factory=dict, description="By name; those that are told.")
    rm_status: str | None = Field(default="", description='"": no record. None: not known.')
    holds: tuple[str, ...] | None = Field(default=(), description="None: not known.")
    missing_documents: tuple[MissingDocument, ...] | None = Field(default=(), description="None: not known.")
    not_known: NotKnown = Field(default_factory=dict, description="What of it could not be read, and why.")

    def moved(self, at: datetime | None) -> Self:
        """Return it as last changed at another time."""
        return self.model_copy(update={"modified": at})

    def completed(self, **parts: Any) -> Self:  # noqa: ANN401 - fields of this model
        """Return it with what was read besides."""
        return self.model_copy(update=parts)


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


class Needs(Frozen):
    """Which optional parts of an origin the mapping asks for: each costs calls."""

    roles: bool = False
    attributes: bool = True
    workspace: bool = Field(default=False, description="For workflows and documents: their workspace too.")
    records: bool = False
    holds: bool = False
    classifications: bool = False
    missing_documents: bool = False
    map: bool = Field(default=False, description="For workflows: the map that it was started from.")
    movement: bool = Field(default=False, description="When people changed it last, apart from the bridge.")

    def with_names(self) -> Self:
        """Return it with attributes and roles besides: what a mapping may name, whether a rule asks for it or not."""
        return self.model_copy(update={"attributes": True, "roles": True})


class Origin(Frozen):
    """What tasks come from, as it was just read."""

    kind: OriginKind
    workspace: Workspace | None = None
    workflow: Workflow | None = None
    document: Document | None = None

    @cached_property
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

    def in_workflow(self, workflow: Workflow | None) -> Self:
        """Return it with its workflow as more is known of it."""
        return self.model_copy(update={"workflow": workflow})

    def in_workspace(self, workspace: Workspace | None) -> Self:
        """Return it with its workspace as it is seen otherwise."""
        return self.model_copy(update={"workspace": workspace})

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every document that this origin shows, by id."""
        if self.workflow is not None:
            return self.workflow.documents
        return () if self.document is None else (self.document,)
