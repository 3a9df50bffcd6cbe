"""What a rule applies to: the models of `when`."""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, StrictBool, model_validator
from pydantic_core import core_schema

from shared.mapping.language.date_specs import Offset
from shared.mapping.language.scalars import AttributeKey, Texts, one_or_several, only_for, short_forms
from shared.mapping.language.vocabulary import refuse
from shared.models.base import Frozen
from shared.models.opentext import Scalar

_NUMBER = re.compile(r"^[-+]?\d+(\.\d+)?$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_THREE_DIGITS = re.compile(r"^[-+]?[1-9]\d{0,2}\.\d{3}$")
_SIGNS = {">": "min", ">=": "min", "<": "max", "<=": "max"}
BOUND_PATTERN = r"^([-+]?\d+(\.\d+)?|\d{4}-\d{2}-\d{2}|today)$"
"""What a bound looks like as text."""


class FromToday(Frozen):
    """A day counted from today: `today`, `{today: 90}` for days, `{today: {months: -3}}`."""

    today: Annotated[int, Field(ge=-36_500, le=36_500)] | Offset = Field(description="Days from today, or time to add.")


def read_bound(value: object) -> object:
    """
    Read a bound as it is written.

    Raises:
        PydanticCustomError: it is neither a number nor a day; the message tells the cure.
    """
    if isinstance(value, str):
        return _of_text(value.strip())
    if isinstance(value, float):
        _must_be_one_number(getattr(value, "written", ""))
    # `bool` by name: to Python a truth is an int, and `min: true` would mean 1.
    if isinstance(value, bool) or not isinstance(value, int | float | dict | date | FromToday):
        message = f"{value!r} is no bound: {_ALLOWED}"
        raise refuse(message)
    return value


_ALLOWED = "allowed: a number (100000), a day (2027-06-01), today, {today: 90}"


def _must_be_one_number(written: str) -> None:
    """Refuse a number whose dot may part thousands, quoted or not."""
    if _THREE_DIGITS.match(written):
        message = f"{written} is read in two ways: write {written.replace('.', '')} or {float(written):g}"
        raise refuse(message)


def _of_text(text: str) -> object:
    if text == "today":
        return {"today": 0}
    _must_be_one_number(text)
    if _NUMBER.match(text):
        return float(text) if "." in text else int(text)
    if _DAY.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            message = f"{text!r} is no day of the calendar"
            raise refuse(message) from error
    sign = re.match(r"^(>=?|<=?)", text)
    cure = f"; write it as {_SIGNS[sign[0]]}: {text[len(sign[0]) :].strip()}" if sign else ""
    if re.match(r"^\d{1,2}\.\d{1,2}\.\d{4}$", text):
        cure = "; write the day as 2027-06-01"
    elif re.match(r"^[-+]?[\d.,' ]+$", text):
        cure = f"; write the number as {re.sub('[^0-9]', '', text)}"
    message = f"{text!r} is no bound{cure}; {_ALLOWED}"
    raise refuse(message)


_WRITTEN = int | float | Annotated[str, Field(pattern=BOUND_PATTERN)] | FromToday
Bound: TypeAlias = int | float | date | FromToday
ReadBound = Annotated[Bound, BeforeValidator(read_bound, json_schema_input_type=_WRITTEN)]

Scalars = Annotated[
    tuple[Scalar, ...],
    BeforeValidator(one_or_several, json_schema_input_type=Scalar | Annotated[tuple[Scalar, ...], Field(min_length=1)]),
    Field(min_length=1),
]
Numbers = Annotated[
    tuple[int, ...],
    BeforeValidator(one_or_several, json_schema_input_type=int | Annotated[tuple[int, ...], Field(min_length=1)]),
    Field(min_length=1),
]


NamesOrIds = Annotated[
    tuple[int | str, ...],
    BeforeValidator(
        one_or_several, json_schema_input_type=int | str | Annotated[tuple[int | str, ...], Field(min_length=1)]
    ),
    Field(min_length=1),
]


class Range(Frozen):
    """What a number or a day must lie between."""

    min: ReadBound | None = Field(default=None, description="At least: a number, a day, today, {today: 90}.")
    max: ReadBound | None = Field(default=None, description="At most: a number, a day, today, {today: 90}.")

    @property
    def wants_dates(self) -> bool:
        """Tell whether a bound is a day."""
        return isinstance(self.min, date | FromToday) or isinstance(self.max, date | FromToday)

    @model_validator(mode="after")
    def _can_hold(self) -> "Range":
        if self.min is None or self.max is None:
            return self
        if isinstance(self.min, int | float) != isinstance(self.max, int | float):
            message = "min and max must both be numbers, or both be days"
            raise refuse(message)
        if _falls(self.min, self.max):
            message = "min is above max: nothing can lie between them"
            raise refuse(message)
        return self


def _falls(low: Bound, high: Bound) -> bool:
    if isinstance(low, int | float) and isinstance(high, int | float):
        return low > high
    if isinstance(low, date) and isinstance(high, date):
        return low > high
    if isinstance(low, FromToday) and isinstance(high, FromToday):
        return isinstance(low.today, int) and isinstance(high.today, int) and low.today > high.today
    return False


class Created(Range):
    """When a workspace or document was made: days only."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _days(self) -> "Created":
        if not self.model_fields_set:
            message = "an empty test: give min, max or both"
            raise refuse(message)
        if isinstance(self.min, int | float) or isinstance(self.max, int | float):
            message = "creation is a day: write 2027-06-01, today or {today: -30}"
            raise refuse(message)
        return self


class Test(Range):
    """
    A test of one attribute. Several in one must all pass; of several values one is enough.

    Short forms: a value means `is`, a list means any of these.
    """

    __test__ = False  # pytest: no test class

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, json_schema_extra={"minProperties": 1}
    )

    is_: Scalars | None = Field(default=None, alias="is", description="The value, or any of several.")
    not_: Scalars | None = Field(default=None, alias="not", description="None of these; an empty attribute passes.")
    exists: StrictBool | None = Field(default=None, description="true: has a value; false: is empty.")

    @property
    def asked(self) -> str:
        """What is asked, for people."""
        bounds = [
            f"{name} {_said(bound)}" for name, bound in (("min", self.min), ("max", self.max)) if bound is not None
        ]
        values = [", ".join(map(str, wanted)) for wanted in (self.is_, self.not_) if wanted is not None]
        return ", ".join([*values, *bounds])

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        return {"is": data} if isinstance(data, str | int | float | list | tuple) else data

    @model_validator(mode="after")
    def _tests_something(self) -> "Test":
        if not self.model_fields_set:
            message = "an empty test: give a value, a list, min, max, not or exists"
            raise refuse(message)
        if self.exists is False and self.model_fields_set - {"exists"}:
            message = "exists: false asks for an empty attribute: it takes no further test"
            raise refuse(message)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short forms in the JSON Schema too."""
        scalar = {"type": ["string", "number", "boolean"]}
        return short_forms(schema, handler, scalar, {"type": "array", "items": scalar, "minItems": 1})


def _said(bound: Bound) -> str:
    if isinstance(bound, FromToday):
        return "today" if bound.today == 0 else f"today and {bound.today} days"
    return str(bound)


class RoleTest(Frozen):
    """A test of a workspace role."""

    exists: StrictBool = Field(description="true: has a member; false: has none.")


class Condition(Frozen):
    """What must hold, all of it. Names are compared as people see them; `*` stands for any text."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ignored_types=(cached_property,))

    workspace_type: Texts | None = Field(default=None, description="Name of the workspace type, or several.")
    template: Numbers | None = Field(default=None, description="Node id of the workspace template, or several.")
    workspace: Texts | None = Field(default=None, description="Name of the workspace.")
    folder: Numbers | None = Field(
        default=None, description="Node id of the folder that the workspace or document lies in, or several."
    )
    created: Created | None = Field(default=None, description="When the workspace or document was made.")
    workflow: Annotated[Texts, only_for("step")] | None = Field(
        default=None, description="Title of the running workflow; an instance may have one of its own: see map."
    )
    map: Annotated[NamesOrIds, only_for("step")] | None = Field(
        default=None, description="Name or node id of the workflow map, whatever the instance is called."
    )
    step: Annotated[Texts, only_for("step")] | None = Field(default=None, description="Name of the step.")
    document: Annotated[Texts, only_for("step", "document", "missing_document")] | None = Field(
        default=None, description="Name of the document; of a workflow: of any attached one."
    )
    classification: Texts | None = Field(default=None, description="Any classification of document or workspace.")
    role: dict[str, RoleTest] = Field(default_factory=dict, description="By name of a workspace role.")
    attributes: dict[AttributeKey, Test] = Field(
        default_factory=dict, description="By Category.Attribute: a value, a list, or a test."
    )
    any: tuple["Condition", ...] = Field(default=(), min_length=1, description="One of these is enough.")
    not_: "Condition | None" = Field(default=None, alias="not", description="This must not hold.")

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The words that it uses, in the order in which they are answered."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) not in (None, (), {}))

    @model_validator(mode="after")
    def _inner_ask_something(self) -> "Condition":
        inner = (*self.any, *((self.not_,) if self.not_ is not None else ()))
        if any(not one.model_fields_set for one in inner):
            message = "an empty condition holds for everything: say what `any` or `not` asks for"
            raise refuse(message)
        if "any" in self.model_fields_set and not self.any:
            message = "`any` is empty: list the conditions of which one is enough"
            raise refuse(message)
        return self
