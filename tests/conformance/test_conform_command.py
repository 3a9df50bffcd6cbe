"""What an operator types, and what he gets: safe first, then the report."""

import asyncio
import json

import pytest
import yaml

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import START
from local.simulators.faults import Fault
from shared.conformance.allowed import workspace_refusals
from shared.conformance.report import Report
from shared.mapping.language.load import read_mapping
from tests.conformance.bench import Bench
from tests.conformance.commanded import conform, everything, over


def wrote(bench):
    """Name what was sent that could change anything; signing in and reading by POST do not."""
    harmless = ("GET", "POST /otdsws", "POST /v1.0/$batch", "POST /cs/cs/api/v2/members/proxies")
    return [call for call in bench.calls if not call.startswith(harmless)]


def test_without_being_pointed_at_anything_it_only_reads():
    with over(Bench()) as bench:
        create_contract(bench.world, "Supply", START)
        answer = conform()

    assert answer.exit_code == 0, answer.output
    assert "content-workspace-type" in answer.output
    assert "planner-create-answers" not in answer.output
    assert wrote(bench) == []


def test_read_only_writes_nothing_whatever_was_named():
    with over(Bench()) as bench:
        answer = conform(*everything(bench), "--read-only")

    assert answer.exit_code == 0, answer.output
    assert wrote(bench) == []


def test_a_dry_run_prints_the_requests_and_sends_none():
    with over(Bench()) as bench:
        answer = conform(*everything(bench), "--dry-run")

    assert answer.exit_code == 0
    assert "  PATCH planner/tasks/{id}\n" in answer.output
    assert "131 beliefs" in answer.output
    assert bench.calls == []


def test_it_says_what_it_will_make_and_asks_first():
    with over(Bench()) as bench:
        answer = conform(*everything(bench), stdin="n\n")

    assert answer.exit_code == 1
    assert "23 workflows" in answer.output
    assert f"plan {bench.ids.plan}" in answer.output
    assert wrote(bench) == []


def test_all_is_asked_and_nothing_is_left():
    with over(Bench()) as bench:
        answer = conform(*everything(bench), stdin="y\n")

    assert answer.exit_code == 0, answer.output
    assert "131 as believed, 0 differs, 0 can't tell" in answer.output
    assert bench.left() == []


def test_one_belief_can_be_asked_for_alone():
    with over(Bench()) as bench:
        answer = conform(*everything(bench), "--only", "planner-title-trimmed", "--yes")

    assert "1 as believed" in answer.output
    assert bench.left() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--only", "planner-title-trimed"], "neither a belief", id="no such belief"),
        pytest.param(["--workflow-map", "7"], "needs --workspace", id="a map without a workspace"),
    ],
)
def test_what_is_not_meant_is_refused_with_the_cure(words, said):
    with over(Bench()) as bench:
        answer = conform(*words)

    assert answer.exit_code == 2
    assert said in answer.output
    assert bench.calls == []


@pytest.mark.parametrize(
    ("person", "said"),
    [
        pytest.param(["--assignee", "nobody@contoso.example"], "is not in the directory", id="assignee"),
        pytest.param(["--performer", "nobody"], "there is no user 'nobody'", id="performer"),
    ],
)
def test_people_who_are_not_there_are_named(person, said):
    with over(Bench()) as bench:
        answer = conform("--plan", bench.ids.plan, *person, "--yes")

    assert answer.exit_code == 1
    assert said in answer.output
    assert wrote(bench) == []


def test_a_plan_that_the_mapping_uses_is_refused():
    with over(Bench()) as bench:
        plan = next(key for key, one in bench.world.graph.plans.items() if one["title"] == "Contracts")
        answer = conform("--plan", plan, "--yes")

    assert answer.exit_code == 1
    assert "the mapping puts tasks into this plan (plans.contracts)" in answer.output
    assert wrote(bench) == []


