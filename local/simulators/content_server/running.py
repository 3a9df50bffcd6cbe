"""Answer whoever starts workflows, and managers who suspend, stop and delete them."""

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import Call, RefusedCall, answer, as_number, results
from local.simulators.content_server.state import State
from local.simulators.content_server.status import NO_STATUS, readable
from local.simulators.content_server.workflows import change_state, start_workflow


def set_status(state: State, call: Call) -> Answer:
    """Answer `PUT v2/processes/{id}/status` (style A, `status`): for managers."""
    process = readable(state, call.number(0, "process_id"), call.user)
    if call.user not in process.managers and not state.users[call.user].is_admin:
        raise RefusedCall(400, "No permission to change the status of the process")
    if not change_state(state, process, call.field("status")):
        raise RefusedCall(400, NO_STATUS)
    return results({})


def start_process(state: State, call: Call) -> Answer:
    """Answer `POST v2/draftprocesses/startwf` (style B): a map that begins without a dialogue."""
    given = call.json_field()
    plan = state.maps.get(as_number(str(given.get("workflow_id", "")), "workflow_id"))
    if plan is None:
        raise RefusedCall(400, "Could not start the workflow")
    numbers = [as_number(text, "doc_ids") for text in str(given.get("doc_ids", "")).split(",") if text]
    documents = [state.visible(number, call.user).id for number in numbers]
    process = start_workflow(state, plan, initiator=call.user, documents=documents, managers=[])
    if not state.believed("workflow-attachments-shortcuts"):
        for link in list(state.children_of(process.folder)):
            link.type, link.original = 144, None
    return results({"custom_message": None, "process_id": process.id})


def delete_process(state: State, call: Call) -> Answer:
    """Answer `DELETE v2/processes/{id}`: for managers, once it has ended."""
    process = readable(state, call.number(0, "process_id"), call.user)
    if call.user not in process.managers or process.state not in ("completed", "stopped"):
        raise RefusedCall(400, "No permission to delete the process")
    del state.processes[process.id]
    return answer({})
