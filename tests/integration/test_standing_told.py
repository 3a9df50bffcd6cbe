"""What one look meets and many share is told once: a name that is not there, a plan that can't be used, held items."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.simulators.faults import Fault, Faults
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.operations.troubles import read_troubles
from tests.repository import ROOT

END = START + timedelta(days=400)
MAPPING = (ROOT / "mapping.yaml").read_text()


class Case:
    """Contracts that are looked at under a mapping, which may change."""

    def __init__(self, folder):
        self.file = folder / "mapping.yaml"
        self.file.write_text(MAPPING)
        self.inside = Inside(self.file)
        self.origins = [
            f"workspace-{create_contract(self.inside.world, name, END)}" for name in ("One", "Two", "Three")
        ]

    async def look(self, *origins):
        for origin in origins or self.origins:
            message = OriginMessage(origin=origin, waited_for=WaitedFor.OPERATOR)
            self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    def map(self, old, new):
        self.file.write_text(MAPPING.replace(old, new))
        self.inside.at += timedelta(minutes=5)
        self.inside.reload(self.file, f"worker at {self.inside.at}")

    async def told(self, cause):
        return [one for one in await read_troubles(self.inside.services()) if one.cause is cause]


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


async def test_a_name_that_is_not_there_is_told_once_for_all_and_goes_with_the_one_that_told_it(case):
    case.map("{workspace_type: Contract}", "{workspace_type: Contract, attributes: {Contract.Regoin: EMEA}}")
    await case.look()

    (trouble,) = await case.told(Cause.NOT_KNOWN)
    assert (trouble.where, trouble.subject, trouble.example) == (Where.RULE, "contract-package", case.origins[0])
    assert "did you mean 'Contract.Region'?" in trouble.text

    services = case.inside.services()
    await services.troubles.is_over_at(Where.RULE, "contract-package", Cause.NOT_KNOWN, case.origins[1])
    assert len(await case.told(Cause.NOT_KNOWN)) == 1, "another origin does not speak for it"
    await services.troubles.is_over_at(Where.RULE, "contract-package", Cause.NOT_KNOWN, case.origins[0])
    assert await case.told(Cause.NOT_KNOWN) == []


async def test_the_origin_that_speaks_looks_again_within_the_hour(case):
    case.map("{workspace_type: Contract}", "{workspace_type: Contract, attributes: {Contract.Regoin: EMEA}}")
    await case.look()

    first, second = [await case.inside.services().origins.find_lease(one) for one in case.origins[:2]]
    assert "retry" in first.timers
    assert "retry" not in second.timers


async def test_a_plan_that_is_refused_before_anything_was_made_is_told_and_over_once_it_is_not(case):
    case.inside.world.graph.faults.add(Fault.status(403, path="/planner/plans", times=10**6))
    await case.look(case.origins[0])

    told = await case.told(Cause.NOT_ALLOWED)
    assert {one.where for one in told} == {Where.PLAN}
    assert any(one.subject.startswith("Contracts of group") for one in told)

    case.inside.world.graph.faults = Faults()
    case.inside.at += timedelta(minutes=20)
    await case.look(case.origins[0])
    assert await case.told(Cause.NOT_ALLOWED) == []


async def test_items_are_told_once_they_are_held_for_a_while_with_when_that_began(case):
    case.inside.world.graph.faults.add(Fault.status(403, method="POST", path="/planner/tasks", times=10**6))
    await case.look(case.origins[0])
    assert await case.told(Cause.HELD) == []

    case.inside.at += timedelta(minutes=21)
    await case.look(case.origins[0])

    (trouble,) = await case.told(Cause.HELD)
    assert (trouble.where, trouble.subject, trouble.since) == (Where.ITEM, "refused", START)
    case.inside.world.graph.faults = Faults()
    await case.look(case.origins[0])
    assert await case.told(Cause.HELD) == []


async def test_items_that_are_tried_hourly_already_are_told_before_they_are_held_for_an_hour(case):
    """An operator tries again and again within minutes: by itself the next look comes an hour later."""
    case.inside.world.graph.faults.add(Fault.status(403, method="POST", path="/planner/tasks", times=10**6))

    for _ in range(5):
        await case.look(case.origins[0])
        case.inside.at += timedelta(minutes=1)

    (trouble,) = await case.told(Cause.HELD)
    assert (trouble.subject, trouble.since) == ("refused", START)
