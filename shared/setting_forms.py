"""The forms that values of settings have: addresses, zones, schedules, secrets. Each says what is allowed."""

import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    SecretStr,
)

from shared.models.clouds import LOOPBACK

SHORTEST_SECRET = 16

LONGEST_CLIENT_STATE = 128
"""Source: https://learn.microsoft.com/graph/api/resources/subscription (clientState)."""


def _url(value: str) -> str:
    parts = urlsplit(value)
    allowed = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not (allowed and parts.hostname):
        message = "must be an https:// URL (http:// only for 127.0.0.1 and localhost)"
        raise ValueError(message)
    # Paths are put behind it with a slash of their own.
    return value.rstrip("/")


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = "must be an IANA time zone such as Europe/Berlin"
        raise ValueError(message) from error


def split(value: object) -> object:
    """Take a list that is written with commas apart; anything else is checked by the field itself."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def check_secrets(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Return the webhook's secrets, if there are one or two of a fitting length."""
    if not 1 <= len(value) <= 2 or any(len(secret) < SHORTEST_SECRET for secret in value):
        message = f"must be one secret, or two by comma while they are rotated, of {SHORTEST_SECRET} characters or more"
        raise ValueError(message)
    return value


def check_client_state(value: SecretStr) -> SecretStr:
    """Return what Graph gives back with each notification, if it has a fitting length."""
    if not SHORTEST_SECRET <= len(value) <= LONGEST_CLIENT_STATE:
        message = f"must have {SHORTEST_SECRET} to {LONGEST_CLIENT_STATE} characters"
        raise ValueError(message)
    return value


_RANGES = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""Of seconds, minutes, hours, days, months, weekdays."""

_NAMES = {name: str(number) for number, name in enumerate(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), 1)}

# Weekdays count from 0, which is Sunday.
_NAMES |= {name: str(number) for number, name in enumerate(re.findall("...", "sunmontuewedthufrisat"))}
_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?")


def _schedule(value: str) -> str:
    """Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer (NCRONTAB expressions)."""
    fields = value.split()
    if len(fields) != len(_RANGES) or not all(map(_is_of, fields, _RANGES)):
        message = "must be an NCRONTAB expression of six fields, seconds first, such as 0 */5 * * * *"
        raise ValueError(message)
    return value


def _is_of(field: str, bounds: tuple[int, int]) -> bool:
    low, high = bounds
    text = re.sub(r"[a-z]+", lambda name: _NAMES.get(name[0], name[0]), field.lower())
    parts = [_PART.fullmatch(part) for part in text.split(",")]
    return all(part is not None and all(low <= int(n) <= high for n in part.groups()[:2] if n) for part in parts)


Url = Annotated[str, AfterValidator(_url)]

Schedule = Annotated[str, AfterValidator(_schedule)]

Zone = Annotated[str, AfterValidator(_zone)]