def test_a_workspace_that_the_mapping_uses_is_refused():
    with over(Bench()) as bench:
        contract = create_contract(bench.world, "Supply", START)
        answer = conform("--workspace", contract, "--yes")

    assert answer.exit_code == 1
    assert "may apply to workspaces of type 'Contract'" in answer.output
    assert wrote(bench) == []


def test_a_map_that_the_mapping_uses_is_refused():
    with over(Bench()) as bench:
        used = next(key for key, one in bench.world.content.state.maps.items() if one.name == "Contract Approval")
        answer = conform("--workspace", bench.ids.workspace, "--workflow-map", used, "--yes")

    assert answer.exit_code == 1
    assert "may apply to workflows of map 'Contract Approval'" in answer.output
    assert wrote(bench) == []


async def test_what_an_earlier_run_left_is_named_and_taken_away_first():
    bench = Bench()
    await bench.box.task("left")
    with over(bench):
        asked = [*everything(bench), "--only", "planner-create-answers", "--yes"]
        # The command runs a loop of its own.
        answer = await asyncio.to_thread(lambda: conform(*asked))

    assert "Left by an earlier run" in answer.output
    assert "task 'Conformance check 0123abcd left" in answer.output
    assert bench.left() == []


def test_the_report_says_first_what_differs_and_what_that_means(tmp_path):
    told, page = tmp_path / "report.json", tmp_path / "report.html"
    with over(Bench(otherwise=("planner-priority-normalised", "content-proxy", "workflow-form-offers"))) as bench:
        answer = conform(*everything(bench), "--yes", "--json", told, "--html", page)

    report = Report.model_validate_json(told.read_text())
    first = report.lines[:3]

    assert answer.exit_code == 1
    assert {line.belief for line in first} == {"planner-priority-normalised", "content-proxy", "workflow-form-offers"}
    assert all(line.verdict == "differs" and line.means and line.code for line in first)
    by_belief = {line.belief: line for line in first}
    assert by_belief["content-proxy"].here == "OTDS_IMPERSONATION=token-exchange is in force, so proxy is not used"
    assert by_belief["workflow-form-offers"].here == "rules contract-approval, contract-countersign rest on it"
    assert by_belief["planner-priority-normalised"].seen == "2 became 2, 7 became 7, 10 became 10"
    assert report.versions == {"Microsoft Graph": "v1.0", "Content Server": "24.4"}
    assert page.read_text().index("What differs: 3") < page.read_text().index("As believed: 128")


def test_a_report_names_no_person_no_host_and_no_id(tmp_path):
    told, page = tmp_path / "report.json", tmp_path / "report.html"
    bench = Bench(otherwise=("content-proxy", "content-absent-words", "otds-token-exchange"))
    bench.world.graph.faults.add(
        Fault.status(403, path="/planner/tasks", times=3, body=refusal("nkaur@contoso.example", bench.ids.plan))
    )
    with over(bench):
        conform(*everything(bench), "--yes", "--json", told, "--html", page)

    text = told.read_text() + page.read_text()
    ids = bench.ids
    secret = [
        "nkaur",
        "Nina",
        "lwhite",
        "127.0.0.1",
        CONTRACTS_GROUP,
        ids.plan,
        str(ids.workspace),
        *bench.targets.assignees,
    ]

    assert "can't tell" in text
    assert [one for one in secret if one in text] == []


def refusal(*words):
    return json.dumps({"error": {"code": "", "message": f"not allowed: {' '.join(words)}"}}).encode()


def test_rules_that_take_every_workspace_leave_none_for_a_sandbox():
    """Nobody can say that a rule without a type does not apply."""
    rule = {"id": "all", "on": "workspace", "plan": "p", "tasks": [{"key": "a", "title": "A"}]}
    text = yaml.safe_dump({"version": 1, "plans": {"p": {"id": "x" * 28}}, "rules": [rule]})

    assert next(iter(workspace_refusals(read_mapping(text, "mapping.yaml", {}), "Sandbox"))).startswith(
        "rule all may apply"
    )
