"""What stood in the way of a plan or a rule is told no more once the mapping has neither."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import Inside
from shared.mapping.language.yaml_tree import read_tree
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause
from shared.operations.troubles import read_troubles

MAPPING = f"""\
version: 1
limits: {{closings: 2}}
plans:
  contracts: {{group: {CONTRACTS_GROUP}, title: Contracts}}
rules:
  - id: package
    on: workspace
    when: {{workspace_type: Contract, attributes: {{Contract.Region: EMEA}}}}
    plan: contracts
    tasks: [{{key: review, title: "{{{{ workspace.name }}}}: review"}}]
"""


class Case:
    """Some contracts, each with its task, and a mapping file that can be edited."""

    def __init__(self, folder):
        self.file = folder / "mapping.yaml"
        self.file.write_text(MAPPING)
        self.inside = Inside(self.file)
        self.graph, self.content = self.inside.world.graph, self.inside.world.content
        end = datetime(2028, 6, 30, tzinfo=UTC)
        self.workspaces = [create_contract(self.inside.world, f"Supply {number}", end) for number in range(5)]

    @property
    def plan(self):
        return next(plan["id"] for plan in self.graph.plans.values() if plan["title"] == "Contracts")

    async def edit(self, change):
        data = read_tree(MAPPING).data
        change(data)
        self.file.write_text(json.dumps(data))
        self.inside.reload(self.file, "a later worker")
        await self.look()

    async def look(self):
        for workspace in self.workspaces:
            self.inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
        await self.inside.drain()

    async def wait(self, hours):
        await self.inside.pass_time(timedelta(minutes=30), times=2 * hours)

    async def causes(self):
        return {trouble.cause for trouble in await read_troubles(self.inside.services())}


@pytest.fixture
async def case(tmp_path):
    one = Case(tmp_path)
    await one.look()
    return one


async def test_a_deleted_plan_is_told_until_nothing_asks_for_it_any_more(case):
    gone = case.plan
    case.graph.add_plan(CONTRACTS_GROUP, "Contracts 2", [])
    case.graph.delete_plan(gone)
    await case.wait(1)
    assert Cause.GONE in await case.causes()

    await case.edit(lambda data: data["plans"]["contracts"].update(title="Contracts 2"))
    await case.wait(4)

    assert await case.causes() == set()
    assert gone not in [row.plan_id async for row in case.inside.services().plans.list_all()]
    links = [link async for _, link in case.inside.services().origins.list_links()]
    assert [(link.state, link.plan_id == gone) for link in links] == [(LinkState.OPEN, False)] * 5


async def test_a_deleted_plan_that_the_mapping_names_is_told_though_nothing_lies_there(case):
    gone = case.plan
    await case.edit(lambda data: data["plans"].update(contracts={"id": gone}))
    case.graph.delete_plan(gone)
    await case.wait(4)

    assert Cause.GONE in await case.causes()


async def test_a_rule_that_the_file_drops_takes_its_brake_along(case):
    for workspace in case.workspaces:
        case.content.set_attribute("pwilliams", workspace, "Contract.Region", "APAC")
    await case.look()
    assert await case.causes() == {Cause.BRAKE}
    await case.wait(4)
    assert await case.causes() == {Cause.BRAKE}

    await case.edit(lambda data: data["rules"][0].update(id="renamed"))
    await case.wait(2)

    assert await case.causes() == set()
