"""What Content Server takes from a step's performer, here the integration user itself."""

from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.probes.workflow_status import (
    AGAIN,
    GO_ON,
    act,
    address_of,
    performers,
    read_status,
    waiting,
)
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply, shown


@probe("workflow-form-offers")
async def form(box: Sandbox) -> Observed:
    """Read what a step offers to its performer."""
    offered = sorted(str(one.get("key")) for one in (await _form(box, await _begun(box))).get("custom_actions") or [])
    return judged(offered == sorted((AGAIN, GO_ON)), f"dispositions: {shown(offered)}")


@probe("workflow-act-completes")
async def completes(box: Sandbox) -> Observed:
    """Send a step on, and see where it stands then."""
    step = await _begun(box)
    await _sent(box, step, GO_ON)
    steps = (await read_status(box, int(step["process_id"]))).get("step_list") or {}
    done = [one.get("task_id") for one in steps.get("completed") or []]
    still = [one.get("task_id") for one in steps.get("current") or []]
    is_so = step["task_id"] in done and step["task_id"] not in still
    return judged(is_so, f"completed: {len(done)}, waiting: {len(still)}")


@probe("workflow-act-once")
async def once(box: Sandbox) -> Observed:
    """Send a step on twice."""
    step = await _begun(box)
    await _sent(box, step, GO_ON)
    reply = await act(box, step, {"custom_action": GO_ON})
    return judged(not reply.is_success, f"the second time: {reply.status}")


@probe("workflow-loop-restarts")
async def loop(box: Sandbox) -> Observed:
    """Send a step back to itself."""
    step = await _begun(box)
    # A visit is told apart by its start, to the second: sent back within the same one, it would look like the first.
    await box.systems.next_second()
    await _sent(box, step, AGAIN)
    again = await waiting(box, int(step["process_id"]))
    same = again.get("task_id") == step["task_id"]
    moved = again.get("task_start_date") != step.get("task_start_date")
    return judged(same and moved, f"the same step: {shown(same)}, another start: {shown(moved)}")


@probe("workflow-one-action")
async def both(box: Sandbox) -> Observed:
    """Send an action and a disposition at once."""
    return await _refused(box, {"action": "SendOn", "custom_action": GO_ON}, "both at once")


@probe("workflow-offered-alone")
async def not_offered(box: Sandbox) -> Observed:
    """Send a disposition that the step does not offer."""
    return await _refused(box, {"custom_action": "No such way"}, "a disposition that is not offered")


@probe("workflow-disposition-case")
async def other_case(box: Sandbox) -> Observed:
    """Send a disposition in another case."""
    return await _refused(box, {"custom_action": GO_ON.upper()}, "a disposition in another case")


@probe("workflow-act-by-body")
async def plain_form(box: Sandbox) -> Observed:
    """Send a step on by a plain form."""
    step = await _begun(box)
    return await _then_taken(
        box, step, await box.content("PUT", address_of(step), form={"custom_action": GO_ON}), "a plain form"
    )


@probe("workflow-comment-kept")
async def comment(box: Sandbox) -> Observed:
    """Send a step on with a comment, and look for it in the history."""
    step, text = await _begun(box), box.name("comment: via the bridge, completed in Planner, 0123456789abcdef")
    await _sent(box, step, GO_ON, comment=text)
    found = [str(row.get("comment")) for row in await _activities(box, step)]
    return judged(text in found, "kept whole" if text in found else "not found as it was sent")


@probe("workflow-newest-activity-first")
async def newest(box: Sandbox) -> Observed:
    """Act twice, and see which act comes first in the history."""
    step = await _begun(box)
    await _sent(box, step, AGAIN, comment="first")
    await box.systems.next_second()
    await _sent(box, await waiting(box, int(step["process_id"])), AGAIN, comment="second")
    said = [str(row.get("comment")) for row in await _activities(box, step) if row.get("comment")]
    return judged(said[:2] == ["second", "first"], f"in the order {shown(said[:2])}")


