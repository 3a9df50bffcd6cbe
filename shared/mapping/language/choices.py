"""Values that an attribute of the record chooses: `{by: "attribute:C.Country", map: {AT: ..., DE: ...}, else: ...}`."""

from typing import Annotated, Generic, TypeVar

from pydantic import ConfigDict, Discriminator, Field

from shared.mapping.language.scalars import ATTRIBUTE
from shared.models.base import Frozen

T = TypeVar("T")
BY_PATTERN = rf"^{ATTRIBUTE}([^.]+\..+|\d+_\d+)$"


class By(Frozen, Generic[T]):
    """A value by an attribute: one for each of its values, and one for every other."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    by: Annotated[str, Field(pattern=BY_PATTERN)] = Field(description="attribute:Category.Attribute that chooses.")
    map: dict[str, T] = Field(min_length=1, description="Value of the attribute → what it chooses.")
    else_: T | None = Field(
        default=None, alias="else", description="For every other value, and for none. Without: such an item is held."
    )

    @property
    def name(self) -> str:
        """The attribute."""
        return self.by.removeprefix(ATTRIBUTE)


def _form(value: object) -> str:
    # Of the model too: pydantic asks a discriminator again when it writes.
    return "by" if isinstance(value, dict | By) else "plain"


EITHER = Discriminator(_form)
"""A value as it stands (tag `plain`), or by an attribute (tag `by`): faults are said of the one that was meant."""


def options(value: object) -> frozenset[str]:
    """Name everything that may be chosen: plans or calendars by name."""
    if isinstance(value, By):
        return frozenset(one for one in (*value.map.values(), value.else_) if isinstance(one, str))
    return frozenset({value}) if isinstance(value, str) else frozenset()
