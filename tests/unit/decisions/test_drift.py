"""Where the two systems differ: each field with both values, what was agreed, and whose stands after the next look."""

from datetime import UTC, datetime

import pytest

from shared.decisions.drift import drift_of
from shared.decisions.merge import merge
from shared.models.wanted import Owner, WantedChecklistItem
from tests.build import ALICE, BOB, details_of, found, link, target, wanted

AGREED = datetime(2026, 11, 20, tzinfo=UTC)


def drift(item=None, *, details=None, known=None, **read):
    return drift_of(target(item), found(details=details, **read), known or link(), {"": AGREED})


def test_two_systems_that_agree_drift_nowhere():
    assert drift() == ()


CASES = [
    pytest.param({"title": "New"}, {}, ("title", "New", "Review", "Review", Owner.OPENTEXT, False), id="mine"),
    pytest.param({}, {"title": "Theirs"}, ("title", "Review", "Theirs", "Review", Owner.PLANNER, False), id="theirs"),
    pytest.param(
        {"title": "New"},
        {"title": "Theirs"},
        ("title", "New", "Theirs", "Review", Owner.OPENTEXT, False),
        id="apart-opentext-owns",
    ),
    pytest.param(
        {"bucket": "Later"},
        {"bucketId": "bucket-9"},
        ("bucket", "Later", "bucket-9", "Review", Owner.PLANNER, False),
        id="apart-planner-owns-and-names-are-shown",
    ),
    pytest.param(
        {"assignees": (ALICE, BOB)},
        {},
        ("assignees", [ALICE, BOB], [ALICE], [ALICE], None, False),
        id="a-set-is-both's",
    ),
    pytest.param(
        {"labels": ("Contract",)}, {}, ("labels", ["Contract"], [], [], Owner.OPENTEXT, False), id="labels-by-name"
    ),
]


@pytest.mark.parametrize(("changes", "read", "told"), CASES)
def test_a_field_that_differs_is_told_with_both_values_and_the_winner(changes, read, told):
    (one,) = [field for field in drift(wanted(**changes), **read) if field.field == told[0]]

    assert (one.field, one.wanted, one.shown, one.asked, one.winner, one.settled) == told
    assert one.agreed_at == AGREED


def test_what_people_set_and_both_agreed_on_is_settled():
    moved = merge(target(), found(title="Theirs"), link().base)
    agreed = link().based(moved.agreed)

    (one,) = drift(known=agreed, title="Theirs")

    assert (one.shown, one.winner, one.settled) == ("Theirs", Owner.PLANNER, True)


def test_of_a_checklist_the_lines_that_differ_are_shown_and_peoples_own_are_not():
    lines = (WantedChecklistItem(key="a", title="Check A"), WantedChecklistItem(key="b", title="Check B"))
    before = wanted(checklist=lines)
    after = wanted(checklist=(lines[0], WantedChecklistItem(key="b", title="Check B twice")))
    own = details_of(before).checklist | {"people": {"title": "Mine"}}

    (one,) = drift_of(target(after), found(before, details={"checklist": own}), link(before), {})

    assert (one.field, one.wanted, one.shown) == ("checklist", ["Check B twice"], ["Check B"])


def test_the_block_is_shown_as_text():
    shown = drift(wanted(context=("Region: EMEA",)))

    (one,) = shown
    assert one.field == "context"
    assert "Region: EMEA" in one.wanted
    assert "Region" not in one.shown


@pytest.mark.parametrize(("changes", "read"), [(case.values[0], case.values[1]) for case in CASES])
def test_what_is_not_settled_is_what_the_merge_writes_or_takes(changes, read):
    item = wanted(**changes)

    merged = merge(target(item), found(**read), link().base)

    assert {one.field for one in drift(item, **read) if not one.settled} == {*merged.asked, *merged.taken}
