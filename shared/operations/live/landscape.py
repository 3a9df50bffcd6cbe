"""What both systems hold of the names that a mapping uses, as it was just read."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.mapping.language.sections import PlanSpec
from shared.models.opentext import Workspace, WorkspaceType
from shared.models.people import Directory
from shared.models.workflow import StepForm, StepRef, Workflow


class Topic(StrEnum):
    """What is asked for by itself: when it can't be, the rest is."""

    OPENTEXT = "OpenText"
    TYPES = "workspace types"
    WORKSPACES = "workspaces"
    WORKFLOWS = "workflows"
    MAPS = "workflow maps"
    LOGINS = "logins"
    GRAPH = "Microsoft Graph"
    PEOPLE = "people and groups"


@dataclass(frozen=True)
class PlanFound:
    """A plan as it stands, or why it is none that can be used."""

    title: str = ""
    group: str | None = None
    buckets: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    twins: int = 0
    """Further plans of the group with that title."""
    others: tuple[str, ...] = ()
    """Titles of the group's plans, where none has the one that was asked for."""
    is_to_be_made: bool = False
    """The rule makes it: it is not there yet."""
    why_not: str | None = None
    """Why it can't be used. None: it can, or will be made."""


@dataclass
class Landscape:
    """Filled while the systems are asked; then only read."""

    types: tuple[WorkspaceType, ...] = ()
    workspaces: list[Workspace] = field(default_factory=list)
    """Some of each type that rules may concern, newest first."""
    workflows: list[Workflow] = field(default_factory=list)
    """Some of each title that the integration user sees."""
    titles: frozenset[str] = frozenset()
    """Of all workflows that the integration user sees, running or not."""
    forms: dict[StepRef, StepForm] = field(default_factory=dict)
    """What waiting steps offer to their performers."""
    unshown: dict[StepRef, str] = field(default_factory=dict)
    """Why a waiting step's form can't be read."""
    maps: dict[int, str] = field(default_factory=dict)
    """Names of the maps of running workflows, by node id."""
    nodes: dict[int, str | None] = field(default_factory=dict)
    """Names of nodes. None: such a node can't be read."""
    logins: dict[str, bool] = field(default_factory=dict)
    """Whether there is such a user in OpenText."""
    plans: dict[PlanSpec, PlanFound] = field(default_factory=dict)
    groups: dict[str, str | None] = field(default_factory=dict)
    """Groups that own plans: why their plans can't be read. None: they can."""
    directory: Directory = field(default_factory=Directory)
    gaps: dict[Topic, str] = field(default_factory=dict)
    """Why something could not be asked for."""

    def can_tell(self, *topics: Topic) -> bool:
        """Tell whether all of this was asked for."""
        return not any(topic in self.gaps for topic in topics)
