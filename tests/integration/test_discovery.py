"""What no hint announced is found by the sweep, once; and an unchanged list costs next to nothing."""

import contextlib
import itertools
from datetime import datetime, timedelta

import pytest
from azure.core.exceptions import ServiceRequestError
from rich.console import Console

from local.demo.narrator import Teller
from local.demo.observe import tasks
from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT, running
from local.simulators.content_server import MapStep, WorkflowMap
from local.simulators.faults import Fault
from shared.errors import UnavailableError
from shared.models.hands import Kind
from shared.models.messages import OriginMessage
from shared.watchers.discovery import MOST_AT_ONCE, discover
from shared.watchers.timers import sweep_agenda

MAPPING = ROOT / "mapping.yaml"
INTERVAL = timedelta(seconds=300)
END = START + timedelta(days=400)


@pytest.fixture
def inside():
    """Run one worker over the demo's world, in memory."""
    return Inside(MAPPING)


def start_approval(inside):
    workspace = create_contract(inside.world, "Silent", END)
    document = inside.world.content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
    process = inside.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    return workspace, process


def queued(inside):
    return [OriginMessage.model_validate_json(message).origin for message in inside.origins.messages]


async def test_what_no_hint_announced_becomes_tasks(inside):
    """A workspace and a workflow appear, nobody says so, and one sweep later their tasks are there."""
    start_approval(inside)

    await sweep_agenda(inside.services())
    await inside.drain()

    titles = [task["title"] for task in inside.world.graph.tasks.values()]
    assert sum(title.startswith("Silent: ") for title in titles) == 4
    assert sum(title.startswith("Approve ") for title in titles) == 1


async def test_it_looks_once_an_interval(inside):
    start_approval(inside)
    await discover(inside.services())
    before = inside.calls["opentext GET"]

    inside.at += INTERVAL - timedelta(seconds=1)
    assert await discover(inside.services()) == 0
    assert inside.calls["opentext GET"] == before

    inside.at += timedelta(seconds=1)
    await discover(inside.services())
    assert inside.calls["opentext GET"] > before


async def test_an_unchanged_list_hands_nothing_on(inside):
    """Two rows are written, the place among the callers and the time of the next look, whatever is listed."""
    start_approval(inside)
    await discover(inside.services())
    await inside.drain()
    inside.at += INTERVAL
    inside.calls.clear()

    assert await discover(inside.services()) == 0
    writes = {kind: inside.calls[f"tables {kind}"] for kind in ("create", "update", "upsert", "delete", "transaction")}
    taken = writes.pop("create") + writes.pop("update")
    assert taken == 1, "a place that the looks before gave back is made, one that they left is taken again"
    assert writes == {"upsert": 1, "delete": 1, "transaction": 0}


async def test_a_step_that_moved_is_handed_on_again(inside):
    """The workflow advances in OpenText, the hint is lost, the list shows another step."""
    _, process = start_approval(inside)
    await discover(inside.services())
    await inside.drain()
    inside.world.content.complete_step("dfoxhoven", process, 1, disposition="Approve")
    inside.at += INTERVAL

    assert await discover(inside.services()) == 1
    assert queued(inside) == [f"workflow-{process}"]


async def test_a_step_that_became_late_in_a_workflow_on_time_is_handed_on(inside):
    """The workflow has eight days, its first step three: the list still says on time."""
    _, process = start_approval(inside)
    await discover(inside.services())
    await inside.drain()
    inside.at += timedelta(days=4)

    status = await inside.services().opentext.workflows.list_status("Both", "ontime")
    assert await discover(inside.services()) == 1
    assert [row.process_id for row in status] == [process]
    assert queued(inside) == [f"workflow-{process}"]


async def test_a_workflow_that_left_the_list_is_handed_on(inside):
    _, process = start_approval(inside)
    await discover(inside.services())
    await inside.drain()
    inside.world.content.stop_workflow(process)
    inside.at += INTERVAL

    await discover(inside.services())
    assert queued(inside) == [f"workflow-{process}"]


async def test_workflows_that_no_rule_names_are_passed_over(inside):
    inside.world.content.define_map(WorkflowMap("Holiday Request", (MapStep(1, "Boss", "pwilliams"),)))
    inside.world.content.start_workflow("Holiday Request", [], initiator="nkaur", managers=["bridge"])

    assert await discover(inside.services()) == 0