@probe("workflow-group-unassigned")
async def group(box: Sandbox) -> Observed:
    """Read a step that waits for a group."""
    step = await _group_step(box)
    name = ((step.get("task_assignees") or {}).get("assignedto") or {}).get("groupName")
    is_so = bool(name) and not performers(step)
    return judged(is_so, f"{'with' if name else 'without'} the group's name, {len(performers(step))} performers")


@probe("workflow-group-accepts-first")
async def accept_first(box: Sandbox) -> Observed:
    """Send a group's step on before anybody accepted it."""
    step = await _group_step(box)
    offered = (await _form(box, step)).get("member_accept")
    reply = await act(box, step, {"action": "SendOn", "comment": ""})
    # A refusal tells something only where the step can be sent on once it is accepted.
    if not reply.is_success and not (await act(box, step, {"action": "accept"})).is_success:
        raise CannotTellError("the integration user can't accept the step either")  # noqa: EM101 - a sentence
    return judged(bool(offered) and not reply.is_success, f"to accept: {shown(offered)}, sending on: {reply.status}")


@probe("workflow-accepter-performs")
async def accepter(box: Sandbox) -> Observed:
    """Accept a group's step, and see whose it is."""
    step = await _group_step(box)
    accepted = await act(box, step, {"action": "accept"})
    people = performers(await waiting(box, int(step["process_id"])))
    return judged(accepted.is_success and len(people) == 1, f"accepting: {accepted.status}, {len(people)} performers")


@probe("workflow-delegated-visit")
async def delegated(box: Sandbox) -> Observed:
    """Hand a step to somebody who agreed, and see whether the visit stays."""
    if box.targets.performer is None:
        raise CannotTellError("nobody agreed to be acted for: --performer")  # noqa: EM101 - a sentence
    step = await _begun(box)
    # Within the same second a new start would look like the old one.
    await box.systems.next_second()
    reply = await act(box, step, {"action": "Delegate", "assignee": str(box.targets.performer.user_id)})
    if not reply.is_success:
        message = f"the step can't be handed on: {reply.said}"
        raise CannotTellError(message)
    now = await waiting(box, int(step["process_id"]))
    stays = now.get("task_start_date") == step.get("task_start_date")
    return judged(stays, "the same visit" if stays else "another start")


async def _refused(box: Sandbox, body: Json, what: str) -> Observed:
    step = await _begun(box)
    return await _then_taken(box, step, await act(box, step, body), what)


async def _then_taken(box: Sandbox, step: Json, reply: Reply, what: str) -> Observed:
    """Judge a refusal: it is one of what was sent only if the step can be sent on as it should."""
    if not reply.is_success:
        await _sent(box, step, GO_ON)
    return judged(not reply.is_success, f"{what}: {reply.status}")


async def _begun(box: Sandbox) -> Json:
    return await waiting(box, await box.workflow())


async def _group_step(box: Sandbox) -> Json:
    step = await _begun(box)
    await _sent(box, step, GO_ON)
    return await waiting(box, int(step["process_id"]))


async def _sent(box: Sandbox, step: Json, disposition: str, *, comment: str = "") -> Reply:
    reply = await act(box, step, {"custom_action": disposition, "comment": comment})
    if not reply.is_success:
        message = f"the step can't be sent on: {reply.said}"
        raise CannotTellError(message)
    return reply


async def _form(box: Sandbox, step: Json) -> Json:
    names = ("process_id", "subprocess_id", "task_id")
    query = tuple((name, str(step.get(name) or step.get("process_id"))) for name in names)
    reply = await box.content("GET", "v1/forms/processes/tasks/update", query=query)
    if not reply.is_success:
        message = f"the step's form can't be read: {reply.said}"
        raise CannotTellError(message)
    return dict(reply.json.get("data") or {})


async def _activities(box: Sandbox, step: Json) -> list[Json]:
    process = step.get("process_id")
    path = f"v2/processes/{process}/subprocesses/{step.get('subprocess_id') or process}/activities"
    reply = await box.content("GET", path, query=(("limit", 50),))
    if not reply.is_success:
        message = f"the history can't be read: {reply.said}"
        raise CannotTellError(message)
    return list((reply.results or {}).get("data") or [])
