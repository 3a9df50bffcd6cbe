"""Round trips: what making a workspace's tasks, an unchanged plan and a completed approval cost in calls."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.demo.world import create_contract
from local.simulators.faults import Fault
from shared.models.link import LinkState
from shared.models.messages import PlanMessage
from shared.models.words import WaitedFor
from shared.watchers.read_plan import read_plan
from tests.benchmarks.ratios import Ratio
from tests.engine import Engine, engine

END = datetime(2028, 1, 31, tzinfo=UTC)
ITEMS = 10
APPROVAL = """version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: approval
    on: step
    when: {workflow: Contract Approval, step: Approver}
    plan: contracts
    task: {title: "Approve {{ document.name }}", bucket: Approvals}
    outcomes: {Approve: Approve, Reject: Reject}
    context: [version]
"""
TEN = """version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: ten
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
"""


def measure() -> list[Ratio]:
    """Count the calls of three everyday works; each worker has already seen the people and plans concerned."""
    return asyncio.run(_measure())


async def _measure() -> list[Ratio]:
    return [*await _ten_items(), *await _lost_items(), *await _unchanged_plan(), *await _completed_approval()]


async def _ten_items() -> list[Ratio]:
    started = engine(_mapping_of_ten())
    warm = create_contract(started.world, "Warm", END)
    await started.look(f"workspace-{warm}")
    workspace = create_contract(started.world, "Ten", END)
    before = started.calls()
    await started.look(f"workspace-{workspace}")
    spent = _spent(started, before)
    made = [task for task in started.world.graph.tasks.values() if task["title"].startswith("Ten")]
    if len(made) != ITEMS:
        message = f"{len(made)} tasks were made instead of {ITEMS}"
        raise AssertionError(message)
    return [
        Ratio(f"a workspace with {ITEMS} items: Graph", spent["graph"], 3, "round trips"),
        Ratio(f"a workspace with {ITEMS} items: OpenText", spent["opentext"], 2, "round trips"),
        Ratio(f"a workspace with {ITEMS} items: tables", spent["tables"], 30, "round trips"),
    ]


async def _lost_items() -> list[Ratio]:
    """Lose the answer to a POST of ten, in a plan that holds 2,000 tasks of people; count what settling them costs."""
    started = engine(_mapping_of_ten())
    world = started.world
    warm = create_contract(world, "Warm", END)
    await started.look(f"workspace-{warm}")
    await started.rest()
    plan = next(iter(world.graph.tasks.values()))["planId"]
    for number in range(2000):
        world.graph.person_create_task(world.users["lwhite"], plan, f"Of a person {number}")
    origin = f"workspace-{create_contract(world, 'Ten', END)}"
    world.graph.faults.add(Fault.dropped(method="POST", path="/$batch", after=True))
    await started.look(origin)
    started.forward(timedelta(minutes=3))
    await started.services.gates.find_closed(started.services.now())
    before = started.calls()
    await started.look(origin, WaitedFor.SETTLE)
    spent = _spent(started, before)
    made = [task["title"] for task in world.graph.tasks.values() if task["title"].startswith("Ten")]
    links = await started.services.origins.find_links(origin)
    if len(made) != ITEMS or {link.state for link in links.values()} != {LinkState.OPEN}:
        message = f"not settled: {made}, {[link.state for link in links.values()]}"
        raise AssertionError(message)
    return [
        Ratio(f"settling {ITEMS} lost tasks among 2,000 of people: Graph", spent["graph"], 25, "calls"),
        Ratio(f"settling {ITEMS} lost tasks among 2,000 of people: tables", spent["tables"], 60, "calls"),
    ]


async def _unchanged_plan() -> list[Ratio]:
    started = engine()
    workspace = create_contract(started.world, "Plan", END)
    await started.look(f"workspace-{workspace}")
    for _ in range(3):
        await started.tick()
    plan = next(iter(started.world.graph.plans))
    before = started.calls()
    await read_plan(PlanMessage(plan=plan), started.services)
    spent = _spent(started, before)
    return [
        Ratio("reading an unchanged plan of one page: Graph", spent["graph"], 1, "calls"),
        Ratio("reading an unchanged plan: tables", spent["tables"], 1, "calls"),
    ]


async def _completed_approval() -> list[Ratio]:
    started = engine(_mapping(APPROVAL))
    origin, task = await _approval(started)
    reviewer = started.world.users["dfoxhoven"]
    started.world.graph.tick(reviewer, task, "Approve")
    started.world.graph.complete(reviewer, task)
    # A worker looks the gates up once in five seconds, for all that it does in them.
    await started.services.gates.find_closed(started.services.now())
    before = started.calls()
    await started.look(origin, WaitedFor.CHANGED)
    spent = _spent(started, before)
    return [
        Ratio("a completed approval, decided and sent on: OpenText", spent["opentext"], 6, "calls"),
        Ratio("a completed approval, decided and sent on: Graph", spent["graph"], 2, "calls"),
        # Six to decide; its own effects are the timer, the intent, the link, the index and the timer taken back.
        Ratio("a completed approval, decided and sent on: tables", spent["tables"], 6 + 5, "calls"),
    ]


async def _approval(started: Engine) -> tuple[str, str]:
    """Bring an approval to the moment before its reviewer decides; everything that is cached is."""
    world = started.world
    workspace = create_contract(world, "Contoso", END)
    document = world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    # The first one is decided too: its reviewer's session is open then.
    for number in range(2):
        process = world.content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
        )
        await started.look(f"workflow-{process}")
        await started.rest()
        started.forward(timedelta(seconds=30))
        if number == 0:
            first = next(key for key, task in world.graph.tasks.items() if task["title"].startswith("Approve"))
            world.graph.tick(world.users["dfoxhoven"], first, "Approve")
            world.graph.complete(world.users["dfoxhoven"], first)
            await started.look(f"workflow-{process}")
    task = [key for key, task in world.graph.tasks.items() if task["title"].startswith("Approve")][-1]
    return f"workflow-{process}", task


def _spent(started: Engine, before: dict[str, int]) -> dict[str, int]:
    return {name: count - before[name] for name, count in started.calls().items()}


def _mapping(text: str) -> Path:
    file = Path(tempfile.mkdtemp()) / "mapping.yaml"
    file.write_text(text)
    return file


def _mapping_of_ten() -> Path:
    """Write a mapping whose one rule makes ten tasks."""
    tasks = "".join(
        f"      - {{key: t{n}, title: '{{{{ workspace.name }}}}: task {n}', bucket: Review, assign: 'role:Legal'}}\n"
        for n in range(ITEMS)
    )
    return _mapping(TEN + tasks)
