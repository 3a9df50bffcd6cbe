"""Round trips: what making a workspace's tasks, an unchanged plan and a completed approval cost in calls."""

import asyncio
from datetime import timedelta

from local.demo.world import create_contract
from local.simulators.faults import Fault
from shared.models.link import LinkState
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from shared.watchers.read_plan import read_plan
from tests.benchmarks.ratios import Ratio
from tests.contracts import END, mapping_of, must, spent, write_mapping
from tests.engine import Engine, engine

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


def measure() -> list[Ratio]:
    """Count the calls of three everyday works; each worker has already seen the people and plans concerned."""
    return asyncio.run(_measure())


async def _measure() -> list[Ratio]:
    return [*await _ten_items(), *await _lost_items(), *await _unchanged_plan(), *await _completed_approval()]


async def _ten_items() -> list[Ratio]:
    started = engine(mapping_of(ITEMS))
    warm = create_contract(started.world, "Warm", END)
    await started.look(f"workspace-{warm}")
    workspace = create_contract(started.world, "Ten", END)
    before = started.calls()
    await started.look(f"workspace-{workspace}")
    cost = spent(started, before)
    made = [task for task in started.world.graph.tasks.values() if task["title"].startswith("Ten")]
    must(len(made) == ITEMS, f"{len(made)} tasks were made instead of {ITEMS}")
    return [
        Ratio(f"a workspace with {ITEMS} items: Graph", cost["graph"], 3, "round trips"),
        Ratio(f"a workspace with {ITEMS} items: OpenText", cost["opentext"], 2, "round trips"),
        Ratio(f"a workspace with {ITEMS} items: tables", cost["tables"], 30, "round trips"),
    ]


async def _lost_items() -> list[Ratio]:
    """Lose the answer to a POST of ten, in a plan that holds 2,000 tasks of people; count what settling them costs."""
    started = engine(mapping_of(ITEMS))
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
    cost = spent(started, before)
    made = [task["title"] for task in world.graph.tasks.values() if task["title"].startswith("Ten")]
    links = await started.services.origins.find_links(origin)
    states = {link.state for link in links.values()}
    must(len(made) == ITEMS and states == {LinkState.OPEN}, f"not settled: {made}, {states}")
    return [
        Ratio(f"settling {ITEMS} lost tasks among 2,000 of people: Graph", cost["graph"], 25, "calls"),
        Ratio(f"settling {ITEMS} lost tasks among 2,000 of people: tables", cost["tables"], 60, "calls"),
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
    cost = spent(started, before)
    return [
        Ratio("reading an unchanged plan of one page: Graph", cost["graph"], 1, "calls"),
        Ratio("reading an unchanged plan: tables", cost["tables"], 1, "calls"),
    ]


async def _completed_approval() -> list[Ratio]:
    started = engine(write_mapping(APPROVAL))
    origin, task = await approval(started)
    reviewer = started.world.users["dfoxhoven"]
    started.world.graph.tick(reviewer, task, "Approve")
    started.world.graph.complete(reviewer, task)
    # A worker asks for the gates and for the mapping in force once in five seconds, for all that it does in them.
    await started.services.gates.find_closed(started.services.now())
    await started.services.in_force.ask()
    before = started.calls()
    await started.look(origin, WaitedFor.CHANGED)
    sent = spent(started, before)
    again = [OriginMessage.model_validate_json(text) for text in started.inside.origins.messages]
    must([one.origin for one in again] == [origin], f"one look was to follow at once: {again}")
    await reconcile(again[0], started.services)
    whole = spent(started, before)
    states = {link.state for link in (await started.services.origins.find_links(origin)).values()}
    must(states == {LinkState.COMPLETED}, f"the second look did not see the step advanced: {states}")
    return [
        Ratio("a completed approval, decided and sent on: OpenText", sent["opentext"], 6, "calls"),
        Ratio("a completed approval, seen to have advanced as well: OpenText", whole["opentext"], 6 + 3, "calls"),
        Ratio("a completed approval, both looks: Graph", whole["graph"], 2, "calls"),
        Ratio("a completed approval, both looks: tables", whole["tables"], 14, "calls"),
    ]


async def approval(started: Engine) -> tuple[str, str]:
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
