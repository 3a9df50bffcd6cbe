"""
Categories: attribute values by name, though Content Server keys them by ids that differ on every system. Pure.

How keys are made, and what they are called, is told by `schema`.

Source: OTCS REST, v2/nodes/{id}/categories.
"""

from collections.abc import Mapping
from typing import Any

from shared.clients.opentext.answers import Json, at, many, obj, text
from shared.clients.opentext.attribute_values import typed
from shared.clients.opentext.schema import KEY, Schema, generic
from shared.errors import RefusedError, UnreadableError
from shared.models.opentext import Attributes, AttributeType, AttributeValue, NotKnown, Part, Scalar


def raw_values(categories: object) -> Json:
    """Flatten what stands under `categories`: one object, one a category, or a list of them."""
    found: Json = {}
    for part in many(categories):
        for key, value in obj(part).items():
            if isinstance(value, dict) and key.isdigit():
                found.update(raw_values(value))
            elif KEY.match(key):
                found[key] = value
    return found


def attributes_of(raw: Mapping[str, Any], schema: Schema) -> tuple[Attributes, NotKnown]:
    """
    Name the values, and say which can't be read.

    Without a description a value can't be named, and is left out. What its attribute does not hold can't be read.
    """
    found: Attributes = {}
    odd: NotKnown = {}
    for named, value in schema.named(raw):
        try:
            found[named.name] = typed(value, named.type, multi=named.multi)
        except UnreadableError as error:
            odd[Part.ATTRIBUTES.of(named.name)] = str(error)
    return found, odd


def assigned(row: object) -> frozenset[int]:
    """List the categories that a node has, those without any value too."""
    order = many(at(row, "metadata_order", "categories"))
    keys = [*raw_values(at(row, "data", "categories")), *map(text, order)]
    return frozenset(int(key.split("_")[0]) for key in keys if KEY.match(key))


def changes(asked: Mapping[str, AttributeValue], raw: Mapping[str, Any], schema: Schema) -> dict[str, str | list[str]]:
    """
    Encode the values that differ from what is there, for a form, by key.

    Only those are sent: a form with every key would put back what others change at the same time.

    Raises:
        RefusedError: a category has no attribute of that name, or two.
    """
    # The node's own categories alone: one of the same name elsewhere makes no name of this node ambiguous.
    here = schema.of_categories({int(key.partition("_")[0]) for key in raw})
    wanted: dict[str, str | list[str]] = {}
    for name, value in asked.items():
        if (key := schema.key_of(name)) is None:
            message = f"there is no attribute {name!r}"
            raise RefusedError(message, code="no_attribute")
        if generic(name) in here.ambiguous:
            message = f"two attributes are called {name!r}: name the one that is meant by its key, e.g. {key}"
            raise RefusedError(message, code="ambiguous")
        if _is_other(value, raw.get(key), schema.type_of(key)):
            wanted[key] = encode(value)
    return wanted


def encode(value: AttributeValue) -> str | list[str]:
    """Encode a value for a form: several repeat the key, "" clears."""
    if isinstance(value, tuple):
        return [_scalar(item) for item in value] or ""
    return "" if value is None else _scalar(value)


def token_of(answer: object, category_id: int) -> str | None:
    """Find the category's edit token under `state`. None: this server sent none, conflicts go unseen."""
    for part in many(at(answer, "state", "categories")):
        for key in (str(category_id), f"{category_id}_1"):
            if found := text(at(part, key, "metadata_token")):
                return found
    return None


def _is_other(asked: AttributeValue, there: object, kind: AttributeType) -> bool:
    try:
        return encode(asked) != encode(typed(there, kind, multi=isinstance(asked, tuple)))
    except UnreadableError:
        # What can't be read is surely something else.
        return True


def _scalar(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
