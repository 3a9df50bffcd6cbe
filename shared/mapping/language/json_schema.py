"""The JSON Schema of a mapping file, for editors: made from the models, so that it can't drift from them."""

import json
from typing import Any

from shared.mapping.language.rules import Mapping

_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def mapping_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a mapping file."""
    made = _strict(Mapping.model_json_schema(by_alias=True, mode="validation"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mapping.yaml",
        **{key: value for key, value in made.items() if key != "title"},
    }


def _strict(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Say what a day looks like, since editors pass `format` over, and that keys of another form are refused."""
    if isinstance(part, list):
        return [_strict(one) for one in part]
    if not isinstance(part, dict):
        return part
    whole = {key: _strict(value) for key, value in part.items()}
    if "patternProperties" in whole:
        whole.setdefault("additionalProperties", False)
    return {**whole, "pattern": _DAY} if whole.get("format") == "date" else whole


def schema_text() -> str:
    """Return the schema as it is committed: docs/mapping.schema.json."""
    return json.dumps(mapping_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
