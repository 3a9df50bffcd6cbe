"""Who advanced a workflow, by what right: each advance by the bridge is held against what people did and saw."""

import re
from collections.abc import Iterator
from datetime import timedelta

from local.simulators.content_server.process import Process, Visit
from tests.simulation.looking import claim_of
from tests.simulation.people import Act, Log
from tests.simulation.world import APPROVER, MANAGERS, World

_INTENT = re.compile(r"completed in Planner by (\S+) at (.*) \[(bridge-[0-9a-f]+)\]")
DELEGATES = {"dfoxhoven": ("deputy",)}
GRACE = timedelta(seconds=61)
"""Tick and completion are two writes: so long after it the completer's own tick counts."""
LAST_LOOK = timedelta(minutes=5)
"""How long before the PUT the bridge may have looked: a slow run of calls, or a worker frozen before the intent."""


def unjust_advances(world: World, log: Log) -> Iterator[str]:
    """Check every visit that the bridge finished."""
    used: dict[str, str] = {}
    for number in world.processes:
        process = world.content.workflow(number)
        for visit in process.completed:
            if (match := _INTENT.search(visit.comment)) is None:
                continue
            where = f"{number} {visit.step.name} {visit.started:%H:%M:%S}"
            if match[3] in used:
                yield f"sent on twice by one intent: {where} and {used[match[3]]}"
            used[match[3]] = where
            yield from (f"{where}: {problem}" for problem in _judge(world, log, process, visit, match[2]))


def _judge(world: World, log: Log, process: Process, visit: Visit, said: str) -> Iterator[str]:
    """Hold an advance against the completion that its comment names, by the second."""
    item = f"|{process.id}|{visit.task_id}|{world.content.state.zoneless(visit.started)}"
    done = [
        act
        for act in log.of("completed")
        if act.at <= (visit.completed_at or act.at)
        and (act.item if act.item[1] else claim_of(world, act.task))[1].endswith(item)
    ]
    named = [act for act in done if f"{act.at:%Y-%m-%d %H:%M:%SZ}" == said]
    if not named:
        yield f"advanced, and nobody completed its task at {said}"
        return
    if done[-1] not in named and done[-1].at < (visit.completed_at or done[-1].at) - LAST_LOOK:
        yield f"advanced for the completion at {said}, although another came at {done[-1].at:%H:%M:%S}"
    problems = [list(_judge_completion(world, log, process, visit, act)) for act in named]
    yield from min(problems, key=len)


def _judge_completion(world: World, log: Log, process: Process, visit: Visit, act: Act) -> Iterator[str]:
    allowed = _allowed(world, log, process, visit)
    if act.who not in allowed:
        yield f"advanced by {act.who}, who is no performer"
    if not _was_shown(log, visit, act):
        yield f"advanced for versions {visit.versions}, and {act.value} were shown"
    if visit.task_id == APPROVER and not _was_chosen(log, visit, act, allowed):
        yield f"advanced by {visit.disposition}, which nobody ticked who may decide, for what was shown"


def _allowed(world: World, log: Log, process: Process, visit: Visit) -> set[str]:
    """Name everybody who performed the visit at some time, and their delegates."""
    if world.act_as == "service":
        return {"dfoxhoven", "deputy"} if visit.task_id == APPROVER else {"pwilliams", "nkaur"}
    logins = {world.content.state.users[visit.completed_by].login}
    logins |= set(MANAGERS) if visit.group else set()
    return logins | {deputy for login in logins for deputy in DELEGATES.get(login, ())}


def _was_shown(log: Log, visit: Visit, act: Act) -> bool:
    """Tell whether the person saw these versions; one that came after the bridge's last look does not count."""
    if visit.versions == act.value:
        return True
    late = {version.value for version in log.of("version") if version.at >= (visit.completed_at or act.at) - LAST_LOOK}
    return all(pair in act.value or pair in late for pair in visit.versions)


def _was_chosen(log: Log, visit: Visit, act: Act, allowed: set[str]) -> bool:
    """
    Tell whether somebody who may decide ticked that outcome, for what the task showed at the completion, and in time.

    The line that counts is the one that read so to the person. What strangers did to it proves nothing either way: the
    bridge may ask again, but it may not take their tick for a decision.
    """
    touches = [
        one
        for one in log.of("touched")
        if one.task == act.task and one.field == visit.disposition and one.at <= act.at + GRACE
    ]
    return any(one.who in allowed and one.value == (True, act.value) for one in touches)
