"""`mapping init` writes a first mapping from what both systems hold, and it holds."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.simulators.content_server.model import Attribute, AttributeSet
from manage import app
from shared import wiring
from shared.mapping.language.load import read_with_warnings
from shared.mapping.language.rules import StepRule
from tests.engine import engine
from tests.narrowing import each_as_a
from tests.wired import InsideWiring, engine_in_its_place

END = datetime(2028, 1, 31, tzinfo=UTC)
GROUP = ("--group", CONTRACTS_GROUP)


@pytest.fixture
def started():
    with engine_in_its_place() as one:
        yield one


@pytest.fixture
def contract(started):
    return create_contract(started.world, "Contoso", END)


def run(*arguments):
    return CliRunner().invoke(app, ["mapping", *map(str, arguments)], catch_exceptions=False)


def approval(started, contract, *, title="", starts=("Contract Approval",)):
    content = started.world.content
    document = content.add_document(contract, "Contract.docx", user="pwilliams")
    for name in starts:
        process = content.start_workflow(name, [document], initiator="pwilliams", managers=["bridge"])
        content.state.processes[process].name = title or name
    return process


@pytest.mark.parametrize("act_as", ["performer", "service", "none"])
def test_what_it_writes_passes_the_live_check_strictly(tmp_path, act_as):
    file = tmp_path / "first.yaml"
    started = engine(OPENTEXT_ACT_AS=act_as)
    with wiring.use(InsideWiring(started.inside)):
        approval(started, create_contract(started.world, "Contoso", END), title="Supply 4711")
        answer = run("init", "--to", file, "--type", "Contract", "--workflow", "Contract Approval", *GROUP)
        checked = run("check", file, "--live", "--strict")

    assert (answer.exit_code, answer.output) == (0, f"{file} is written; it holds\n")
    assert (checked.exit_code, "good: " in checked.output) == (0, True)


@pytest.mark.usefixtures("contract")
def test_it_names_what_was_found_in_comments_and_uses_a_date_and_the_leading_role(tmp_path):
    file = tmp_path / "first.yaml"
    run("init", "--to", file, "--type", "Contract", "--fallback", "legal-lead@contoso.example", *GROUP)
    text = file.read_text(encoding="utf-8")

    assert "#   roles: Manager, Finance, Legal" in text
    assert "Contract.End Date (date)" in text
    assert 'due: {from: "attribute:Contract.End Date", days: -30, adjust: previous, if_missing: hold}' in text
    assert 'assign: "role:Manager"' in text
    assert "fallback: legal-lead@contoso.example" in text


def test_a_waiting_step_becomes_a_rule_with_the_outcomes_that_it_offers(started, contract, tmp_path):
    file = tmp_path / "first.yaml"
    approval(started, contract)
    run("init", "--to", file, "--workflow", "Contract Approval", *GROUP)
    mapping, warnings = read_with_warnings(file.read_text(encoding="utf-8"))
    (rule,) = each_as_a(StepRule, mapping.rules)

    assert (rule.id, rule.when.map) == ("contract-approval-approver", ("Contract Approval",))
    assert list(rule.outcomes) == ["Approve", "Reject"]
    assert warnings == ()


def test_odd_names_are_written_so_that_they_are_read_as_they_are(started, tmp_path):
    content, file = started.world.content, tmp_path / "first.yaml"
    odd = 'Größe: "1" #2'
    content.add_category("Ä: b", [Attribute(odd), "{{ x }}", AttributeSet("Rows", (Attribute("A"),))])
    content.add_workspace_type("yes: #1")
    content.add_workspace_type("-")
    for kind in ("yes: #1", "-"):
        content.create_workspace(kind, kind, attributes={f"Ä: b.{odd}": "x"}, roles={"true": ["lwhite"]})
    answer = run("init", "--to", file, "--type", "yes: #1", "--type", "-", *GROUP)

    assert (answer.exit_code, answer.output) == (0, f"{file} is written; it holds\n")
    assert len({rule.id for rule in read_with_warnings(file.read_text(encoding="utf-8"))[0].rules}) == 2


def test_without_a_choice_it_lists_what_there_is_whatever_file_stands_there(started, contract, tmp_path):
    approval(started, contract, title="Supply 4711")
    (tmp_path / "first.yaml").write_text("mine")
    answer = run("init", "--to", tmp_path / "first.yaml")

    assert answer.exit_code == 2
    assert "workspace types: Contract\nworkflows: Contract Approval, Supply 4711\n" in answer.output


REFUSED = {
    "a type that is none": (
        ("--type", "Contrat", *GROUP),
        1,
        "--type: there is no 'Contrat'; did you mean 'Contract'?",
    ),
    "a workflow that is none": (("--workflow", "X", *GROUP), 1, "--workflow: there is no 'X'; there are: Contract App"),
    "no group": (("--type", "Contract"), 2, "--group: the id of the Entra group"),
    "a group that is none": (
        ("--type", "Contract", "--group", "33333333-3333-4333-8333-333333333333"),
        1,
        "--group: the plans of 33333333",
    ),
    "a sample that is none": (("--from-sample", "contract"), 1, "there is no 'contract'; there are: claims-handling"),
}


@pytest.mark.parametrize(("asked"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_there_is_named_and_nothing_is_written(started, contract, tmp_path, asked):
    approval(started, contract)
    (arguments, code, said), file = asked, tmp_path / "first.yaml"
    answer = run("init", "--to", file, *arguments)

    assert (answer.exit_code, file.exists()) == (code, False)
    assert said in answer.output


def test_a_file_that_exists_is_never_overwritten(contract, tmp_path):
    file = tmp_path / "first.yaml"
    file.write_text("mine")
    answer = run("init", "--to", file, "--type", "Contract", *GROUP)

    assert (answer.exit_code, file.read_text()) == (1, "mine")
    assert "name another file with --to" in answer.output


def test_a_group_with_several_plans_wants_one_chosen_and_one_without_gets_its_first(started, contract, tmp_path):
    started.world.graph.add_plan(CONTRACTS_GROUP, "Archive", ["Open"], {})
    started.world.graph.add_group(
        "New", list(started.world.users.values()), group_id="4" * 8 + GROUP[1][8:], has_app=True
    )
    several = run("init", "--to", tmp_path / "a.yaml", "--type", "Contract", *GROUP)
    chosen = run("init", "--to", tmp_path / "b.yaml", "--type", "Contract", "--plan", "Archive", *GROUP)
    none = run("init", "--to", tmp_path / "c.yaml", "--type", "Contract", "--group", "4" * 8 + GROUP[1][8:])

    assert (several.exit_code, "choose one: Archive, Contracts" in several.output) == (1, True)
    assert (chosen.exit_code, "title: Archive}" in (tmp_path / "b.yaml").read_text()) == (0, True)
    assert (none.exit_code, "title: OpenText, make: true}" in (tmp_path / "c.yaml").read_text()) == (0, True)


@pytest.mark.usefixtures("contract")
def test_a_sample_is_written_as_it_stands_and_what_is_otherwise_here_is_named(tmp_path):
    file = tmp_path / "first.yaml"
    answer = run("init", "--to", file, "--from-sample", "contract-renewal")

    assert answer.exit_code == 1
    assert "has no plan 'Renewals'" in answer.output
    assert file.read_text(encoding="utf-8").startswith("#")
