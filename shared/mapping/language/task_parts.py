"""What a task of the mapping is made of: plan, checklist, links, mails, levels of escalation."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    Tag,
    model_validator,
)
from pydantic_core import core_schema

from shared.mapping.language.choices import EITHER, By
from shared.mapping.language.date_specs import After, Date
from shared.mapping.language.for_each import ForEach
from shared.mapping.language.from_settings import GroupSetting
from shared.mapping.language.scalars import (
    Assign,
    AttributeKey,
    Id,
    PlainText,
    PlanName,
    Who,
    only_for,
    short_forms,
)
from shared.mapping.language.sections import GuidOrSetting, PlanSpec
from shared.mapping.language.templates import ItemTemplate, Template
from shared.mapping.language.vocabulary import refuse
from shared.models.base import Frozen
from shared.models.digest import DAILY
from shared.models.opentext import AttributeValue

PRIORITIES = {"urgent": 1, "important": 3, "medium": 5, "low": 9}
"""Planner's own words and what Graph is sent."""


def parts(value: object) -> Iterator[object]:
    """Yield a model and everything inside it."""
    yield value
    for content in contents(value):
        yield from parts(content)


def contents(value: object) -> Iterable[object]:
    """Return what stands directly in a model, a map or a list."""
    if isinstance(value, BaseModel):
        return (content for _, content in value)
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, tuple) else ()


class WorkspacePlan(Frozen):
    """A plan for each workspace, made once."""

    per: Literal["workspace"] = Field(description="A plan for each.")
    group: GuidOrSetting = Field(
        description="Id of the Entra group that will own the plan, or the setting that holds it."
    )
    title: Template = Field(default=Template("{{ workspace.name }}"), description="Title of the plan.")
    buckets: tuple[PlainText, ...] = Field(
        default=(), max_length=200, description="Buckets that the plan gets, in order."
    )
    labels: tuple[PlainText, ...] = Field(
        default=(), max_length=25, description="Labels that the plan gets, in order; those of tasks come by themselves."
    )

    @property
    def group_id(self) -> str | None:
        """The group that is written or set. None: its setting is not set."""
        return self.group if isinstance(self.group, str) else None

    @property
    def unset(self) -> str | None:
        """Name the setting that is not set. None: nothing is lacking."""
        return self.group.setting if isinstance(self.group, GroupSetting) else None


def _plan_form(value: object) -> str:
    # Of the models too: pydantic asks a discriminator again when it writes.
    if isinstance(value, By) or (isinstance(value, dict) and "by" in value):
        return "by"
    if isinstance(value, dict):
        return "per" if "per" in value else "plan"
    if isinstance(value, WorkspacePlan):
        return "per"
    return "plan" if isinstance(value, PlanSpec) else "name"


PlanChoice: TypeAlias = Annotated[
    Annotated[PlanName, Tag("name")]
    | Annotated[PlanSpec, Tag("plan")]
    | Annotated[WorkspacePlan, Tag("per")]
    | Annotated[By[PlanName], Tag("by")],
    Discriminator(_plan_form),
]
"""A name of `plans`, a plan written out, one for each workspace, or a name by an attribute."""
Labels: TypeAlias = Annotated[
    Annotated[tuple[PlainText, ...], Field(max_length=25), Tag("plain")]
    | Annotated[By[tuple[PlainText, ...]], Tag("by")],
    EITHER,
]
Priority: TypeAlias = Literal["urgent", "important", "medium", "low"]


def slug(text: str) -> str:
    """Make the key of a checklist line that is given as text alone."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split()
    # Text without a Latin letter has no words: its digest is as stable.
    return "-".join(words)[:60] if words else hashlib.sha256(text.encode()).hexdigest()[:16]


class CheckLine(Frozen):
    """A line of the checklist: its text, or key and text."""

    key: Id = Field(description="Its name for good.")
    title: Template = Field(description="The text.")
    for_each: Annotated[ForEach, only_for("workspace")] | None = Field(
        default=None, description="One such line for each of these. Default: one line."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        if not isinstance(data, str):
            return data
        return {"key": slug(data), "title": data}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short form in the JSON Schema too."""
        return short_forms(schema, handler, {"type": "string"})


