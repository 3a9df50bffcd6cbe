"""What a task shows of the record, and when a rule applies at all."""

import pytest

from shared.mapping.evaluation.compare import judge_value
from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.values import Value
from shared.mapping.evaluation.wanted import needs
from shared.mapping.language.calendar import Calendar
from shared.mapping.language.conditions import Test as AttributeTest
from shared.models.keys import OriginKind
from shared.models.opentext import AttributeType, Person
from shared.models.origin import Needs
from shared.models.workflow import WorkflowStatus
from tests.unit.mapping.mapping_world import (
    GROUP,
    NOW,
    document,
    mapping_of,
    of_document,
    of_workflow,
    of_workspace,
    step,
    step_rule,
    task_of,
    tasks_of,
    workspace_rule,
)

TWO = (document(7), document(9, name="Annex.pdf", version=0, rm_status="Final", holds=("Litigation", "Audit")))
LINES = {
    "version": (["Contract.docx: version 3", "Annex.pdf: no versions"]),
    "attribute:Contract.Approval": ["Approval: Pending"],
    "attribute:Contract.Region": ["Region: EMEA"],
    "attribute:Contract.None": ["None: not set"],
    "disposition": ["Disposition: Approve or Reject"],
    "performers": ["Performers: group Lawyers, Deke"],
    "next_step": ["Next step: Countersign"],
    "workflow_status": ["Workflow: late"],
    "workspace": ["Workspace: Contract 4600000044"],
    "rm_status": ["Records status of Contract.docx: none", "Records status of Annex.pdf: Final"],
    "holds": ["Holds of Contract.docx: none", "Holds of Annex.pdf: Litigation, Audit"],
    "classification": ["Classification of Contract.docx: none", "Classification of Annex.pdf: none"],
    "reserved": ["Reserved Contract.docx: no", "Reserved Annex.pdf: no"],
}


@pytest.mark.parametrize(("word", "lines"), LINES.items(), ids=LINES)
def test_context_lines_of_a_step(word, lines):
    at = step(performers=(Person(user_id=1, login="deke", name="Deke"),), group="Lawyers")
    origin = of_workflow(at, documents=TWO, status=WorkflowStatus.LATE)

    task = task_of(step_rule(context=[word], outcomes={"A": "Approve", "R": "Reject"}), origin=origin)

    assert list(task.context) == lines


def test_a_single_document_needs_no_name_in_its_lines():
    rule = {"id": "a", "on": "document", "plan": "contracts", "task": {"title": "x"}, "context": ["rm_status", "holds"]}

    assert task_of(rule, origin=of_document(rm_status="Draft")).context == ("Records status: Draft", "Holds: none")


@pytest.mark.parametrize(
    ("value", "shown"), [(True, "yes"), (False, "no"), (("a", "b"), "a, b"), (5, "5"), ((), "not set")]
)
def test_attribute_values_are_shown_to_people(value, shown):
    task = task_of(workspace_rule(context=["attribute:A.b"]), origin=of_workspace(attributes={"A.b": value}))

    assert task.context == (f"b: {shown}",)


def test_a_tasks_own_context_wins_over_the_rules():
    first, second = tasks_of(workspace_rule({"context": []}, {}, context=["workspace"]))

    assert (first.context, second.context) == ((), ("Workspace: Contract 4600000044",))


def test_a_step_links_to_its_documents_and_the_workflow_each_url_once():
    same = (document(7, url="https://a/1"), document(8, url="https://a/1"), document(9, url=""))
    task = task_of(step_rule(), origin=of_workflow(documents=same))

    assert [one.url for one in task.references] == ["https://a/1", "https://otcs.example/cs/cs/app/processes/5/5/1"]


def test_no_more_links_than_planner_takes():
    many = tuple(document(number) for number in range(1, 15))

    assert len(task_of(step_rule(), origin=of_workflow(documents=many)).references) == 10


