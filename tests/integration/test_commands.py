"""What an operator types: status, dead letters, replay, back-fill. Over the whole bridge in memory."""

import asyncio
import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from local.demo.world import create_contract
from local.in_process.system import START
from local.local_system import ROOT
from manage import app
from shared.models.holds import HoldCause
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.troubles import Cause, Where
from shared.models.words import Scope, WaitedFor
from shared.operations.app_state import note_app
from shared.operations.dead_letters import bury
from shared.store.plans import PlanRow
from tests.build import link, wanted
from tests.integration.operating import in_its_place, manage

END = START + timedelta(days=400)


@pytest.fixture
def inside():
    """Put a bridge in memory in the place of the environment's."""
    with in_its_place() as one:
        yield one


def queued(inside):
    return [OriginMessage.model_validate_json(message) for message in inside.origins.messages]


def test_status_of_a_bridge_that_never_ran(inside):
    answer = manage("status")

    assert answer.exit_code == 0
    assert "origins 0, plans 0" in answer.output
    assert "0 due, 0 later, 0 of back-fill" in answer.output


def test_status_says_what_waits_what_is_paused_and_what_is_held(inside):
    services = inside.services()

    async def happen():
        await services.agenda.put(
            AgendaEntry(at=inside.at, origin="workspace-1", waited_for=WaitedFor.RETRY), inside.at
        )
        await services.agenda.put(
            AgendaEntry(at=inside.at, origin="workspace-2", waited_for=WaitedFor.RETRY, bulk=True), inside.at
        )
        await services.agenda.put(
            AgendaEntry(at=inside.at + timedelta(hours=1), origin="workspace-1", waited_for=WaitedFor.RESYNC), inside.at
        )
        await services.gates.close("opentext", inside.at + timedelta(minutes=5), now=inside.at)
        await bury("origins", OriginMessage(origin="workspace-9").model_dump_json(), services)

    asyncio.run(happen())
    workspace = create_contract(inside.world, "Full", END)
    inside.world.graph.rules.limits.active_tasks_in_plan = 1
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    inside.at += timedelta(minutes=10)
    asyncio.run(inside.drain())

    answer = manage("status")

    assert answer.exit_code == 1, "a dead letter waits for a person"
    assert "system opentext: throttled" not in answer.output, "the pause is over"
    assert "2 items, refused: Planner refused a change." in answer.output
    assert "1 of back-fill" in answer.output
    assert "2026-11-23 09:00:00 UTC" in answer.output
    assert "held 2, open 2" in answer.output
    assert f"workspace-{workspace}" in answer.output
    assert "dead letters" in answer.output


def test_a_pause_is_shown_while_it_lasts(inside):
    asyncio.run(inside.services().gates.close("graph", inside.at + timedelta(minutes=5), now=inside.at))

    answer = manage("status", "--no-links")

    assert answer.exit_code == 0, "a pause passes by itself"
    assert "system graph: throttled" in answer.output
    assert "next try: 2026-11-23 09:05:00 UTC" in answer.output


def test_status_names_each_trouble_with_its_error_and_what_heals_it(inside):
    services = inside.services()
    asyncio.run(services.sign_in_gates.refused("service", inside.at, "[/b] wrong password"))
    asyncio.run(services.troubles.tell(Where.SYSTEM, "settings", Cause.SETTINGS, "GRAPH_CLIENT_STATE: x", inside.at))
    inside.at += timedelta(minutes=3)

    answer = manage("status", "--no-links")

    assert answer.exit_code == 1
    assert "system sign-in-service: sign_in, for 3 min, met 1 times. It refuses the bridge's sign-in." in answer.output
    assert "last error: [/b] wrong password" in answer.output, "nothing in it is taken for markup"
    assert "mend the setting that is named" in answer.output


def test_status_for_machines_is_one_document(inside):
    asyncio.run(inside.services().sign_in_gates.refused("service", inside.at, "wrong password"))

    answer = manage("status", "--json")

    told = json.loads(answer.output)
    assert (answer.exit_code, told["needs_person"]) == (1, True)
    ((trouble,), holds) = told["troubles"], told["holds"]
    assert (trouble["cause"], trouble["next_try"]) == ("sign_in", "2026-11-23T09:05:00Z")
    assert trouble["heals"]
    assert holds == []


