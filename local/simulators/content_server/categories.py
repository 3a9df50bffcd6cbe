"""
Category values as the REST interface writes them: by ids that differ from server to server.

A key is `{category}_{attribute}`; in row 2 of a set `{category}_{set}_2_{attribute}`. Names stand in the metadata,
where `x` stands for the row. A PUT changes the keys that it names, and may name keys of its own category only.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.in_process.transport import Answer
from local.simulators.content_server.category_schema import schema
from local.simulators.content_server.exchange import Call, RefusedCall, answer, as_number, results
from local.simulators.content_server.model import Assigned, Attribute, AttributeSet, Category, Node, Value
from local.simulators.content_server.state import State

NO_NODE = "Could not get a node for {id}"
CHANGED = 10
DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2})?")
PLACE = re.compile(r"(.+?)(?:\[(\d+)\]\.(.+))?")


def define(state: State, name: str, attributes: tuple[Attribute | AttributeSet, ...]) -> Category:
    """Keep a category; attribute ids start at 2, a set takes one and so does each attribute in it."""
    category = Category(state.next_id(), name)
    for number, item in enumerate(_flat(attributes), start=2):
        item.id = number
    category.attributes = [item for item in attributes if isinstance(item, Attribute)]
    category.sets = [item for item in attributes if isinstance(item, AttributeSet)]
    state.categories[category.id] = category
    return category


def _flat(attributes: tuple[Attribute | AttributeSet, ...]) -> Iterator[Attribute | AttributeSet]:
    for item in attributes:
        yield item
        if isinstance(item, AttributeSet):
            yield from item.attributes


def find_attribute(category: Category, key: str) -> Attribute | None:
    """Find the attribute that a key of this category means; None: it means none."""
    parts = key.split("_")
    if parts[0] != str(category.id):
        return None
    places = [(f"{item.id}", item) for item in category.attributes] if len(parts) == 2 else []
    if len(parts) == 4 and parts[2].isdigit():
        groups = (group for group in category.sets if str(group.id) == parts[1] and 1 <= int(parts[2]) <= group.rows)
        places = [(f"{item.id}", item) for group in groups for item in group.attributes]
    return next((item for number, item in places if number == parts[-1]), None)


def assign(node: Node, category: Category) -> Assigned:
    """Put a category on a node, empty, with the first row of each set. Twice changes nothing."""
    if category.id not in node.categories:
        values: dict[str, Value] = {f"{category.id}_{item.id}": _empty(item) for item in category.attributes}
        for group in category.sets:
            values |= {f"{category.id}_{group.id}_1_{item.id}": _empty(item) for item in group.attributes}
        node.categories[category.id] = Assigned(values)
    return node.categories[category.id]


def _empty(attribute: Attribute) -> Value:
    if attribute.multi:
        return []
    if attribute.type == "Boolean":
        return False
    return "" if attribute.type == "String" else None


def store(state: State, node: Node, category: Category, given: Mapping[str, Any], user: int) -> None:
    """
    Change the values that are named; the others stay.

    Raises:
        RefusedCall: 400, a foreign key or a value of the wrong type. Nothing was changed then.
    """
    assigned = node.categories[category.id]
    changed: dict[str, Value] = {}
    for key, value in given.items():
        attribute = find_attribute(category, key)
        if attribute is None:
            text = f"Category ID '{category.id}' was specified for Categories Update"
            raise RefusedCall(400, f"{text}, but a non-matching attribute ('{key}') was found")
        changed[key] = _as_believed(state, assigned, key, convert(attribute, value))
    for key in changed:
        _open_row(category, assigned, key)
    assigned.values |= changed
    assigned.revision += 1
    state.touch(node, user)
    state.note(node, CHANGED, user)


def _as_believed(state: State, assigned: Assigned, key: str, value: Value) -> Value:
    """Keep a value as this server does, where it is not as believed."""
    if value in ("", None) and not state.believed("content-empty-clears"):
        return assigned.values.get(key, value)
    if type(value) is int and not state.believed("content-integers-numbers"):
        return str(value)
    if isinstance(value, list) and not state.believed("content-multi-repeated"):
        return value[-1:]
    if isinstance(value, str) and not state.believed("content-dates-iso"):
        return value.removesuffix("T00:00:00")
    return value


def _open_row(category: Category, assigned: Assigned, key: str) -> None:
    parts = key.split("_")
    if len(parts) != 4:
        return
    group = next(item for item in category.sets if str(item.id) == parts[1])
    for row in range(1, int(parts[2]) + 1):
        for item in group.attributes:
            assigned.values.setdefault(f"{category.id}_{group.id}_{row}_{item.id}", _empty(item))


def convert(attribute: Attribute, given: object) -> Value:
    """
    Read a value from a form (lists of text) or from JSON.

    Raises:
        RefusedCall: 400, not of the attribute's type.
    """
    values = given if isinstance(given, list | tuple) else [given]
    if attribute.multi:
        return [_scalar(attribute, item) for item in values if item not in ("", None)]
    if len(values) > 1:
        raise RefusedCall(400, f"Invalid attribute entry found: {attribute.name} takes one value")
    value = values[0] if values else None
    return _empty(attribute) if value in ("", None) else _scalar(attribute, value)


def _scalar(attribute: Attribute, value: object) -> str | int | bool:
    text = str(value)
    if attribute.type in ("Integer", "User"):
        return as_number(text, attribute.name)
    if attribute.type == "Boolean":
        return text.lower() in ("true", "1")
    if attribute.type == "Date":
        match = DATE.fullmatch(text)
        if match is None:
            raise RefusedCall(400, f"Invalid datatype specified for argument '{attribute.name}'")
        return match[1] + (match[2] or "T00:00:00")
    return text


def key_of(state: State, path: str) -> tuple[Category, str, Attribute]:
    """
    Turn "Category.Attribute" or "Category.Set[2].Attribute" into a key: people know names only.

    Raises:
        KeyError: no such category or attribute.
    """
    name, _, rest = path.partition(".")
    category = next(item for item in state.categories.values() if item.name == name)
    match = PLACE.fullmatch(rest)
    if match is None or match[2] is None:
        found = {item.name: item for item in category.attributes}[rest]
        return category, f"{category.id}_{found.id}", found
    group = {item.name: item for item in category.sets}[match[1]]
    inner = {item.name: item for item in group.attributes}[match[3]]
    return category, f"{category.id}_{group.id}_{match[2]}_{inner.id}", inner


def set_by_name(state: State, node: Node, path: str, value: object, user: int) -> None:
    """Change one attribute by its name; the category is put on the node where it is missing."""
    category, key, _ = key_of(state, path)
    assign(node, category)
    store(state, node, category, {key: value}, user)


def token(node: Node, category: int) -> str:
    """Write the token that stands for the present values."""
    return hashlib.sha256(f"{node.id} {category} {node.categories[category].revision}".encode()).hexdigest()[:32]


def state_of(node: Node) -> dict[str, Any]:
    """Write the tokens of all categories of a node."""
    return {"categories": {f"{number}_1": {"metadata_token": token(node, number)} for number in node.categories}}


def list_categories(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/categories[?metadata]`: one result a category, its metadata flat."""
    node = state.visible(call.number(0), call.user, status=500, text=NO_NODE)
    return results([_result(state, node, number, described=call.has("metadata")) for number in node.categories])