async def test_the_customers_report_shows_steps_of_workflows_that_we_do_not_manage():
    """Neither initiator nor manager: only the report tells."""
    inside = Inside(MAPPING, settings={"OPENTEXT_DISCOVERY_REPORT": "bridge_steps"})
    rows = [
        {"process_id": 900_001, "task_id": 1, "wf_name": "Contract Approval", "task_start_date": "2026-11-23T10:00:00"}
    ]
    inside.world.content.state.webreports["bridge_steps"] = lambda _: {"data": rows}

    assert await discover(inside.services()) == 1
    assert queued(inside) == ["workflow-900001"]

    inside.at += INTERVAL
    assert await discover(inside.services()) == 0


async def test_a_report_that_is_missing_does_not_stop_the_rest():
    inside = Inside(MAPPING, settings={"OPENTEXT_DISCOVERY_REPORT": "nobody_made_it"})
    start_approval(inside)

    assert await discover(inside.services()) == 2


async def test_a_known_workspace_is_skipped_and_is_no_stop(inside):
    """The newer one is known by a hint; the older one, listed after it, is found all the same."""
    older = create_contract(inside.world, "Older", END)
    inside.at += timedelta(minutes=1)
    newer = create_contract(inside.world, "Newer", END)
    inside.origins.messages.append(OriginMessage(origin=f"workspace-{newer}").model_dump_json())
    await inside.drain()

    await discover(inside.services())
    assert queued(inside) == [f"workspace-{older}"]


async def test_the_watermark_stays_when_not_all_was_handed_on(inside):
    """The queue refuses the second of three: the next run finds what is left."""
    create_contract(inside.world, "Known", END)
    await discover(inside.services())
    await inside.drain()
    inside.at += timedelta(hours=3)
    made = [create_contract(inside.world, f"D{number}", END) for number in range(3)]
    mark = await inside.services().cursors.find("discovery/workspaces/Contract")
    send = inside.origins.send_message
    inside.origins.send_message = _refusing(send, after=1)

    with pytest.raises(UnavailableError):
        await discover(inside.services())
    assert await inside.services().cursors.find("discovery/workspaces/Contract") == mark

    inside.origins.send_message = send
    inside.at += INTERVAL
    await discover(inside.services())
    assert set(queued(inside)) >= {f"workspace-{number}" for number in made}


def _refusing(send, *, after):
    sent: list[str] = []

    async def refuse(content, **how):
        if len(sent) >= after:
            raise ServiceRequestError("no answer")
        sent.append(content)
        await send(content, **how)

    return refuse


async def test_the_watermark_is_the_newest_creation_in_the_servers_own_time(inside):
    create_contract(inside.world, "First", END)
    await discover(inside.services())
    inside.at += timedelta(hours=5)
    create_contract(inside.world, "Second", END)
    made_at = inside.at
    inside.at += timedelta(minutes=30)
    await discover(inside.services())

    mark = await inside.services().cursors.find("discovery/workspaces/Contract")
    assert datetime.fromisoformat(mark) == made_at


async def test_a_workspace_with_a_creation_in_the_future_hides_none_that_comes_after_it(inside):
    await discover(inside.services())
    odd = inside.world.content.create_workspace("Contract", "From next year", created=inside.at + timedelta(days=400))
    await discover_later(inside)
    assert f"workspace-{odd}" in queued(inside)
    await inside.drain()

    inside.at += timedelta(hours=3)
    made = create_contract(inside.world, "From today", END)
    await discover_later(inside)
    assert f"workspace-{made}" in queued(inside)


async def discover_later(inside):
    """Let the interval pass, and look."""
    inside.at += INTERVAL
    await discover(inside.services())


async def test_what_exceeds_a_hundred_waits_behind_hints(inside):
    """A mass import must not keep a reviewer waiting."""
    made = [create_contract(inside.world, f"Import {number}", END) for number in range(MOST_AT_ONCE + 5)]

    assert await discover(inside.services()) == len(made)
    assert len(inside.origins.messages) == MOST_AT_ONCE
    due = await inside.services().agenda.due(inside.at)
    assert [entry.entry.bulk for entry in due] == [True] * 5


