"""The pure parts of sweeps: what is mapped, how a list is recognised, how full a plan is."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.in_process.tables import MemoryTables
from shared.errors import TooLargeError
from shared.mapping.evaluation.needs import rules_for
from shared.mapping.evaluation.sources import exact_types, is_type_mapped, is_workflow_mapped
from shared.models.keys import OriginKind
from shared.models.opentext import Person
from shared.models.workflow import StatusRow, Step, StepRef, WorkflowStatus
from shared.store.cursors import Cursors
from shared.store.plans import PlanRow
from shared.targets.capacity import ACTIVE, TOTAL, buckets_left, fullest, warn
from shared.watchers.discovery import digests
from shared.watchers.list_digest import SHELVES, compare, remember
from tests.build import NOW, PLAN
from tests.tables import tables_in
from tests.unit.mapping.mapping_world import mapping_of

TASK = {"key": "a", "title": "A"}


def workspace_rule(number, **when):
    return {"id": f"rule-{number}", "on": "workspace", "when": when, "plan": "contracts", "tasks": [TASK]}


def step_rule(number, **when):
    return {"id": f"step-{number}", "on": "step", "when": when, "plan": "contracts", "task": {"title": "A"}}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        pytest.param([{"workspace_type": "Contract"}], ("Contract",), id="one"),
        pytest.param(
            [{"workspace_type": ["Vendor", "Contract"]}, {"workspace_type": "Contract"}],
            ("Contract", "Vendor"),
            id="several",
        ),
        pytest.param([{"workspace_type": "Contract*"}], None, id="a-pattern-asks-the-server"),
        pytest.param([{"workspace_type": "Contract"}, {}], None, id="any-type-asks-the-server"),
    ],
)
def test_which_workspace_types_are_asked_for(conditions, expected):
    mapping = mapping_of(*(workspace_rule(number, **when) for number, when in enumerate(conditions)))

    assert exact_types(rules_for(mapping, OriginKind.WORKSPACE)) == expected


@pytest.mark.parametrize(
    ("when", "name", "expected"),
    [
        pytest.param({"workflow": "Approval"}, "Approval", True, id="named"),
        pytest.param({"workflow": "Appr*"}, "Approval", True, id="by-pattern"),
        pytest.param({"workflow": "Approval"}, "Holiday", False, id="another"),
        pytest.param({"step": "Approver"}, "Holiday", True, id="any-workflow"),
        pytest.param({"workflow": "Approval"}, "", True, id="a-name-that-was-not-told"),
    ],
)
def test_which_workflows_are_looked_at(when, name, expected):
    assert is_workflow_mapped(rules_for(mapping_of(step_rule(1, **when)), OriginKind.WORKFLOW), name) is expected


def test_a_type_is_mapped_by_its_name_or_by_a_rule_for_all():
    rules = rules_for(mapping_of(workspace_rule(1, workspace_type="Contract*")), OriginKind.WORKSPACE)

    assert is_type_mapped(rules, "Contract EMEA")
    assert not is_type_mapped(rules, "Vendor")


def step(task_id=1, **changes):
    ref = StepRef(process_id=5, subprocess_id=5, task_id=task_id, visit="2026-11-23T09:00:00")
    return Step(**{"ref": ref, "name": "Approver", "performers": (Person(user_id=7),), **changes})


def row(*steps, **changes):
    return StatusRow(**{"process_id": 5, "status": WorkflowStatus.ON_TIME, "steps": steps or (step(),), **changes})


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(row(step(status="workflowlate")), id="a-step-became-late"),
        pytest.param(row(step(performers=(Person(user_id=8),))), id="reassigned"),
        pytest.param(row(step(due=NOW)), id="another-due-date"),
        pytest.param(row(step(), step(2)), id="a-parallel-step"),
        pytest.param(row(status=WorkflowStatus.LATE), id="the-workflow-became-late"),
    ],
)
def test_what_makes_a_workflow_worth_a_look(changed):
    assert digests([row()]) != digests([changed])


def test_neither_order_nor_repetition_nor_names_make_a_difference():
    """The list may come sorted otherwise, a report shows one row a step, and a person's address may be left out."""
    one, two = row(step()), row(step(2, performers=(Person(user_id=7, name="Deke", email="d@x.example"),)))
    plain = row(step(2))

    assert digests([one, two]) == digests([two, one, one])
    assert digests([one, two]) == digests([one, plain])


def cursors():
    account = MemoryTables()
    return Cursors(tables_in(account))


LISTS = st.dictionaries(st.integers(1, 2000), st.sampled_from(["a", "b", "c"]), max_size=60)


@given(st.lists(LISTS, max_size=5))
async def test_a_comparison_names_exactly_what_changed(lists):
    """Whatever came before: new, changed and gone ones, and nothing else."""
    shelves = cursors()
    before: dict[int, str] = {}
    for states in lists:
        changes = await compare(shelves, "list", states)
        expected = {number for number in {*before, *states} if before.get(number) != states.get(number)}
        assert changes.numbers == tuple(sorted(expected))
        await remember(shelves, changes)
        before = states


async def test_what_was_not_remembered_is_named_again():
    """Whoever dies between handing on and remembering hands on twice, never not at all."""
    shelves = cursors()
    await compare(shelves, "list", {1: "a"})

    assert (await compare(shelves, "list", {1: "a"})).numbers == (1,)


async def test_an_unchanged_list_costs_one_row():
    shelves = cursors()
    states = dict.fromkeys(range(1, 5000), "a")
    await remember(shelves, await compare(shelves, "list", states))

    assert (await compare(shelves, "list", states)).cursors == {}
    one_more = await compare(shelves, "list", {**states, 9999: "a"})
    assert (one_more.numbers, len(one_more.cursors)) == ((9999,), 2)


async def test_more_than_can_be_remembered_is_said_before_anything_is_handed_on():
    too_many = {number * SHELVES: "0123456789ab" for number in range(1, 2000)}

    with pytest.raises(TooLargeError):
        await compare(cursors(), "list", too_many)


def plan(**changes):
    return PlanRow(**{"plan_id": PLAN, "next_read": NOW, **changes})


def test_the_fullest_plan_counts_by_its_tightest_limit():
    rows = [plan(), plan(active=ACTIVE // 2, total=ACTIVE // 2), plan(active=10, total=int(TOTAL * 0.9))]

    assert fullest(rows) == pytest.approx(0.9)
    assert fullest([]) == 0


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        pytest.param(100, 1_919, 0, id="room"),
        pytest.param(1_919, 1_920, 1, id="four-fifths"),
        pytest.param(1_920, 2_399, 0, id="still-above"),
        pytest.param(2_399, 2_400, 1, id="full"),
        pytest.param(None, 2_400, 2, id="full-at-first-sight"),
        pytest.param(2_400, 2_400, 0, id="still-full"),
    ],
)
def test_a_warning_is_written_when_a_mark_is_passed(before, after, lines, caplog):
    with caplog.at_level(logging.WARNING):
        warn(plan(active=after), plan(active=before))

    assert len(caplog.records) == lines


def test_buckets_are_counted_too(caplog):
    with caplog.at_level(logging.WARNING):
        assert buckets_left(PLAN, 159)
        assert not caplog.records
        assert buckets_left(PLAN, 199)
        assert not buckets_left(PLAN, 200)

    assert "199 of 200 buckets" in caplog.text
