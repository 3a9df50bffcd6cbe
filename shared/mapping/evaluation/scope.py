"""What a rule looks at: one origin, and of it the step or document that a task is for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from shared.mapping.language.calendar import Calendar
from shared.mapping.language.templates import context_of
from shared.models.opentext import (
    Attributes,
    AttributeValue,
    Document,
    MissingDocument,
    Origin,
    Person,
    Step,
    Workflow,
    Workspace,
)


class _ByName(dict[str, AttributeValue]):
    """Attributes as templates see them: what is empty or absent is ""."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(frozen=True)
class Scene:
    """One origin at one moment, seen through one calendar."""

    origin: Origin
    now: datetime
    calendar: Calendar
    step: Step | None = None
    missing: MissingDocument | None = None
    occurrence: date | None = None

    @property
    def workspace(self) -> Workspace | None:
        """The workspace; None: the origin lies in none, or it was not read."""
        return self.origin.workspace

    @property
    def workflow(self) -> Workflow | None:
        """The workflow; None: the origin is none."""
        return self.origin.workflow

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents, by id."""
        return self.origin.documents

    @property
    def document(self) -> Document | None:
        """The first document; None: there is none."""
        return self.documents[0] if self.documents else None

    @cached_property
    def attributes(self) -> Attributes:
        """The workspace's attributes, overlaid by the first document's; empty ones are left out."""
        both = {**_filled(self.workspace), **_filled(self.document)}
        return _ByName(both)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody whom the origin shows: how a login becomes an address."""
        return tuple(_people(self))

    @cached_property
    def words(self) -> dict[str, Any]:
        """The context of templates. What the origin lacks is not in it: a template that needs it is not filled in."""
        here = self.calendar.local(self.now)
        known = {
            "workspace": _workspace_words(self.workspace, self.calendar),
            "document": self._document_words(),
            "step": _step_words(self.step, self.calendar),
            "workflow": _workflow_words(self.workflow, self.calendar),
            "links": self._links(),
            "documents": [_document_words(document, self.calendar) for document in self.documents],
            "attributes": self.attributes,
            "now": here,
            "today": here.date(),
        }
        present = {name: value for name, value in known.items() if value is not None}
        return context_of({**present, "occurrence": self.occurrence})

    def at_occurrence(self, day: date) -> "Scene":
        """Return the same scene for one occurrence of a recurring task."""
        return replace(self, occurrence=day)

    def _document_words(self) -> SimpleNamespace | None:
        if self.missing is not None:
            return _missing_words(self.missing)
        return _document_words(self.document, self.calendar) if self.document is not None else None

    def _links(self) -> SimpleNamespace:
        return SimpleNamespace(
            workspace=self.workspace.url if self.workspace is not None else "",
            workflow=self.workflow.url if self.workflow is not None else "",
            document=self.document.url if self.document is not None else "",
        )


def _filled(node: Workspace | Document | None) -> Attributes:
    attributes = node.attributes if node is not None else {}
    return {name: value for name, value in attributes.items() if value not in (None, "", ())}


def _people(scene: Scene) -> Iterator[Person]:
    for role in (scene.workspace.roles or ()) if scene.workspace is not None else ():
        yield from role.members
    if scene.step is not None:
        yield from scene.step.performers
    if scene.workflow is not None:
        if scene.workflow.initiator is not None:
            yield scene.workflow.initiator
        for step in (*scene.workflow.current, *scene.workflow.completed):
            yield from step.performers


def _local(moment: datetime | None, calendar: Calendar) -> datetime | None:
    return calendar.local(moment) if moment is not None else None


def _workspace_words(workspace: Workspace | None, calendar: Calendar) -> SimpleNamespace | None:
    if workspace is None:
        return None
    return SimpleNamespace(
        id=workspace.node_id,
        name=workspace.name,
        type=workspace.workspace_type,
        url=workspace.url,
        created=_local(workspace.created, calendar),
        modified=_local(workspace.modified, calendar),
        rm_status=workspace.rm_status,
        holds=workspace.holds,
        classifications=workspace.classifications,
    )


def _document_words(document: Document, calendar: Calendar) -> SimpleNamespace:
    return SimpleNamespace(
        id=document.node_id,
        name=document.name,
        version=document.version,
        url=document.url,
        created=_local(document.created, calendar),
        modified=_local(document.modified, calendar),
        reserved_by=document.reserved_by,
        rm_status=document.rm_status,
        holds=document.holds,
        classifications=document.classifications,
    )


def _missing_words(missing: MissingDocument) -> SimpleNamespace:
    """A document that is not there yet has an id and a name, and nothing else."""
    nothing = dict.fromkeys(("version", "created", "modified", "reserved_by", "rm_status"))
    return SimpleNamespace(id=missing.node_id, name=missing.name, url="", holds=(), classifications=(), **nothing)


def _step_words(step: Step | None, calendar: Calendar) -> SimpleNamespace | None:
    if step is None:
        return None
    return SimpleNamespace(
        id=step.ref.task_id,
        name=step.name,
        status=step.status,
        started=_local(step.started, calendar),
        due=_local(step.due, calendar),
        performers=tuple(person.name or person.login for person in step.performers),
        group=step.group,
    )


def _workflow_words(workflow: Workflow | None, calendar: Calendar) -> SimpleNamespace | None:
    if workflow is None:
        return None
    return SimpleNamespace(
        id=workflow.process_id,
        name=workflow.name,
        status=workflow.status.value,
        initiated=_local(workflow.initiated, calendar),
        due=_local(workflow.due, calendar),
        initiator=workflow.initiator.name if workflow.initiator is not None else None,
        url=workflow.url,
        next_steps=workflow.next_steps,
    )
