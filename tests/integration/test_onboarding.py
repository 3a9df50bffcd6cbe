"""U5: one checklist over three plans, in stages; and a date on the record that moves its milestones."""

from typing import Any

import pytest
from rich.console import Console

from local.demo.narrator import DidNotHappenError, Teller
from local.demo.observe import due
from local.demo.stories import onboarding
from shared.models.link import LinkState
from tests.engine import engine

TICKS = 40


class Stage:
    """The engine where the story expects the whole system."""

    def __init__(self, started):
        self.world, self.content_url = started.world, "https://ecm.contoso.example/cs/cs"
        self.graph_url = "https://graph.microsoft.com"
        self._started = started

    async def hint(self, *, node_id):
        """Have the workspace looked at."""
        await self._started.look(f"workspace-{node_id}")
        await self._started.rest()


class Director(Teller):
    """Lets the engine's time pass where the story waits."""

    def __init__(self, started):
        super().__init__(Console(quiet=True), started.inside.now)
        self._started = started

    async def wait(self, for_what, look, *, seconds=60):
        for _ in range(TICKS):
            if found := look():
                return found
            await self._started.tick()
        raise DidNotHappenError(for_what)


@pytest.fixture(scope="module")
async def played():
    """Play the story of the demo, once."""
    started = engine(onboarding.MAPPING)
    stage: Any = Stage(started)  # has what the story asks of a whole system
    await onboarding.play(stage, Director(started))
    return started


def task_of(started, ending):
    (found,) = [task for task in started.world.graph.tasks.values() if task["title"].endswith(ending)]
    return found


def plan_of(started, ending):
    return started.world.graph.plans[task_of(started, ending)["planId"]]["title"]


async def links_of(started):
    (key,) = [origin async for origin in started.services.origins.list_origins()]
    links = await started.services.origins.find_links(key)
    return {item.partition("|")[2]: link for item, link in links.items()}


async def test_each_task_is_made_once_in_the_plan_of_its_department(played):
    endings = ("signed contract", "laptop", "desk and badge", "welcome", "end of probation")

    assert [plan_of(played, ending) for ending in endings] == [
        "New colleagues",
        "IT requests",
        "Facilities",
        "New colleagues",
        "New colleagues",
    ]
    assert len(played.world.graph.tasks) == 5


async def test_a_stage_waits_for_the_one_before_it(played):
    """The history tells in which order they were made."""
    (key,) = [origin async for origin in played.services.origins.list_origins()]
    entries = await played.services.origins.list_entries(key)
    order = [(entry.event.what, entry.event.item.partition("|")[2]) for entry in entries]
    order = [told for told in order if told[0] in ("created", "completed")]

    assert order.index(("completed", "contract")) < order.index(("created", "laptop"))
    assert order.index(("completed", "contract")) < order.index(("created", "desk"))
    assert order.index(("completed", "laptop")) < order.index(("created", "welcome"))
    assert order.index(("completed", "desk")) < order.index(("created", "welcome"))
    assert order.index(("completed", "welcome")) < order.index(("created", "probation"))


async def test_the_moved_date_moved_open_milestones_and_left_the_completed_one(played):
    """First day 2027-02-01, then 2027-02-08."""
    endings = ("signed contract", "laptop", "desk and badge", "welcome")

    assert [due(task_of(played, ending)) for ending in endings] == [
        "2027-01-11",
        "2027-02-03",
        "2027-02-04",
        "2027-02-08",
    ]


async def test_the_plan_that_the_rule_makes_was_made_once_with_its_buckets(played):
    graph = played.world.graph
    (plan,) = [key for key, plan in graph.plans.items() if plan["title"] == "IT requests"]

    assert set(graph.plan_buckets(plan)) == {"New", "Done"}


async def test_what_was_completed_is_so_for_both_sides(played):
    states = {item: link.state for item, link in (await links_of(played)).items()}

    assert states.pop("probation") is LinkState.OPEN
    assert set(states.values()) == {LinkState.COMPLETED}
