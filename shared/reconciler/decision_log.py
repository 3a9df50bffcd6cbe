"""Tell each decision once, with what came of it: a span, and one log line to search by."""

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from shared.decisions.actions import Action, Create, LookAgain
from shared.models.link import Link
from shared.observability.metrics import DECISION
from shared.observability.telemetry import log_context, start_span
from shared.reconciler.session import Work

log = logging.getLogger(__name__)


@contextmanager
def told(work: Work, actions: Sequence[Action]) -> Iterator[None]:
    """
    Carry out decisions, several in one call where Graph allows it, and tell of each.

    Its outcome is how the item's link stands afterwards; where that was not reached, the error's class.
    """
    begun, spans, done = work.now, [start_span(DECISION) for _ in actions], False
    try:
        yield
        done = True
    finally:
        failed = "" if done else type(sys.exception()).__name__
        milliseconds = round((work.now - begun).total_seconds() * 1000)
        for action, span in zip(actions, spans, strict=True):
            fields = _fields(work, action, failed)
            values: dict[str, str | int] = {**fields, "duration_ms": milliseconds}
            origin_and_item = {"bridge.origin": work.origin.key, "bridge.item": action.item}
            span.set_attributes({**origin_and_item, **{f"bridge.{name}": value for name, value in values.items()}})
            span.end()
            _write(work, action, values)


def _write(work: Work, action: Action, values: dict[str, str | int]) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    item = action.item
    # The same twice: words for people who read, fields (bridge_rule, ...) for queries. Origin and item come with
    # every record's own fields.
    words = " ".join(f"{name}={value}" for name, value in values.items())
    with log_context(origin=work.origin.key, item=item):
        extra = {f"bridge_{name}": value for name, value in values.items()}
        log.info("%s origin=%s item=%s %s", DECISION, work.origin.key, item, words, extra=extra)


def _fields(work: Work, action: Action, failed: str) -> dict[str, str]:
    link = work.held.links.get(action.item)
    return {
        "rule": _rule(action, link),
        "action": type(action).__name__,
        "outcome": failed or _outcome(action, link),
    }


def _rule(action: Action, link: Link | None) -> str:
    if isinstance(action, Create):
        return action.target.wanted.rule_id
    return link.rule_id if link is not None else ""


def _outcome(action: Action, link: Link | None) -> str:
    if isinstance(action, LookAgain):
        return f"again: {action.waited_for}"
    if link is None:
        return "removed"
    return f"{link.state}: {link.hold}" if link.hold else str(link.state)
