"""What the bridge writes on a record moves nothing: dates and ladders count from what people changed."""

from datetime import timedelta

import pytest
import yaml

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from tests.engine import AS_DEPLOYED

END = START + timedelta(days=400)
DUE = {"from": "modified", "days": 14, "when_done": "reopen"}
WRITES = {
    "an attribute": {"on_complete": {"set": {"Contract.Review": "Done"}}},
    "the attributes that link back": {
        "evidence": {"document": False, "attributes": {"status": "Contract.Task Status"}}
    },
    "its progress": {"progress": "Contract.Approval"},
}


class Case:
    """A contract whose review is due two weeks after its last change."""

    def __init__(self, folder, **how):
        evidence = how.pop("evidence", None)
        task = {"key": "review", "title": "{{ workspace.name }}", "assign": "role:Legal", "due": DUE, **how}
        rule = {"id": "package", "on": "workspace", "when": {"workspace_type": "Contract"}, "plan": "contracts"}
        rule |= {"tasks": [task]} | ({"evidence": evidence} if evidence else {})
        path = folder / "mapping.yaml"
        path.write_text(yaml.safe_dump({**yaml.safe_load((ROOT / "mapping.yaml").read_text()), "rules": [rule]}))
        self.inside = Inside(path, settings=AS_DEPLOYED)
        self.world = self.inside.world
        self.number = create_contract(self.world, "Supply", END)

    async def look(self, after=timedelta(), waited_for=WaitedFor.RESYNC):
        self.inside.at += after
        message = OriginMessage(origin=f"workspace-{self.number}", waited_for=waited_for)
        self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def complete(self):
        [task] = self.world.graph.tasks.values()
        self.world.graph.complete(self.world.users["lwhite"], task["id"])
        await self.look(timedelta(days=1))

    @property
    def task(self):
        [task] = self.world.graph.tasks.values()
        return task["percentComplete"], task["dueDateTime"][:10]

    async def state(self):
        [link] = (await self.inside.services().origins.find_links(f"workspace-{self.number}")).values()
        return link.state


@pytest.fixture(params=list(WRITES.values()), ids=list(WRITES))
async def case(request, tmp_path):
    """Made on the 23rd of November, due on the 7th of December."""
    one = Case(tmp_path, **request.param)
    await one.look()
    assert one.task == (0, "2026-12-07")
    return one


async def test_a_completion_stands_though_the_bridge_wrote_it_on_the_record(case):
    await case.complete()
    written = case.world.content.node(case.number)
    assert written.modified > START

    for _ in range(3):
        await case.look(timedelta(days=1))

    assert case.task == (100, "2026-12-07")
    assert await case.state() is LinkState.COMPLETED


async def test_what_people_change_after_it_is_a_movement(case):
    await case.complete()
    await case.look(timedelta(days=1))
    case.world.content.set_attribute("pwilliams", case.number, "Contract.Region", "DACH")
    await case.look()

    assert case.task == (0, "2026-12-09")
    await case.complete()
    await case.look(timedelta(days=1))
    assert case.task == (100, "2026-12-09")


async def test_another_worker_knows_it_too(case):
    await case.complete()
    case.inside.restart("another")
    await case.look(timedelta(days=2))

    assert case.task == (100, "2026-12-07")
