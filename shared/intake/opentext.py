"""
Take hints from OpenText: prove the sender, read the hints, queue their origins.

Everything before storage is pure. Nothing is looked up: OpenText may be waiting for the answer
inside a database transaction.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pydantic import SecretStr, ValidationError

from shared.errors import Problem, RejectedError
from shared.intake.send_all import send_all
from shared.intake.signatures import prove
from shared.models.hint import Hint
from shared.models.messages import OriginMessage
from shared.observability.telemetry import count, traceparent

if TYPE_CHECKING:
    from shared.ports import QueuesPort

log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024
"""Bytes."""
MOST_HINTS = 100
MOST_FIELDS = 100
FORM = "application/x-www-form-urlencoded"


class OversizedError(RejectedError):
    """More than is taken at once: send less."""


class NoBodyError(RejectedError):
    """Nothing came: the host hands on no body that was sent without its length."""


def check_body(body: bytes, largest: int) -> None:
    """
    Refuse a body that is not there, or too large, before anything else is done with it.

    Raises:
        NoBodyError: it is empty. A chunked body arrives so: the Functions host does not read it.
        OversizedError: more than `largest` bytes.
    """
    if not body:
        cure = "is empty: send Content-Length with it; a chunked body (Transfer-Encoding) is not taken"
        raise NoBodyError([Problem("body", cure)])
    if len(body) > largest:
        raise OversizedError([Problem("body", f"is larger than {largest // 1024} KiB")])


@dataclass(frozen=True)
class Intake:
    """The door that hints come in by."""

    secrets: tuple[SecretStr, ...]
    queues: QueuesPort

    async def take(self, body: bytes, headers: Mapping[str, str]) -> int:
        """
        Queue the origins of every hint in the body, each once; return how many.

        Args:
            headers: names in lower case.

        Raises:
            NoBodyError: the body is empty.
            OversizedError: more than 256 KiB or 100 hints.
            UnprovenError: neither a valid signature nor the secret in its header.
            RejectedError: a hint is wrong; none was queued.
            RetryLaterError: storage did not take all; sending again is safe.
        """
        # (1) The size before the signature: nobody has us hash what we would not read.
        check_body(body, LARGEST_BODY)
        # (2) The sender before the content, by the bytes as they came: read and written again they are another text.
        prove(body, headers, self.secrets)
        # (3) All hints or none: a sender is not left to find out which half of a list was taken.
        messages = origins_of(read_hints(body, headers.get("content-type", "")))
        # (4) Queued before it is answered: OpenText does not send again, so 202 is a promise.
        await send_all(self.queues.send_origin(message) for message in messages)
        # (5) Counted once it is taken: what the sender repeats after a 503 counts once.
        count("hints", len(messages))
        return len(messages)


def read_hints(body: bytes, content_type: str) -> tuple[Hint, ...]:
    """
    Read JSON (one hint or a list) or one form-encoded hint, with or without a byte order mark.

    Raises:
        OversizedError: more than 100 hints.
        RejectedError: every problem, each naming its field.
    """
    given = _parse(body, content_type)
    if not isinstance(given, list):
        return (_read_hint(given, ""),)
    if len(given) > MOST_HINTS:
        raise OversizedError([Problem("body", f"holds more than {MOST_HINTS} hints")])
    return _read_list(given)


def _parse(body: bytes, content_type: str) -> Any:  # noqa: ANN401 - it is what the sender wrote
    # Only free text can be damaged by a wrong encoding, and that is for the log.
    text = body.decode(json.detect_encoding(body), "replace").strip()
    # Many senders leave the form's content type on JSON.
    if text[:1] in "{[" or not content_type.lower().startswith(FORM):
        return _parse_json(text)
    return _parse_form(text)


def _parse_form(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise RejectedError([Problem("body", f"has more than {MOST_FIELDS} fields")]) from error
    times = Counter(name for name, _ in pairs)
    # Of these two alone: they say where to look, and one of two values would be lost. The others are for the log.
    if twice := [name for name in ("process_id", "node_id") if times[name] > 1]:
        raise RejectedError([Problem(name, "is given more than once") for name in twice])
    return dict(pairs)


def _parse_json(text: str) -> Any:  # noqa: ANN401 - it is what the sender wrote
    try:
        return json.loads(text)
    # RecursionError: brackets nested too deep. It is no ValueError, and would pass for a failure of ours.
    except (ValueError, RecursionError) as error:
        raise RejectedError([Problem("body", "must be JSON (a hint or a list of hints) or form-encoded")]) from error


def _read_list(given: list[Any]) -> tuple[Hint, ...]:
    hints: list[Hint] = []
    problems: list[Problem] = []
    for index, one in enumerate(given):
        try:
            hints.append(_read_hint(one, f"[{index}]"))
        except RejectedError as error:
            problems += error.problems
    if problems or not given:
        raise RejectedError(problems or [Problem("body", "holds no hint")])
    return tuple(hints)


def _read_hint(given: object, where: str) -> Hint:
    try:
        return Hint.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RejectedError([_problem(where, item["loc"], item["type"], item["msg"]) for item in found]) from error


def _problem(where: str, loc: tuple[int | str, ...], error_type: str, message: str) -> Problem:
    if not loc and error_type == "value_error":
        loc = ("node_id",)  # the hint's own rule: something has to be named
    path = ".".join(part for part in (where, *map(str, loc)) if part)
    return Problem(path or "body", message.removeprefix("Value error, "))


def origins_of(hints: Sequence[Hint]) -> tuple[OriginMessage, ...]:
    """Name each origin once, in the order in which the hints did."""
    trace = traceparent()
    first: dict[str, OriginMessage] = {}
    for hint in hints:
        log.info("hint id=%r event=%r occurred=%r: %s", hint.id, hint.event, hint.occurred, " ".join(hint.origins))
        for origin in hint.origins:
            first.setdefault(origin, OriginMessage(origin=origin, hint_id=hint.id or None, trace=trace))
    return tuple(first.values())
