"""
Fields of other systems' answers: null is empty, text is cleaned, dates are moments in UTC.

Where None says "there is none", a value of the wrong type makes its row unreadable. Where None says "not known" (who
did it, and when), such a value is not known.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from shared.models.moments import read_moment
from shared.models.text import cleaned

T = TypeVar("T")


def _text(value: Any) -> Any:  # noqa: ANN401 - whatever came
    return cleaned(value) if isinstance(value, str) else "" if value is None else value


def _optional_text(value: Any) -> Any:  # noqa: ANN401 - whatever came
    return cleaned(value) if isinstance(value, str) else value


def _or(empty: Any) -> BeforeValidator:  # noqa: ANN401 - whatever is empty for the field
    return BeforeValidator(lambda value: empty if value is None else value)


def _entries(value: Any) -> Any:  # noqa: ANN401 - whatever came
    """Null is no entry, and so is an entry of null; annotations (`@odata.type`) are none either."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        return value
    return {key: one for key, one in value.items() if one is not None and not str(key).startswith("@")}


def _known(value: Any, read: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - whatever came
    try:
        return read(value)
    except ValidationError:
        return None


Text = Annotated[str, BeforeValidator(_text)]
"""Null is ""."""
OptionalText = Annotated[str | None, BeforeValidator(_optional_text)]
Opaque = Annotated[str, _or("")]
"""An id, an etag, an order hint: kept as it came. Null is ""."""
Count = Annotated[int, _or(0)]
Flag = Annotated[bool, _or(empty=False)]
Moment = Annotated[datetime | None, BeforeValidator(read_moment)]
"""UTC. None: none, also where a date was written that means none."""
Entries = Annotated[dict[str, T], BeforeValidator(_entries)]
"""An open type: by its key."""
NotKnown = WrapValidator(_known)
"""For fields whose None says "not known": a value of the wrong type is not known either."""
