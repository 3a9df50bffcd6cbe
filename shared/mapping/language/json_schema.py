"""The JSON Schema of a mapping file, for editors: made from the models, so that it can't drift from them."""

import json
from typing import Any

from shared.mapping.language.rules import Mapping


def mapping_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a mapping file."""
    made = Mapping.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mapping.yaml",
        **{key: value for key, value in made.items() if key != "title"},
    }


def schema_text() -> str:
    """Return the schema as it is committed: docs/mapping.schema.json."""
    return json.dumps(mapping_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
