"""
Answer the performer of a step: its form, and the acts that the form offers.

Only the performer, only once: afterwards, and for everybody else, the step is not to be found. Nothing here can be
repeated safely.
"""

from typing import Any

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import Call, RefusedCall, answer, as_number, results
from local.simulators.content_server.process import SEND_ON, Process, Visit
from local.simulators.content_server.state import State
from local.simulators.content_server.status import NO_STATUS, assignees, known, readable
from local.simulators.content_server.workflows import accept, complete, delegate, is_performer

WRONG_PASSWORD = "662306821"
"""The `errorDetail` by which a step that wants a password is known."""


def _mine(state: State, call: Call, numbers: tuple[int, int, int]) -> tuple[Process, Visit]:
    process = known(state, numbers[0])
    visit = process.find_current(numbers[2]) if process is not None and numbers[1] == process.id else None
    if process is None or visit is None or not is_performer(state, visit, call.user):
        raise RefusedCall(500, "Could not get a workflow for {}, {}, {}".format(*numbers))
    return process, visit


def read_form(state: State, call: Call) -> Answer:
    """Answer `GET v1/forms/processes/tasks/update`."""
    names = ("process_id", "subprocess_id", "task_id")
    for name in names:
        if not call.has(name):
            raise RefusedCall(400, f"Argument '{name}' is required")
    numbers = tuple(as_number(call.first(name), name) for name in names)
    process, visit = _mine(state, call, (numbers[0], numbers[1], numbers[2]))
    return answer(
        {"data": _form(state, process, visit), "forms": [{"data": process.values, "schema": {}, "options": {}}]}
    )


def _form(state: State, process: Process, visit: Visit) -> dict[str, Any]:
    offered = visit.step.dispositions if state.believed("workflow-form-offers") else ()
    sends_on = [{"key": SEND_ON, "label": "Send On"}] if SEND_ON in visit.step.next else []
    return {
        "title": visit.step.name,
        "instructions": visit.step.instructions,
        "priority": 100,
        "comments_on": True,
        "attachments_on": True,
        "authentication": visit.step.wants_password,
        "member_accept": not visit.performer,
        "message": None,
        "actions": [*sends_on, {"key": "Delegate", "label": "Forward"}],
        "custom_actions": [{"key": key, "label": key} for key in offered],
        "data_packages": [{"type": 1, "sub_type": 1, "data": {"attachment_folder_id": process.folder}}],
        "process_id": process.id,
        "subprocess_id": process.id,
        "task_id": visit.task_id,
    }


def act(state: State, call: Call) -> Answer:
    """
    Answer `PUT v2/processes/{p}/subprocesses/{s}/tasks/{t}` (style B).

    One of `action` and `custom_action`, never both.
    """
    given = _given(state, call)
    numbers = (call.number(0, "process_id"), call.number(1, "subprocess_id"), call.number(2, "task_id"))
    if not state.believed("workflow-act-once") and _was_completed(state, numbers):
        return results({"custom_message": None, "auto_display": {}})
    process, visit = _mine(state, call, numbers)
    if given.get("action") and given.get("custom_action"):
        if not state.believed("workflow-one-action"):
            return results({"custom_message": None, "auto_display": {}})
        raise RefusedCall(400, "It is not allowed to execute an action and a custom action")
    runs = process.state == "running" or not state.believed("workflow-suspended")
    if not runs:
        raise RefusedCall(400, NO_STATUS)
    _carry_out(state, call, process, visit, given)
    return results({"custom_message": None, "auto_display": {}})


def _given(state: State, call: Call) -> dict[str, Any]:
    form = call.form()
    if form and "body" not in form and not state.believed("workflow-act-by-body"):
        return {name: values[0] for name, values in form.items()}
    return call.json_field()


def _was_completed(state: State, numbers: tuple[int, int, int]) -> bool:
    process = known(state, numbers[0])
    if process is None or process.find_current(numbers[2]) is not None:
        return False
    return any(visit.task_id == numbers[2] for visit in process.completed)


def _carry_out(state: State, call: Call, process: Process, visit: Visit, given: dict[str, Any]) -> None:
    action = given.get("action", "")
    if action == "formUpdate":
        _update_form(process, given.get("values", {}))
    elif action == "accept":
        if visit.performer:
            raise RefusedCall(400, "The task is already accepted.")
        accept(state, process, visit, call.user)
    elif not visit.performer and state.believed("workflow-group-accepts-first"):
        raise RefusedCall(400, "The task must be accepted first.")
    elif action == "Delegate":
        _delegate(state, call, process, visit, given)
    else:
        _finish(state, call, process, visit, given)


def _update_form(process: Process, values: dict[str, Any]) -> None:
    for key, value in values.items():
        number = isinstance(process.values.get(key), int)
        if number and not isinstance(value, int):
            raise RefusedCall(400, f"Invalid datatype specified for argument '{key}'")
    process.values |= values


def _delegate(state: State, call: Call, process: Process, visit: Visit, given: dict[str, Any]) -> None:
    to = as_number(str(given.get("assignee", "")), "assignee")
    if to not in state.users and to not in state.groups:
        raise RefusedCall(400, "Error getting the specified user")
    delegate(state, process, visit, user=call.user, to=to, comment=str(given.get("comment", "")))


def _finish(state: State, call: Call, process: Process, visit: Visit, given: dict[str, Any]) -> None:
    chosen = given.get("custom_action") or given.get("action")
    same = next((key for key in visit.step.next if key.casefold() == str(chosen).casefold()), None)
    if same is None and not state.believed("workflow-offered-alone"):
        return
    if same is not None and not state.believed("workflow-disposition-case"):
        chosen = same
    if chosen not in visit.step.next or (given.get("custom_action") and chosen == SEND_ON):
        raise RefusedCall(400, f"Could not process object, invalid action '{chosen}'")
    if visit.step.wants_password:
        password = (given.get("authentication_info") or {}).get("password")
        if password != state.users[call.user].password:
            raise RefusedCall(400, "Invalid username/password specified", detail=WRONG_PASSWORD)
    comment = str(given.get("comment", ""))
    complete(state, process, visit, user=call.user, disposition=str(chosen), comment=comment)


def reassign(state: State, call: Call) -> Answer:
    """Answer `POST v2/workflows/status` (style B): a manager gives a step to somebody else."""
    given = call.json_field()
    process = readable(state, as_number(str(given.get("workid", "")), "workid"), call.user)
    visit = process.find_current(as_number(str(given.get("taskid", "")), "taskid"))
    to = as_number(str(given.get("newuserid", "")), "newuserid")
    allowed = call.user in process.managers or state.users[call.user].is_admin
    if visit is None or not allowed or to not in state.users:
        raise RefusedCall(400, NO_STATUS)
    delegate(state, process, visit, user=call.user, to=to, comment=str(given.get("comment", "")))
    row = {"process_id": process.id, "subprocess_id": process.id, "task_id": visit.task_id, "task_status": "ontime"}
    return results([{**row, "task_assignees": assignees(state, visit)}])