def test_status_into_a_pipe_is_not_cut(inside):
    long = "x" * 400
    asyncio.run(inside.services().troubles.tell(Where.SYSTEM, "write_back", Cause.FAILED, long, inside.at))

    answer = CliRunner(env={"COLUMNS": "40"}).invoke(app, ["status", "--no-links"])

    assert long in answer.output


def test_status_says_when_the_app_swept_and_under_which_mapping(inside):
    asyncio.run(note_app(inside.services()))

    answer = manage("status", "--no-links")

    assert inside.services().mapping_hash in answer.output
    assert "last sweep             2026-11-23 09:00:00 UTC" in answer.output


def test_gates_are_listed_and_opened_by_name(inside):
    services = inside.services()
    asyncio.run(services.gates.close("graph", inside.at + timedelta(minutes=5), now=inside.at, why="429"))

    listed, opened, again = manage("gate", "list"), manage("gate", "open", "graph"), manage("gate", "open", "nobody")

    assert "graph: until 2026-11-23 09:05:00 UTC, since 2026-11-23 09:00:00 UTC: 429" in listed.output
    assert (opened.exit_code, again.exit_code) == (0, 1)
    assert "0 gates are closed" in manage("gate", "list").output


def test_storage_that_hangs_is_said_within_seconds(inside, monkeypatch):
    async def silent(*_):
        await asyncio.sleep(60)

    monkeypatch.setattr("commands.session.STORAGE_SECONDS", 0.05)
    monkeypatch.setattr(inside.services().gates, "find", silent)

    answer = manage("status")

    assert answer.exit_code == 1
    assert "storage did not answer within" in answer.output


def test_the_doctor_says_what_fails_and_what_to_do(inside):
    answer = manage("doctor", "--mapping", str(ROOT / "mapping.yaml"))

    assert answer.exit_code == 1
    assert "ok   storage: as it should be" in answer.output
    assert "FAIL graph: 403" in answer.output
    assert "grant-graph-permissions" in answer.output
    assert "WARN settings: LEASE_SECONDS" in answer.output
    assert "WARN mapping in force: the app never swept" in answer.output


def test_the_doctor_compares_the_mapping_at_hand_with_the_apps(inside, tmp_path):
    asyncio.run(note_app(inside.services()))
    other = tmp_path / "other.yaml"
    other.write_text((ROOT / "mapping.yaml").read_text() + "# changed\n")

    same, changed = (
        manage("doctor", "--mapping", str(ROOT / "mapping.yaml"), "--json"),
        manage("doctor", "--mapping", str(other)),
    )

    (found,) = [one for one in json.loads(same.output) if one["name"] == "mapping in force"]
    assert (found["verdict"], found["text"]) == ("ok", f"{inside.services().mapping_hash} since 2026-11-23 09:00 UTC")
    assert "WARN mapping in force: the app runs under" in changed.output


def test_replay_queues_an_origin_for_a_complete_look(inside):
    answer = manage("replay", "--origin", "workspace-28866")

    assert answer.exit_code == 0
    assert [(message.origin, message.waited_for, message.scope) for message in queued(inside)] == [
        ("workspace-28866", WaitedFor.OPERATOR, Scope.RESYNC)
    ]


@pytest.mark.parametrize("origin", ["28866", "folder-1", "workspace-0"])
def test_replay_refuses_what_is_no_origin(inside, origin):
    answer = manage("replay", "--origin", origin)

    assert answer.exit_code == 1
    assert "--origin" in answer.output
    assert not inside.origins.messages


@pytest.fixture
def letters(inside):
    """Two messages died: one of ours, one of nobody's."""

    async def die():
        await bury("origins", OriginMessage(origin="workspace-9").model_dump_json(), inside.services())
        await bury("origins", "not one of ours", inside.services())
        return [dead.key for dead in await inside.services().agenda.list_dead()]

    return asyncio.run(die())


