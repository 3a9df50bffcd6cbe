"""Numbers as people type them: read where there is one reading, never guessed."""

import re
from typing import Literal, TypeAlias

from shared.mapping.language.text import folded
from shared.models.opentext import AttributeType, Scalar

Number: TypeAlias = int | float | Literal["ambiguous"] | None

_PLAIN = re.compile(r"^[-+]?[0-9]+(\.[0-9]+)?$")
_GROUPED = re.compile(r"^[-+]?[1-9][0-9]{0,2}([.,' ])[0-9]{3}(?:\1[0-9]{3})*(?:([.,])[0-9]+)?$")
_COMMA = re.compile(r"^[-+]?[0-9]+,[0-9]+$")
_LONGEST = 40
_NO_NUMBERS = (AttributeType.DATE, AttributeType.USER, AttributeType.BOOLEAN)


def read_number(value: Scalar, kind: AttributeType = AttributeType.UNKNOWN) -> Number:
    """
    Read a number; None: it is none.

    "1.000.000,00", "1,000,000.00" and "1 000" have one reading. "500.000" has two, unless the attribute holds
    whole numbers.
    """
    if isinstance(value, bool) or kind in _NO_NUMBERS:
        return None
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - not a number is unlike itself
        return None
    # The apostrophe that Word sets, as in Switzerland between thousands.
    return _of_text(folded(value).replace("\u2019", "'"), kind) if isinstance(value, str) else value


def _of_text(text: str, kind: AttributeType) -> Number:
    # Nobody means a longer one, and Python raises at thousands of digits.
    if len(text) > _LONGEST:
        return None
    if (grouped := _GROUPED.match(text)) is not None:
        return _grouped(text, grouped[1], grouped[2], kind)
    if _PLAIN.match(text) is not None:
        return _number(text)
    return _number(text.replace(",", ".")) if _COMMA.match(text) is not None else None


def _grouped(text: str, mark: str, point: str | None, kind: AttributeType) -> Number:
    """Read a number with marks between its thousands, if that is what they are."""
    if point is not None:
        # The same sign can't be both.
        return None if point == mark else _number(text.replace(mark, "").replace(",", "."))
    if mark in ".," and text.count(mark) == 1 and kind is not AttributeType.INTEGER:
        return "ambiguous"
    return _number(text.replace(mark, ""))


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
