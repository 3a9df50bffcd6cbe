"""
The mapping file as models: rules, and the file itself.

What a file may say stands in these models alone: the JSON Schema and the field tables of docs/mapping.md
are made from them.
"""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

import rfc8785
from pydantic import ConfigDict, Field, StrictBool, Tag, model_validator

from shared.mapping.language.calendar import Calendar
from shared.mapping.language.choices import EITHER, By, options
from shared.mapping.language.conditions import Condition
from shared.mapping.language.for_each import ForEach
from shared.mapping.language.scalars import ATTRIBUTE, Assign, AttributeName, CalendarName, Id, Line, PlainText, Who
from shared.mapping.language.sections import CalendarSpec, Limits, PeopleSpec, PlanSpec
from shared.mapping.language.task_parts import Level, NotifySpec, PlanChoice, WorkspacePlan, parts
from shared.mapping.language.tasks import NO_ROW, KeyedTask, TaskSpec, names_row
from shared.mapping.language.templates import Template
from shared.mapping.language.vocabulary import Kind, refuse
from shared.models.base import Frozen
from shared.models.wanted import CommentRule, Outcome, Reassign

_RULE = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ignored_types=(cached_property,))


def _written(model: Frozen) -> dict[str, Any]:
    """Return what was written: defaults are left out, so that a new field changes no hash."""
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _digest(model: Frozen) -> str:
    """SHA-256 of what was written."""
    return hashlib.sha256(rfc8785.dumps(_written(model))).hexdigest()


class EvidenceSpec(Frozen):
    """What goes back on the record."""

    folder: int | Annotated[str, Field(pattern=r"^attribute:[^.]+\..+$")] | None = Field(
        default=None, description="Node id, or attribute:Category.Attribute holding one. Default: the workspace."
    )
    document: StrictBool = Field(default=True, description="Upload the evidence document.")
    lock: StrictBool = Field(default=False, description="Lock its version.")
    rm_class: int | None = Field(default=None, description="Records classification to give it: node id.")
    head_attribute: AttributeName | None = Field(default=None, description="Attribute that holds the chain's head.")
    attributes: dict[Literal["url", "status", "responsible", "completed_at"], AttributeName] = Field(
        default_factory=dict, description="Attributes that link back to the task."
    )
    retention_years: int = Field(default=10, ge=0, le=100, description="How long the history is kept.")


class BaseRule(Frozen):
    """What all rules have."""

    model_config = _RULE

    id: Id = Field(description="Its name for good.")
    on: Kind = Field(description="What it is about.")
    when: Condition = Field(default_factory=Condition, description="What it applies to. Default: everything.")
    plan: PlanChoice | None = Field(default=None, description="Where the tasks go.")
    calendar: Annotated[Annotated[CalendarName, Tag("plain")] | Annotated[By[CalendarName], Tag("by")], EITHER] = Field(
        default="default", description="Name of a calendar."
    )
    context: tuple[Line, ...] = Field(default=(), description="What the tasks show of the record.")
    notify: tuple[NotifySpec, ...] = Field(default=(), description="Mails.")
    escalate: tuple[Level, ...] = Field(default=(), description="Levels of escalation, in order.")
    pause: Condition | None = Field(default=None, description="While this holds nothing is escalated.")
    evidence: EvidenceSpec | None = Field(default=None, description="What goes back on the record.")

    @cached_property
    def hash(self) -> str:
        """SHA-256 over what was written."""
        return _digest(self)

    @cached_property
    def names(self) -> frozenset[str]:
        """What its templates use of the context, with members: `workspace.name`."""
        return frozenset(name for part in parts(self) if isinstance(part, Template) for name in part.names)

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The attributes that it names."""
        return frozenset(_attributes_in(self))

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Its conditions, those inside others too."""
        return tuple(part for part in parts(self) if isinstance(part, Condition))

    @property
    def specs(self) -> "tuple[TaskSpec, ...]":
        """The rule's tasks."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _each_has_a_plan(self) -> "BaseRule":
        if self.plan is None and any(spec.plan is None for spec in self.specs):
            message = "give the rule a `plan`, or each of its tasks"
            raise refuse(message)
        return self


def _attributes_in(rule: BaseRule) -> Iterator[str]:
    for part in parts(rule):
        if isinstance(part, Condition):
            yield from part.attributes
        elif isinstance(part, Who) and part.kind == "attribute":
            yield part.value
        elif isinstance(part, str) and part.startswith(ATTRIBUTE):
            yield part.removeprefix(ATTRIBUTE)
        elif isinstance(part, Template):
            yield from part.attributes
        elif isinstance(part, ForEach):
            yield part.of if part.key is None else f"{part.of}[x].{part.key}"


class WorkspaceRule(BaseRule):
    """Tasks for a business workspace."""

    on: Literal["workspace"] = Field(description="Tasks of a workspace.")
    tasks: tuple[KeyedTask, ...] = Field(min_length=1, description="The tasks.")

    @model_validator(mode="after")
    def _rows_in_tasks_alone(self) -> "WorkspaceRule":
        if any(names_row(value) for name, value in self if name != "tasks"):
            raise refuse(NO_ROW)
        return self

    @property
    def specs(self) -> tuple[TaskSpec, ...]:
        """The rule's tasks."""
        return self.tasks


class _SingleRule(BaseRule):
    task: TaskSpec = Field(description="The task.")

    @property
    def specs(self) -> tuple[TaskSpec, ...]:
        """The rule's one task."""
        return (self.task,)