WHEN = {
    "nothing": ({}, True),
    "type": ({"workspace_type": "Contract"}, True),
    "another type": ({"workspace_type": "Vendor"}, False),
    "one of the types": ({"workspace_type": ["Vendor", "Contract"]}, True),
    "a pattern": ({"workspace": "Contract 46*"}, True),
    "another pattern": ({"workspace": "Contract 47*"}, False),
    "a template": ({"template": 15615}, True),
    "another template": ({"template": [1, 2]}, False),
    "a classification": ({"classification": "Confidential"}, True),
    "another classification": ({"classification": "Public"}, False),
    "an attribute": ({"attributes": {"Contract.Region": "EMEA"}}, True),
    "all of several": ({"attributes": {"Contract.Region": "EMEA", "Contract.Value": {"max": 1}}}, False),
    "type and attribute": ({"workspace_type": "Vendor", "attributes": {"Contract.Region": "EMEA"}}, False),
}


@pytest.mark.parametrize(("when", "applies"), WHEN.values(), ids=WHEN)
def test_when_a_rule_applies(when, applies):
    attributes = {"Contract.Region": "EMEA", "Contract.Value": 5}
    origin = of_workspace(template_id=15615, classifications=("Confidential",), attributes=attributes)

    assert bool(tasks_of(workspace_rule(when=when), origin=origin)) is applies


STEP_WHEN = {
    "workflow and step": ({"workflow": "Contract Approval", "step": ["Approver", "Reviewer"]}, True),
    "another step": ({"workflow": "Contract Approval", "step": "Reviewer"}, False),
    "a document": ({"document": "*.docx"}, True),
    "another document": ({"document": "*.pdf"}, False),
    "a bracket is no pattern": ({"document": "Contract[.]docx*"}, False),
    "the document's attribute": ({"attributes": {"Contract.Approval": "Pending"}}, True),
    "the workspace's attribute": ({"attributes": {"Contract.Region": "EMEA"}}, True),
}


@pytest.mark.parametrize(("when", "applies"), STEP_WHEN.values(), ids=STEP_WHEN)
def test_when_a_step_rule_applies(when, applies):
    assert bool(tasks_of(step_rule(when=when), origin=of_workflow())) is applies


