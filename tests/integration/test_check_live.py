"""`mapping check --live` asks both systems for every name of a file, and says what is not there."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from local.demo.world import create_contract
from local.simulators.content_server.model import Attribute, AttributeSet
from local.simulators.faults import Fault
from manage import app
from shared import wiring
from tests.engine import MAPPING, engine
from tests.integration.test_preview import Watch
from tests.wired import InsideWiring

END = datetime(2028, 1, 31, tzinfo=UTC)
TEXT = MAPPING.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def world():
    """The demo's company with a contract, an approval that waits, and a second kind of workspace."""
    started = engine()
    content = started.world.content
    space = create_contract(started.world, "Contoso", END)
    document = content.add_document(space, "Contract.docx", user="pwilliams")
    content.start_workflow("Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=space)
    milestones = AttributeSet("Milestones", (Attribute("Name"), Attribute("Due", "Date")))
    content.add_category(
        "Project", [milestones, Attribute("Countries", multi=True), "Lead", Attribute("Done", "Boolean")]
    )
    content.add_workspace_type("Project")
    content.create_workspace(
        "Project",
        "Bridge",
        attributes={"Project.Lead": "lwhite", "Project.Milestones[1].Name": "Start", "Project.Countries": ["AT"]},
        roles={"Lead": ["lwhite"]},
        user="pwilliams",
    )
    return started


@pytest.fixture
def checked(world, tmp_path):
    """Check a text live; the findings with their lines."""

    def check(text, *more):
        file = tmp_path / "mapping.yaml"
        file.write_text(text, encoding="utf-8")
        with wiring.use(InsideWiring(world.inside)):
            return CliRunner().invoke(app, ["mapping", "check", str(file), "--live", *more], catch_exceptions=False)

    return check


def line_of(text, word):
    return next(number for number, line in enumerate(text.split("\n"), 1) if word in line)


def told(answer):
    return json.loads(answer.output)["findings"]


def test_the_shipped_mapping_holds_against_the_demo(checked):
    answer = checked(TEXT, "--strict")

    assert (answer.exit_code, "good: 3 rules, 6 tasks" in answer.output) == (0, True)


CHANGED = {
    "a workspace type": ("workspace_type: Contract", "workspace_type: Contrat", "error", "did you mean 'Contract'?"),
    "a role": (
        'assign: "role:Legal"',
        'assign: "role:Leagl"',
        "error",
        "no workspace has a role 'Leagl'; did you mean",
    ),
    "an attribute of a date": (
        "attribute:Contract.End Date",
        "attribute:Contract.End Dat",
        "error",
        "Contract.End Dat is not there; did you mean 'Contract.End Date'?",
    ),
    "an attribute of a template": (
        "attributes['Contract.Value']",
        "attributes['Contract.Valeu']",
        "error",
        "Contract.Valeu is not there; did you mean 'Contract.Value'?",
    ),
    "a category": ("Contract.Review: Done", "Contrct.Review: Done", "error", "no category 'Contrct' is there; did you"),
    "an attribute of evidence": ("Contract.Decided", "Contract.Decidet", "error", "did you mean 'Contract.Decided'?"),
    "a date that is none": ("attribute:Contract.End Date", "attribute:Contract.Value", "error", "holds a whole number"),
    "a person that is a date": ("attribute:Contract.Owner", "attribute:Contract.End Date", "error", "it names nobody"),
    "a fallback": (
        "fallback: legal-lead@",
        "fallback: legal-laed@",
        "error",
        "legal-laed@contoso.example is not in the directory: what nobody else can be given goes to nobody",
    ),
    "a plan": ("title: Finance}", "title: Finances}", "error", "has no plan 'Finances'; did you mean 'Finance'?"),
    "a group": ("22222222-2222", "22222222-2223", "error", "can't be read"),
    "a bucket": ("bucket: Renewals", "bucket: Renewels", "warning", "will be made; did you mean 'Renewals'?"),
    "a bucket that is new": ("bucket: Renewals", "bucket: Quite Another", "note", "has no bucket 'Quite Another'"),
    "a label": (
        "bucket: Renewals",
        "labels: [Contracts]",
        "warning",
        "no label 'Contracts': tasks are made without it",
    ),
    "a workflow": (
        "workflow: Contract Approval",
        "workflow: Contract Aproval",
        "warning",
        "did you mean 'Contract App",
    ),
    "a map": (
        "workflow: Contract Approval",
        "map: Contract Aproval",
        "warning",
        "no workflow was seen to run on a map",
    ),
    "a step": ("step: Approver", "step: Aprover", "warning", "no step 'Aprover' was seen; did you mean 'Approver'?"),
    "an outcome": ("{Approve: Approve,", "{Aprove: Approve,", "error", "did you mean 'Approve'?"),
    "a template": ("workspace_type: Contract", "template: 15615", "error", "has the template 15615; templates: "),
    "a folder": ("workspace_type: Contract", "folder: 4711", "error", "node 4711 can't be read"),
    "a login": ("domain: contoso.example", "overrides: {lwhit: lwhite@contoso.example}", "warning", "no user 'lwhit'"),
    "a delegate": (
        "domain: contoso.example",
        "delegates: {lwhite: [x@contoso.example]}",
        "error",
        "x@contoso.example is",
    ),
    "a group that is assigned": (
        'assign: "role:Legal"',
        'assign: "group:33333333-3333-4333-8333-333333333333"',
        "error",
        "has no members, or is not there",
    ),
    "a value that never is": (
        "workspace_type: Contract}",
        "attributes: {Contract.Value: many}}",
        "error",
        "holds a whole number: no value is ever 'many'",
    ),
    "a bound of another kind": (
        "workspace_type: Contract}",
        "attributes: {Contract.End Date: {min: 5}}}",
        "error",
        "Contract.End Date holds a date: it can't be compared with min 5",
    ),
    "an attribute that only some types have": (
        "workspace_type: Contract}",
        "attributes: {Contract.Region: EMEA}}",
        "warning",
        "some workspaces of the type 'Project' do not have Contract.Region",
    ),
    "a set without its key": (
        '        title: "{{ workspace.name }}: legal review"',
        "        for_each: Project.Milestones\n        title: x",
        "error",
        "no category 'Project' is there",
    ),
}


@pytest.mark.parametrize(("old", "new", "severity", "said"), CHANGED.values(), ids=CHANGED)
def test_a_name_that_is_not_there_is_named_with_its_line_and_the_nearest_one(checked, old, new, severity, said):
    text = TEXT.replace(old, new, 1)
    answer = checked(text, "--format", "json")
    found = next(one for one in told(answer) if said in one["message"])

    assert (found["severity"], found["line"]) == (severity, line_of(text, new.split("\n")[0].strip()))
    assert answer.exit_code == (1 if severity == "error" else 0)


def test_a_rule_without_outcomes_for_a_step_that_wants_one_is_named(checked):
    text = TEXT.replace("outcomes: {Approve: Approve, Reject: Reject}", "four_eyes: true")
    (found,) = told(checked(text, "--format", "json"))

    assert (
        "the rule has no outcomes, and the step can only be completed with one of: Approve, Reject" in found["message"]
    )
    assert found["line"] == line_of(text, "- id: contract-approval")


ROWS = """\
version: 1
people: {nobody: unassigned}
plans: {contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}}
rules:
  - id: project
    on: workspace
    when: {workspace_type: Project}
    plan: contracts
    tasks:
      - key: milestone
        for_each: {of: Project.Milestones, key: Name}
        title: "{{ row.Name }}"
        due: {from: "attribute:row.Due"}
      - {key: country, for_each: Project.Countries, title: "{{ row.value }}"}
"""
OF_ROWS = {
    "as it is": ("", "", None),
    "a column": (
        "row.Due",
        "row.Duo",
        "Project.Milestones[x].Duo is not there; did you mean 'Project.Milestones[x].Due'?",
    ),
    "the column that names the row": ("key: Name", "key: Nam", "Project.Milestones[x].Nam is not there"),
    "a set without a key": ("{of: Project.Milestones, key: Name}", "Project.Milestones", "is a set: say which column"),
    "a key without a set": ("for_each: Project.Countries", "for_each: {of: Project.Countries, key: A}", "is no set"),
    "one value at most": (
        "for_each: Project.Countries",
        "for_each: Project.Lead",
        "Project.Lead holds one value at most",
    ),
    "truth is no person": (
        "key: country,",
        'key: country, assign: "attribute:Project.Done",',
        "true or false: it names",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), OF_ROWS.values(), ids=OF_ROWS)
def test_rows_and_columns_are_asked_for_too(checked, old, new, said):
    found = [one["message"] for one in told(checked(ROWS.replace(old, new, 1) if old else ROWS, "--format", "json"))]

    assert [said in one for one in found[:1]] == ([True] if said else [])


def test_two_attributes_of_one_name_are_ambiguous_and_named_by_their_keys(checked, world):
    content = world.world.content
    category = next(one for one in content.state.categories.values() if one.name == "Project")
    lead = next(one for one in category.attributes if one.name == "Lead")
    lead.name = "Countries"
    text = ROWS.replace("for_each: Project.Countries, title", "title").replace(
        "{{ row.value }}", "{{ attributes['Project.Countries'] }}"
    )
    try:
        answer = checked(text, "--format", "json")
    finally:
        lead.name = "Lead"

    (only,) = told(answer)
    assert "2 attributes are called Project.Countries" in only["message"]
    assert f"{category.id}_{lead.id}" in only["message"]


def test_nothing_is_written_anywhere(world, tmp_path):
    watch = Watch(world)
    with wiring.use(InsideWiring(world.inside)):
        answer = CliRunner().invoke(app, ["mapping", "check", str(MAPPING), "--live"], catch_exceptions=False)

    assert answer.exit_code == 0
    assert watch.requests
    assert watch.writes == []


def test_findings_of_the_systems_are_written_for_code_scanning(checked):
    answer = checked(TEXT.replace("role:Legal", "role:Leagl", 1), "--format", "sarif")
    (result,) = json.loads(answer.output)["runs"][0]["results"]

    assert (result["level"], answer.exit_code) == ("error", 1)
    assert "no workspace has a role 'Leagl'" in result["message"]["text"]


def test_a_system_that_does_not_answer_is_said_and_the_other_one_is_asked(checked, world):
    world.world.content.faults.add(Fault.status(503, times=1000))
    try:
        answer = checked(TEXT.replace("title: Finance}", "title: Finances}"), "--format", "json")
    finally:
        world.world.content.faults.queue.clear()
    said = [one["message"] for one in told(answer)]

    assert answer.exit_code == 1
    assert any(one.startswith("OpenText can't be asked") for one in said)
    assert any("has no plan 'Finances'" in one for one in said)


def test_what_a_server_can_not_tell_is_said_of_the_rule_that_needs_it(checked, world):
    content = world.world.content
    content.switch(records=False, running_list=False)
    text = TEXT.replace('"attribute:Contract.Region"', "holds", 1).replace("workflow: Contract Approval", "map: X", 1)
    try:
        world.forward(timedelta(hours=2))
        found = told(checked(text, "--format", "json"))
    finally:
        content.switch(records=True, running_list=True)
    said = {(one["line"], one["message"].partition(":")[0]) for one in found}

    assert (line_of(text, "- id: contract-package"), "the server does not tell holds") in said
    assert (line_of(text, "map: X"), "maps are not known on this server") in said
