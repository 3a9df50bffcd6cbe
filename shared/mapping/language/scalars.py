"""The mapping's small types: names, references and people, each checked where it stands."""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    model_serializer,
    model_validator,
)
from pydantic_core import core_schema

from shared.mapping.language.from_settings import GUID
from shared.mapping.language.vocabulary import ANCHORS, DONE, LINES, Surroundings, Word, did_you_mean, refuse
from shared.models.base import Frozen
from shared.models.keys import ID_PATTERN

T = TypeVar("T")

ATTRIBUTE = "attribute:"
ROW = "row."
"""What names of attributes begin with that mean a column of the row that a task is made for."""
_EMAIL = r"^[^@\s]+@[^@\s]+$"


def surroundings(info: ValidationInfo) -> Surroundings | None:
    """Return what the rest of the file says; None: the model is read on its own, nothing can be looked up."""
    return info.context if isinstance(info.context, Surroundings) else None


def short_forms(
    schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler, *forms: dict[str, Any]
) -> dict[str, Any]:
    """Describe a model that may be written in a shorter form, too."""
    return {"anyOf": [*forms, handler(schema)]}


def only_for(*kinds: str) -> AfterValidator:
    """Allow a field in rules of these kinds only."""

    def check(value: T, info: ValidationInfo) -> T:
        around = surroundings(info)
        if around is not None and around.kind is not None and around.kind not in kinds:
            message = f"is for rules with `on: {' | '.join(kinds)}`, not for {around.kind}"
            raise refuse(message)
        return value

    return AfterValidator(check)


def _word(table: dict[str, Word]) -> Callable[[str, ValidationInfo], str]:
    def check(value: str, info: ValidationInfo) -> str:
        around = surroundings(info)
        kind = around.kind if around is not None else None
        if value.startswith(ATTRIBUTE):
            if "." not in value.removeprefix(ATTRIBUTE).strip("."):
                message = "an attribute is named by category: attribute:Category.Attribute"
                raise refuse(message)
            return value
        if table is ANCHORS and value.startswith(DONE) and kind in (None, "workspace"):
            return value
        known = [word for word, entry in table.items() if kind is None or kind in entry.kinds]
        if value not in known:
            message = f"{value!r} is not known here{did_you_mean(value, known)}"
            message += f"; allowed: {', '.join(known)}, attribute:Category.Attribute"
            raise refuse(message)
        return value

    return check


def _one_of(plural: Literal["plans", "calendars"]) -> Callable[[str, ValidationInfo], str]:
    def check(value: str, info: ValidationInfo) -> str:
        around = surroundings(info)
        if around is not None and value not in (known := getattr(around, plural)):
            message = f"no such {plural[:-1]}: {value!r}{did_you_mean(value, known)}"
            message += f"; known: {', '.join(sorted(known)) or 'none'}"
            raise refuse(message)
        return value

    return check


def one_or_several(value: object) -> object:
    """Take a value that stands alone as a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def attribute_name(value: object) -> object:
    """Take an attribute that is named by ids as Content Server's own key."""
    if isinstance(value, dict):
        # By `type`: to Python `true` is an int, and no id is one.
        if value.keys() != {"category", "attribute"} or not all(type(one) is int for one in value.values()):
            message = "an attribute by its ids is written {category: 9830, attribute: 2}"
            raise refuse(message)
        return f"{value['category']}_{value['attribute']}"
    return value


def _plain(value: str) -> str:
    if "{{" in value or "{%" in value:
        message = f"{value!r}: no template is filled in here; by a value of the record: {{by: ..., map: {{...}}}}"
        raise refuse(message)
    if not value.strip():
        message = "an empty text"
        raise refuse(message)
    return value


