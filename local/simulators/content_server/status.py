"""
Answer about workflows: one, the caller's own list, its history.

Lists are personal: what the caller initiated or manages. Dates have no zone. A step may be late in a workflow that is
on time.
"""

from typing import Any

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import UNMAPPED, Call, RefusedCall, answer, as_number, results
from local.simulators.content_server.model import User
from local.simulators.content_server.process import Process, Visit, visit_status
from local.simulators.content_server.state import State
from local.simulators.content_server.workflows import advance, is_performer

NO_STATUS = "Could not access task status"


def person(state: State, user: User) -> dict[str, Any]:
    """Write a person as workflows do."""
    names = {"userId": user.id, "loginName": user.login, "firstName": user.first, "lastName": user.last}
    address = {"emailAddress": user.email} if state.believed("workflow-performer-address") else {}
    return {**names, **address, "phone": ""}


def assignees(state: State, visit: Visit) -> dict[str, Any]:
    """Write whose step it is. A group's step names the group, and nobody until it is accepted."""
    people = [person(state, state.users[number]) for number in _performers(state, visit)]
    name = state.users[visit.performer].name if visit.performer else state.groups[visit.group].name
    written: dict[str, Any] = {"assignee": people, "assigneeCount": len(people), "currentAssignee": name}
    if visit.group:
        written["assignedto"] = {"groupId": visit.group, "groupName": state.groups[visit.group].name}
    return written


def _performers(state: State, visit: Visit) -> list[int]:
    if visit.performer:
        accepted = not visit.group or state.believed("workflow-accepter-performs")
        return [visit.performer] if accepted else []
    return [] if state.believed("workflow-group-unassigned") else sorted(state.group_users(visit.group))


def step(state: State, process: Process, visit: Visit) -> dict[str, Any]:
    """Write one visit of a step."""
    return {
        "process_id": process.id,
        "subprocess_id": process.id if state.believed("workflow-steps-identified") else None,
        "task_id": visit.task_id,
        "task_name": visit.step.name,
        "task_due_date": _due(state, visit),
        "task_start_date": _started(state, process, visit),
        "task_status": visit_status(visit, process, state.now()),
        "task_assignees": assignees(state, visit),
    }


def _due(state: State, visit: Visit) -> str:
    never = "" if state.believed("workflow-not-due-empty") else "9999-12-31T00:00:00"
    return state.zoneless(visit.due) or never


def _started(state: State, process: Process, visit: Visit) -> str:
    first = next(one for one in process.visits if one.task_id == visit.task_id)
    told = state.zoneless((visit if state.believed("workflow-loop-restarts") else first).started)
    return told if state.believed("workflow-dates-local") else f"{told}Z"


def known(state: State, number: int) -> Process | None:
    """Find a process, and show what has become due in it meanwhile."""
    process = state.processes.get(number)
    if process is not None:
        advance(state, process)
    return process


def may_read(state: State, process: Process, user: int) -> bool:
    """Tell whether somebody has to do with a workflow: it is theirs, they manage it, act in it or acted."""
    if user in process.hidden_from:
        return False
    if state.users[user].is_admin or user == process.initiator or user in process.managers:
        return True
    return any(visit.completed_by == user or is_performer(state, visit, user) for visit in process.visits)


def readable(state: State, number: int, user: int) -> Process:
    """
    Read a process.

    Raises:
        RefusedCall: 400; absent and forbidden are told in the same words.
    """
    process = known(state, number)
    if process is None or not may_read(state, process, user):
        raise RefusedCall(400, NO_STATUS)
    return process


def read_status(state: State, call: Call) -> Answer:
    """Answer `GET v2/workflows/status/processes/{id}`."""
    process = readable(state, call.number(0, "process_id"), call.user)
    steps = {
        "completed": [step(state, process, visit) for visit in _told_completed(state, process)],
        "current": [step(state, process, visit) for visit in _told_current(state, process)],
        "next": _next(process),
    }
    managing = call.user in process.managers or state.users[call.user].is_admin
    rights = ("SeeDetail", "ChangeAttr", "ChangeRoute", "ManagerPerms", "Stop", "Suspend", "Archive", "Delete")
    return results(
        {
            "attachments": {"attachment_folder_id": process.folder},
            "step_list": steps,
            "wf_details": _details(state, process),
            "permissions": {right: managing or right == "SeeDetail" for right in rights},
        }
    )


