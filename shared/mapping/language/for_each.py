"""How a mapping says for what a task is made, once each."""

from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic_core import core_schema

from shared.mapping.language.scalars import PlainText, short_forms
from shared.models.base import Frozen


class ForEach(Frozen):
    """What a task is made for, once each: the rows of a set, or the values of an attribute that holds several."""

    of: Annotated[str, StringConstraints(pattern=r"^[^.]+\.[^.].*$")] = Field(
        description="A set, or an attribute that holds several values: Category.Name."
    )
    key: PlainText | None = Field(
        default=None, description="Column whose value names the row for good. A set needs it; values name themselves."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        return {"of": data} if isinstance(data, str) else data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short form in the JSON Schema too."""
        return short_forms(schema, handler, {"type": "string", "pattern": r"^[^.]+\.[^.].*$"})
