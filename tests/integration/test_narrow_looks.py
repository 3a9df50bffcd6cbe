"""A look that the read of a plan asked for: it reads what changed, and relies on nothing where that is not enough."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from local.simulators.graph import Graph
from shared.models.messages import PlanMessage
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.planner_writes import NewTask
from shared.models.troubles import Cause, Where
from shared.watchers.read_plan import read_plan
from tests.contracts import Requests, at_rest, mapping_of, plan_of
from tests.engine import Engine, engine

Touch: TypeAlias = Callable[[Graph, str, str], None]


@pytest.fixture
def mapping() -> Path:
    """Three tasks a contract."""
    return mapping_of(3)


@pytest.fixture
async def started(mapping: Path) -> Engine:
    """One contract, whose tasks are agreed on."""
    started = engine(mapping)
    await at_rest(started, 1)
    return started


def progress(started: Engine, task: str, percent: int) -> None:
    """Have a person work on a task."""
    started.world.graph.person_patch_task(started.world.users["lwhite"], task, percentComplete=percent)


async def agreed(started: Engine) -> dict[str | None, int]:
    """Return the progress that each link knows of, by task."""
    [origin] = [origin async for origin in started.services.origins.list_origins()]
    links = await started.services.origins.find_links(origin)
    return {link.task_id: link.base["progress"].got for link in links.values()}


async def test_only_the_task_that_changed_is_read_again(started: Engine) -> None:
    first, *others = list(started.world.graph.tasks)
    progress(started, first, 50)
    await read_plan(PlanMessage(plan=plan_of(started)), started.services)
    requests = Requests(started)
    await started.rest()
    assert requests.by_method == {"GET": 2}
    assert await agreed(started) == {first: 50, **dict.fromkeys(others, 0)}


async def test_a_change_that_comes_while_the_message_travels_is_found_by_the_next_read(started: Engine) -> None:
    first, second, _ = list(started.world.graph.tasks)
    progress(started, first, 50)
    await read_plan(PlanMessage(plan=plan_of(started)), started.services)
    progress(started, second, 50)
    await started.rest()
    assert (await agreed(started))[second] == 0
    await read_plan(PlanMessage(plan=plan_of(started)), started.services)
    await started.rest()
    assert (await agreed(started))[second] == 50


async def test_the_first_look_under_another_mapping_reads_every_task(started: Engine) -> None:
    first = next(iter(started.world.graph.tasks))
    progress(started, first, 50)
    await read_plan(PlanMessage(plan=plan_of(started)), started.services)
    started.inside.reload(mapping_of(3, more=", priority: urgent"), "another")
    await started.inside.drain()
    assert {task["priority"] for task in started.world.graph.tasks.values()} == {1}


async def late_copy(started: Engine, title: str) -> str:
    """Have a POST of the bridge's arrive that nobody waits for any more; return its id."""
    first = next(task for task in started.world.graph.tasks.values() if task["title"] == title)
    posted = NewTask(
        plan_id=first["planId"],
        title=title,
        bucket_id=first["bucketId"],
        assignees=tuple(first["assignments"]),
    )
    [made] = await started.services.planner.create_tasks([posted])
    assert isinstance(made, PlannerTask)
    await started.tick()
    return made.id


async def test_an_untouched_late_copy_is_deleted_by_the_next_read(started: Engine) -> None:
    copy = await late_copy(started, "Contract 0: task 1")
    for _ in range(8):
        await started.tick()
    assert copy not in started.world.graph.tasks
    assert len(started.world.graph.tasks) == 3


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(lambda graph, user, task: graph.edit_description(user, task, "I began"), id="a description"),
        pytest.param(lambda graph, user, task: graph.person_patch_task(user, task, percentComplete=50), id="progress"),
    ],
)
async def test_a_late_copy_that_somebody_worked_on_stays_and_is_told(
    started: Engine, touch: Callable[[Graph, str, str], None]
) -> None:
    copy = await late_copy(started, "Contract 0: task 1")
    touch(started.world.graph, started.world.users["lwhite"], copy)
    for _ in range(8):
        await started.tick()
    trouble = await started.services.troubles.find(Where.PLAN, plan_of(started), Cause.TWIN)
    assert copy in started.world.graph.tasks
    assert trouble is not None
    assert "that somebody worked on" in trouble.text


async def test_a_task_of_our_making_that_names_its_item_is_known_by_that(started: Engine) -> None:
    first = next(iter(started.world.graph.tasks))
    user = started.world.users["lwhite"]
    [made] = await started.services.planner.create_tasks([NewTask(plan_id=plan_of(started), title="Under a new title")])
    details = (await started.services.planner.read_details([first]))[first]
    assert isinstance(made, PlannerTask)
    assert isinstance(details, PlannerDetails)
    assert details.description is not None
    started.world.graph.edit_description(user, made.id, details.description)
    for _ in range(10):
        await started.tick()
    trouble = await started.services.troubles.find(Where.PLAN, plan_of(started), Cause.TWIN)
    assert trouble is not None
    assert f"is a copy of {first} that somebody worked on" in trouble.text