async def test_nothing_is_asked_while_opentext_asked_for_a_pause(inside):
    await inside.services().gates.close("opentext", inside.at + timedelta(minutes=10), now=inside.at)
    start_approval(inside)

    assert await discover(inside.services()) == 0
    assert inside.calls["opentext GET"] == 0


async def test_nothing_is_asked_while_every_place_is_taken(inside):
    """The limit of those who work on OpenText at once counts discovery too."""
    services = inside.services()
    busy = inside.wire("busy")
    async with busy.hands.holding(Kind.ORIGIN, "workspace-1"):
        for number in range(services.settings.opentext_concurrency):
            await busy.slots.take("opentext", size=4, owner=f"w{number}", now=inside.at)
        start_approval(inside)

        assert await discover(services) == 0
    assert inside.calls["opentext GET"] == 0


@pytest.mark.parametrize("path", ["/workflows/status", "/businessworkspaces"])
async def test_a_list_that_never_answers_stops_no_other_and_is_told(inside, path):
    """Of one door alone: a module that is broken, a list that takes too long."""
    await discover(inside.services())
    workspace, process = start_approval(inside)
    inside.world.content.faults.add(Fault.html(path=path, times=1000))
    inside.at += INTERVAL

    with pytest.raises(UnavailableError):
        await discover(inside.services())

    others = {"/workflows/status": f"workspace-{workspace}", "/businessworkspaces": f"workflow-{process}"}
    assert others[path] in queued(inside)


async def test_two_lists_that_do_not_answer_are_enough_for_one_time(inside):
    """OpenText itself does not answer then: each further list would only take its time."""
    inside.world.content.faults.add(Fault.html(times=1000))
    with pytest.raises(UnavailableError):
        await discover(inside.services())

    assert inside.calls["opentext GET"] <= 4


async def test_what_failed_once_is_asked_for_again_soon_and_then_at_its_interval(inside):
    await discover(inside.services())
    failing = Fault.html(path="/businessworkspaces", times=1000)
    inside.world.content.faults.add(failing)
    inside.at += INTERVAL
    tried = []
    for _ in range(40):
        try:
            await discover(inside.services())
        except UnavailableError:
            tried.append(inside.at)
        inside.at += timedelta(seconds=30)

    waits = [after - before for before, after in itertools.pairwise(tried)]
    assert waits[0] == timedelta(seconds=30)
    assert set(waits[1:]) == {INTERVAL}


async def test_a_folder_that_did_not_answer_is_looked_into_by_the_next_round(tmp_path):
    """And the others are not held up by it; what was changed in it meanwhile is found."""
    inside = Inside(_documents_mapping(tmp_path))
    content = inside.world.content
    broken, sound = (create_contract(inside.world, name, END) for name in ("Broken", "Sound"))
    await _rounds(inside, 2)
    inside.origins.messages.clear()
    documents = [content.add_document(where, "Permit.pdf", b"text", user="pwilliams") for where in (broken, sound)]
    content.faults.add(Fault.html(path=f"/nodes/{broken}/nodes", times=1000))
    await _rounds(inside, 2)
    assert f"document-{documents[1]}" in queued(inside)

    content.faults.queue.clear()
    await _rounds(inside, 2)
    assert f"document-{documents[0]}" in queued(inside)


def _documents_mapping(folder):
    file = folder / "mapping.yaml"
    file.write_text(
        f"""version: 1
plans: {{contracts: {{group: {CONTRACTS_GROUP}, title: Contracts}}}}
rules:
  - id: permits
    on: document
    when: {{workspace_type: Contract}}
    plan: contracts
    task: {{title: "Check {{{{ document.name }}}}"}}
"""
    )
    return file


async def _rounds(inside, number):
    for _ in range(number * 3):
        inside.at += INTERVAL
        with contextlib.suppress(UnavailableError):
            await discover(inside.services())


async def test_a_hint_that_never_came_is_found_by_the_real_app():
    """On Azurite and over HTTP: nobody says anything, the timer asks, and the tasks are there."""
    teller = Teller(Console(quiet=True), lambda: START)

    async with running(MAPPING) as system:
        create_contract(system.world, "Unannounced", END)
        system.forward(INTERVAL + timedelta(minutes=1))

        made = await teller.wait("four tasks", lambda: tasks(system) if len(tasks(system)) == 4 else None)

    assert [task["title"].partition(":")[0] for task in made] == ["Unannounced"] * 4
