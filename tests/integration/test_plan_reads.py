"""Reading plans at a pace, keeping what they hold in mind, and what becomes of plans and people that are gone."""

import json
from datetime import timedelta

import pytest
from azure.core.exceptions import HttpResponseError

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import START, Inside
from local.local_system import CLIENT_STATE, ROOT
from local.simulators.faults import Fault
from shared.errors import UnavailableError
from shared.intake.graph import notifications_over
from shared.models.link import Link, LinkState
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.troubles import Cause
from shared.models.words import WaitedFor
from shared.timing import PLAN_BUSY, PLAN_QUIET
from shared.watchers.timers import sweep_agenda, sweep_plans
from tests.narrowing import sure

END = START + timedelta(days=400)
LONG = timedelta(hours=2)


@pytest.fixture(scope="session")
def mapping(tmp_path_factory):
    """The shipped mapping, but nobody outside a plan's group is assigned."""
    text = (ROOT / "mapping.yaml").read_text().replace("people:\n", "people:\n  assign_outside: fallback\n")
    file = tmp_path_factory.mktemp("mapping") / "mapping.yaml"
    file.write_text(text)
    return file


@pytest.fixture
async def inside(mapping):
    """A contract whose four tasks are made and agreed on."""
    one = Inside(mapping)
    workspace = create_contract(one.world, "Supply", END)
    one.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await one.drain()
    return one


def plan_named(inside, title):
    return next(key for key, plan in inside.world.graph.plans.items() if plan["title"] == title)


async def row_of(inside, title="Contracts"):
    return await inside.services().plans.find(plan_named(inside, title))


async def links_of(inside):
    services = inside.services()
    found: dict[str, Link] = {}
    async for origin in services.origins.list_origins():
        found |= await services.origins.find_links(origin)
    return found


async def settle(inside):
    """Read every plan until it rests, then let time pass until they are read seldom."""
    for _ in range(3):
        inside.at += PLAN_BUSY
        await sweep_plans(inside.services())
        await inside.drain()
    inside.at += LONG
    await sweep_plans(inside.services())
    await inside.drain()


def notifications(inside):
    services = inside.services()
    return notifications_over(services, services.subscribing().graph_client_state)


def notification(change="updated", **resource_data):
    value = {
        "subscriptionId": "s",
        "clientState": CLIENT_STATE,
        "changeType": change,
        "resource": f"groups/{CONTRACTS_GROUP}",
        "resourceData": {"id": CONTRACTS_GROUP, **resource_data},
    }
    return json.dumps({"value": [value]}).encode()


async def test_a_quiet_plan_is_read_every_five_minutes_and_costs_no_write_but_its_turn(inside):
    await settle(inside)
    row = await row_of(inside)
    assert row.next_read == inside.at + PLAN_QUIET

    inside.at += PLAN_QUIET
    inside.calls.clear()
    await sweep_plans(inside.services())
    await inside.drain()

    assert inside.calls["control update"] == 2  # the turns of both plans
    assert inside.calls["tasks query"] == 0
    assert inside.calls["origins query"] == 0


async def test_a_change_makes_a_quiet_plan_busy(inside):
    """Somebody works in it: the next read comes after seconds, not after five minutes."""
    await settle(inside)
    task = next(t for t in inside.world.graph.tasks.values() if t["planId"] == plan_named(inside, "Contracts"))
    inside.world.graph.person_patch_task(inside.world.users["lwhite"], task["id"], percentComplete=50)

    inside.at += PLAN_QUIET
    await sweep_plans(inside.services())
    await inside.drain()

    row = await row_of(inside)
    assert row.next_read <= inside.at + PLAN_BUSY
    assert row.changed_at == inside.at


async def test_a_notification_resets_the_pace(inside):
    await settle(inside)

    await notifications(inside).take_changes(notification())
    await inside.drain()

    assert (await row_of(inside)).next_read == inside.at + PLAN_BUSY


async def test_a_hint_resets_the_pace_of_its_plans(inside):
    await settle(inside)
    workspace = next(iter(inside.world.content.state.workspaces))

    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    assert (await row_of(inside)).next_read == inside.at + PLAN_BUSY


async def test_reading_counts_what_a_plan_holds(inside):
    await settle(inside)

    row = await row_of(inside)
    assert (row.active, row.total) == (3, 3)


