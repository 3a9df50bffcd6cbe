"""A task as the mapping writes it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Field,
    Tag,
    model_validator,
)

from shared.mapping.language.choices import EITHER, By
from shared.mapping.language.conditions import Condition
from shared.mapping.language.date_specs import Date, Due
from shared.mapping.language.for_each import ForEach
from shared.mapping.language.scalars import (
    ATTRIBUTE,
    ROW,
    Assign,
    AttributeName,
    Id,
    Line,
    PlainText,
    Who,
    one_or_several,
)
from shared.mapping.language.task_parts import (
    CheckLine,
    Labels,
    Level,
    NotifySpec,
    OnComplete,
    PlanChoice,
    Priority,
    Reference,
    contents,
)
from shared.mapping.language.templates import Template
from shared.mapping.language.vocabulary import refuse
from shared.models.base import Frozen
from shared.models.wanted import Owner, WhenDeleted

NO_ROW = "`row` is known only in a task with `for_each`"

OwnedField: TypeAlias = Literal[
    "title", "start", "due", "priority", "bucket", "labels", "assignees", "checklist", "references"
]
DependsOn = Annotated[tuple[Id, ...], BeforeValidator(one_or_several, json_schema_input_type=Id | tuple[Id, ...])]


class TaskSpec(Frozen):
    """A task to make."""

    title: Template = Field(description="Title.")
    description: Template = Field(default=Template(""), description="Description; people may write around it.")
    when: Condition | None = Field(default=None, description="The task is wanted only if this holds too.")
    plan: PlanChoice | None = Field(default=None, description="Default: the rule's plan.")
    bucket: Annotated[Annotated[PlainText, Tag("plain")] | Annotated[By[PlainText], Tag("by")], EITHER] | None = Field(
        default=None, description="Name of the bucket. Default: the plan's first."
    )
    labels: Labels = Field(default=(), description="Names of the plan's labels.")
    priority: Annotated[Annotated[Priority, Tag("plain")] | Annotated[By[Priority], Tag("by")], EITHER] | None = Field(
        default=None, description="Default: Planner's."
    )
    assign: Assign | None = Field(
        default=None, description="Who does it. Default: nobody; for a step its performer, or the approvers."
    )
    start: Date | None = Field(default=None, description="First day of work.")
    appears: Date | None = Field(
        default=None, description="Day on which the task shows up, e.g. {from: due, days: -90}. Default: at once."
    )
    due: Due | None = Field(default=None, description="Last day.")
    checklist: tuple[CheckLine, ...] = Field(default=(), description="Lines to tick.")
    references: tuple[Reference, ...] | None = Field(
        default=None, description="Links. Default: what the task is about."
    )
    context: tuple[Line, ...] | None = Field(default=None, description="Default: the rule's.")
    on_complete: OnComplete = Field(default_factory=OnComplete, description="What is set when it is completed.")
    progress: AttributeName | None = Field(default=None, description="Attribute that shows the percentage.")
    owners: dict[OwnedField, Owner] = Field(
        default_factory=dict, description="Whose value wins a conflict, where it is not the default."
    )
    when_deleted: WhenDeleted = Field(default=WhenDeleted.RECREATE, description="When a person deletes the task.")
    notify: tuple[NotifySpec, ...] | None = Field(default=None, description="Default: the rule's.")
    escalate: tuple[Level, ...] | None = Field(default=None, description="Default: the rule's.")

    @model_validator(mode="after")
    def _starts_without_an_escalation(self) -> "TaskSpec":
        if any(day is not None and day.from_ == "raised" for day in (self.start, self.appears)):
            message = (
                "`start` can't be counted from `raised`, nor can `appears`: that is for the levels of an escalation"
            )
            raise refuse(message)
        return self


def names_row(value: object) -> bool:
    """Tell whether something asks for a column of the row, anywhere inside but in lines with rows of their own."""
    if isinstance(value, CheckLine) and value.for_each is not None:
        return False
    return _names_row(value) or any(names_row(content) for content in contents(value))


def _names_row(part: object) -> bool:
    if isinstance(part, Template):
        return any(name.partition(".")[0] == "row" for name in part.names)
    if isinstance(part, Condition):
        return any(name.startswith(ROW) for name in part.attributes)
    if isinstance(part, Who):
        return part.kind == "attribute" and part.value.startswith(ROW)
    return isinstance(part, str) and part.startswith(f"{ATTRIBUTE}{ROW}")


class KeyedTask(TaskSpec):
    """A task of a workspace rule."""

    key: Id = Field(description="Its name for good: change the title, never the key.")
    depends_on: DependsOn = Field(
        default=(), description="Keys of tasks that must be completed before this one appears."
    )
    for_each: ForEach | None = Field(default=None, description="One such task for each of these. Default: one task.")

    @model_validator(mode="after")
    def _rows_where_there_are_some(self) -> "KeyedTask":
        if self.for_each is None and names_row(self):
            raise refuse(NO_ROW)
        if any(name.startswith(ROW) for name in (*self.on_complete.set, self.progress or "")):
            message = "a row can't be written to: it may stand elsewhere by then; name an attribute of the record"
            raise refuse(message)
        return self