def read_category(state: State, call: Call) -> Answer:
    """Answer `GET v2/nodes/{id}/categories/{category}/`."""
    node, category = _on_node(state, call)
    return results(_result(state, node, category.id, described=call.has("metadata")))


def _result(state: State, node: Node, number: int, *, described: bool) -> dict[str, Any]:
    result: dict[str, Any] = {"data": {"categories": node.categories[number].values}}
    if described:
        told = schema(state.categories[number])
        if not state.believed("content-keys-named"):
            told = {key: {**entry, "name": ""} for key, entry in told.items()}
        result["metadata"] = {"categories": told}
        result["metadata_order"] = {"categories": [str(number)]}
    return result


def _on_node(state: State, call: Call) -> tuple[Node, Category]:
    node = state.visible(call.number(0), call.user, status=500, text=NO_NODE)
    number = call.number(1, "category_id")
    if number not in node.categories:
        raise RefusedCall(400, f"Category ID '{number}' is not a category on node '{node.id}'")
    return node, state.categories[number]


def assign_category(state: State, call: Call) -> Answer:
    """Answer `POST v2/nodes/{id}/categories` (style A): values may come with it; assigning twice fails."""
    node = state.changeable(state.visible(call.number(0), call.user, status=500, text=NO_NODE), call.user)
    category = state.categories.get(as_number(call.field("category_id"), "category_id"))
    if category is None:
        raise RefusedCall(400, "No permissions to access the attribute definition node")
    if category.id in node.categories:
        raise RefusedCall(500, f"Category ID '{category.id}' is already applied to node '{node.id}'")
    assign(node, category)
    try:
        store(state, node, category, _values(category, call), call.user)
    except RefusedCall:
        del node.categories[category.id]
        raise
    return results({})


