"""A colleague tries four ways to bend an approval; then the reviewer decides, and that counts."""

from datetime import UTC, datetime, timedelta

from local.demo.narrator import Teller
from local.demo.observe import Json, tasks, url_of
from local.demo.world import create_contract
from local.local_system import System

REVIEWER, COLLEAGUE = "dfoxhoven", "lwhite"
TITLE = "Approve "


async def play(system: System, teller: Teller) -> None:
    """
    Play the story.

    Raises:
        DidNotHappenError: something did not.
    """
    process = await begin(system, teller)
    await _joins_in(system, teller)
    await _decides_for_the_reviewer(system, teller)
    await _swaps_the_lines(system, teller)
    await _changes_the_decision(system, teller)
    await _reviewer_decides(system, teller, process)


async def begin(system: System, teller: Teller) -> int:
    """
    Play as far as somebody can take over, the reviewer's task: return the workflow.

    Raises:
        DidNotHappenError: something did not.
    """
    teller.title("A contract waits for its reviewer")
    content = system.world.content
    workspace = create_contract(system.world, "Contoso Supply 4711", datetime.now(UTC) + timedelta(days=400))
    document = content.add_document(workspace, "Supply contract.docx", b"first version", user="pwilliams")
    process = content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    teller.tell("OpenText", f"workflow {process} waits at 'Approver' for {REVIEWER}")
    await system.hint(process_id=process)
    task = await teller.wait("a task for the reviewer", lambda: _ready(system))
    teller.tell("Planner", f"{task['title']!r} for {REVIEWER}", url_of(system, task))
    return process


async def _joins_in(system: System, teller: Teller) -> None:
    teller.title(f"1. {COLLEAGUE} makes herself an assignee")
    graph, user = system.world.graph, system.world.users[COLLEAGUE]
    task = _task(system)
    graph.reassign(user, task["id"], {*task["assignments"], user})
    teller.tell("Planner", f"{COLLEAGUE} assigned herself beside {REVIEWER}")
    await teller.wait("her to be taken off again", lambda: _is_only_reviewers(system))
    await _tell_note(system, teller, "put back")


async def _decides_for_the_reviewer(system: System, teller: Teller) -> None:
    teller.title(f"2. {COLLEAGUE} ticks and completes")
    graph, user = system.world.graph, system.world.users[COLLEAGUE]
    graph.tick(user, _task(system)["id"], "Approve")
    graph.complete(user, _task(system)["id"])
    teller.tell("Planner", f"{COLLEAGUE} ticked 'Approve' and completed the task")
    await _tell_note(system, teller, "not a performer")


async def _swaps_the_lines(system: System, teller: Teller) -> None:
    teller.title(f"3. {COLLEAGUE} swaps the texts of the two outcomes")
    graph, users, task_id = system.world.graph, system.world.users, _task(system)["id"]
    keys = {name: graph.checklist_key(task_id, name) for name in ("Approve", "Reject")}
    for name, text in (("Approve", "Reject"), ("Reject", "Approve")):
        line = {"@odata.type": "#microsoft.graph.plannerChecklistItem", "title": text}
        graph.person_patch_details(users[COLLEAGUE], task_id, checklist={keys[name]: line})
    graph.tick(users[REVIEWER], task_id, "Reject")
    graph.complete(users[REVIEWER], task_id)
    teller.tell("Planner", f"{REVIEWER} ticked the line that reads 'Reject', which was the one of 'Approve'")
    await _tell_note(system, teller, "lines had been changed")


async def _changes_the_decision(system: System, teller: Teller) -> None:
    teller.title(f"4. {REVIEWER} rejects; {COLLEAGUE} turns it into an approval before the bridge reads it")
    graph, users, task_id = system.world.graph, system.world.users, _task(system)["id"]
    graph.tick(users[REVIEWER], task_id, "Reject")
    graph.complete(users[REVIEWER], task_id)
    graph.tick(users[COLLEAGUE], task_id, "Reject", checked=False)
    graph.tick(users[COLLEAGUE], task_id, "Approve")
    teller.tell("Planner", f"the task is completed by {REVIEWER}, and 'Approve' is ticked: by {COLLEAGUE}")
    await _tell_note(system, teller, "somebody who is not a performer. Tick")


async def _reviewer_decides(system: System, teller: Teller, process: int) -> None:
    teller.title(f"{REVIEWER} decides")
    graph, users, task_id = system.world.graph, system.world.users, _task(system)["id"]
    graph.tick(users[REVIEWER], task_id, "Reject")
    graph.complete(users[REVIEWER], task_id)
    teller.tell("Planner", f"{REVIEWER} ticked 'Reject' and completed the task")
    workflow = system.world.content.workflow(process)
    visit = await teller.wait(
        "the step to be completed", lambda: next((visit for visit in workflow.visits if visit.completed_at), None)
    )
    teller.tell("OpenText", f"step {visit.step.name!r} was completed with {visit.disposition!r}: {visit.comment}")


async def _tell_note(system: System, teller: Teller, words: str) -> None:
    """Wait until the task is open again and says why; tell the note."""

    def note() -> str | None:
        task = _task(system)
        text = system.world.graph.details[task["id"]]["description"]
        said = next((line for line in text.splitlines() if line.startswith("Note: ") and words in line), None)
        return said if task["percentComplete"] == 0 else None

    teller.tell("Bridge", await teller.wait(f"a note with {words!r}", note))
    await teller.let_people_read()


def _ready(system: System) -> Json | None:
    details = system.world.graph.details
    return next((task for task in tasks(system, starting=TITLE) if details[task["id"]].get("description")), None)


def _task(system: System) -> Json:
    return next(task for task in tasks(system, starting=TITLE))


def _is_only_reviewers(system: System) -> bool | None:
    return set(_task(system)["assignments"]) == {system.world.users[REVIEWER]} or None
