"""What Content Server tells of a workflow that runs."""

from shared.clients.opentext.answers import properties
from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.probes.content_nodes import SHORTCUT
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply, shown

NO_ZONE = 19
"""Characters of a time to the second."""


@probe("workflow-steps-identified")
async def identified(box: Sandbox) -> Observed:
    """See by what a waiting step is known."""
    step = await waiting(box, await box.workflow())
    names = ("process_id", "subprocess_id", "task_id", "task_start_date")
    missing = [name for name in names if not step.get(name)]
    return judged(not missing, f"missing: {', '.join(missing) or 'nothing'}")


@probe("workflow-dates-local")
async def dates(box: Sandbox) -> Observed:
    """Read when a step began."""
    start = str((await waiting(box, await box.workflow())).get("task_start_date"))
    return judged(
        len(start) == NO_ZONE, "without a zone" if len(start) == NO_ZONE else f"as {start[NO_ZONE:] or start}"
    )


@probe("workflow-not-due-empty")
async def not_due(box: Sandbox) -> Observed:
    """Read when a step is due that never is."""
    due = (await waiting(box, await box.workflow())).get("task_due_date")
    return judged(due in ("", None), f"a step that is never due: {shown(due)}")


@probe("workflow-performer-address")
async def address(box: Sandbox) -> Observed:
    """See whether a step's performer comes with an address."""
    people = performers(await waiting(box, await box.workflow()))
    told = bool(people) and all("emailAddress" in person and person.get("userId") for person in people)
    return judged(told, f"{len(people)} performers, {'with' if told else 'without'} address")


@probe("workflow-listed-to-initiator")
async def listed(box: Sandbox) -> Observed:
    """Look for a workflow in the list of those that we initiated."""
    process = await box.workflow()
    reply = await box.content("GET", "v2/workflows/status", query=(("kind", "Initiated"), ("wstatus", "ontime")))
    rows = [((row.get("data") or {}).get("wfstatus") or {}) for row in reply.results or []]
    there = process in [row.get("process_id") for row in rows]
    return judged(there, f"{reply.status}, {'in' if there else 'not in'} the list")


@probe("workflow-running-names-map")
async def map_named(box: Sandbox) -> Observed:
    """Look for a workflow in the list of running ones, which names the maps."""
    process = await box.workflow()
    query = (("Kind", "Both"), ("kind", "Both"), ("status", "NOARCHIVE"))
    reply = await box.content("GET", "v2/workflows/status/active", query=query)
    rows = [{name.casefold(): value for name, value in row.items()} for row in reply.results or []]
    maps = [row.get("map_mapobjid") for row in rows if row.get("work_workid") == process]
    is_so = maps == [box.targets.workflow_map]
    return judged(is_so, "with its map" if is_so else reply.said)


@probe("workflow-attachments-shortcuts")
async def attachments(box: Sandbox) -> Observed:
    """Attach a document, and see how it lies with the workflow."""
    document = await box.document(await box.folder("attached"))
    status = await read_status(box, await box.workflow(document))
    folder = (status.get("attachments") or {}).get("attachment_folder_id")
    if not folder:
        raise CannotTellError("the workflow tells no folder of attachments")  # noqa: EM101 - a sentence
    reply = await box.content("GET", f"v2/nodes/{folder}/nodes", query=(("fields", "properties"),))
    rows = [properties(row) for row in reply.results or []]
    return judged(
        [row.get("type") for row in rows] == [SHORTCUT],
        f"{reply.status}, types {sorted(str(row.get('type')) for row in rows)}",
    )


@probe("workflow-suspended")
async def suspended(box: Sandbox) -> Observed:
    """Suspend a workflow, and try to send its step on."""
    process = await box.workflow()
    step = await waiting(box, process)
    put = await box.content("PUT", f"v2/processes/{process}/status", form={"status": "suspend"})
    if not put.is_success:
        message = f"the workflow can't be suspended: {put.said}"
        raise CannotTellError(message)
    told = ((await read_status(box, process)).get("wf_details") or {}).get("status")
    reply = await act(box, step, {"custom_action": GO_ON})
    if not reply.is_success:
        # Resumed and sent on: only then the refusal was one of the suspension.
        await box.content("PUT", f"v2/processes/{process}/status", form={"status": "resume"})
        if not (await act(box, step, {"custom_action": GO_ON})).is_success:
            raise CannotTellError("the step can't be sent on either when the workflow runs again")  # noqa: EM101
    return judged(not reply.is_success, f"status {told}, sending on: {reply.status}")


@probe("workflow-stopped")
async def stopped(box: Sandbox) -> Observed:
    """Stop a workflow, and read it."""
    process = await box.workflow()
    put = await box.content("PUT", f"v2/processes/{process}/status", form={"status": "stop"})
    if not put.is_success:
        message = f"the workflow can't be stopped: {put.said}"
        raise CannotTellError(message)
    status = await read_status(box, process)
    told, left = (status.get("wf_details") or {}).get("status"), (status.get("step_list") or {}).get("current")
    return judged(told == "stopped" and not left, f"status {told}, {len(left or [])} steps wait")


AGAIN, GO_ON = "Again", "Go on"
"""The dispositions of the sandbox map's first step: back to itself, and to the second step, which is a group's."""


async def read_status(box: Sandbox, process: int) -> Json:
    """Read a workflow. Raises CannotTellError: it can't be read."""
    reply = await box.content("GET", f"v2/workflows/status/processes/{process}")
    if not reply.is_success:
        message = f"the workflow can't be read: {reply.said}"
        raise CannotTellError(message)
    return dict(reply.results or {})


async def waiting(box: Sandbox, process: int) -> Json:
    """Read the one step that waits. Raises CannotTellError: it is not one."""
    steps = (await read_status(box, process)).get("step_list") or {}
    found = steps.get("current") or []
    if len(found) != 1:
        message = f"{len(found)} steps wait in the sandbox workflow, where one should"
        raise CannotTellError(message)
    return dict(found[0])


def performers(step: Json) -> list[Json]:
    """List who has to act on a step."""
    return list((step.get("task_assignees") or {}).get("assignee") or [])


def address_of(step: Json) -> str:
    """Write where a step is acted on."""
    process = step.get("process_id")
    return f"v2/processes/{process}/subprocesses/{step.get('subprocess_id') or process}/tasks/{step.get('task_id')}"


async def act(box: Sandbox, step: Json, body: Json) -> Reply:
    """Act on a step as the integration user."""
    return await box.content("PUT", address_of(step), body=body)
