"""What an operator types: status, dead letters, replay, back-fill. Over the whole bridge in memory."""

import asyncio
from contextlib import ExitStack
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from manage import app
from shared import wiring
from shared.models.messages import AgendaEntry, OriginMessage
from shared.models.words import Scope, WaitedFor
from shared.operations.dead_letters import bury

END = START + timedelta(days=400)


class InsideWiring:
    """The wiring that commands find: a bridge in memory, which nobody has to close."""

    def __init__(self, inside):
        self.storage, self.services = inside.storage, inside.services

    async def close(self):
        """Nothing was opened."""


@pytest.fixture
def inside():
    """Put a bridge in memory in the place of the environment's."""
    one = Inside(ROOT / "mapping.yaml")
    with ExitStack() as stack:
        stack.enter_context(wiring.use(InsideWiring(one)))
        yield one


def manage(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, arguments)


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

    assert "1 of back-fill" in answer.output
    assert "2026-11-23 09:00:00 UTC" in answer.output
    assert "held 2, open 2" in answer.output
    assert f"workspace-{workspace}" in answer.output
    assert "dead letters" in answer.output


def test_a_pause_is_shown_while_it_lasts(inside):
    asyncio.run(inside.services().gates.close("graph", inside.at + timedelta(minutes=5), now=inside.at))

    assert "graph asked for a pause" in manage("status", "--no-links").output


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

    answer = manage("rebuild")

    assert answer.exit_code == 0, answer.output
    assert "2 plans, 1 origins: 4 tasks linked, 0 were already." in answer.output
    assert "Start the app now" in answer.output


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
