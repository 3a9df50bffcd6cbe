"""
What the operator's doors take. Whatever comes is checked here, field by field.

A field's description says what is allowed: it is what the answer to a wrong value says.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from shared.errors import Problem, RejectedError
from shared.models.base import Frozen
from shared.models.holds import HoldCause
from shared.models.keys import ID_PATTERN
from shared.models.troubles import Where

M = TypeVar("M", bound=BaseModel)

ORIGIN = r"^(workspace|workflow|document|node)-[1-9][0-9]{0,18}$"
LONGEST_PLACE = 900
"""Characters that say where a page ended."""
OPAQUE = r"^[^\x00-\x1f\x7f]{1,512}$"


def _cause(value: object) -> object:
    # A `Word` reads what it does not know as UNKNOWN; who asks for one has to name one that there is.
    if value is not None and value not in [cause.value for cause in HoldCause]:
        message = "no cause"
        raise ValueError(message)
    return value


def _where(value: object) -> object:
    if value is not None and value not in [where.value for where in Where]:
        message = "nothing that troubles stand in the way of"
        raise ValueError(message)
    return value


def _number(value: object) -> object:
    """Take the digits of a query for a number; true and 1.5 are none."""
    is_digits = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 12
    if is_digits:
        return int(str(value))
    return value if isinstance(value, int) and not isinstance(value, bool) else "no number"


_CAUSES = ", ".join(cause.value for cause in HoldCause)
OriginKey = Annotated[
    str, Field(pattern=ORIGIN, description="must be an origin's key, e.g. workspace-28866 or workflow-159314")
]
_RULE = Field(pattern=ID_PATTERN, description="must be a rule's id: 1 to 60 of the characters a-z, 0-9 and -")
_PLAN = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="must be a plan's id, as Planner gives it")
_TEXT = Field(pattern=OPAQUE, description="must be a text of 1 to 512 characters, without line breaks")
RuleId = Annotated[str, _RULE]
AnyRule = Annotated[str | None, _RULE]
PlanId = Annotated[str, _PLAN]
AnyPlan = Annotated[str | None, _PLAN]
Text = Annotated[str, _TEXT]
AnyText = Annotated[str | None, _TEXT]
After = Annotated[
    str, Field(max_length=LONGEST_PLACE, description="must be the `after` of the page before, as it came")
]
Limit = Annotated[
    int, BeforeValidator(_number), Field(ge=1, le=500, description="must be a whole number from 1 to 500")
]
AnyCause = Annotated[HoldCause | None, BeforeValidator(_cause), Field(description=f"must be one of {_CAUSES}")]
_WHERES = ", ".join(where.value for where in Where)
AnyWhere = Annotated[Where | None, BeforeValidator(_where), Field(description=f"must be one of {_WHERES}")]
# Strict: pydantic would take 1 and "on" for a yes, and this word lets many be touched at once.
Sure = Annotated[bool, Field(strict=True, description="must be true or false")]


class Nothing(Frozen):
    """No field."""


class PageAsked(Frozen):
    """One page of a list."""

    after: After = ""
    limit: Limit = 100


class TroublesAsked(PageAsked):
    """What they stand in the way of; None: all but those of single origins, of which there may be thousands."""

    where: AnyWhere = None


class HeldAsked(PageAsked):
    """Which held items; None: any."""

    cause: AnyCause = None
    rule: AnyRule = None
    plan: AnyPlan = None


class OriginAsked(Frozen):
    """One origin, with a page of its history."""

    key: OriginKey
    before: Annotated[
        int, BeforeValidator(_number), Field(ge=0, le=10**12, description="must be the `before` of the page before")
    ] = 0
    limit: Limit = 50


class OneAsked(Frozen):
    """One origin that has rules."""

    key: Annotated[
        str,
        Field(
            pattern=r"^(workspace|workflow|document)-[1-9][0-9]{0,18}$",
            description="must be a workspace's, workflow's or document's key, e.g. workspace-28866",
        ),
    ]


class WhyAsked(OneAsked):
    """One origin, explained; or one item of it."""

    item: Annotated[str, Field(max_length=512, description="must be an item's key, at most 512 characters")] = ""


class OriginsAsked(PageAsked):
    """Origins with an item of a rule, or in a plan; None: any."""

    rule: AnyRule = None
    plan: AnyPlan = None


class FindAsked(Frozen):
    """What an operator has at hand: an origin's key, a node's or workflow's number, a link to a task or node."""

    text: Text


class SeriesAsked(Frozen):
    """How far back."""

    hours: Annotated[
        int, BeforeValidator(_number), Field(ge=1, le=24, description="must be a whole number from 1 to 24")
    ] = 6


class LookWanted(Frozen):
    """An origin that is to be looked at again, completely."""

    origin: OriginKey


class RetryWanted(Frozen):
    """What is held and is to be tried again; None: any."""

    cause: AnyCause = None
    rule: AnyRule = None
    plan: AnyPlan = None
    confirmed: Sure = False


class PlanWanted(Frozen):
    """A plan that is to be read now."""

    plan: PlanId


class GateWanted(Frozen):
    """A gate that is to be opened."""

    name: Text


class BrakeWanted(Frozen):
    """A rule that may end what its condition says no to."""

    rule: RuleId
    confirmed: Sure = False


class LettersWanted(Frozen):
    """One dead letter, or all of them."""

    key: AnyText = None
    all: Sure = False
    confirmed: Sure = False


def read_asked(model: type[M], given: dict[str, Any]) -> M:
    """
    Read what a door was given.

    Raises:
        RejectedError: names each field of the door that is wrong, and what is allowed; nothing of what came.
    """
    try:
        return model.model_validate(given)
    except ValidationError as error:
        # `from None`: Pydantic's own error quotes what came, which must stand in no answer and no log.
        raise RejectedError(list(_problems(model, error))) from None


def _problems(model: type[BaseModel], error: ValidationError) -> list[Problem]:
    known = dict.fromkeys(str(one["loc"][0]) for one in error.errors(include_input=False) if one["loc"])
    wrong = [Problem(name, _allowed(model, name)) for name in known if name in model.model_fields]
    if len(wrong) < len(known) or not known:
        wrong.append(Problem("", f"takes {', '.join(model.model_fields) or 'no field'}, and nothing else"))
    return wrong


def _allowed(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].description or "is not allowed so"
