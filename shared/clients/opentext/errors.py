"""
Name what a failed answer means: by its body first, by its status only then. Pure.

Content Server's statuses are irregular: a node that is not there answers 400, 404 or 500, in the same
words as one that may not be seen. What it writes is JSON; HTML comes from a server in trouble, or
from what stands before it.

Source: OTCS REST API 2.0.2, the responses of nodes, categories, forms and processes.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shared.clients.no_answer import redirected
from shared.clients.opentext.answers import decoded, obj, text
from shared.clients.opentext.transport import CURES
from shared.clients.pause import LONGEST_PAUSE, pause_of
from shared.errors import (
    BridgeError,
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
    UnreadableError,
)

NO_ENDPOINT = "no_endpoint"
"""Code of a refusal: this server does not have the module."""
EXISTS = "exists"
"""Code of a refusal: something of that name is there already."""
FORBIDDEN = "forbidden"
"""Code of a refusal: the identity that we act as may not do this."""

_HIDDEN = re.compile(
    r"could not get an? (node|workflow|member|process)"
    r"|could not (be accessed|access)|does not exist|do(es)? not have (the )?(sufficient )?permission"
    r"|access (is )?denied|not found",
    re.IGNORECASE,
)
_BROKEN = (502, 503, 504)
_CODES = (("mappings registry", NO_ENDPOINT), ("already exists", EXISTS))


def message_of(body: bytes) -> str | None:
    """Read the error's text. None: this is not an error that Content Server itself wrote."""
    try:
        answer = decoded(body)
    except ValueError:
        return None
    if not isinstance(answer, dict) or "error" not in answer:
        return None
    return text(answer["error"]) or text(answer.get("error_description")) or "no reason given"


def error_for(
    status: int,
    body: bytes,
    *,
    what: str,
    wrote: bool,
    headers: Mapping[str, str] | None = None,
    longest_pause: timedelta = LONGEST_PAUSE,
) -> BridgeError:
    """
    Choose the error for an answer that is no success.

    Args:
        status: of the answer.
        body: as it came.
        what: method and path, for the message.
        wrote: the request would have changed something.
        headers: found under names in lower case. None: none are known.
        longest_pause: what `Retry-After` is cut to.
    """
    told, message = headers or {}, message_of(body)
    if status == 429:
        pause = pause_of(told, longest_pause)
        return ThrottledError(f"{what}: asked to pause", system="opentext", retry_after=pause)
    if status == 401:
        return UnavailableError(f"{what}: not signed in, although the sign-in was just renewed")
    if 300 <= status < 400:
        return UnavailableError(f"{what}: not carried out: {redirected(told.get('location'), CURES)}")
    if message is None or status in _BROKEN:
        return _broken(status, what, wrote=wrote)
    return _stated(status, f"{what}: {message[:200]}", obj(decoded(body)), wrote=wrote)


def garbled(what: str, *, wrote: bool) -> BridgeError:
    """Choose the error for a success whose body makes no sense: seen while a server restarts."""
    if wrote:
        return OutcomeUnknownError(f"{what}: the answer is garbled, it may have been done")
    return UnavailableError(f"{what}: the answer is garbled")


def _broken(status: int, what: str, *, wrote: bool) -> BridgeError:
    if status == 413:
        return RefusedError(f"{what}: too large", code="413")
    # A status below 500 without Content Server's JSON comes from what stands before it: not carried out.
    if wrote and status >= 500:
        return OutcomeUnknownError(f"{what}: status {status} without a reason, it may have been done")
    return UnavailableError(f"{what}: status {status} without a reason")


def _stated(status: int, message: str, answer: dict[str, Any], *, wrote: bool) -> BridgeError:
    lower = message.lower()
    for words, code in _CODES:
        if words in lower:
            return RefusedError(message, code=code)
    if "edit conflict" in lower:
        return StaleError(message)
    # A read that Content Server fails, in JSON, with 403, 404 or 500 may mean that the thing is gone, or only hidden.
    if _HIDDEN.search(message) or (not wrote and (status >= 500 or status in (403, 404))):
        return UnreadableError(message)
    return RefusedError(message, code=FORBIDDEN if status == 403 else text(answer.get("errorDetail")))
