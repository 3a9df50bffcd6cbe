"""Why a rule makes a task or none: each condition with what was read, answered by the code that decides."""

import pytest

from shared.mapping.evaluation.explain import explain
from shared.mapping.evaluation.explanation import explanation
from shared.mapping.evaluation.matching import judge
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.wanted import evaluated, lookups
from shared.models.opentext import MissingDocument
from tests.unit.mapping.evaluation.test_three_answers import GONE, SEEN
from tests.unit.mapping.mapping_world import (
    NOW,
    answers,
    mapping_of,
    of_document,
    of_workflow,
    of_workspace,
    step_rule,
    workspace_rule,
)


def explained(*rules, origin=None, now=NOW, **head):
    mapping, origin = mapping_of(*rules, **head), origin or of_workspace()
    found = evaluated(mapping, origin, answers(lookups(mapping, origin, now)), now)
    return explanation(mapping, origin, found)


def condition(when, origin=None):
    """Explain the conditions of one rule."""
    rule = step_rule(when=when) if origin is not None and origin.workflow else workspace_rule(when=when)
    (answer,) = explained(rule, origin=origin)
    return [(one.asked, one.holds, one.read) for one in answer.conditions]


WORDS = [
    pytest.param(
        {"workspace_type": "Contract"}, None, ("workspace type is Contract", True, "Contract"), id="workspace-type"
    ),
    pytest.param({"workspace": "Deal*"}, None, ("workspace is Deal*", False, "Contract 4600000044"), id="name"),
    pytest.param(
        {"attributes": {"Contract.Region": ["APAC", "US"]}},
        None,
        ("Contract.Region is APAC or US", False, "EMEA"),
        id="attribute",
    ),
    pytest.param(
        {"attributes": {"Contract.None": {"exists": True}}},
        None,
        ("Contract.None has a value", False, "empty"),
        id="empty-attribute",
    ),
    pytest.param(
        {"attributes": {"Contract.End Date": {"max": {"today": 300}}}},
        None,
        ("Contract.End Date is at most today +300 days", True, "2027-06-30"),
        id="date",
    ),
    pytest.param(
        {"attributes": {"Contract.Region": {"not": "APAC"}}},
        None,
        ("Contract.Region is not APAC", True, "EMEA"),
        id="not-a-value",
    ),
    pytest.param(
        {"role": {"Empty": {"exists": True}}}, None, ("role Empty has members", False, "no member"), id="role"
    ),
    pytest.param(
        {"created": {"min": "2026-11-21"}},
        None,
        ("created at least 2026-11-21", False, "2026-11-20 09:00 UTC"),
        id="created",
    ),
    pytest.param({"template": 4711}, None, ("template is 4711", None, ""), id="template-not-told"),
    pytest.param(
        {"map": "Contract Approval"},
        of_workflow(name="Approval of Contoso", map_name="Contract Approval", map_id=24711),
        ("map is Contract Approval", True, "Contract Approval (24711)"),
        id="map",
    ),
    pytest.param(
        {"workflow": "Contract Approval"},
        of_workflow(name="Approval of Contoso", map_name="Contract Approval", map_id=24711),
        ("workflow is Contract Approval", False, "Approval of Contoso"),
        id="title-of-a-workflow",
    ),
    pytest.param({"document": "*.pdf"}, of_workflow(), ("document is *.pdf", False, "Contract.docx"), id="document"),
]


@pytest.mark.parametrize(("when", "origin", "told"), WORDS)
def test_a_condition_is_told_with_what_was_read_and_the_answer(when, origin, told):
    assert condition(when, origin) == [told]


@pytest.mark.parametrize("case", GONE)
def test_an_unknown_name_is_told_with_the_reason_that_the_engine_gives(case):
    when, origin, _ = GONE[case]
    mapping = mapping_of(step_rule(when=when) if origin.workflow is not None else workspace_rule(when=when))
    directory = answers(lookups(mapping, origin, NOW))
    found = evaluated(mapping, origin, directory, NOW, remembered=SEEN)

    (answer,) = explanation(mapping, origin, found)

    assert answer.holds is None
    told = "; ".join(one.why for one in leaves(answer.conditions))
    assert all(gap.why in told for gap in found.wanted.unknown)


