"""Decode JSON of other systems, odd bytes, half surrogate pairs and numbers without end among it. Pure."""

import json
import re
from typing import Any

from shared.models.text import whole

_HALF_PAIR = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
_LONGEST_NUMBER = 300
"""Digits: beyond them Python itself refuses to convert, and no id or count is meant."""


def read_json(content: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    """
    Decode a body. What is no number although JSON's writer said so (NaN) comes as text.

    Raises:
        ValueError: it is no JSON.
    """
    text = content.decode("utf-8-sig", "replace")
    try:
        found = json.loads(text, parse_int=_integer, parse_constant=str)
        return _mended(found) if _HALF_PAIR.search(text) else found
    except RecursionError as error:
        message = "nested too deep"
        raise ValueError(message) from error


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _mended(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [_mended(one) for one in value]
    return {whole(key): _mended(one) for key, one in value.items()} if isinstance(value, dict) else value