def _told_completed(state: State, process: Process) -> list[Visit]:
    return process.completed if state.believed("workflow-act-completes") else []


def _told_current(state: State, process: Process) -> list[Visit]:
    if process.state == "stopped" and not state.believed("workflow-stopped"):
        return [visit for visit in process.visits if visit.completed_at is None]
    return process.current


def _next(process: Process) -> list[dict[str, Any]]:
    waiting = {task_id for _, task_id in process.pending}
    for visit in process.current:
        waiting |= {target for targets in visit.step.next.values() for target in targets}
    steps = [process.map.step(task_id) for task_id in sorted(waiting)]
    return [{"process_id": process.id, "task_id": item.task_id, "task_name": item.name} for item in steps]


def _details(state: State, process: Process) -> dict[str, Any]:
    return {
        "wf_name": process.name,
        "work_workID": process.id,
        "status": process.status(state.now()),
        "date_initiated": state.zoneless(process.initiated),
        "due_date": state.zoneless(process.due),
        "date_completed": state.zoneless(process.ended),
        "initiator": person(state, state.users[process.initiator]),
    }


def _own(state: State, call: Call) -> list[Process]:
    """List what the caller initiated or manages; `kind` is understood in both spellings."""
    kind = (call.first("Kind") or call.first("kind") or "Both").casefold()
    found: list[Process] = []
    for process in state.processes.values():
        theirs = {"initiated": process.initiator == call.user, "managed": call.user in process.managers}
        theirs["both"] = theirs["initiated"] or theirs["managed"]
        if theirs.get(kind) and not process.archived and call.user not in process.hidden_from:
            advance(state, process)
            found.append(process)
    return found


def list_status(state: State, call: Call) -> Answer:
    """Answer `GET v2/workflows/status`: personal, without paging."""
    wanted = call.every("wstatus")
    if not state.believed("workflow-listed-to-initiator") and call.first("kind").casefold() == "initiated":
        return results([])
    found = [process for process in _own(state, call) if not wanted or process.status(state.now()) in wanted]
    if call.first("sort").startswith("due_date"):
        found.sort(key=lambda process: state.zoneless(process.due), reverse=call.first("sort").endswith("desc"))
    return results(
        [{"data": {"wfstatus": _row(state, process)}, "permissions": {"ChangeAttr": True}} for process in found]
    )


def _row(state: State, process: Process) -> dict[str, Any]:
    steps = [step(state, process, visit) for visit in process.current]
    first: dict[str, Any] = steps[0] if steps else {"task_id": 0, "task_name": "", "task_assignees": {"assignee": []}}
    return {
        "process_id": process.id,
        "subprocess_id": process.id,
        "task_id": first["task_id"],
        "wf_name": process.name,
        "status_key": process.status(state.now()),
        "step_name": first["task_name"],
        "steps_count": len(steps),
        "date_initiated": state.zoneless(process.initiated),
        "due_date": state.zoneless(process.due),
        "assignee": first["task_assignees"]["assignee"],
        "assignee_count": len(first["task_assignees"]["assignee"]),
        "comments_on": True,
        "parallel_steps": steps,
    }


def list_active(state: State, call: Call) -> Answer:
    """Answer `GET v2/workflows/status/active`."""
    if not (state.has_running_list and state.believed("workflow-running-names-map")):
        raise RefusedCall(400, UNMAPPED)
    rows = [
        {
            "Work_WorkID": process.id,
            "SubWork_SubWorkID": process.id,
            "SubWork_Title": process.name,
            "Work_Status": process.status(state.now()),
            "SubWorkTask_DateDue_Max": state.zoneless(max((v.due for v in process.current if v.due), default=None)),
            "Work_DateDue_Max": state.zoneless(process.due),
            "Map_MapObjID": process.map.id,
        }
        for process in _own(state, call)
        if process.state == "running" and call.first("mapObjId") in ("", str(process.map.id))
    ]
    return results(rows)


