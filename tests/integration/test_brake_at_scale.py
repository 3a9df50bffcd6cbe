"""Of a thousand tasks whose value changes at once a tenth ends; the rest waits and is told, until it is released."""

import asyncio
from datetime import UTC, datetime

from typer.testing import CliRunner

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.simulators.content_server.process import MapStep, WorkflowMap
from manage import app
from shared import wiring
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from tests.engine import engine
from tests.wired import InsideWiring

RECORDS, TASKS = 10, 100
WORKFLOWS, STEPS = 25, 20
HEAD = f"version: 1\nplans: {{contracts: {{group: {CONTRACTS_GROUP}, title: Contracts}}}}\nrules:\n"
PACKAGE = """\
  - id: package
    on: workspace
    when: {workspace_type: Contract, attributes: {Contract.Region: EMEA}}
    plan: contracts
    tasks:
"""
TASK = "      - {{key: task-{0}, title: Task {0}, references: []}}\n"
APPROVAL = "  - {id: approval, on: step, plan: contracts, task: {title: Approve, references: []}}\n"


def started_with(tmp_path, rules):
    file = tmp_path / "mapping.yaml"
    file.write_text(HEAD + rules, encoding="utf-8")
    return engine(file)


async def links_of(started):
    return [link async for _, link in started.services.origins.list_links()]


async def look_at(started, origins):
    for origin in origins:
        await started.look(origin)
    return await links_of(started)


def run(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def count(links, state, hold=None):
    return sum(link.state is state and link.hold is hold for link in links)


def test_of_a_thousand_tasks_whose_value_changes_a_tenth_ends_and_the_rest_is_released_by_the_command(tmp_path):
    started = started_with(tmp_path, PACKAGE + "".join(map(TASK.format, range(TASKS))))
    end = datetime(2028, 1, 31, tzinfo=UTC)
    numbers = [create_contract(started.world, f"Supply {number}", end) for number in range(RECORDS)]
    origins = [f"workspace-{number}" for number in numbers]
    opened = asyncio.run(look_at(started, origins))
    for number in numbers:
        started.world.content.set_attribute("pwilliams", number, "Contract.Region", "APAC")
    braked = asyncio.run(look_at(started, origins))
    waiting = [link for link in braked if link.hold is HoldCause.BRAKE]

    assert count(opened, LinkState.OPEN) == RECORDS * TASKS == 1000
    assert (count(braked, LinkState.CLOSED), count(braked, LinkState.OPEN, HoldCause.BRAKE)) == (100, 900)
    assert "Contract.Region is 'APAC'" in waiting[0].reason
    with wiring.use(InsideWiring(started.inside)):
        told, released, quiet = run("brake", "list"), run("brake", "release", "package"), run("brake", "list")
    del started.inside.origins.messages[1:]
    asyncio.run(started.rest())
    after = asyncio.run(links_of(started))

    assert (told.exit_code, told.output) == (1, "package: held since 2026-11-23 09:00 UTC\n")
    assert (released.output, quiet.output) == ("released; 9 origins will be looked at\n", "no rule is held\n")
    assert (count(after, LinkState.CLOSED), count(after, LinkState.OPEN, HoldCause.BRAKE)) == (200, 800)


async def test_five_hundred_approvals_whose_workflows_end_at_once_are_no_matter_for_the_brake(tmp_path):
    started = started_with(tmp_path, APPROVAL)
    content = started.world.content
    steps = tuple(MapStep(number + 1, f"Step {number}", "dfoxhoven") for number in range(STEPS))
    content.define_map(WorkflowMap("Many", steps, start=tuple(range(1, STEPS + 1))))
    processes = [
        content.start_workflow("Many", [], initiator="pwilliams", managers=["bridge"]) for _ in range(WORKFLOWS)
    ]
    origins = [f"workflow-{number}" for number in processes]
    opened = await look_at(started, origins)
    for number in processes:
        content.stop_workflow(number)
    ended = await look_at(started, origins)

    assert count(opened, LinkState.OPEN) == WORKFLOWS * STEPS == 500
    assert (count(ended, LinkState.CLOSED), await started.services.brakes.list_all()) == (500, {})
