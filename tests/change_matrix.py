"""What becomes of an item under each kind of change: `python -m tests.change_matrix` writes it into the documents."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.decisions.actions import Action, Create, LookAgain, Settle, Write
from shared.decisions.decide import decide
from shared.decisions.observed import Missing
from shared.evidence.standing import Standing
from shared.models.holds import HoldCause
from shared.models.link import Link, LinkState
from shared.models.wanted import WhenDeleted
from shared.operations.rebuild_link import Known, Ours, link_of
from tests.build import NOW, PLAN, POLICY, found, link, origin, view, wanted
from tests.repository import ROOT

DOCUMENT = ROOT / "docs" / "upgrading.md"
_TABLE = re.compile(r"(?<=<!-- made by python -m tests\.change_matrix -->\n)\|.*?(?=\n\n)", re.DOTALL)
ROUNDS = 6
ITEM = wanted(when_deleted=WhenDeleted.HOLD)
DONE: dict[str, Any] = {"percentComplete": 100, "completedDateTime": "2026-11-23T11:00:00Z"}
_WITHOUT: dict[str, Any] = {"task_id": None, "etag": "", "details_etag": "", "base": {}}

STATES: dict[str, Link] = {
    "held by its rule": link(ITEM, state="held", hold="mapping", reason="waits for a date", **_WITHOUT),
    "held: a person deleted its task": link(ITEM, state="held", hold="deleted", **_WITHOUT),
    "reserved": link(ITEM, state="reserved", **_WITHOUT),
    "open": link(ITEM),
    "completed": link(ITEM, state="completed", completed_at=NOW - timedelta(hours=1)),
    "closed": link(ITEM, state="closed"),
    "released": link(ITEM, state="released"),
    "withdrawn": link(ITEM, state="withdrawn"),
}
CHANGES: dict[str, Callable[[Link], tuple[Any, Any, dict[str, Any]]]] = {
    "a value says no": lambda known: (None, _task(known), {"why_not": "Contract.Region is APAC"}),
    "it is not known": lambda known: (None, _task(known), {"is_undecided": True}),
    "the file is edited, and asks it no more": lambda known: (None, _task(known), {"rule_hashes": {"rule": "another"}}),
    "its rule is removed": lambda known: (None, _task(known), {"rule_hashes": {}}),
    "its rule stands again": lambda known: (ITEM, _task(known), {}),
    "its task is deleted": lambda known: (ITEM, _gone(known), {}),
    "its task is deleted, its rule removed": lambda known: (None, _gone(known), {"rule_hashes": {}}),
    "its task is moved to another plan": lambda known: (ITEM, _task(known, planId="plan-2"), {}),
}


def _task(known: Link, **changes: Any) -> Any:
    if known.task_id is None:
        return None
    done = DONE if known.state in (LinkState.COMPLETED, LinkState.CLOSED, LinkState.WITHDRAWN) else {}
    return found(ITEM, **{**done, **changes})


def _gone(known: Link) -> Any:
    return Missing() if known.task_id is not None else None


def outcome(known: Link, change: str) -> str:
    """Say what comes of a change, once nothing more is decided."""
    item, seen, more = CHANGES[change](known)
    hashes = more.pop("rule_hashes", POLICY.rule_hashes)
    said: list[str] = []
    for _ in range(ROUNDS):
        here = replace(view(item, known, seen), **more)
        action = decide(here, replace(POLICY, rule_hashes=hashes), NOW)
        if action is None:
            break
        said += _said(action)
        after = getattr(action, "link", None)
        if isinstance(action, Create | Settle | LookAgain) or after is None or after == known:
            break
        known, seen = after, _shown(action, seen)
    return "; ".join([str(known.state) if known.hold is None else f"{known.state} ({known.hold})", *said])


def _shown(action: Action, seen: Any) -> Any:
    """Return the task as a write leaves it."""
    if not isinstance(action, Write) or action.task is None or action.task.percent_complete is None:
        return seen
    return found(ITEM, **(DONE if action.task.percent_complete else {}))


def _said(action: Action) -> Iterator[str]:
    if isinstance(action, Create):
        yield "its task is made"
    elif isinstance(action, Settle):
        yield "the lost answer is looked for"
    elif isinstance(action, Write) and action.task is not None and action.task.percent_complete is not None:
        yield "its task is completed" if action.task.percent_complete else "its task is opened"


def rebuilt(known: Link) -> str:
    """Say how an item stands after the tables were lost, with its history on the record."""
    is_deleted = known.hold is HoldCause.DELETED
    if known.task_id is None and not is_deleted:
        return "decided anew"
    standing = Standing(
        state=LinkState.OPEN if is_deleted else known.state,
        task_id=known.task_id,
        plan_id=PLAN,
        asked=NOW - timedelta(days=3),
        is_deleted=is_deleted,
        completed_at=known.completed_at,
    )
    seen = _task(known)
    ours = None if seen is None else Ours(known.item, seen.task, seen.details)
    after = link_of(Known(origin().key, known.item, ours, standing), _mapping(), NOW)
    if after is None:
        return "decided anew"
    return str(after.state) if after.hold is None else f"{after.state} ({after.hold})"


class _Spec:
    when_deleted = WhenDeleted.HOLD


class _Rule:
    id = "rule"
    specs = (_Spec(),)


class _Rules:
    rules = (_Rule(),)


def _mapping() -> Any:
    return _Rules()


def drawn() -> str:
    """Return the table."""
    names = [*CHANGES, "the tables are lost and rebuilt"]
    lines = [f"| | {' | '.join(STATES)} |", f"|---|{'---|' * len(STATES)}"]
    for change in names:
        cells = [rebuilt(known) if change not in CHANGES else outcome(known, change) for known in STATES.values()]
        lines.append(f"| **{change}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def shown() -> str:
    """Return the table as the document has it."""
    table = _TABLE.search(DOCUMENT.read_text())
    return table[0] if table is not None else ""


if __name__ == "__main__":
    DOCUMENT.write_text(_TABLE.sub(lambda _: drawn(), DOCUMENT.read_text()))
