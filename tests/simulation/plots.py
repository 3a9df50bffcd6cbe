"""
Attacks on an approval that take several steps: each goes to the one moment at which a single check stands in its way.

Some lie in wait for a call of the bridge and act at that very moment, others between a tick and a completion, or before
the bridge looks. None of them asks what the bridge makes of it: that is for `advances` to judge.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tests.simulation.adversaries import rewrite
from tests.simulation.stage import Scene, Stage
from tests.simulation.world import APPROVER, COUNTERSIGN, INITIATOR

SETTLED = 100.0
"""Seconds: by then the bridge has asked what became of a send-on."""

BURIED = 160.0
"""Seconds: by then a worker that died was found dead, and what it had in hand is looked at again."""

Plot = Callable[[Stage], Awaitable[None]]


async def complete_what_the_reviewer_ticked(stage: Stage) -> None:
    """A stranger completes the task when the reviewer has ticked, and not decided yet."""
    if (scene := await stage.find()) is None:
        return
    scene.tick(scene.reviewer, scene.outcome)
    scene.complete(scene.stranger)
    scene.notice()
    await scene.end()


async def tick_what_the_reviewer_completes(stage: Stage) -> None:
    """A stranger's tick stands when the reviewer completes."""
    if (scene := await stage.find()) is None:
        return
    scene.tick(scene.stranger, scene.outcome)
    scene.complete(scene.reviewer)
    scene.notice()
    await scene.end()


async def tick_after_the_completion(stage: Stage) -> None:
    """Another one who may decide ticks when the reviewer has completed without a tick."""
    scene = await stage.find()
    if scene is None or scene.reviewer != "dfoxhoven":
        return
    scene.tick(scene.reviewer)
    scene.complete(scene.reviewer)
    await asyncio.sleep(1.0)
    scene.tick("deputy", scene.outcome)
    scene.notice()
    await scene.end()


async def tick_both(stage: Stage) -> None:
    """The reviewer leaves both outcomes ticked."""
    if (scene := await stage.find()) is None:
        return
    scene.decide(scene.reviewer, scene.outcome, scene.other)
    await scene.end()


async def tick_a_line_that_was_rewritten(stage: Stage) -> None:
    """A line that reads like the other outcome is the one that the reviewer ticks."""
    if (scene := await stage.find()) is None:
        return
    rewrite(stage.people, scene.stranger, scene.task, scene.other, reads=scene.outcome)
    key = stage.world.graph.checklist_key(scene.task, scene.outcome)
    scene.tick(scene.reviewer)
    stage.world.graph.tick(stage.people.user(scene.reviewer), scene.task, key)
    scene.complete(scene.reviewer)
    scene.notice()
    await scene.end()


async def upload_before_the_look(stage: Stage) -> None:
    """Another version appears when the decision was made, and the bridge has not looked yet."""
    if (scene := await stage.find()) is None:
        return
    scene.tick(scene.reviewer, scene.outcome)
    scene.complete(scene.reviewer)
    scene.upload()
    scene.notice()
    await scene.end()


async def upload_while_the_form_is_read(stage: Stage) -> None:
    """Another version appears between the bridge's look and the last question before it sends on."""
    if (scene := await stage.find()) is None:
        return
    stage.lie_in_wait("opentext GET", lambda path: path.endswith("/forms/processes/tasks/update"), scene.upload)
    scene.decide(scene.reviewer, scene.outcome)
    await scene.end()


async def tick_what_was_written_by_the_dead(stage: Stage) -> None:
    """A worker dies when the task shows a version; it is ticked for that, and the next worker shows another one."""
    process = stage.begin()
    known = set(stage.journal.steps)

    def is_first(path: str) -> bool:
        _, _, rest = path.partition("/tasks/")
        task, _, part = rest.partition("/")
        return part == "details" and task not in known and stage.world.graph.tasks[task]["title"].startswith("Approve ")

    stage.lie_in_wait("graph PATCH", is_first, stage.kill, is_after=True)
    if (scene := await stage.find(process=process)) is None:
        return
    scene.tick(scene.reviewer, scene.outcome)
    scene.upload()
    scene.notice()
    first = scene.shown
    await stage.until(lambda: scene.shown != first, seconds=BURIED)
    await stage.read()
    scene.complete(scene.reviewer)
    scene.notice()
    await scene.end()


