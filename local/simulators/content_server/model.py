"""What Content Server keeps: people, nodes and their categories, workspaces."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

Value: TypeAlias = str | int | bool | list[str | int | bool] | None

TYPE_NAMES = {
    0: "Folder",
    1: "Shortcut",
    128: "Workflow Map",
    131: "Category",
    141: "Enterprise Workspace",
    144: "Document",
    154: "Workflow Attachments",
    199: "Classification",
    848: "Business Workspace",
}


@dataclass
class User:
    """Somebody who may sign in."""

    id: int
    login: str
    first: str
    last: str
    email: str
    password: str
    is_admin: bool = False
    proxies: set[int] = field(default_factory=set)
    """Users who may act for this one."""

    @property
    def name(self) -> str:
        """As shown to people."""
        return f"{self.first} {self.last}".strip() or self.login


@dataclass
class Group:
    """Users and further groups under one name."""

    id: int
    name: str
    members: list[int] = field(default_factory=list)


@dataclass
class Attribute:
    """One field of a category. Types: String, Integer, Date, Boolean, User."""

    name: str
    type: str = "String"
    multi: bool = False
    required: bool = False
    id: int = 0
    """Given by the server, differently on each one: people only know the name."""


@dataclass
class AttributeSet:
    """Rows of fields in a category."""

    name: str
    attributes: tuple[Attribute, ...]
    rows: int = 5
    """The most rows that it may have."""
    id: int = 0


@dataclass
class Category:
    """A definition; its values stand with each node that it is assigned to."""

    id: int
    name: str
    attributes: list[Attribute] = field(default_factory=list)
    sets: list[AttributeSet] = field(default_factory=list)


@dataclass
class Assigned:
    """A category's values on one node, by the keys of the REST interface."""

    values: dict[str, Value]
    revision: int = 1
    """Grows with each change: what the metadata token stands for."""


@dataclass
class Version:
    """One version of a document."""

    number: int
    content: bytes
    file_name: str
    mime_type: str
    created: datetime
    owner: int
    description: str = ""
    locked: bool = False


@dataclass
class Audit:
    """One line of a node's audit. 9: permission changed, 10: attribute changed, 264: classified."""

    id: int
    type: int
    at: datetime
    user: int


@dataclass
class RecordState:
    """What records management knows of a node."""

    class_id: int
    file_number: str
    status: str = "ACTIVE"
    status_date: datetime | None = None
    essential: str = "NR"
    official: bool = False
    revision: int = 1


@dataclass
class Hold:
    """A hold that nodes may be put under."""

    id: int
    name: str
    type: str = "LEGAL"


@dataclass
class Applied:
    """A hold on one node."""

    id: int
    hold: Hold
    at: datetime
    by: int


@dataclass
class Node:
    """Anything with an id in the tree."""

    id: int
    name: str
    type: int
    parent: int
    owner: int
    created: datetime
    modified: datetime
    modified_by: int
    description: str = ""
    original: int | None = None
    """Set for shortcuts: the node that they stand for."""
    versions: list[Version] = field(default_factory=list)
    versions_made: int = 0
    categories: dict[int, Assigned] = field(default_factory=dict)
    audit: list[Audit] = field(default_factory=list)
    holds: dict[int, Applied] = field(default_factory=dict)
    classifications: list[int] = field(default_factory=list)
    record: RecordState | None = None
    reserved_by: int = 0
    reserved_at: datetime | None = None
    hidden: bool = False
    """From everybody but administrators."""
    hidden_from: set[int] = field(default_factory=set)
    deleted_by: int = 0
    """Who put it into the recycle bin."""

    @property
    def is_container(self) -> bool:
        """Whether other nodes can stand in it."""
        return self.type in (0, 141, 154, 848)


@dataclass
class Role:
    """A role of one workspace; its members are users and groups."""

    id: int
    name: str
    leader: bool
    members: list[int] = field(default_factory=list)


@dataclass
class WorkspaceType:
    """What kind of business workspace."""

    id: int
    name: str
    template: int


@dataclass
class Missing:
    """A document that a workspace should have and has not."""

    id: int
    name: str
    due: datetime | None


@dataclass
class Workspace:
    """What a business workspace is beside a node."""

    id: int
    type: WorkspaceType
    roles: list[Role] = field(default_factory=list)
    references: list[dict[str, str | int]] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
