"""
Plots whose moment lies between two calls of one look: a mix by name plays them.

What is done there, the read before it can't have shown, and the write after it does not tell.
"""

import asyncio
import re
from collections.abc import Callable

from local.simulators.faults import HTML, Fault
from tests.simulation.looking import claim_of
from tests.simulation.planner_acts import delete_task
from tests.simulation.plots import Plot, countersign
from tests.simulation.stage import Scene, Stage
from tests.simulation.world import INITIATOR

AWAY = Fault((503, {"content-type": "text/html"}, HTML))
WRITTEN = 20.0
"""Seconds: by then the bridge has shown another version."""
YOUNG, LINGERING = 900.0, 10.0
SHORT, LATE = 160.0, 25.0
"""Seconds of a look's 180, and fewer than after which Graph's client gives up."""
THAWED = 150.0
SHORT_PAUSE, LONG_PAUSE, HEARD = 20, 600, 10.0
"""Seconds that are asked for; and by when every worker knows of it."""
EDITED = "Edited before it was known"


async def complete_while_it_is_not_answered(stage: Stage) -> None:
    """The task is completed just before it shows another version, and the read that would show that fails."""
    if (scene := await countersign(stage)) is None:
        return

    def act() -> None:
        scene.complete(scene.reviewer)
        stage.lie_in_wait("graph GET", lambda path: path.endswith(f"/tasks/{scene.task}"), lambda: AWAY)

    stage.lie_in_wait("graph PATCH", _details_of(scene), act)
    scene.upload()
    scene.notice()
    await asyncio.sleep(WRITTEN)
    scene.notice()
    await scene.end()


async def complete_what_is_opened_again(stage: Stage) -> None:
    """Who may decide completes what was just opened again, before it shows the version that came meanwhile."""
    if (scene := await countersign(stage)) is None:
        return
    scene.complete(INITIATOR)
    scene.upload()
    stage.lie_in_wait("graph PATCH", _details_of(scene), lambda: scene.complete(scene.reviewer))
    scene.notice()
    await asyncio.sleep(WRITTEN)
    scene.notice()
    await scene.end()


async def edit_what_was_just_made(stage: Stage) -> None:
    """Somebody edits a task that was made a moment ago, and its plan is read before the bridge has linked it."""
    people, graph, who = stage.people, stage.world.graph, "nkaur"
    # Of a record's task: that of a step is read once more when it shows for the first time what is to be decided.
    old = people.some_task(lambda task: bool(task["title"] == "Legal review"))
    if old is None:
        return
    origin, _ = claim_of(stage.world, old["id"])
    delete_task(people, old)
    known = set(graph.tasks)

    def act() -> None:
        for task_id in sorted(set(graph.tasks) - known):
            graph.person_patch_task(people.user(who), task_id, title=EDITED)
            people.note("edited", who, task=task_id, field="title", value=EDITED)
            stage.have_read(graph.tasks[task_id]["planId"])
        stage.faults.linger(LINGERING)

    stage.lie_in_wait("graph POST", _makes, act, is_after=True)
    stage.notice(origin)
    # A young task that answers 404 is not believed to be deleted.
    await stage.until(lambda: bool(set(graph.tasks) - known), seconds=YOUNG)


async def let_time_run_short(stage: Stage) -> None:
    """Storage answers so late that little time is left for a POST, and the answer to that is late as well."""
    asked = re.compile(rf"/(workflows|processes)/.*\b{stage.begin()}\b").search

    def post() -> None:
        stage.faults.answer_late(LATE)

    def wait() -> None:
        stage.faults.linger(SHORT)
        stage.lie_in_wait("graph POST", _makes, post, is_after=True)

    stage.lie_in_wait("opentext GET", lambda path: asked(path) is not None, wait)
    await asyncio.sleep(SHORT + LATE)


async def freeze_before_it_posts(stage: Stage) -> None:
    """A worker is frozen at the very moment of its POST, until others have looked after what it had in hand."""
    stage.faults.freeze_before("POST /v1.0/planner/tasks$")
    stage.begin()
    await asyncio.sleep(THAWED)


async def ask_for_pauses(stage: Stage) -> None:
    """Both systems ask to be left alone, OpenText for longer; then there is news of everything."""
    stage.lie_in_wait("opentext GET", lambda path: "/workflows/" in path, lambda: _throttled(LONG_PAUSE))
    stage.begin()
    await asyncio.sleep(HEARD)
    stage.lie_in_wait("graph GET", lambda path: path.endswith("/tasks"), lambda: _throttled(SHORT_PAUSE))
    stage.have_read(stage.world.plans[0])
    await asyncio.sleep(HEARD)
    for origin in stage.world.origins:
        stage.notice(origin)
    await asyncio.sleep(LONG_PAUSE + HEARD)


def _throttled(seconds: int) -> Fault:
    return Fault((429, {"content-type": "application/json", "Retry-After": str(seconds)}, b"{}"))


def _makes(path: str) -> bool:
    return path.endswith("/planner/tasks")


def _details_of(scene: Scene) -> Callable[[str], bool]:
    return lambda path: f"/tasks/{scene.task}/details" in path


FINER_PLOTS: tuple[Plot, ...] = (
    complete_while_it_is_not_answered,
    complete_what_is_opened_again,
    edit_what_was_just_made,
    let_time_run_short,
    freeze_before_it_posts,
    ask_for_pauses,
)