PLAIN = r"^(?![\s\S]*(\{\{|\{%))[\s\S]*\S[\s\S]*$"
PlainText = Annotated[str, AfterValidator(_plain), Field(json_schema_extra={"pattern": PLAIN})]
"""Text that is taken as it stands: no template."""
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""Lower-case letters, digits and hyphens: it stands in keys and must survive renaming."""
# Both in lower case: people write them in either, and the directory's answers are kept by them.
Email = Annotated[str, StringConstraints(pattern=_EMAIL, to_lower=True)]
Guid = Annotated[str, StringConstraints(pattern=GUID, to_lower=True)]
ATTRIBUTE_PATTERN = r"^([^.]+\.[^.].*|\d+_\d+(_\d+_\d+)?)$"
AttributeKey = Annotated[str, StringConstraints(pattern=ATTRIBUTE_PATTERN)]
"""As a key of the file: Category.Attribute, or 9830_2."""


class AttributeIds(Frozen):
    """An attribute by its ids."""

    category: int = Field(description="Id of the category.")
    attribute: int = Field(description="Id of the attribute in it.")


AttributeName = Annotated[
    str,
    BeforeValidator(attribute_name, json_schema_input_type=AttributeKey | AttributeIds),
    StringConstraints(pattern=ATTRIBUTE_PATTERN),
]
"""Category.Attribute by name, or by its ids: 9830_2, also written {category: 9830, attribute: 2}."""
Anchor = Annotated[str, AfterValidator(_word(ANCHORS))]
Line = Annotated[str, AfterValidator(_word(LINES))]
PlanName = Annotated[str, AfterValidator(_one_of("plans"))]
CalendarName = Annotated[str, AfterValidator(_one_of("calendars"))]
Texts: TypeAlias = Annotated[
    tuple[PlainText, ...],
    BeforeValidator(
        one_or_several, json_schema_input_type=PlainText | Annotated[tuple[PlainText, ...], Field(min_length=1)]
    ),
    Field(min_length=1),
]
"""One, or a list of which any will do."""

PERSON_KINDS = ("user", "role", "attribute", "performer", "initiator", "manager", "group")
_WITHOUT_VALUE = ("performer", "initiator")
_PERSON = r"^((manager:)?(performer|initiator|(user|role|attribute):.+)|group:.+)$"


class Who(Frozen):
    """
    Whom a rule means, written as one word.

    `user:` an address or a login with an override · `role:` a workspace role · `attribute:` a login or an
    address held in an attribute · `performer` of the step · `initiator` of the workflow · `manager:` in Entra, of
    any of these (manager:performer) · `group:` the members of an Entra group by id.
    """

    kind: Literal["user", "role", "attribute", "performer", "initiator", "manager", "group"]
    value: str = ""
    of: "Who | None" = None

    @model_validator(mode="before")
    @classmethod
    def _parse(cls, data: object, info: ValidationInfo) -> object:
        if not isinstance(data, str):
            if isinstance(data, dict | Who):
                return data
            message = f"must be text such as role:Legal; one of {', '.join(PERSON_KINDS)}"
            raise refuse(message)
        kind, _, value = (part.strip() for part in data.partition(":"))
        if kind not in PERSON_KINDS or (kind in _WITHOUT_VALUE) == bool(value):
            message = f"{data!r} names nobody{did_you_mean(kind, PERSON_KINDS)}"
            message += "; e.g. role:Legal, attribute:Contract.Owner, user:a@b.example, performer"
            raise refuse(message)
        _check_person(kind, value, surroundings(info))
        if kind == "manager":
            return {"kind": kind, "of": value}
        return {"kind": kind, "value": value}

    @model_serializer
    def _text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        inner = str(self.of) if self.of is not None else self.value
        return f"{self.kind}:{inner}" if inner else self.kind

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show as text in the JSON Schema."""
        return {"type": "string", "pattern": _PERSON, "description": "e.g. role:Legal, performer, manager:performer"}


def _check_person(kind: str, value: str, around: Surroundings | None) -> None:
    if kind == "manager" and value.partition(":")[0] in ("manager", "group"):
        message = "manager: wants a person: user:, role:, attribute:, performer or initiator"
        raise refuse(message)
    if kind == "attribute" and "." not in value.strip("."):
        message = "an attribute is named by category: attribute:Category.Attribute"
        raise refuse(message)
    if kind == "group" and not re.match(GUID, value):
        message = "group: wants the id of an Entra group (a GUID)"
        raise refuse(message)
    if around is None:
        return
    if kind == "user" and "@" not in value and value.lower() not in around.logins:
        message = f"user:{value} is no address, and people.overrides does not hold it"
        raise refuse(message + did_you_mean(value, around.logins))
    if kind in _WITHOUT_VALUE and around.kind not in (None, "step"):
        message = f"{kind} is for rules with `on: step`"
        raise refuse(message)


class Assign(Frozen):
    """Whom to assign: everybody that is listed, or the first entry that gives somebody."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    all: tuple[Who, ...] = Field(default=(), description="Everybody whom these give.")
    first: tuple[Who, ...] = Field(default=(), description="Those whom the first of these gives that gives anybody.")

    @cached_property
    def written(self) -> str:
        """Its words as JSON: equal where it is equal, and quick to look up by."""
        return self.model_dump_json()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        if isinstance(data, str):
            return {"all": [data]}
        return {"all": data} if isinstance(data, list | tuple) else data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short forms in the JSON Schema too."""
        one = {"type": "string", "pattern": _PERSON}
        return short_forms(schema, handler, one, {"type": "array", "items": one})
