"""What a rule applies to: the models of `when`."""

from datetime import date
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import core_schema

from shared.mapping.language.scalars import AttributeName, Texts, one_or_several, only_for, short_forms
from shared.mapping.language.vocabulary import refuse
from shared.models.base import Frozen
from shared.models.opentext import Scalar

Bound: TypeAlias = int | float | date | str


Scalars = Annotated[
    tuple[Scalar, ...], BeforeValidator(one_or_several, json_schema_input_type=Scalar | tuple[Scalar, ...])
]
Numbers = Annotated[tuple[int, ...], BeforeValidator(one_or_several, json_schema_input_type=int | tuple[int, ...])]


class Test(Frozen):
    """
    A test of one attribute. Several in one must all pass; of several values one is enough.

    Short forms: a value means `is`, a list means any of these.
    """

    __test__ = False  # pytest: no test class

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    is_: Scalars | None = Field(default=None, alias="is", description="The value, or any of several.")
    not_: Scalars | None = Field(default=None, alias="not", description="None of these; an empty attribute passes.")
    min: Bound | None = Field(default=None, description="At least: a number or a date.")
    max: Bound | None = Field(default=None, description="At most: a number or a date.")
    exists: bool | None = Field(default=None, description="true: has a value; false: is empty.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: object) -> object:
        return {"is": data} if isinstance(data, str | int | float | list | tuple) else data

    @model_validator(mode="after")
    def _tests_something(self) -> "Test":
        if not self.model_fields_set:
            message = "an empty test: give a value, a list, min, max, not or exists"
            raise refuse(message)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show the short forms in the JSON Schema too."""
        scalar = {"type": ["string", "number", "boolean"]}
        return short_forms(schema, handler, scalar, {"type": "array", "items": scalar})


class Condition(Frozen):
    """What must hold, all of it. Names are compared exactly; `*` stands for any text."""

    workspace_type: Texts | None = Field(default=None, description="Name of the workspace type, or several.")
    template: Numbers | None = Field(default=None, description="Node id of the workspace template, or several.")
    workspace: Texts | None = Field(default=None, description="Name of the workspace.")
    workflow: Annotated[Texts, only_for("step")] | None = Field(default=None, description="Name of the workflow.")
    step: Annotated[Texts, only_for("step")] | None = Field(default=None, description="Name of the step.")
    document: Annotated[Texts, only_for("step", "document", "missing_document")] | None = Field(
        default=None, description="Name of the document; of a workflow: of any attached one."
    )
    classification: Texts | None = Field(default=None, description="Any classification of document or workspace.")
    attributes: dict[AttributeName, Test] = Field(
        default_factory=dict, description="By Category.Attribute: a value, a list, or a test."
    )