async def test_what_finds_no_room_is_held_with_the_reason_and_made_when_there_is_room(inside):
    """The plan is full: no crash, no endless tries, and the task comes once somebody makes room."""
    await settle(inside)
    plans = inside.services().plans
    row = await row_of(inside)
    await plans.save(row.model_copy(update={"active": 2_399}), etag=row.etag)
    workspace = create_contract(inside.world, "Late", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    links = await inside.services().origins.find_links(f"workspace-{workspace}")
    held = [link for link in links.values() if link.state is LinkState.HELD]
    assert len(held) == 2
    assert {link.reason for link in held} == {"the plan has no room: it holds 2399 of 2400 open tasks"}

    row = await row_of(inside)
    await plans.save(row.model_copy(update={"active": 10}), etag=row.etag)
    inside.at += timedelta(hours=6, minutes=1)
    await sweep_agenda(inside.services())
    await inside.drain()

    links = await inside.services().origins.find_links(f"workspace-{workspace}")
    assert {link.state for link in links.values()} == {LinkState.OPEN}
    entries = await inside.services().origins.list_entries(f"workspace-{workspace}")
    assert sum(entry.event.what == "held" for entry in entries) == 2


async def test_planners_own_refusal_holds_too(inside):
    """The counts are old: Graph answers 403 MaximumActiveTasksInProject, and that is the reason."""
    inside.world.graph.rules.limits.active_tasks_in_plan = 3
    workspace = create_contract(inside.world, "Late", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    links = await inside.services().origins.find_links(f"workspace-{workspace}")
    states = sorted(link.state for link in links.values())
    assert states == [LinkState.HELD] * 3 + [LinkState.OPEN]
    assert all(link.reason for link in links.values() if link.state is LinkState.HELD)


async def test_what_planner_refuses_of_a_new_task_is_named_for_people(inside):
    """A person has as many tasks as Planner lets anybody have."""
    inside.world.graph.rules.limits.tasks_assigned_to_user = 1
    workspace = create_contract(inside.world, "Late", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    links = await inside.services().origins.find_links(f"workspace-{workspace}")
    reasons = [link.reason for link in links.values() if link.state is LinkState.HELD]
    assert reasons
    assert all(reason.startswith("Planner refused the assignees of the task: ") for reason in reasons)


async def test_a_plan_with_too_many_buckets_holds_what_needs_another(inside):
    workspace = create_contract(inside.world, "Late", END)
    inside.restart("fresh")  # remembers no places
    plan = plan_named(inside, "Contracts")
    inside.world.graph.delete_bucket(inside.world.users["lwhite"], inside.world.graph.bucket_id(plan, "Renewals"))
    inside.world.graph.rules.limits.buckets_in_plan = len(inside.world.graph.plan_buckets(plan))
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await inside.drain()

    links = await inside.services().origins.find_links(f"workspace-{workspace}")
    held = [link for link in links.values() if link.state is LinkState.HELD]
    assert [link.item for link in held] == ["contract-package|renewal-decision"]
    assert "bucket 'Renewals' can't be made" in held[0].reason


async def test_a_member_who_left_has_the_assignee_rule_run_again(inside):
    """Her task goes to whom the rule names for somebody outside the plan's group."""
    await settle(inside)
    world = inside.world
    mine = [task for task in world.graph.tasks.values() if world.users["lwhite"] in task["assignments"]]
    assert mine
    world.graph.state.groups[CONTRACTS_GROUP].members.remove(world.users["lwhite"])
    removed = {"id": world.users["lwhite"], "@removed": "deleted"}

    await notifications(inside).take_changes(notification(**{"members@delta": [removed]}))
    await inside.drain()
    inside.at += timedelta(minutes=17)
    await sweep_agenda(inside.services())
    await inside.drain()

    now = [world.graph.tasks[task["id"]]["assignments"] for task in mine]
    assert [list(assigned) for assigned in now] == [[world.users["legal-lead"]]] * len(mine)


async def test_a_member_without_a_task_makes_nobody_look(inside):
    await settle(inside)
    removed = {"id": inside.world.users["dfoxhoven"], "@removed": "deleted"}

    await notifications(inside).take_changes(notification(**{"members@delta": [removed]}))
    await inside.drain()

    due = await inside.services().agenda.due(inside.at + timedelta(minutes=17))
    assert not [entry for entry in due if entry.entry.waited_for is WaitedFor.MEMBERS]


async def test_a_deleted_group_holds_its_links_and_says_so(inside):
    """Group, plan and tasks are gone: nothing is made elsewhere, nothing counts as done, no message turns to poison."""
    await settle(inside)
    inside.world.graph.delete_group(CONTRACTS_GROUP)
    inside.restart("fresh")

    await notifications(inside).take_changes(notification("deleted"))
    await inside.drain()

    links = await links_of(inside)
    states = {item: link.state for item, link in links.items()}
    assert states.pop("contract-package|budget-check") is LinkState.OPEN
    assert set(states.values()) == {LinkState.HELD}
    reasons = {link.reason for link in links.values() if link.state is LinkState.HELD}
    assert all("was deleted" in reason and CONTRACTS_GROUP in reason for reason in reasons)


async def test_a_plan_that_cant_be_read_is_tried_ever_less_often_and_says_so_once(inside):
    await settle(inside)
    plan = plan_named(inside, "Contracts")
    inside.world.graph.hide(plan)
    inside.plans.messages.append(PlanMessage(plan=plan).model_dump_json())
    await inside.drain()
    row = await inside.services().plans.find(plan)
    assert row.gone
    assert row.next_read == inside.at + timedelta(seconds=15)
    assert row.trouble.cause is Cause.NOT_ALLOWED

    inside.calls.clear()
    inside.plans.messages.append(PlanMessage(plan=plan).model_dump_json())
    assert await inside.drain() == 1
    assert inside.calls["queues send"] == 0


async def test_a_plan_that_came_back_has_its_origins_looked_at(inside):
    await settle(inside)
    plan = plan_named(inside, "Contracts")
    for act in (inside.world.graph.hide, inside.world.graph.show):
        act(plan)
        inside.plans.messages.append(PlanMessage(plan=plan).model_dump_json())
        await inside.drain()

    assert not (await inside.services().plans.find(plan)).gone
    states = {link.state for link in (await links_of(inside)).values()}
    assert states == {LinkState.OPEN}


async def test_a_plan_that_the_mapping_names_by_its_id_has_its_group_found_out(inside, mapping, tmp_path):
    """Otherwise nobody would subscribe to that group."""
    plan = plan_named(inside, "Contracts")
    other = tmp_path / "by-id.yaml"
    named = f"contracts: {{group: {CONTRACTS_GROUP}, title: Contracts}}"
    other.write_text(mapping.read_text().replace(named, f"contracts: {{id: {plan}}}"))
    again = Inside(other, world=inside.world)
    workspace = create_contract(inside.world, "By id", END)
    again.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())

    await again.drain()

    assert sure(await again.services().plans.find(plan)).group_id == CONTRACTS_GROUP


async def test_a_limit_of_a_task_is_said_on_its_link_once_and_forgotten_when_it_is_kept(inside):
    """Planner takes no more lines of a checklist: the task stands, its link says why it is not complete."""
    await settle(inside)
    workspace = create_contract(inside.world, "Long", END)
    key = f"workspace-{workspace}"
    inside.world.graph.rules.limits.checklist = 1
    for _ in range(3):
        inside.origins.messages.append(OriginMessage(origin=key, waited_for=WaitedFor.RESYNC).model_dump_json())
        await inside.drain()

    services = inside.services()
    link = (await services.origins.find_links(key))["contract-package|legal-review"]
    assert (link.state, link.hold) == (LinkState.OPEN, "refused")
    assert "MaximumChecklistItemsOnTask" in link.reason
    told = [entry.event.what for entry in await services.origins.list_entries(key)]
    assert told.count("held") == 1

    inside.world.graph.rules.limits.checklist = 20
    inside.origins.messages.append(OriginMessage(origin=key, waited_for=WaitedFor.RESYNC).model_dump_json())
    await inside.drain()

    link = (await services.origins.find_links(key))["contract-package|legal-review"]
    assert (link.hold, link.reason, link.details_done) == (None, "", True)


async def test_who_left_the_group_is_not_forgotten_by_a_read_that_failed(inside):
    graph, liz = inside.world.graph, inside.world.users["lwhite"]
    plan = plan_named(inside, "Contracts")
    review = next(key for key, task in graph.tasks.items() if liz in task["assignments"] and task["planId"] == plan)
    graph.remove_member(CONTRACTS_GROUP, liz)
    fault = Fault.status(503, path=f"/plans/{plan}/tasks", times=1000)
    graph.faults.add(fault)
    inside.plans.messages.append(PlanMessage(plan=plan, waited_for=WaitedFor.NOTIFIED, left=(liz,)).model_dump_json())
    await inside.pass_time(timedelta(minutes=1), times=10)
    graph.faults.queue.clear()
    await inside.pass_time(timedelta(minutes=5), times=6)

    assert liz not in graph.tasks[review]["assignments"]


async def test_a_plan_whose_message_was_not_taken_is_queued_by_the_next_sweep(inside):
    await settle(inside)
    inside.at += PLAN_QUIET
    plan, send = plan_named(inside, "Contracts"), inside.plans.send_message

    async def refusing(*_, **__):
        raise HttpResponseError("busy")

    inside.plans.send_message = refusing
    with pytest.raises(UnavailableError):
        await sweep_plans(inside.services())
    inside.plans.send_message = send
    inside.at += timedelta(seconds=15)
    await sweep_plans(inside.services())

    assert plan in [PlanMessage.model_validate_json(message).plan for message in inside.plans.messages]