def test_dead_letters_are_listed_with_the_command_that_tries_again(inside, letters):
    answer = manage("dead", "list")

    assert "2 dead letters" in answer.output
    assert "python manage.py replay --origin workspace-9" in answer.output
    assert all(key in answer.output for key in letters)


def test_all_letters_are_sent_again_but_those_that_are_no_messages(inside, letters):
    answer = manage("dead", "replay", "--all")

    assert [message.origin for message in queued(inside)] == ["workspace-9"]
    assert "it stays" in answer.output
    assert answer.exit_code == 1
    assert "1 dead letters" in manage("dead", "list").output


def test_a_letter_is_dropped(inside, letters):
    assert manage("dead", "drop", letters[0]).exit_code == 0
    assert "1 dead letters" in manage("dead", "list").output
    assert not inside.origins.messages


@pytest.mark.parametrize("arguments", [(), ("key", "--all"), ("no-such-key",)])
def test_which_letters_must_be_said(inside, letters, arguments):
    assert manage("dead", "drop", *arguments).exit_code == 1


def test_a_dry_run_counts_looks_into_a_sample_and_writes_nothing(inside):
    for number in range(12):
        create_contract(inside.world, f"Old {number}", END)

    answer = manage("backfill", "--rule", "contract-package", "--since", "2026-01-01", "--dry-run", "--sample", "3")

    assert answer.exit_code == 0, answer.output
    assert "12 workspaces since 2026-01-01" in answer.output
    assert "about 48 new tasks in all" in answer.output
    assert not inside.account.tables.get("agenda")
    assert not inside.world.graph.tasks


def test_a_back_fill_hands_on_every_origin_behind_everything_else(inside):
    made = [create_contract(inside.world, f"Old {number}", END) for number in range(3)]

    answer = manage("backfill", "--rule", "contract-package", "--since", "2026-01-01")

    assert "3 handed on" in answer.output
    due = asyncio.run(inside.services().agenda.due(inside.at))
    assert sorted(entry.entry.origin for entry in due) == sorted(f"workspace-{number}" for number in made)
    assert all(entry.entry.bulk for entry in due)


def test_a_back_fill_of_steps_takes_the_workflows_that_wait(inside):
    workspace = create_contract(inside.world, "Old", END)
    document = inside.world.content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
    process = inside.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )

    assert "0 workflows" in manage("backfill", "--rule", "contract-approval", "--since", "2027-01-01").output
    assert "1 handed on" in manage("backfill", "--rule", "contract-approval", "--since", "2026-01-01").output
    due = asyncio.run(inside.services().agenda.due(inside.at))
    assert [entry.entry.origin for entry in due] == [f"workflow-{process}"]


@pytest.mark.parametrize(
    ("rule", "problem"), [("no-such-rule", "there is no rule 'no-such-rule'; there are: contract-package")]
)
def test_a_rule_that_is_not_there_is_named_with_those_that_are(inside, rule, problem):
    answer = manage("backfill", "--rule", rule, "--since", "2026-01-01")

    assert answer.exit_code == 1
    assert problem in answer.output


