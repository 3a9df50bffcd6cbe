"""What a rule looks at: one origin, and of it the step or document that a task is for."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any, TypeVar

from shared.mapping.evaluation.values import Remembered, Row, RowWords, Shown, Values
from shared.mapping.evaluation.verdict import Gap
from shared.mapping.language.calendar import Calendar
from shared.mapping.language.conditions import FromToday
from shared.mapping.language.counting import day_part
from shared.mapping.language.templates import context_of
from shared.models.opentext import Document, MissingDocument, Person, Workspace
from shared.models.origin import Origin
from shared.models.wanted import NameKind
from shared.models.workflow import Step, Workflow

T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """One origin at one moment, seen through one calendar."""

    origin: Origin
    now: datetime
    calendar: Calendar
    step: Step | None = None
    missing: MissingDocument | None = None
    occurrence: date | None = None
    row: Row | None = None
    """What a task with `for_each` is for."""
    remembered: Remembered = field(default_factory=dict)
    """The ids that names had when they were last there."""
    done: Mapping[str, datetime] = field(default_factory=dict, compare=False)
    """When tasks of the rule were completed, by their keys."""
    turns: set[date] = field(default_factory=set, compare=False)
    """Days on which an answer that depends on today changes."""
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Compute what is the same for many tasks of this scene, once; what raises is not kept."""
        if key not in self._kept:
            self._kept[key] = compute()
        found: T = self._kept[key]
        return found

    @cached_property
    def workspace(self) -> Workspace | None:
        """The workspace; None: the origin lies in none, or it was not read."""
        return self.origin.workspace

    @cached_property
    def workflow(self) -> Workflow | None:
        """The workflow; None: the origin is none."""
        return self.origin.workflow

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The documents, by id."""
        return self.origin.documents

    @cached_property
    def document(self) -> Document | None:
        """The first document; None: there is none."""
        return self.documents[0] if self.documents else None

    @cached_property
    def subject(self) -> Workspace | Document | None:
        """The node that the scene is about: the document of a workflow or document, otherwise the workspace."""
        if self.workflow is None and self.origin.document is None:
            return self.workspace
        return self.document

    @property
    def created(self) -> datetime | None:
        """When that node was made; None: not told."""
        return self.subject.created if self.subject is not None else None

    @cached_property
    def values(self) -> Values:
        """The first document's attributes, then the workspace's."""
        nodes = tuple(node for node in (self.document, self.workspace) if node is not None)
        return Values(nodes, self.remembered, self.row)

    @cached_property
    def today(self) -> date:
        """The date in the rule's zone."""
        return self.calendar.local_date(self.now)

    def from_today(self, bound: FromToday) -> date:
        """Return the day that a bound means today."""
        if isinstance(bound.today, int):
            return self.today + timedelta(days=bound.today)
        return day_part(bound.today, self.today, self.calendar)

    def workspace_gap(self) -> Gap | None:
        """Say why it is not known in which workspace this lies; None: it is known, and may be in none."""
        if self.workspace is not None or self.documents or self.origin.document is not None:
            return None
        return Gap(NameKind.WORKSPACE, "workspace", "the workflow shows no document, so its workspace is not known")

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
            "attributes": Shown(self.values),
            "row": RowWords(self.values) if self.row is not None else None,
            "now": here,
            "today": here.date(),
        }
        present = {name: value for name, value in known.items() if value is not None}
        # This one always: outside of a recurrence it is empty, which is no reason to stop a template.
        return context_of({**present, "occurrence": self.occurrence})

    def at_occurrence(self, day: date) -> "Scene":
        """Return the same scene for one occurrence of a recurring task."""
        return replace(self, occurrence=day)

    def at_row(self, row: Row) -> "Scene":
        """Return the same scene for one row."""
        return replace(self, row=row)

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


def _local(moment: date | datetime | None, calendar: Calendar) -> date | datetime | None:
    return calendar.local(moment) if isinstance(moment, datetime) else moment


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