TESTS = {
    "equal": ("EMEA", "EMEA", True),
    "case counts": ("EMEA", "emea", False),
    "a number and its text": (5, "5", True),
    "a whole float": (5, 5.0, True),
    "true and its text": (True, "TRUE", True),
    "true is not one": (True, 1, False),
    "any of several values": ("b", ("a", "b"), True),
    "none of several values": ("c", ("a", "b"), False),
    "empty": ("a", None, False),
    "not": ({"not": ["Done", "Void"]}, "Open", True),
    "not, but it is": ({"not": "Open"}, "Open", False),
    "not, and empty": ({"not": "Open"}, "", True),
    "exists": ({"exists": True}, 0, True),
    "exists, but empty": ({"exists": True}, (), False),
    "is empty": ({"exists": False}, None, True),
    "is not empty": ({"exists": False}, "x", False),
    "at least": ({"min": 10_000}, "10000.5", True),
    "too small": ({"min": 10_000}, 9_999, False),
    "between": ({"min": 1, "max": 5}, (7, 3), True),
    "no value is between": ({"min": 4, "max": 5}, (3, 7), False),
    "a date before": ({"max": "2026-12-31"}, "2026-12-31T00:00:00", True),
    "a date after": ({"max": "2026-12-31"}, "2027-01-01", False),
    "several spellings of one text": ("Z\u00fcrich  Nord", "Zu\u0308rich\u00a0Nord ", True),
    "thousands with dots": ({"min": 100_000}, "1.000.000,00", True),
    "thousands with commas": ({"min": 100_000}, "1,000,000.00", True),
    "less, with commas": ({"min": 100_000}, "90,000.00", False),
    "thousands with hard spaces": ({"min": 100_000}, "1\u00a0000\u00a0000", True),
    "a number with two readings": ({"min": 100_000}, "500.000", None),
    "two readings, asked for exactly": (500_000, "500.000", None),
    "a number with its currency": ({"min": 100_000}, "EUR 250000", None),
    "text may mean a number": (5, "five", None),
    "or another": ({"not": 100_000}, "EUR 100000", None),
    "one of the numbers that are asked for": ([5, "five"], "five", True),
    "text may mean a day": ("2027-06-01", "01.06.2027", None),
    "or another day": ({"not": "2027-06-01"}, "June 1, 2027", None),
    "text may mean a truth": (True, "Yes", None),
    "or its contrary": ({"not": True}, "1", None),
    "another number all the same": ({"not": 100_000}, "5", True),
    "another day all the same": ({"not": "2027-06-01"}, "2027-06-02", True),
    "text is text": ({"not": "EMEA"}, "APAC", True),
    "thousands with the apostrophe that is set": ({"min": 100_000}, "1\u2019000\u2019000.00", True),
    "a sign that nobody sees": ("EMEA", "EM\u00adEA\u200b", True),
    "signs that belong to the letters": ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u062e", False),
    "blanks alone are nothing": ({"exists": True}, " \u00a0", False),
    "signs that nobody sees are nothing": ({"exists": True}, "\u200b\ufeff", False),
    "nothing that anybody sees does not exist": ({"exists": False}, "\u200b", True),
    "a day is no number": ({"min": 100_000}, "2027-01-01", None),
    "a number is no day": ({"max": "2026-12-31"}, 5, None),
    "not a number at all": ({"min": 1}, float("nan"), None),
    "one of several can't be compared, another passes": ({"min": 5}, ("much", 6), True),
    "one of several can't be compared, no other passes": ({"min": 5}, ("much", 4), None),
    "a day and the same with a time": ("2027-06-01", "2027-06-01T00:00:00", True),
    "not a day, with a time": ({"not": "2027-06-01"}, "2027-06-01T00:00:00", False),
    "a moment is a day of the zone": ("2027-06-01", "2027-06-01T23:30:00Z", True),
    "another day": ("2027-06-01", "2027-06-02T00:00:00", False),
    "no end is no day": ({"min": "today"}, "9999-12-31", False),
    "no end does not exist as a day": ({"exists": True, "max": {"today": 90}}, "1899-12-30T00:00:00", False),
    "until today": ({"max": "today"}, "2026-11-23", True),
    "within ninety days": ({"min": "today", "max": {"today": 90}}, "2027-02-21", True),
    "later than ninety days": ({"max": {"today": 90}}, "2027-02-22", False),
    "within months": ({"max": {"today": {"months": 1}}}, "2026-12-23", True),
    "empty is never in a range": ({"min": 0}, None, False),
    "is and exists": ({"is": "a", "exists": True}, "a", True),
}


@pytest.mark.parametrize(("test", "value", "expected"), TESTS.values(), ids=TESTS)
def test_tests_of_an_attribute(test, value, expected):
    scene = Scene(of_workspace(), NOW, Calendar())

    assert judge_value("C.A", AttributeTest.model_validate(test), Value(value), scene).holds is expected


