"""Write what the keys of a category mean, as metadata."""

from typing import Any

from local.simulators.content_server.model import Attribute, Category


def schema(category: Category) -> dict[str, Any]:
    """Write what the keys of one category mean, flat."""
    number = category.id
    written = {str(number): _entry(str(number), category.name, persona="category", kind="")}
    for item in category.attributes:
        written[f"{number}_{item.id}"] = _described(f"{number}_{item.id}", item)
    for group in category.sets:
        key = f"{number}_{group.id}"
        written[key] = {**_entry(key, group.name, persona="set", kind="Set"), "multi_value": group.rows > 1}
        written[key]["multi_value_length_max"] = group.rows
        for item in group.attributes:
            written[f"{key}_x_{item.id}"] = _described(f"{key}_x_{item.id}", item)
    return written


def _described(key: str, item: Attribute) -> dict[str, Any]:
    persona = "user" if item.type == "User" else ""
    entry = _entry(key, item.name, persona=persona, kind=item.type)
    return {**entry, "multi_value": item.multi, "required": item.required}


def _entry(key: str, name: str, *, persona: str, kind: str) -> dict[str, Any]:
    return {"key": key, "name": name, "persona": persona, "type_name": kind, "multi_value": False, "required": False}
