"""One trace tells one story, from OpenText's hint to the send-on, over every queue and every day that it waits."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.observe import tasks
from local.demo.world import create_contract
from local.local_system import ROOT, SPANS, running
from shared.observability.metrics import DECISION
from shared.watchers.discovery import NEXT
from shared.wiring import Wiring

END = datetime(2028, 1, 31, tzinfo=UTC)
OVERDUE = timedelta(days=5)
SETTINGS = {"OPENTEXT_DISCOVERY_SECONDS": str(10 * 365 * 86400), "SETTLE_SECONDS": "3600"}
"""Discovery and settling look for reasons of their own, and at any moment: here they are kept out of the way."""
UNREAD = timedelta(minutes=6)
"""Longer than any plan stays unread."""


@pytest.fixture(scope="module")
async def told():
    """
    Play an approval that waits: every span of the app by its id, and what the agenda still holds for it.

    A hint, a task, days without an answer, an escalation, the completion, the send-on, the next step's task.
    """
    async with running(ROOT / "mapping.yaml", settings=SETTINGS, traced=True) as system:
        content, graph, users = system.world.content, system.world.graph, system.world.users
        await until(lambda: swept(system))
        workspace = create_contract(system.world, "Traced", END)
        document = content.add_document(workspace, "Traced.docx", b"1", user="pwilliams")
        process = content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
        )
        origin = f"workflow-{process}"
        await system.hint(process_id=process)
        await until(lambda: described(system, "Approve "))
        # A look that comes a minute after a hint is on its way: nobody waits for it here.
        await until(lambda: rested(system, origin, all_done=False))
        system.forward(OVERDUE)
        await until(lambda: described(system, "Overdue"))
        await until(lambda: rested(system, origin, all_done=False))
        task = await described(system, "Approve ")
        graph.tick(users["dfoxhoven"], task["id"], "Approve")
        graph.complete(users["dfoxhoven"], task["id"])
        system.forward(UNREAD)
        await until(lambda: described(system, "Countersign"))
        # Looks that come seconds after a send-on are on their way for a minute and a half: nobody waits for them here.
        rows = await until(lambda: rested(system, origin, all_done=False))
        spans = spans_of(system)
    return {"origin": origin, "spans": {span["id"]: span for span in spans}, "agenda": rows}


def spans_of(system):
    file = system.folder / SPANS
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def swept(system):
    """Tell whether the first sweep is over, and the only discovery with it. It found nothing, so it left no span."""
    worker = Wiring(system.settings)
    found, busy = await worker.storage().cursors.find(NEXT), await worker.storage().hands.signs()
    await worker.close()
    return found is not None and not busy


async def rested(system, origin, *, all_done=True):
    """Read the agenda's rows of an origin when nobody has anything in hand, and (all done) no message is on its way."""
    worker = Wiring(system.settings)
    storage = worker.storage()
    busy = await storage.hands.signs()
    waiting = await storage.queues.length("origins")
    due = await storage.agenda.due(storage.now() + timedelta(days=60))
    await worker.close()
    rows = [row.entry for row in due if row.entry.origin == origin]
    return rows if not busy and not (waiting and all_done) and rows else None


async def described(system, starting):
    """Find a task whose details were written."""
    details = system.world.graph.details
    found = [task for task in tasks(system, starting=starting) if details[task["id"]].get("description")]
    return found[0] if found else None


async def until(look, seconds=60):
    """Wait for something real to happen; the time limit only ends a failing test."""
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    while not (found := await look()):
        assert datetime.now(UTC) < end, "it did not happen"
        await asyncio.sleep(0.2)
    return found


def send_on(told):
    (span,) = [
        span
        for span in told["spans"].values()
        if span["name"] == DECISION and span["attributes"]["bridge.action"] == "Send"
    ]
    return span


def story(told):
    """Every span of the send-on's trace."""
    return [span for span in told["spans"].values() if span["trace"] == send_on(told)["trace"]]


def reasons(told):
    return {span["attributes"]["bridge.reason"] for span in story(told) if span["name"] == "reconcile"}


def test_the_send_on_is_in_the_trace_of_the_hint(told):
    (hint,) = [span for span in story(told) if span["name"] == "opentext_webhook"]

    assert hint["start"] == min(span["start"] for span in story(told))


def test_from_the_send_on_every_parent_leads_back_to_the_hint(told):
    names, span = [], send_on(told)
    while span is not None:
        names.append(span["name"])
        span = told["spans"].get(span["parent"])

    assert names[0] == DECISION
    assert set(names[1:-1]) == {"reconcile"}
    assert names[-1] == "opentext_webhook"


def test_it_goes_through_messages_and_agenda_rows(told):
    """
    What the hint asked for, what the agenda found due after days, and what saw the completion.

    That is reading the plan, or a look that follows a new task, whichever of the two is sooner.
    """
    assert "hint" in reasons(told)
    assert reasons(told) & {"threshold", "resync"}
    assert reasons(told) & {"changed", "again"}


def test_the_escalation_and_the_next_task_are_in_it_too(told):
    creates = [span for span in story(told) if span["attributes"].get("bridge.action") == "Create"]

    assert len(creates) >= 3, "the approval, its escalation, the next step"


def test_what_the_agenda_still_holds_goes_on_with_it(told):
    traces = {row.trace.split("-")[1] for row in told["agenda"]}

    assert traces == {send_on(told)["trace"]}


def test_each_span_of_work_says_which_origin_it_is_about(told):
    work = [span for span in story(told) if span["name"] == "reconcile"]

    assert {span["attributes"]["bridge.origin"] for span in work} == {told["origin"]}
