"""
What Content Server's nodes are to the bridge: workspaces and documents, with their attributes and people.

These are our own models: `shared.clients.opentext` turns Content Server's answers into them.
All times are aware and in UTC; the client converts what Content Server sends without a zone.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self, TypeAlias

from pydantic import Field

from shared.models.base import Frozen, Stored

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