def test_rebuild_links_what_it_finds_and_says_what_comes_next(inside):
    workspace = create_contract(inside.world, "Supply", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    asyncio.run(inside.drain())
    inside.account.tables.clear()

    unsure, answer = manage("rebuild", "--yes"), manage("rebuild", "--yes", "--stopped")

    assert unsure.exit_code == 1
    assert "nothing here says whether the app runs: set BRIDGE_PAUSED=true" in unsure.output
    assert answer.exit_code == 0, answer.output
    assert "2 plans, 1 origins: 4 items linked, 0 were already" in answer.output
    assert "Let the app go on now" in answer.output


def test_rebuild_waits_for_an_app_that_runs(inside):
    asyncio.run(note_app(inside.services()))

    answer = manage("rebuild", "--yes", "--stopped")

    assert answer.exit_code == 1
    assert "the app swept at 09:00 UTC and is not paused" in answer.output


def test_status_tells_what_the_mapping_let_go_and_what_ends_it(inside, tmp_path):
    workspace = create_contract(inside.world, "Supply", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    asyncio.run(inside.drain())
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text((ROOT / "mapping.yaml").read_text().replace("id: contract-package", "id: another-package"))
    inside.reload(mapping, "with another rule")
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    asyncio.run(inside.drain())

    assert "4 of rule contract-package: put it back, or `mapping apply --withdraw" in manage("status").output


def test_rebuild_does_not_say_start_while_a_plan_is_not_listed(inside):
    plan = next(plan for plan, body in inside.world.graph.plans.items() if body["title"] == "Contracts")
    inside.world.graph.hide(plan)

    answer = manage("rebuild", "--yes", "--stopped")
    stated = manage("rebuild", "--yes", "--stopped", "--gone", "Contracts")

    assert answer.exit_code == 1
    assert "NOT PROVEN" in answer.output
    assert "Let the app go on" not in answer.output
    assert stated.exit_code == 0


def test_settings_may_come_from_a_file(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"Values": {"AzureWebJobsStorage": "nonsense"}}')

    answer = manage("--settings", str(file), "status")

    assert answer.exit_code == 1
    assert "AzureWebJobsStorage" in answer.output


def test_a_file_that_holds_no_settings_is_said():
    answer = manage("--settings", "mapping.yaml", "status")

    assert answer.exit_code == 2
    assert '"Values"' in answer.output


def test_what_is_held_is_replayed_by_cause_rule_and_plan(inside):
    async def hold():
        services = inside.services()
        held = await services.origins.take("workspace-5", inside.at)
        target = link(wanted(), state="reserved", plan_id="plan-1").held(HoldCause.TARGET, "gone", inside.at)
        await held.commit(links=[target], now=inside.at, release=True)

    asyncio.run(hold())

    assert "nothing is held so" in manage("replay", "--held", "--cause", "capacity").output
    assert manage("replay", "--held", "--rule", "another").exit_code == 1
    assert "workspace-5 is queued" in manage("replay", "--held", "--cause", "target", "--plan", "plan-1").output
    (message,) = queued(inside)
    assert (message.waited_for, message.frees) == (WaitedFor.OPERATOR, HoldCause.TARGET)


@pytest.mark.parametrize("words", [(), ("--held", "--origin", "workspace-1"), ("--cause", "target")])
def test_a_replay_that_does_not_say_what_is_refused(inside, words):
    assert manage("replay", *words).exit_code == 2


def test_a_plan_is_read_at_an_operators_word(inside):
    asyncio.run(inside.services().plans.save(PlanRow(plan_id="plan-1", next_read=inside.at), etag=None))

    assert "plan plan-1 is queued" in manage("replay", "--plan", "plan-1").output
    assert len(inside.plans.messages) == 1


def test_a_rule_that_has_nothing_to_withdraw_is_said_by_the_exit_code(inside):
    answer = manage("mapping", "apply", "--yes", "--withdraw", "no-such-rule")

    assert answer.exit_code == 1
    assert "0 of 0 released tasks of rule 'no-such-rule'" in answer.output


def test_a_rule_that_is_not_held_can_not_be_released(inside):
    answer = manage("brake", "release", "no-such-rule")

    assert answer.exit_code == 1
    assert "rule 'no-such-rule' is not held; held: none" in answer.output


def test_an_origin_without_a_history_is_an_error(inside):
    answer = manage("evidence", "show", "--origin", "workspace-1")

    assert answer.exit_code == 1
    assert "workspace-1 has no history" in answer.output


def test_a_history_is_whole_lines_in_a_pipe(inside):
    workspace = create_contract(inside.world, "Supply [/b] " + "x" * 120, END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    asyncio.run(inside.drain())

    answer = CliRunner(env={"COLUMNS": "40"}).invoke(app, ["evidence", "show", "--origin", f"workspace-{workspace}"])

    assert "Supply [/b] " + "x" * 120 in answer.output


def test_origins_that_can_not_be_looked_at_are_told_by_cause(inside):
    workspace = create_contract(inside.world, "Supply", END)

    async def refused(method, path, query, headers, body):
        return 403, {"content-type": "application/json"}, b'{"error": "made up"}'

    inside.content = refused
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    asyncio.run(inside.drain())

    answer = manage("status")

    assert "Can't be looked at, by cause" in answer.output
    assert f"e.g. workspace-{workspace}: " in answer.output