def list_assignments(state: State, call: Call) -> Answer:
    """Answer `GET v2/members/assignments`: the caller's steps, between rows of other kinds."""
    rows: list[dict[str, Any]] = [*state.reminders.get(call.user, [])]
    for process in state.processes.values():
        advance(state, process)
        mine = [visit for visit in process.current if is_performer(state, visit, call.user)]
        rows += [_assignment(state, process, visit) for visit in mine]
    return results([{"data": {"assignments": row}} for row in rows])


def _assignment(state: State, process: Process, visit: Visit) -> dict[str, Any]:
    return {
        "id": process.id,
        "name": visit.step.name,
        "type": 153,
        "type_name": "Workflow Step",
        "date_due": state.zoneless(visit.due) or None,
        "priority": 50,
        "status": 1,
        "instructions": visit.step.instructions,
        "from_user_id": process.initiator,
        "location_id": process.folder,
        "workflow_id": process.id,
        "workflow_subworkflow_id": process.id,
        "workflow_subworkflow_task_id": visit.task_id,
        "workflow_open_in_smart_ui": True,
        "maptask_subtype": 0,
    }


def list_activities(state: State, call: Call) -> Answer:
    """Answer `GET v2/processes/{p}/subprocesses/{s}/activities`: the newest first."""
    process = readable(state, call.number(0, "process_id"), call.user)
    limit = as_number(call.first("limit", "50"), "limit")
    told = process.activities
    newest_first = list(reversed(told)) if state.believed("workflow-newest-activity-first") else told
    longest = None if state.believed("workflow-comment-kept") else 32
    lines = [
        {"date": state.zoneless(line.at), "user_id": line.user, "action": line.action}
        | {"comment": line.comment[:longest]}
        | ({"action_properties": line.properties} if line.properties else {})
        for line in newest_first
    ]
    return results({"data": lines[:limit]})


def read_info(state: State, call: Call) -> Answer:
    """Answer `GET v2/workflows/status/info?workid=`."""
    process = readable(state, as_number(call.first("workid"), "workid"), call.user)
    audit = [
        {"AUDIT_DATE": state.zoneless(line.at), "USER_NAME": state.users[line.user].login, "USER_ID": line.user}
        | {"AUDIT_MSG": line.action}
        for line in process.activities
    ]
    said = [line for line in process.activities if line.comment]
    comments = [
        {"TASKID": line.task_id, "USERID": line.user, "STEPNAME": process.map.step(line.task_id).name}
        | {"DATESAVED": state.zoneless(line.at), "COMMENTS": line.comment}
        for line in said
        if line.task_id
    ]
    steps = [_info_step(state, process, number) for number in range(len(process.visits))]
    general = [{"TITLE": process.name, "STATUS": process.status(state.now())}]
    return results({"auditInfo": audit, "Comments": comments, "stepList": steps, "generalInfo": general})


def _info_step(state: State, process: Process, number: int) -> dict[str, Any]:
    visit = process.visits[number]
    before = sum(1 for item in process.visits[:number] if item.task_id == visit.task_id)
    work = {
        "SubWorkTask_DateDue_Max": state.zoneless(visit.due),
        "DateReady": state.zoneless(visit.started),
        "DateDone": state.zoneless(visit.completed_at),
        "Status": visit_status(visit, process, state.now()),
        "IterNum": before + 1,
    }
    return {"TITLE": visit.step.name, "TASKID": visit.task_id, "WORK": work}


def read_webreport(state: State, call: Call) -> Answer:
    """Answer `GET v1/webreports/{nickname}`: whatever the customer's report writes."""
    run = state.webreports.get(call.args[0])
    if run is None:
        raise RefusedCall(400, UNMAPPED)
    return answer(run(dict(call.query)))
