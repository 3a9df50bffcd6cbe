"""Which ticks prove a decision: whose they are, when they were made, and what the lines read then."""

from datetime import datetime, timedelta

import pytest

from shared.decisions.choice import Completion, chosen_outcomes
from shared.decisions.fields import line_id
from shared.models.holds import RefusalReason
from shared.models.planner import ChecklistItem
from tests.build import ALICE, BOB, EVE, NOW, approval, decider

SHOWN, DONE, GRACE = NOW, NOW + timedelta(minutes=10), timedelta(seconds=60)
ITEM = approval(deciders=(decider(ALICE), decider(BOB, 1001)))
APP = {"application": {"id": "bridge"}}


def at(minutes: float) -> str:
    return (SHOWN + timedelta(minutes=minutes)).isoformat()


def line(title: str, *, ticked: bool = False, by: object = APP, when: str | None = at(0)) -> ChecklistItem:
    """Write a line down as Planner shows it; `by` names a person, or is an identity set."""
    who = {"user": {"id": by}} if isinstance(by, str) else by
    return ChecklistItem.model_validate(
        {"title": title, "isChecked": ticked, "lastModifiedBy": who, "lastModifiedDateTime": when}
    )


def chosen(approve: ChecklistItem | None, reject: ChecklistItem | None, shown: datetime | None = SHOWN):
    """Say what counts when Alice completed the task ten minutes after it showed the versions."""
    keys = {name: line_id(ITEM.item_key, f"outcome:{name}") for name in ("Approve", "Reject")}
    lines = {keys["Approve"]: approve, keys["Reject"]: reject}
    completion = Completion(by=ALICE, at=DONE, shown=shown, grace=GRACE)
    found = chosen_outcomes(ITEM, {key: one for key, one in lines.items() if one is not None}, completion)
    return found if isinstance(found, RefusalReason) else tuple(one.disposition for one in found)


AS_SHOWN = line("Reject")
FOREIGN, STALE, CHANGED = RefusalReason.FOREIGN_TICK, RefusalReason.STALE_TICK, RefusalReason.CHANGED_LINES


@pytest.mark.parametrize(
    ("approve", "reject", "expected"),
    [
        pytest.param(line("Approve", ticked=True, by=ALICE, when=at(9)), AS_SHOWN, ("Approve",), id="the performer's"),
        pytest.param(line("Approve", ticked=True, by=BOB, when=at(9)), AS_SHOWN, ("Approve",), id="another decider's"),
        pytest.param(line("Approve"), AS_SHOWN, (), id="none"),
        pytest.param(
            line("Approve", ticked=True, by=ALICE, when=at(8)),
            line("Reject", ticked=True, by=ALICE, when=at(9)),
            ("Approve", "Reject"),
            id="both",
        ),
        pytest.param(line("Approve", ticked=True, by=EVE, when=at(9)), AS_SHOWN, FOREIGN, id="a stranger's"),
        pytest.param(line("Approve", ticked=True, by=APP, when=at(9)), AS_SHOWN, FOREIGN, id="an application's"),
        pytest.param(line("Approve", ticked=True, by=None, when=at(9)), AS_SHOWN, FOREIGN, id="nobody's"),
        pytest.param(line("Approve", ticked=True, by=ALICE, when=None), AS_SHOWN, FOREIGN, id="at no time"),
        pytest.param(line("Approve", ticked=True, by=ALICE, when=at(-0.1)), AS_SHOWN, STALE, id="before it was shown"),
        pytest.param(line("Approve", ticked=True, by=ALICE, when=at(10.9)), AS_SHOWN, ("Approve",), id="within grace"),
        pytest.param(line("Approve", ticked=True, by=ALICE, when=at(11.1)), AS_SHOWN, STALE, id="after grace"),
        pytest.param(line("Approve", ticked=True, by=BOB, when=at(10.1)), AS_SHOWN, STALE, id="after, by another"),
        pytest.param(
            line("Approve", ticked=True, by=ALICE, when=at(8)),
            line("Reject", by=EVE, when=at(9)),
            FOREIGN,
            id="a stranger cleared the other line",
        ),
        pytest.param(
            line("Approve", ticked=True, by=ALICE, when=at(8)),
            line("Reject", by=APP, when=at(9)),
            FOREIGN,
            id="an application cleared the other line",
        ),
        pytest.param(
            line("Approve", ticked=True, by=ALICE, when=at(9)),
            line("Reject", by=ALICE, when=at(9)),
            ("Approve",),
            id="the performer's change of mind",
        ),
        pytest.param(
            line("Approve", ticked=True, by=ALICE, when=at(8)),
            line("Reject", by=EVE, when=at(-5)),
            ("Approve",),
            id="touched before it was shown",
        ),
        pytest.param(line("Reject", ticked=True, by=ALICE, when=at(9)), line("Approve"), CHANGED, id="texts swapped"),
        pytest.param(line("Approve ", ticked=True, by=ALICE, when=at(9)), AS_SHOWN, ("Approve",), id="outer blank"),
        pytest.param(line("Approve", ticked=True, by=ALICE, when=at(9)), None, CHANGED, id="a line is gone"),
    ],
)
def test_a_tick_counts_only_if_it_proves_a_deciders_decision(approve, reject, expected):
    assert chosen(approve, reject) == expected


def test_where_nothing_was_kept_of_when_it_was_shown_a_deciders_tick_counts():
    """Links of the first edition know no such time."""
    assert chosen(line("Approve", ticked=True, by=ALICE, when=at(-99)), AS_SHOWN, shown=None) == ("Approve",)
    assert chosen(line("Approve", ticked=True, by=EVE, when=at(-99)), AS_SHOWN, shown=None) == FOREIGN
    assert chosen(line("Approve", ticked=True, by=ALICE), line("Reject", by=EVE), shown=None) == FOREIGN
