"""Which write Planner lets through, and which it refuses: etags."""

from shared.conformance.observed import Observed, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import shown

CONFLICTS = (409, 412)


@probe("planner-separate-etags")
async def separate(box: Sandbox) -> Observed:
    """Change details on the task's etag."""
    task = await box.task("etags")
    details = await box.details(task)
    reply = await box.patch_details(details, {"description": "x"}, etag=str(task["@odata.etag"]))
    return judged(reply.status in CONFLICTS, f"the task's etag on its details: {reply.status}")


@probe("planner-if-match-required")
async def no_etag(box: Sandbox) -> Observed:
    """Change a task without an etag."""
    task = await box.task("no etag")
    reply = await box.graph("PATCH", f"planner/tasks/{task['id']}", {"priority": 1})
    return judged(reply.status == 412, f"without If-Match: {reply.status}")


@probe("planner-stale-apart")
async def stale_apart(box: Sandbox) -> Observed:
    """Change one property, then another on the etag of before."""
    task = await box.task("apart")
    await box.patch(task, {"percentComplete": 50})
    reply = await box.patch(task, {"priority": 1})
    return judged(reply.is_success, f"a stale write of another property: {reply.status}")


@probe("planner-stale-merged")
async def stale_merged(box: Sandbox) -> Observed:
    """See whether the answer to a stale write shows what another one changed."""
    task = await box.task("merged")
    await box.patch(task, {"percentComplete": 50})
    reply = await box.patch(task, {"priority": 1})
    both = {name: reply.json.get(name) for name in ("percentComplete", "priority")}
    return judged(not reply.is_success or both == {"percentComplete": 50, "priority": 1}, f"the answer has {both}")


@probe("planner-stale-overlap")
async def stale_overlap(box: Sandbox) -> Observed:
    """Change the same property twice on one etag."""
    task = await box.task("overlap")
    await box.patch(task, {"title": box.name("first")})
    reply = await box.patch(task, {"title": box.name("second")})
    return judged(reply.status in CONFLICTS, f"a stale write of the same property: {reply.status}")


@probe("planner-etags-ordinal")
async def ordinal(box: Sandbox) -> Observed:
    """Compare the etags of one task in their order."""
    task = await box.task("ordinal")
    etags = [str(task["@odata.etag"])]
    for number in range(3):
        etags.append((await box.patch(task, {"title": box.name(f"ordinal {number}")}, etag=etags[-1])).etag)
    return judged(
        etags == sorted(set(etags)), f"each greater than the one before: {shown(etags == sorted(set(etags)))}"
    )


@probe("planner-delete-stale")
async def delete_stale(box: Sandbox) -> Observed:
    """Delete a task on an etag from before a change."""
    task = await box.task("delete")
    await box.patch(task, {"percentComplete": 50})
    reply = await box.graph("DELETE", f"planner/tasks/{task['id']}", If_Match=str(task["@odata.etag"]))
    return judged(reply.status in CONFLICTS, f"a stale deletion: {reply.status}")


@probe("planner-representation")
async def representation(box: Sandbox) -> Observed:
    """Ask for what came of a change."""
    task = await box.task("prefer")
    headers = {"If_Match": str(task["@odata.etag"]), "Prefer": "return=representation"}
    reply = await box.graph("PATCH", f"planner/tasks/{task['id']}", {"priority": 1}, **headers)
    newer = bool(reply.etag) and reply.etag != task["@odata.etag"]
    return judged(reply.status == 200 and newer, f"{reply.status} with {'a new' if newer else 'no new'} etag")


@probe("planner-details-leave-task")
async def details_leave_task(box: Sandbox) -> Observed:
    """Change details, and see whether the task's etag moves."""
    task = await box.task("still")
    await box.patch_details(await box.details(task), {"description": "changed"})
    moved = (await box.read_task(task))["@odata.etag"] != task["@odata.etag"]
    return judged(not moved, "the task's etag moved" if moved else "the task's etag stayed")


@probe("planner-lines-apart")
async def lines_apart(box: Sandbox) -> Observed:
    """Rename a line, and tick it on the etag of before."""
    details = await box.details(await box.task("lines"))
    key = "5c0f6a52-6f43-4d1e-9c5b-0c1d2e3f4a5b"
    kind = "microsoft.graph.plannerChecklistItem"
    made = await box.patch_details(details, {"checklist": {key: {"@odata.type": kind, "title": "line"}}})
    await box.patch_details(details, {"checklist": {key: {"@odata.type": kind, "title": "renamed"}}}, etag=made.etag)
    tick = {"checklist": {key: {"@odata.type": kind, "isChecked": True}}}
    reply = await box.patch_details(details, tick, etag=made.etag)
    return judged(reply.is_success, f"a tick beside a new title: {reply.status}")