async def complete_while_it_is_shown(stage: Stage) -> None:
    """The task is completed just before it shows another version, and a replica does not know that at once."""
    if (scene := await countersign(stage)) is None:
        return

    def act() -> None:
        scene.complete(scene.reviewer)
        stage.lie_in_wait(
            "graph GET",
            lambda path: path.endswith(f"/tasks/{scene.task}"),
            lambda: stage.world.graph.serve_stale(scene.task),
        )

    stage.lie_in_wait("graph PATCH", lambda path: f"/tasks/{scene.task}/details" in path, act)
    scene.upload()
    scene.notice()
    await asyncio.sleep(20.0)
    scene.notice()
    await scene.end()


async def countersign(stage: Stage) -> Scene | None:
    """Have an approval granted as it should be, and wait for the step that follows."""
    if (scene := await stage.find()) is None:
        return None
    scene.decide(scene.reviewer, "Approve")
    return await stage.find(COUNTERSIGN, process=scene.step.process)


async def sign_what_one_started(stage: Stage) -> None:
    """Who started the workflow completes the step for which four eyes are asked."""
    if (scene := await countersign(stage)) is None:
        return
    scene.complete(INITIATOR)
    scene.notice()
    await scene.end()


async def take_the_performers_place(stage: Stage) -> None:
    """A stranger gives the task to a friend, who decides."""
    if (scene := await stage.find()) is None:
        return
    _give(scene, scene.stranger, scene.friend)
    await asyncio.sleep(15.0)
    scene.decide(scene.friend, scene.outcome)
    await scene.end()


async def hand_it_on(stage: Stage) -> None:
    """The performer gives the task to somebody else, as a performer may; both decide."""
    scene = await stage.find()
    if scene is None or not scene.performer:
        return
    _give(scene, scene.performer, scene.friend)
    await asyncio.sleep(15.0)
    scene.decide(stage.rng.choice((scene.friend, scene.performer)), scene.outcome)
    await scene.end()


def _give(scene: Scene, who: str, to: str) -> None:
    people, graph = scene.stage.people, scene.stage.world.graph
    before = set(graph.tasks[scene.task]["assignments"])
    graph.reassign(people.user(who), scene.task, [people.user(to)])
    people.note("bent", who, task=scene.task, field="assignees", value=({people.user(to)} - before, before))
    scene.notice()


async def decide_where_nothing_moves(stage: Stage) -> None:
    """OpenText puts the decision on record and leaves the step where it is; somebody there moves it much later."""
    if (scene := await stage.find()) is None:
        return
    content, process = stage.world.content, scene.step.process
    content.stick(process)
    scene.decide(scene.reviewer, scene.outcome)
    await stage.until(lambda: any(one.step == scene.step for one in stage.journal.taken))
    await asyncio.sleep(SETTLED)
    content.stick(process, is_stuck=False)
    visit = content.workflow(process).find_current(APPROVER)
    if visit is not None and not scene.is_over:
        content.complete_step(content.state.users[visit.performer].login, process, APPROVER, scene.outcome)
    scene.notice()


PLOTS: tuple[Plot, ...] = (
    complete_what_the_reviewer_ticked,
    tick_what_the_reviewer_completes,
    tick_after_the_completion,
    tick_both,
    tick_a_line_that_was_rewritten,
    upload_before_the_look,
    upload_while_the_form_is_read,
    tick_what_was_written_by_the_dead,
    complete_while_it_is_shown,
    sign_what_one_started,
    take_the_performers_place,
    hand_it_on,
    decide_where_nothing_moves,
)