def update_category(state: State, call: Call) -> Answer:
    """
    Answer `PUT v2/nodes/{id}/categories/{category}/` (style A).

    With `{category}_1={"metadata_token": ...}` an edit in between is answered 409; without it the last one wins.
    """
    if not state.believed("content-put-needs-post"):
        _assign_first(state, call)
    node, category = _on_node(state, call)
    if not call.form():
        raise RefusedCall(400, "Parameters are required for PUT, POST, and PATCH methods")
    state.changeable(node, call.user)
    given = call.form().get(f"{category.id}_1")
    heeds = state.believed("content-edit-conflict")
    if heeds and given is not None and _token_in(given[0]) != token(node, category.id):
        raise RefusedCall(409, "Could not update metadata (edit conflict).")
    values = _values(category, call)
    for key in [key for key in values if _is_row(category, key)]:
        _remove_row(node.categories[category.id], key)
        del values[key]
    if not state.believed("content-put-named-keys"):
        node.categories[category.id].values |= dict.fromkeys(node.categories[category.id].values, "")
    store(state, node, category, values, call.user)
    return results({"state": state_of(node)} if given is not None else {})


def _assign_first(state: State, call: Call) -> None:
    node = state.visible(call.number(0), call.user, status=500, text=NO_NODE)
    assign(node, state.categories[call.number(1, "category_id")])


def _values(category: Category, call: Call) -> dict[str, list[str]]:
    left_out = ("category_id", f"{category.id}_1")
    return {key: values for key, values in call.form().items() if key not in left_out}


def _token_in(text: str) -> str:
    try:
        return str(json.loads(text)["metadata_token"])
    except (ValueError, KeyError, TypeError):
        raise RefusedCall(400, "One or more parameters are invalid") from None


def _is_row(category: Category, key: str) -> bool:
    parts = key.split("_")
    return len(parts) == 3 and any(str(group.id) == parts[1] for group in category.sets)


def _remove_row(assigned: Assigned, row: str) -> None:
    """Take a row of a set away; the ones behind it move up."""
    category, group, number = row.split("_")
    kept: dict[str, Value] = {}
    for key, value in assigned.values.items():
        parts = key.split("_")
        if parts[:2] != [category, group] or len(parts) != 4 or int(parts[2]) < int(number):
            kept[key] = value
        elif int(parts[2]) > int(number):
            kept["_".join((*parts[:2], str(int(parts[2]) - 1), parts[3]))] = value
    assigned.values = kept


def remove_category(state: State, call: Call) -> Answer:
    """Answer `DELETE v2/nodes/{id}/categories/{category}/`."""
    node, category = _on_node(state, call)
    state.changeable(node, call.user)
    del node.categories[category.id]
    return answer({})
