"""A contract is made, reviewed and approved: OpenText → Planner → OpenText."""

from datetime import UTC, datetime, timedelta

from local.demo.narrator import Teller
from local.demo.observe import Json, assignees, due, links, plan_of, tasks, url_of
from local.demo.stories import evidence
from local.demo.world import create_contract
from local.local_system import System

NAME = "Contoso Supply 4711"
TASKS = 4


async def play(system: System, teller: Teller) -> None:
    """
    Play the story.

    Raises:
        DidNotHappenError: something did not.
    """
    workspace, process = await begin(system, teller)
    await _reviewer_decides(system, teller, process)
    await _step_is_reassigned(system, teller, process)
    await evidence.check(system, teller, workspace=workspace, process=process)


async def begin(system: System, teller: Teller) -> tuple[int, int]:
    """
    Play as far as somebody can take over, the reviewer's task: return the workspace and the workflow.

    Raises:
        DidNotHappenError: something did not.
    """
    workspace = await _contract_appears(system, teller)
    return workspace, await _document_enters_approval(system, teller, workspace)


async def _contract_appears(system: System, teller: Teller) -> int:
    teller.title("A contract workspace is created")
    end = datetime.now(UTC) + timedelta(days=400)
    workspace = create_contract(system.world, NAME, end)
    teller.tell("OpenText", f"workspace {NAME!r} was created", f"{system.content_url}/app/nodes/{workspace}")
    status = await system.hint(node_id=workspace)
    teller.tell("OpenText", f"hint sent; the bridge answered {status}")
    made = await teller.wait(
        f"{TASKS} tasks for {NAME}", lambda: found if len(found := _complete(system)) >= TASKS else None
    )
    for task in made:
        what = f"{plan_of(system, task)}: {task['title']!r} for {assignees(system, task)}, due {due(task)}"
        teller.tell("Planner", what, url_of(system, task))
    return workspace


def _complete(system: System) -> list[Json]:
    """List the workspace's tasks whose details were written."""
    details = system.world.graph.details
    return [task for task in tasks(system, starting=NAME) if details[task["id"]].get("description")]


async def _document_enters_approval(system: System, teller: Teller, workspace: int) -> int:
    teller.title("A document enters approval; the reviewer decides in Planner")
    content = system.world.content
    document = content.add_document(workspace, "Supply contract.docx", b"first version", user="pwilliams")
    process = content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    teller.tell(
        "OpenText",
        f"workflow {process} waits at 'Approver' for dfoxhoven",
        f"{system.content_url}/app/nodes/{document}",
    )
    await system.hint(process_id=process)
    task = await teller.wait("a task for the reviewer", lambda: _task(system, "Approve "))
    what = f"{task['title']!r} for {assignees(system, task)}, due {due(task)}"
    teller.tell("Planner", what, url_of(system, task))
    # Nobody decides in the milliseconds in which the bridge makes sure of what it wrote; it would ask once more.
    await teller.wait_for("the bridge to remember what the task shows", lambda: _shows_versions(system, process))
    await teller.let_people_read()
    return process


async def _reviewer_decides(system: System, teller: Teller, process: int) -> None:
    content, graph, reviewer = system.world.content, system.world.graph, system.world.users["dfoxhoven"]
    task = await teller.wait("the reviewer's task", lambda: _task(system, "Approve "))
    graph.tick(reviewer, task["id"], "Approve")
    graph.complete(reviewer, task["id"])
    teller.tell("Planner", "dfoxhoven ticked 'Approve' and completed the task")
    visit = await teller.wait(
        "the workflow to advance", lambda: next((v for v in content.workflow(process).visits if v.completed_at), None)
    )
    teller.tell("OpenText", f"step {visit.step.name!r} was completed with {visit.disposition!r}: {visit.comment}")


async def _step_is_reassigned(system: System, teller: Teller, process: int) -> None:
    teller.title("The next step is reassigned in OpenText; the task follows")
    content = system.world.content
    task = await teller.wait("a task for the next step", lambda: _task(system, "Countersign"))
    teller.tell("Planner", f"{task['title']!r} for {assignees(system, task)}", url_of(system, task))
    content.delegate("pwilliams", process, 2, "nkaur")
    teller.tell("OpenText", "pwilliams handed step 'Countersign' to nkaur")
    await system.hint(process_id=process)
    await teller.wait(
        "the task to follow to nkaur",
        lambda: assignees(system, system.world.graph.tasks[task["id"]]) == "nkaur" or None,
    )
    teller.tell("Planner", f"{task['title']!r} is now for nkaur", url_of(system, task))


async def _shows_versions(system: System, process: int) -> bool:
    """Tell whether a decision on the workflow's task would count for the versions that it shows."""
    found = (await links(system)).get(f"workflow-{process}", {})
    return any(link.bound for link in found.values())


def _task(system: System, starting: str) -> Json | None:
    """Find a task whose details were written."""
    details = system.world.graph.details
    found = [task for task in tasks(system, starting=starting) if details[task["id"]].get("description")]
    return found[0] if found else None
