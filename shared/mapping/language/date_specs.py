"""How a mapping writes dates: counted from something, moved by business or calendar time, perhaps recurring."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic_core import core_schema

from shared.mapping.language.recurrence import Recurrence
from shared.mapping.language.scalars import Anchor, short_forms
from shared.mapping.language.vocabulary import refuse
from shared.models.base import Frozen

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Wall-clock time, e.g. 17:00."""
Count = Annotated[int, Field(ge=-4000, le=4000)]


class Offset(Frozen):
    """
    Time to add; negative numbers go back.

    Years and months first (31 January and a month is the last of February), then weeks and days,
    then business days, then business hours.
    """

    years: Count = Field(default=0, description="Calendar years.")
    months: Count = Field(default=0, description="Calendar months.")
    weeks: Count = Field(default=0, description="Weeks.")
    days: Count = Field(default=0, description="Calendar days.")
    business_days: Count = Field(default=0, description="Business days of the calendar.")
    business_hours: float = Field(default=0, ge=0, le=10_000, description="Business hours of the calendar.")


class Date(Offset):
    """A date: `2026-12-31`, or counted: `{from: created, business_days: 5}`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"oneOf": [{"required": ["on"]}, {"required": ["from"]}]},
    )

    on: date | None = Field(default=None, description="A fixed date.")
    from_: Anchor | None = Field(default=None, alias="from", description="What it is counted from.")
    adjust: Literal["none", "next", "previous"] = Field(
        default="none", description="Where to move when the day is no business day."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        if isinstance(data, dict) and "at" in data:
            message = "`at` is for levels of an escalation: a task's date is a day, Planner knows no time of day"
            raise refuse(message)
        return {"on": data} if isinstance(data, str | date) else data

    @model_validator(mode="after")
    def _one_start(self) -> "Date":
        if (self.on is None) == (self.from_ is None):
            message = "give either `from` (created, attribute:Category.Attribute, ...) or `on` (a date)"
            raise refuse(message)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short form in the JSON Schema too."""
        return short_forms(schema, handler, {"type": "string", "format": "date"})


class Due(Date):
    """The date by which a task must be done; with `repeat` it comes again."""

    repeat: Recurrence | None = Field(
        default=None, description="RFC 5545 rule, e.g. FREQ=YEARLY. Only the next occurrence becomes a task."
    )
    if_missing: Literal["leave", "hold"] = Field(
        default="leave", description="What to do while the date is not known: a task without a date, or none yet."
    )
    when_done: Literal["keep", "reopen"] = Field(
        default="keep", description="What to do with a completed task whose date moves."
    )

    @model_validator(mode="after")
    def _not_from_itself(self) -> "Due":
        if self.from_ in ("due", "raised"):
            message = f"a due date can't be counted from `{self.from_}`"
            raise refuse(message)
        return self


class Wait(Offset):
    """Time to add to a moment, and the time of day at which it ends."""

    at: Clock | None = Field(default=None, description="Wall-clock time of that day in the rule's zone.")


class After(Wait):
    """How long to wait before a level of an escalation is raised."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: Literal["started", "due", "moved"] | None = Field(
        default=None,
        alias="from",
        description="Start of the step, due date, or last movement. Default: started for steps, otherwise due.",
    )