NEEDS = {
    "nothing but the name": (workspace_rule(), OriginKind.WORKSPACE, {}),
    "roles": (workspace_rule({"assign": "role:Legal"}), OriginKind.WORKSPACE, {"roles": True}),
    "roles of a manager": (workspace_rule({"assign": "manager:role:Legal"}), OriginKind.WORKSPACE, {"roles": True}),
    "attribute in a template": (
        workspace_rule({"title": "{{ attributes['A.b'] }}"}),
        OriginKind.WORKSPACE,
        {"attributes": True},
    ),
    "attribute in a date": (
        workspace_rule({"due": {"from": "attribute:A.b"}}),
        OriginKind.WORKSPACE,
        {"attributes": True},
    ),
    "attribute in a condition of a task": (
        workspace_rule({"when": {"attributes": {"A.b": 1}}}),
        OriginKind.WORKSPACE,
        {"attributes": True},
    ),
    "attribute in a pause": (
        step_rule(pause={"attributes": {"A.b": 1}}),
        OriginKind.WORKFLOW,
        {"attributes": True, "workspace": True},
    ),
    "attribute in evidence": (
        workspace_rule(evidence={"folder": "attribute:A.b"}),
        OriginKind.WORKSPACE,
        {"attributes": True},
    ),
    "roles of an escalation": (
        step_rule(escalate=[{"after": {"days": 1}, "to": "role:Manager"}]),
        OriginKind.WORKFLOW,
        {"roles": True, "workspace": True},
    ),
    "roles of a condition": (
        step_rule(when={"not": {"role": {"Legal": {"exists": True}}}}),
        OriginKind.WORKFLOW,
        {"roles": True, "workspace": True},
    ),
    "the map of a workflow": (step_rule(when={"any": [{"map": "Approval"}]}), OriginKind.WORKFLOW, {"map": True}),
    "workspace of a workflow": (
        step_rule(when={"workspace_type": "Contract"}),
        OriginKind.WORKFLOW,
        {"workspace": True},
    ),
    "a plan of the workspace": (
        step_rule(plan={"per": "workspace", "group": GROUP}),
        OriginKind.WORKFLOW,
        {"workspace": True},
    ),
    "records status": (step_rule(context=["rm_status"]), OriginKind.WORKFLOW, {"records": True}),
    "records status in a template": (
        step_rule(task={"title": "{{ document.rm_status }}"}),
        OriginKind.WORKFLOW,
        {"records": True},
    ),
    "holds": (step_rule(task={"title": "x", "context": ["holds"]}), OriginKind.WORKFLOW, {"holds": True}),
    "classification": (
        workspace_rule(when={"classification": "Secret"}),
        OriginKind.WORKSPACE,
        {"classifications": True},
    ),
    "missing documents": (
        {"id": "a", "on": "missing_document", "plan": "contracts", "task": {"title": "x"}},
        OriginKind.WORKSPACE,
        {"missing_documents": True},
    ),
    "another kind's rule": (workspace_rule({"assign": "role:Legal"}), OriginKind.WORKFLOW, {}),
}


@pytest.mark.parametrize(("rule", "kind", "expected"), NEEDS.values(), ids=NEEDS)
def test_only_what_a_rule_uses_is_read(rule, kind, expected):
    """Each optional part costs calls."""
    assert needs(mapping_of(rule), kind) == Needs(**{"attributes": False, **expected})


TYPED = {
    "whole numbers have no decimals": ({"min": 100_000}, "500.000", AttributeType.INTEGER, True),
    "a date attribute that holds none": ("2027-06-01", "01.06.2027", AttributeType.DATE, None),
    "a date is no number": ({"min": 5}, "7", AttributeType.DATE, None),
    "numbers of one value": ("5", "5.0", AttributeType.NUMBER, True),
    "text of digits is text": ("5", "5.0", AttributeType.TEXT, False),
    "one is true where truth is kept": (True, 1, AttributeType.BOOLEAN, True),
}


@pytest.mark.parametrize(("test", "value", "kind", "expected"), TYPED.values(), ids=TYPED)
def test_a_value_is_compared_by_its_type(test, value, kind, expected):
    scene = Scene(of_workspace(), NOW, Calendar())

    assert judge_value("C.A", AttributeTest.model_validate(test), Value(value, kind), scene).holds is expected


def test_without_a_records_module_holds_are_not_known_which_is_not_none():
    rule = {"id": "r", "on": "document", "plan": "contracts", "task": {"title": "T"}, "context": ["rm_status", "holds"]}

    assert task_of(rule, origin=of_document(rm_status=None, holds=None)).context == (
        "Records status: not known",
        "Holds: not known",
    )
