"""
Decode JSON of other systems, odd bytes, half surrogate pairs and numbers without end among it. Pure.

Text is cleaned here, where it comes in, so that nothing that reads it has to.
"""

import json
import re
from typing import Any

from shared.models.text import cleaned, whole

_TO_CLEAN = re.compile(r"[^\x00-\x7e]|\\[ubf]")
"""Letters beyond ASCII and escaped ones. Most bodies have neither, and are not gone through."""
_LONGEST_NUMBER = 300
"""Digits: beyond them Python itself refuses to convert, and no id or count is meant."""


def read_json(content: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    """
    Decode a body, its text cleaned. What is no number although JSON's writer said so (NaN) comes as text.

    Raises:
        ValueError: it is no JSON.
    """
    # Some servers put a byte order mark before their JSON, or one Latin-1 letter into it: neither is to cost the
    # answer.
    text = content.decode("utf-8-sig", "replace")
    try:
        found = _DECODER.decode(text)
        return _cleaned(found) if _TO_CLEAN.search(text) else found
    except RecursionError as error:
        message = "nested too deep"
        raise ValueError(message) from error


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=str)
"""Kept: a decoder costs more than a short body."""


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    # Keys are ids and names of fields: no more is done to them than it takes to write them down.
    return {whole(key): _cleaned(one) for key, one in value.items()} if isinstance(value, dict) else value
