"""Null and wrong types at every place of a JSON value; and good values made from a schema."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.fidelity.graph_schemas import specification

WRONG: tuple[Any, ...] = (7, "odd", True, ["odd"], {})
MOMENT = "2026-03-02T08:00:55.8407724Z"

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place inside a value, outermost first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value at one place."""
    made = copy.deepcopy(value)
    at(made, path[:-1])[path[-1]] = copy.deepcopy(new)
    return made


def wrong_for(value: Any) -> list[Any]:
    """Values of other types than this one."""
    kind = type(value)
    return [one for one in WRONG if not (isinstance(one, kind) and isinstance(value, type(one))) and one is not value]


def sample(name: str) -> Any:
    """An object with every property of a Graph schema, each with a good value."""
    return _sample({"$ref": f"#/components/schemas/{name}"}, name)


def is_nullable(name: str, path: Path) -> bool:
    """Whether the schema calls the property at this place nullable; open types' entries may be null."""
    schema: Any = {"$ref": f"#/components/schemas/{name}"}
    for key in path:
        schema = _property(_resolved(schema), str(key))
        if schema is None:
            return False
    return bool(schema.get("nullable")) or any(one.get("nullable") for one in schema.get("anyOf", ()))


def _resolved(schema: Any) -> Any:
    if "anyOf" in schema:
        schema = next(one for one in schema["anyOf"] if "$ref" in one)
    while "$ref" in schema:
        schema = specification()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _property(schema: Any, key: str) -> Any:
    found = schema.get("properties", {}).get(key)
    extra = schema.get("additionalProperties")
    return found if found is not None else extra if isinstance(extra, dict) else None


def _sample(schema: Any, name: str) -> Any:
    plain = _resolved(schema)
    if plain.get("enum"):
        return next(one for one in plain["enum"] if one is not None)
    match plain.get("type"):
        case "object" | None:
            made = {
                key: _sample(one, key)
                for key, one in plain.get("properties", {}).items()
                if not one.get("x-navigation") or key == "details"
            }
            if isinstance(plain.get("additionalProperties"), dict):
                made["key-1"] = _sample(plain["additionalProperties"], "key-1")
            return made
        case "array":
            return [_sample(plain["items"], name)]
        case "integer" | "number":
            return 5
        case "boolean":
            return True
    return MOMENT if plain.get("format") == "date-time" else f"{name}-1"