def leaves(conditions):
    for one in conditions:
        yield from leaves(one.parts) if one.parts else (one,)


def scene_of(mapping, origin):
    step = origin.workflow.current[0] if origin.workflow is not None else None
    return Scene(origin, NOW, mapping.calendar("default"), step=step)


def test_the_nearest_name_is_named_by_itself():
    (answer,) = explained(workspace_rule(when={"attributes": {"Contract.Regoin": "EMEA"}}))

    assert (answer.holds, answer.conditions[0].nearest) == (None, "Contract.Region")


def test_any_and_not_show_what_stands_in_them():
    when = {
        "any": [{"attributes": {"Contract.Region": "APAC"}}, {"workspace_type": "Contract", "workspace": "Contract*"}],
        "not": {"attributes": {"Contract.Region": "US"}},
    }

    (answer,) = explained(workspace_rule(when=when))

    either, excluded = answer.conditions
    assert [(part.asked, part.holds) for part in either.parts] == [
        ("Contract.Region is APAC", False),
        ("all of this", True),
    ]
    assert [(part.asked, part.holds) for part in excluded.parts] == [("Contract.Region is US", False)]
    assert (either.holds, excluded.holds, answer.holds) == (True, True, True)


def test_the_parts_of_a_condition_come_to_what_the_engine_decides():
    for case, (when, origin, _) in GONE.items():
        mapping = mapping_of(step_rule(when=when) if origin.workflow is not None else workspace_rule(when=when))
        scene = scene_of(mapping, origin)
        parts = [part.holds for part in explain(mapping.rules[0].when, scene)]
        whole = False if False in parts else (None if None in parts else True)
        assert judge(mapping.rules[0].when, scene).holds is whole, case


def test_a_task_tells_its_own_condition_its_people_and_when_it_appears():
    rule = workspace_rule(
        {"assign": ["role:Legal"]},
        {"when": {"attributes": {"Contract.Region": "APAC"}}},
        {"due": {"on": "2027-06-30"}, "appears": {"from": "due", "days": -30}},
    )

    (answer,) = explained(rule)

    first, second, third = answer.tasks
    assert first.wanted == ("package|task-0",)
    assert first.people[0].startswith("role:Legal is lwhite")
    assert (second.holds, second.wanted, second.conditions[0].read) == (False, (), "EMEA")
    assert third.not_before is not None


def test_with_match_first_the_earlier_rule_is_the_reason():
    taker, later = workspace_rule(), {**workspace_rule(), "id": "late"}

    _, answer = explained(taker, later, match="first")

    assert (answer.rule, answer.holds, answer.why) == ("late", False, "an earlier rule applies (match: first)")


def test_rules_for_other_kinds_and_steps_that_do_not_wait_are_said_in_a_word():
    of_steps, of_workspaces = step_rule(), workspace_rule()
    answers_of = {
        "document": explained(of_steps, of_workspaces, origin=of_document()),
        "over": explained(of_steps, origin=of_workflow(status="completed")),
        "lacking": explained({**step_rule(), "on": "missing_document"}, origin=of_workspace(missing_documents=())),
    }

    assert [one.why for one in answers_of["document"]] == ["it is for steps of workflows", "it is for workspaces"]
    assert [one.why for one in answers_of["over"]] == ["the workflow is over"]
    assert [one.why for one in answers_of["lacking"]] == ["the workspace lacks no document"]


def test_a_rule_answers_for_each_step_and_each_missing_document():
    lacking = of_workspace(
        missing_documents=(MissingDocument(node_id=1, name="Contract.pdf"), MissingDocument(node_id=2, name="NDA.pdf"))
    )
    rule = {**step_rule(when={"document": "NDA*"}), "on": "missing_document"}

    contract, nda = explained(rule, origin=lacking)

    assert (contract.about, contract.holds) == ("the missing document 'Contract.pdf'", False)
    assert (nda.about, nda.holds, nda.tasks[0].item) == ("the missing document 'NDA.pdf'", True, "approval|2")


def test_tasks_for_rows_that_are_not_there_say_so():
    rule = workspace_rule({"for_each": "Contract.Nothing", "title": "Do {{ row.value }}"})

    (answer,) = explained(rule)

    assert [(one.item, one.holds) for one in answer.tasks] == [("package|task-0", False)]
