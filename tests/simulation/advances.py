"""
Who advanced a workflow, by what right: each act of the bridge on a step, against what the simulators saw.

Judged by the journal alone, and written apart from the engine: no step may advance unless a person who may decide
ticked that outcome after that version was shown, and completed the task; none twice in one visit; none is handed on but
by its performer. What the bridge could not know yet is no fault of it: what Planner's replicas did not show when its
look began, and what was uploaded after the last question that this look asked of OpenText.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from tests.simulation.journal import Journal, Shown, Taken, Versions
from tests.simulation.people import APPROVERS, DELEGATES, OUTCOMES
from tests.simulation.world import APPROVER, COUNTERSIGN, INITIATOR, World

_COMMENT = re.compile(r"completed in Planner by ([^\s@]+)@\S+ at (.*) \[(bridge-[0-9a-f]+)\]$")
_FINISHED = ("sendon", "disposition")
GRACE = timedelta(seconds=31)
"""Tick and completion are two writes: so long after it the completer's own tick counts."""
LAG = timedelta(seconds=20)
"""How far a replica of Planner may be behind when a look begins."""


def unjust_advances(world: World) -> Iterator[str]:
    """Check every act by which the bridge finished a step, or handed it on."""
    taken = world.journal.taken
    for one in taken:
        if one.activity.action in _FINISHED:
            yield from (f"{_where(one)}: {problem}" for problem in _judge(world, one))
        elif one.activity.action == "forward" and (problem := _judge_handover(world, one)):
            yield f"{_where(one)}: {problem}"
    finished = [one for one in taken if one.activity.action in _FINISHED]
    steps = Counter(_where(one) for one in finished)
    yield from (f"{step}: sent on {n} times" for step, n in steps.items() if n > 1)
    intents = Counter(found[3] for one in finished if (found := _COMMENT.search(one.activity.comment)))
    yield from (f"sent on {n} times by one intent: {intent}" for intent, n in intents.items() if n > 1)


def _where(one: Taken) -> str:
    return f"{one.step.process} {one.visit.step.name} {one.step.started}"


def _judge(world: World, one: Taken) -> Iterator[str]:
    """Hold a send-on against every state of its task on which it may have been decided."""
    if (said := _COMMENT.search(one.activity.comment)) is None:
        yield "advanced, and the comment names nobody"
        return
    if said[3] not in one.intents:
        yield "advanced, and nothing was written down before that says so"
    problems = [
        list(_judge_state(world, one, states, known, (said[1], said[2])))
        for states, known in _known_states(world.journal, one)
        if states[known].completed_by
    ]
    if not problems:
        yield "advanced, and nobody had completed its task"
    elif all(problems):
        yield from min(reversed(problems), key=len)


def _known_states(journal: Journal, one: Taken) -> Iterator[tuple[Sequence[Shown], int]]:
    """Go through the states that the look may have read, the latest last: each with those before it, and its place."""
    since = journal.looks[one.look] - LAG
    for task_id, step in journal.steps.items():
        if step != one.step:
            continue
        states = [state for state in journal.shown[task_id] if state.number < one.number]
        for place in range(len(states)):
            if place + 1 == len(states) or states[place + 1].at >= since:
                yield states, place


def _judge_state(world: World, one: Taken, states: Sequence[Shown], place: int, said: tuple[str, str]) -> Iterator[str]:
    """Say what this state lacks for the advance to be just."""
    state, deciders = states[place], _deciders(world, one)
    who = world.login_of(state.completed_by)
    if who not in deciders:
        yield f"advanced by {who}, who is no performer"
    if said != (who, f"{state.completed[:19].replace('T', ' ')}Z"):
        yield f"advanced for {said}, and {who} completed the task at {state.completed}"
    done = next(found for found in states if found.completed == state.completed)
    if not _was_shown(world.journal, one, done.versions):
        yield f"advanced for {one.versions}, and {done.versions} were shown"
    if one.step.task_id == APPROVER and (problem := _doubt_of_choice(world, one, states[: place + 1], done)):
        yield f"advanced by {one.activity.properties.get('label')}: {problem}"


def _deciders(world: World, one: Taken) -> tuple[str, ...]:
    """Name the performer in whose name the server took it, and the delegates; or the rule's approvers."""
    if world.act_as == "service":
        allowed = APPROVERS[one.step.task_id]
    else:
        login = world.content.state.users[one.activity.user].login
        allowed = login, *DELEGATES.get(login, ())
    return tuple(login for login in allowed if login != INITIATOR or one.step.task_id != COUNTERSIGN)


def _was_shown(journal: Journal, one: Taken, shown: Versions) -> bool:
    """Tell whether the person saw these versions; what came after the look's last question could not be known."""
    last = max((number for number in journal.asked.get(one.look, ()) if number < one.number), default=0)
    return all(pair in shown or journal.uploaded.get(pair, 0) > last for pair in one.versions)


def _doubt_of_choice(world: World, one: Taken, states: Sequence[Shown], done: Shown) -> str:
    """Say why the lines do not prove that outcome; empty: they do."""
    wanted, deciders = one.activity.properties.get("label"), _deciders(world, one)
    shown = {key: line.reads for key, line in states[-1].lines.items() if line.is_ticked and line.reads in OUTCOMES}
    chosen = {
        key: state for key in states[-1].lines if (state := _last_touch(world, states, key, deciders)) is not None
    }
    ticked = {key: state for key, state in chosen.items() if state.lines[key].is_ticked and key in shown}
    if list(shown.values()) != [wanted] or [state.lines[key].reads for key, state in ticked.items()] != [wanted]:
        made = [state.lines[key].reads for key, state in ticked.items()]
        return f"{list(shown.values())} is ticked, and who may decide ticked {made}"
    [(key, state)] = ticked.items()
    if not (who := world.login_of(state.lines[key].by)):
        return "the bridge wrote the line last"
    if state.versions != done.versions:
        return f"{who} ticked it for {state.versions}, and {done.versions} were shown"
    if state.at > (done.at + GRACE if state.lines[key].by == done.completed_by else done.at):
        return f"{who} ticked it at {state.at:%H:%M:%S}, after the completion at {done.at:%H:%M:%S}"
    return ""


def _last_touch(world: World, states: Sequence[Shown], key: str, deciders: Sequence[str]) -> Shown | None:
    """Find when a line was last touched by the bridge or by somebody who may decide; None: by neither."""
    for before, state in reversed(list(zip((None, *states), states, strict=False))):
        line, was = state.lines.get(key), before.lines.get(key) if before is not None else None
        if line is not None and line != was and (not line.by or world.login_of(line.by) in deciders):
            return state
    return None


def _judge_handover(world: World, one: Taken) -> str:
    """Say why a step was not to be handed on; empty: its performer gave it to that person."""
    performer, to = (
        world.content.state.users[user].login for user in (one.activity.user, one.activity.properties["user_id"])
    )
    if one.visit.group:
        return f"a group's step was handed to {to}"
    gave = any(
        state.assigned.get(world.users[to]) == world.users[performer] and state.number < one.number
        for task_id, step in world.journal.steps.items()
        if step == one.step
        for state in world.journal.shown[task_id]
    )
    return "" if gave else f"handed to {to}, and {performer} did not"
