"""
Read the answers about workflows. Pure.

Source: OTCS REST, v2/workflows/status, v1/forms/processes/tasks/update, processes' activities.
"""

import json
from datetime import datetime, tzinfo

from shared.clients.opentext.answers import (
    Json,
    at,
    due_on,
    each,
    flag,
    instant,
    many,
    number,
    number_or_none,
    obj,
    required,
    text,
)
from shared.errors import UnreadableError
from shared.models.listed import Listed
from shared.models.opentext import Person
from shared.models.workflow import Activity, Disposition, StatusRow, Step, StepForm, StepRef, WorkflowStatus

_TODO = {
    "work_workid": "process_id",
    "subwork_subworkid": "subprocess_id",
    "subworktask_taskid": "task_id",
    "subworktask_title": "task_name",
    "subworktask_datedue_max": "task_due_date",
    "subwork_title": "wf_name",
}


def status_of(value: object) -> WorkflowStatus:
    """Read a workflow's status; one that we do not know is UNKNOWN, which closes nothing."""
    found = text(value).lower()
    return WorkflowStatus(found) if found in set(WorkflowStatus) else WorkflowStatus.UNKNOWN


def step_of(row: Json, zone: tzinfo) -> Step:
    """
    Read a step as lists and instances send it.

    The group is named as long as more or fewer than one user are: then nobody has accepted it yet.
    """
    people = tuple(performer_of(obj(person)) for person in many(at(row, "task_assignees", "assignee")))
    group = text(at(row, "task_assignees", "assignedto", "groupName"))
    process_id = required(row, "process_id")
    return Step(
        ref=StepRef(
            process_id=process_id,
            # A step of the map itself: its sub-process has the id of the process.
            subprocess_id=number(row.get("subprocess_id")) or process_id,
            task_id=required(row, "task_id"),
            # As it was written: it names the visit, and a time that was read and written anew would name another.
            visit=text(row.get("task_start_date")),
        ),
        name=text(row.get("task_name")),
        status=text(row.get("task_status")) or "ontime",
        started=instant(row.get("task_start_date"), zone),
        due=due_on(row.get("task_due_date"), zone),
        performers=people,
        group=group if group and len(people) != 1 else None,
    )


def steps_of(results: object, place: str, zone: tzinfo) -> Listed[Step]:
    """Read `current` or `completed` of an instance's step list, row by row."""
    listed = many(at(results, "step_list", place))
    return each((row if isinstance(row, dict) else {} for row in listed), lambda row: step_of(row, zone))


def performer_of(row: Json) -> Person:
    """Read a user as workflow answers send them."""
    login = text(row.get("loginName"))
    full = f"{text(row.get('firstName'))} {text(row.get('lastName'))}".strip()
    return Person(
        user_id=required(row, "userId"), login=login, name=full or login, email=text(row.get("emailAddress")) or None
    )


def form_of(data: Json) -> StepForm:
    """Read what the performer may do with a step."""
    actions = {text(obj(row).get("key")) for row in many(data.get("actions"))}
    offered = [obj(row) for row in many(data.get("custom_actions"))]
    return StepForm(
        dispositions=tuple(
            Disposition(key=text(row.get("key")), label=text(row.get("label")) or text(row.get("key")))
            for row in offered
        ),
        can_send_on="SendOn" in actions,
        must_accept=flag(data.get("member_accept")),
        wants_password=flag(data.get("authentication")),
    )


def activity_of(row: Json, zone: tzinfo) -> Activity:
    """
    Read a line of a workflow's audit. Its words decide whether something was done: none of them is passed over.

    Raises:
        UnreadableError: the line is empty.
    """
    if not row:
        message = "a line of the workflow's audit can't be read"
        raise UnreadableError(message)
    comment = row.get("comment")
    return Activity(
        at=_date_or_none(row.get("date"), zone),
        user_id=number_or_none(row.get("user_id")) or 0,
        action=text(row.get("action")),
        comment=json.dumps(comment) if isinstance(comment, (dict, list)) else text(comment),
        label=text(at(row, "action_properties", "label")) or text(at(row, "action_properties", "event")),
    )


def _date_or_none(value: object, zone: tzinfo) -> datetime | None:
    try:
        return instant(value, zone)
    except UnreadableError:
        return None


def listed(row: Json, zone: tzinfo) -> StatusRow:
    """Read a workflow of a list. Its parallel steps count: its own status hides that one of them is late."""
    found = obj(at(row, "data", "wfstatus") or row.get("wfstatus") or row)
    return StatusRow(
        process_id=required(found, "process_id"),
        subprocess_id=number(found.get("subprocess_id")),
        name=text(found.get("wf_name")),
        status=status_of(found.get("status_key")),
        steps=each(map(obj, many(found.get("parallel_steps"))), lambda step: step_of(step, zone)),
    )


def reported(row: Json, zone: tzinfo) -> StatusRow:
    """
    Read a row of the customer's own report over all steps.

    Its fields are those of an instance's step, or the columns of Content Server's view `Todo`, in any case. Only
    the process's id must be there; a report that does not tell when a step started gives visits of "".
    """
    lower = {key.lower(): value for key, value in row.items()}
    found = {_TODO.get(key, key): value for key, value in lower.items()}
    return StatusRow(
        process_id=required(found, "process_id"),
        subprocess_id=number(found.get("subprocess_id")),
        name=text(found.get("wf_name")),
        status=status_of(found.get("status_key")),
        steps=(step_of(found, zone),) if number(found.get("task_id")) is not None else (),
    )