class Reference(Frozen):
    """A link in the task: `workspace`, `documents`, `workflow`, or one of your own."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"oneOf": [{"required": ["link"]}, {"required": ["url"]}]}
    )

    link: Literal["workspace", "documents", "workflow"] | None = Field(
        default=None, description="A link into Smart UI."
    )
    url: Template | None = Field(default=None, description="http or https.")
    alias: Template | None = Field(default=None, description="What people see; default: the URL.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        return {"link": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_target(self) -> "Reference":
        if (self.link is None) == (self.url is None):
            message = "give either `link` or `url`"
            raise refuse(message)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short form in the JSON Schema too."""
        return short_forms(schema, handler, {"enum": ["workspace", "documents", "workflow"]})


def _digest(value: str) -> str:
    if not DAILY.match(value):
        message = f'{value!r} is no time of a digest: written "daily 08:00", in the zone of the rule\'s calendar'
        raise refuse(message)
    return value


Digest = Annotated[str, AfterValidator(_digest), Field(json_schema_extra={"pattern": DAILY.pattern})]


class NotifySpec(Frozen):
    """A mail."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    key: Id | None = Field(default=None, description="Makes it a mail of its own beside others about the same.")
    on: Literal["completed", "refused", "closed", "overdue"] = Field(description="When it is sent.")
    to: tuple[Who, ...] = Field(min_length=1, description="Who gets it.")
    subject: ItemTemplate = Field(default=ItemTemplate("{{ task.title }}"), description="Subject.")
    body: ItemTemplate = Field(default=ItemTemplate(""), description="Text.")
    digest: Digest | None = Field(
        default=None,
        description="`daily 08:00`: with all that the person is told that day, in one mail. Default: at once.",
    )


class Level(Frozen):
    """
    A level of an escalation: a reminder (`remind: true`), or a task for somebody else (`to`).

    A reminder stands in the task's own context block and goes out by mail.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    key: Id | None = Field(
        default=None,
        description="Its name for good. Default: made of `after`, `remind` and `to`; its place is no matter.",
    )
    after: After = Field(description="When: in business time, from the start, the due date or the last movement.")
    remind: StrictBool = Field(default=False, description="Remind the assignees; no task of its own.")
    to: Assign = Field(default_factory=Assign, description="Who gets the escalation task.")
    title: ItemTemplate = Field(
        default=ItemTemplate("Overdue: {{ task.title }}"), description="Title; of a reminder: its subject."
    )
    description: ItemTemplate = Field(
        default=ItemTemplate(""), description="Description; of a reminder: the mail's text."
    )
    plan: PlanChoice | None = Field(default=None, description="Default: the task's own plan.")
    bucket: PlainText | None = Field(default=None, description="Default: the plan's first.")
    labels: tuple[PlainText, ...] = Field(default=(), description="Names of the plan's labels.")
    priority: Literal["urgent", "important", "medium", "low"] = Field(default="urgent", description="Priority.")
    due: Date | None = Field(default=None, description="E.g. {from: raised, business_days: 1}.")

    @cached_property
    def name(self) -> str:
        """Its name for good: the key that is given, otherwise made of when it is raised and who is told."""
        if self.key is not None:
            return self.key
        said = f"{self.after.model_dump_json()}|{self.remind}|{self.to.model_dump_json()}"
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    @model_validator(mode="after")
    def _one_effect(self) -> "Level":
        if self.remind == bool(self.to.all or self.to.first):
            message = "give either `remind: true` or `to`"
            raise refuse(message)
        return self


class OnComplete(Frozen):
    """What completion changes on the record."""

    set: dict[AttributeKey, AttributeValue] = Field(default_factory=dict, description="Category.Attribute → value.")