class OutcomeSpec(Frozen):
    """An outcome with words of its own."""

    disposition: str | None = Field(default=None, min_length=1, description="Default: the key.")
    title: PlainText | None = Field(default=None, description="The checklist line. Default: the key.")
    comment: CommentRule = Field(
        default=CommentRule.NONE,
        description="What the reviewer wrote in the description goes with it; required: not without.",
    )


def _outcome(key: str, written: str | OutcomeSpec) -> Outcome:
    if isinstance(written, str):
        return Outcome(disposition=key, title=written)
    return Outcome(disposition=written.disposition or key, title=written.title or key, comment=written.comment)


class StepRule(_SingleRule):
    """A task for a workflow step; completing it advances the workflow."""

    on: Literal["step"] = Field(description="A task of a workflow step.")
    outcomes: dict[str, PlainText | OutcomeSpec] = Field(
        default_factory=dict, description="Disposition of the step (case-sensitive) → checklist line that chooses it."
    )
    approvers: Assign = Field(
        default_factory=Assign, description="Whose completion counts when steps belong to the service user."
    )
    four_eyes: StrictBool = Field(default=False, description="Who started the workflow may not complete the step.")
    reassign: Reassign = Field(
        default=Reassign.PERFORMER,
        description="Whose reassignment in Planner moves the step: a performer's, or nobody's.",
    )

    @cached_property
    def choices(self) -> tuple[Outcome, ...]:
        """The outcomes, however they were written."""
        return tuple(_outcome(key, written) for key, written in self.outcomes.items())


class DocumentRule(_SingleRule):
    """A task for a document."""

    on: Literal["document"] = Field(description="A task of a document.")


class MissingDocumentRule(_SingleRule):
    """A task for each document that a workspace lacks."""

    on: Literal["missing_document"] = Field(description="A task for each lacking document.")


# By `on`: without it pydantic tries all four kinds, and tells the faults of each.
Rule: TypeAlias = Annotated[WorkspaceRule | StepRule | DocumentRule | MissingDocumentRule, Field(discriminator="on")]


class Mapping(Frozen):
    """A mapping file."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    version: Literal[1] = Field(description="Version of this language.")
    match: Literal["all", "first"] = Field(
        default="all", description="Whether all rules that match apply, or the first of its kind alone."
    )
    calendars: dict[str, CalendarSpec] = Field(
        default_factory=dict, description="By name; `default` is used unless told."
    )
    people: PeopleSpec = Field(default_factory=PeopleSpec, description="How OpenText's people become Entra's.")
    plans: dict[str, PlanSpec] = Field(default_factory=dict, description="By name.")
    limits: Limits = Field(default_factory=Limits, description="Lengths that Planner takes.")
    rules: tuple[Rule, ...] = Field(default=(), description="The rules, in order.")

    def model_post_init(self, _context: object) -> None:
        """Take the hashes now: once a model keeps what it computed, pydantic may write `true` inside it as 1."""
        _ = (self.hash, self.rule_hashes)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the whole file as read."""
        return _digest(self)

    @cached_property
    def has_digests(self) -> bool:
        """Whether anybody is told of anything in a digest."""
        specs = (spec for rule in self.rules for part in (rule, *rule.specs) for spec in part.notify or ())
        return any(spec.digest is not None for spec in specs)

    @cached_property
    def rule_hashes(self) -> dict[str, str]:
        """By rule id: hash over all that decides about the rule's items, wherever in the file it stands."""
        return {rule.id: self._deciding(number) for number, rule in enumerate(self.rules)}

    def _deciding(self, number: int) -> str:
        rule = self.rules[number]
        named = {name for part in (rule.plan, *(spec.plan for spec in rule.specs)) for name in options(part)}
        # With `match: first` those before it decide whether it is asked at all; what they make is of no matter.
        before = [one for one in self.rules[:number] if one.on == rule.on] if self.match == "first" else []
        decides = {
            "rule": _written(rule),
            "calendar": self._calendar_as_written(rule),
            "people": _written(self.people),
            "plans": {name: _written(self.plans[name]) for name in sorted(named) if name in self.plans},
            "match": self.match,
            "before": [[_written(one.when), self._calendar_as_written(one)] for one in before],
        }
        return hashlib.sha256(rfc8785.dumps(decides)).hexdigest()

    def _calendar_as_written(self, rule: BaseRule) -> dict[str, Any]:
        specs = {name: self.calendars.get(name) for name in options(rule.calendar)}
        if isinstance(rule.calendar, str):
            spec = specs[rule.calendar]
            return {} if spec is None else _written(spec)
        return {name: _written(spec) for name, spec in sorted(specs.items()) if spec is not None}

    @property
    def unset(self) -> tuple[str, ...]:
        """Name the settings that plans and groups are left to and that are not set, each once."""
        named = (part.unset for part in parts(self) if isinstance(part, PlanSpec | WorkspacePlan))
        return tuple(sorted({name for name in named if name is not None}))

    @cached_property
    def _default_calendar(self) -> Calendar:
        return Calendar()

    def calendar(self, name: str) -> Calendar:
        """
        Return a calendar by name; `default` always exists.

        Raises:
            KeyError: no such calendar.
        """
        if name == "default" and name not in self.calendars:
            return self._default_calendar
        return self.calendars[name].calendar
