"""What tasks come from: one workspace, workflow or document, as it was just read, and how much of it is asked for."""

from functools import cached_property
from typing import Self

from pydantic import Field

from shared.models.base import Frozen
from shared.models.keys import OriginKind, origin_key
from shared.models.opentext import Document, Workspace
from shared.models.workflow import Workflow


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
