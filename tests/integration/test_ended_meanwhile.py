"""What people did before an ending was seen is told as theirs; what ended is left alone, and ends with its record."""

import json
from datetime import timedelta

import pytest

from shared.models.events import EventKind
from shared.models.holds import RefusalReason
from shared.models.link import LinkState
from shared.models.words import WaitedFor
from shared.operations.withdraw import withdraw_rule
from tests.integration.test_mapping_edits import Case, _without_rules, _without_steps


@pytest.fixture
async def case(tmp_path):
    one = Case(tmp_path)
    await one.look()
    await one.look()
    return one


def complete(case, link, person="lwhite"):
    case.graph.complete(case.users[person], link.task_id)


async def history(case, start, origin=None):
    """Tell what the history says of an item: each event's kind, and who did it."""
    entries = await case.inside.services().origins.list_entries(origin or f"workspace-{case.workspace}")
    return [(entry.what, entry.personal.actor.get("entra")) for entry in entries if entry.item.startswith(start)]


async def announced(case, minutes=72):
    """Count the looks at the workspace that reads of its plan ask for in a while."""
    looks, send = [], case.inside.origins.send_message

    async def sending(content, **how):
        message = json.loads(content)
        if message["origin"].startswith("workspace") and message.get("waited_for") == WaitedFor.CHANGED:
            looks.append(message)
        await send(content, **how)

    case.inside.origins.send_message = sending
    await case.inside.pass_time(timedelta(minutes=6), times=minutes // 6)
    return len(looks)


def _no_by_condition(case):
    case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Region", "APAC")


def _telling(data):
    data["rules"][0]["tasks"][0]["on_complete"] = {"set": {"Contract.Review": "Done"}}


def value(case, attribute):
    return case.inside.world.content.attribute(case.workspace, attribute)


def _gone(case):
    case.inside.world.content.delete(case.workspace)


@pytest.mark.parametrize("ends", [_no_by_condition, _gone])
@pytest.mark.parametrize("is_released", [False, True])
async def test_who_completed_what_the_record_ended_before_that_was_seen_is_told(case, ends, is_released):
    link = await case.link("package|")
    if is_released:
        case.edit(_without_rules)
        await case.look()
    complete(case, link)
    ends(case)
    if is_released and ends is _no_by_condition:
        # Its condition can say no again.
        case.put_back()
    await case.look()

    after = await case.link("package|")
    assert (after.state, after.completed_by, after.reason) == (LinkState.COMPLETED, case.users["lwhite"], "")
    assert (EventKind.COMPLETED, case.users["lwhite"]) in await history(case, "package|")


async def test_what_a_person_completed_stays_so_when_its_record_says_no_and_yes_again(case):
    link = await case.link("package|")
    complete(case, link)
    for region in ("APAC", "EMEA"):
        case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Region", region)
        await case.look()
        await case.look()

    assert case.graph.tasks[link.task_id]["percentComplete"] == 100
    assert (await case.link("package|")).state is LinkState.COMPLETED


@pytest.mark.parametrize("is_released", [False, True])
async def test_a_task_that_a_person_completes_is_that_persons_though_the_file_asks_for_it_no_more(case, is_released):
    link = await case.link("package|")
    if is_released:
        case.edit(_without_rules)
        await case.look()
    complete(case, link)
    case.edit(_without_rules)
    await case.look(WaitedFor.RESYNC)

    after = await case.link("package|")
    assert (after.state, after.completed_by) == (LinkState.COMPLETED, case.users["lwhite"])
    assert (EventKind.COMPLETED, case.users["lwhite"]) in await history(case, "package|")


async def test_the_record_is_told_of_such_a_completion_once_it_says_yes_again(case):
    case.edit(_telling)
    await case.look()
    complete(case, await case.link("package|"))
    _no_by_condition(case)
    await case.look()
    assert not value(case, "Contract.Review")

    case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Region", "EMEA")
    await case.look()
    assert value(case, "Contract.Review") == "Done"
    # Once: what people write there afterwards is theirs.
    case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Review", "Again")
    await case.look(WaitedFor.RESYNC)
    assert value(case, "Contract.Review") == "Again"


@pytest.mark.parametrize("returns", [False, True])
async def test_a_released_task_ends_with_its_workspace(case, returns):
    case.edit(_without_rules)
    await case.look()
    _gone(case)
    if returns:
        case.put_back()
    await case.look()

    link = await case.link("package|")
    assert link.state is LinkState.CLOSED
    assert case.graph.tasks[link.task_id]["percentComplete"] == 100


async def test_a_withdrawal_tells_who_had_completed_the_task(case):
    case.edit(_without_rules)
    await case.look()
    complete(case, await case.link("package|"))
    await withdraw_rule("package", case.inside.services())

    told = await history(case, "package|")
    assert told[-2:] == [(EventKind.COMPLETED, case.users["lwhite"]), (EventKind.WITHDRAWN, None)]


async def test_a_withdrawal_tells_who_had_completed_a_step_and_that_it_moved_nothing(case):
    complete(case, await case.link("approval|"), "dfoxhoven")
    case.edit(_without_steps)
    await case.look()
    await withdraw_rule("approval", case.inside.services())

    origin = f"workflow-{case.process}"
    told = await history(case, "approval|", origin)
    assert told[-2:] == [(EventKind.REFUSED, case.users["dfoxhoven"]), (EventKind.WITHDRAWN, None)]
    entries = await case.inside.services().origins.list_entries(origin)
    (refused,) = (entry for entry in entries if entry.what == EventKind.REFUSED)
    assert refused.personal.detail["reason"] == RefusalReason.RELEASED
    assert not case.inside.world.content.workflow(case.process).completed


@pytest.mark.parametrize("edits", [{"title": "mine"}, {"percentComplete": 0}, None])
async def test_what_people_do_to_a_withdrawn_task_is_announced_once(case, edits):
    case.edit(_without_rules)
    await case.look()
    await withdraw_rule("package", case.inside.services())
    link = await case.link("package|")
    await case.inside.pass_time(timedelta(minutes=6), times=2)
    if edits is None:
        await case.delete("package|")
    else:
        case.graph.person_patch_task(case.users["lwhite"], link.task_id, **edits)

    assert await announced(case) <= 1
    after = await case.link("package|")
    assert (after.state, after.task_id) == (LinkState.WITHDRAWN, None if edits is None else link.task_id)


async def test_what_the_bridge_wrote_into_a_task_that_ended_is_nobodys_edit_when_it_is_wanted_again(case):
    for region in ("APAC", "EMEA"):
        case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Region", region)
        await case.look()
    await case.look(WaitedFor.RESYNC)

    told = {what for what, _ in await history(case, "package|")}
    assert EventKind.REOPENED in told
    assert not told & {EventKind.EDITED, EventKind.CONFLICT}
