"""
What a look leaves for the next look at the same origin, by name.

It is stored, and another release may have left something else under a name of ours: what does not have the form that is
read here counts as never left, which costs reading anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict

from pydantic import AfterValidator, StrictInt, StrictStr, TypeAdapter, ValidationError

MAPPING = "mapping"
"""Hash of the mapping that it decided under."""
NODES = "nodes"
"""Ids of the documents that it showed."""
HOME = "home"
"""The workspace whose record a workflow or document belongs to, and the document by which it was found."""
PLACE = "place"
"""In which folder it lay, under which name."""
MOVED = "moved"
"""The last change of the workspace that was not the bridge's."""
STEP_LEFT = "step_left"
"""When a step was left, until the looks for what it leads to are on their way."""
SOON, DETAILS = "soon", "details"
"""Until when looks are on their way for hints, and for details."""


def _is_moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        message = "has no zone"
        raise ValueError(message)
    return text


_Moment = Annotated[StrictStr, AfterValidator(_is_moment)]


class _Home(TypedDict):
    node: StrictInt
    workspace: StrictInt


class _Place(TypedDict):
    folder: StrictInt | None
    name: StrictStr


class _Moved(TypedDict):
    node: StrictInt
    at: _Moment


_FORMS: Mapping[str, TypeAdapter[Any]] = {
    MAPPING: TypeAdapter(StrictStr),
    NODES: TypeAdapter(list[StrictInt]),
    HOME: TypeAdapter(_Home),
    PLACE: TypeAdapter(_Place),
    MOVED: TypeAdapter(_Moved),
    STEP_LEFT: TypeAdapter(_Moment),
    SOON: TypeAdapter(_Moment),
    DETAILS: TypeAdapter(_Moment),
}


def understood(seen: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not as this release leaves it. Names that it does not know are a newer one's, and stay."""
    return {name: value for name, value in seen.items() if value is None or _is_ours(name, value)}


def _is_ours(name: str, value: Any) -> bool:  # noqa: ANN401 - a JSON value
    try:
        if name in _FORMS:
            _FORMS[name].validate_python(value)
    except ValidationError:
        return False
    return True
