"""
What is told of workflows, and to whom.

Source: OTCS REST, v2/workflows/status and v2/processes/{id}/subprocesses/{id}/activities.
"""

from datetime import timedelta

import pytest

from tests.fidelity.content_server_caller import APPROVER, COUNTERSIGN, Caller, MapStep, WorkflowMap

DAY = timedelta(days=1)
UNREADABLE = (400, "Could not access task status")


async def listed(caller, query="", *, by="bridge"):
    reply = await caller.get(f"v2/workflows/status{query}", by=by)
    return [row["data"]["wfstatus"] for row in reply.results]


async def test_the_status_of_one_workflow():
    """OpenText facts 4b: step_list, wf_details, attachments, permissions; assignees with e-mail."""
    caller = Caller()
    process = caller.approval()
    found = (await caller.get(f"v2/workflows/status/processes/{process}")).results
    (step,) = found["step_list"]["current"]
    (person,) = step["task_assignees"]["assignee"]

    assert (step["process_id"], step["subprocess_id"], step["task_id"], step["task_name"]) == (
        process, process, APPROVER, "Approver",
    )  # fmt: skip
    assert (person["userId"], person["loginName"], person["emailAddress"]) == (
        caller.user("liz"), "liz", "liz@contoso.example",
    )  # fmt: skip
    assert (found["wf_details"]["work_workID"], found["wf_details"]["status"]) == (process, "ontime")
    assert found["wf_details"]["initiator"]["loginName"] == "bridge"
    assert found["attachments"]["attachment_folder_id"] == caller.server.workflow(process).folder
    assert found["permissions"]["ManagerPerms"] is True
    assert [row["task_name"] for row in found["step_list"]["next"]] == ["Approver", "Countersign"]


async def test_dates_carry_no_zone_and_none_is_empty():
    """OpenText facts 4i.4 and 7: local time of the server; "" is no due date."""
    caller = Caller(zone="America/New_York")
    (step,) = (await caller.steps(caller.approval()))["current"]
    assert (step["task_start_date"], step["task_due_date"]) == ("2026-03-02T04:00:00", "")


async def test_a_step_is_due_its_duration_after_it_began():
    """OpenText facts 4i.2: due dates exist only where the map has durations."""
    caller = Caller()
    process = caller.approval(duration=2 * DAY)
    (step,) = (await caller.steps(process))["current"]
    assert step["task_due_date"] == "2026-03-04T09:00:00"


async def test_a_late_step_stands_in_an_on_time_workflow():
    """OpenText facts 4c: look at parallel_steps."""
    caller = Caller()
    caller.approval(duration=DAY, due=9 * DAY)
    caller.clock.forward(days=2)
    (row,) = await listed(caller, "?kind=Managed&wstatus=ontime")

    assert row["status_key"] == "ontime"
    assert [step["task_status"] for step in row["parallel_steps"]] == ["workflowlate"]
    assert await listed(caller, "?kind=Managed&wstatus=workflowlate") == []


async def test_a_late_workflow_is_listed_as_late():
    """OpenText facts 4i.1: the server's verdict."""
    caller = Caller()
    process = caller.approval(due=DAY)
    caller.clock.forward(days=2)
    assert [row["process_id"] for row in await listed(caller, "?Kind=Both&wstatus=workflowlate")] == [process]


async def test_lists_are_personal():
    """OpenText facts 4c and 4i.3: only what the caller initiated or manages; performers see nothing."""
    caller = Caller()
    process = caller.approval(managers=["nina"])
    kinds = ("Kind=Initiated", "kind=managed", "Kind=Both")
    seen = {
        login: [len(await listed(caller, f"?{kind}", by=login)) for kind in kinds]
        for login in ("bridge", "nina", "liz")
    }
    assert seen == {"bridge": [1, 0, 1], "nina": [0, 1, 1], "liz": [0, 0, 0]}
    caller.server.remove_manager(process, "nina")
    assert await listed(caller, "?Kind=Managed", by="nina") == []


async def test_only_those_who_have_to_do_with_it_read_a_workflow():
    """OpenText facts 4i.3 and 7: absent and forbidden in the same words."""
    caller = Caller()
    process = caller.approval()
    url = f"v2/workflows/status/processes/{process}"
    assert [(await caller.get(url, by=login)).status for login in ("bridge", "liz", "nina")] == [200, 200, 400]
    assert (await caller.get(url, by="nina")).error == UNREADABLE
    assert (await caller.get("v2/workflows/status/processes/99")).error == UNREADABLE


async def test_permission_to_a_workflow_can_be_taken_away():
    """OpenText facts 4i.3: then it is neither read nor listed, and yet it is not ended."""
    caller = Caller()
    process = caller.approval()
    caller.server.hide(process)
    assert (await caller.get(f"v2/workflows/status/processes/{process}")).error == UNREADABLE
    assert await listed(caller) == []
    caller.server.unhide(process)
    assert len(await listed(caller)) == 1


async def test_completed_steps_move_to_completed():
    """OpenText facts 4b: the only positive statement that a step is done."""
    caller = Caller()
    process = caller.approval()
    caller.server.complete_step("liz", process, APPROVER, "Approve")
    caller.server.complete_step("deke", process, COUNTERSIGN)
    found = (await caller.get(f"v2/workflows/status/processes/{process}")).results

    assert [(row["task_name"], row["task_status"]) for row in found["step_list"]["completed"]] == [
        ("Approver", "completed"), ("Countersign", "completed"),
    ]  # fmt: skip
    assert (found["step_list"]["current"], found["wf_details"]["status"]) == ([], "completed")
    assert [row["parallel_steps"] for row in await listed(caller, "?wstatus=completed")] == [[]]


@pytest.mark.parametrize(
    ("order", "told", "waits"),
    [(["stop"], "stopped", 0), (["suspend"], "suspended", 1), (["suspend", "resume"], "ontime", 1)],
)
async def test_managers_stop_suspend_and_resume(order, told, waits):
    """OpenText facts 4g: `PUT /v2/processes/{id}/status`, style A."""
    caller = Caller()
    process = caller.approval()
    for word in order:
        assert (await caller.call("PUT", f"v2/processes/{process}/status", form={"status": word})).status == 200
    found = (await caller.get(f"v2/workflows/status/processes/{process}")).results
    assert (found["wf_details"]["status"], len(found["step_list"]["current"])) == (told, waits)


async def test_only_managers_change_the_status_and_only_where_it_makes_sense():
    """OpenText facts 4g."""
    caller = Caller()
    url = f"v2/processes/{caller.approval()}/status"
    assert (await caller.call("PUT", url, form={"status": "stop"}, by="liz")).status == 400
    assert (await caller.call("PUT", url, form={"status": "resume"})).status == 400
    assert (await caller.call("PUT", url, b={"status": "stop"})).status == 500


async def test_archived_workflows_are_listed_no_more():
    """OpenText facts 4g."""
    caller = Caller()
    process = caller.approval()
    for word in ("stop", "archive"):
        await caller.call("PUT", f"v2/processes/{process}/status", form={"status": word})
    assert await listed(caller) == []


async def test_the_step_after_long_work_in_the_background_appears_late():
    """OpenText facts 4f: then no step is current, and the workflow is not over."""
    caller = Caller()
    slow = MapStep(2, "Sign", "deke", appears_after=timedelta(minutes=3))
    caller.server.define_map(WorkflowMap("Slow", (MapStep(1, "Check", "liz", {"SendOn": (2,)}), slow)))
    process = caller.server.start_workflow("Slow", initiator="bridge")
    caller.server.complete_step("liz", process, 1)
    found = (await caller.get(f"v2/workflows/status/processes/{process}")).results
    assert (found["step_list"]["current"], found["wf_details"]["status"]) == ([], "ontime")

    caller.clock.forward(minutes=3)
    assert [row["task_name"] for row in (await caller.steps(process))["current"]] == ["Sign"]


async def test_activities_tell_who_did_what_the_newest_first():
    """OpenText facts 4h: disposition with its label, sendon, forward, attachment, start; zone-less dates."""
    caller = Caller(zone="Europe/Berlin")
    process = caller.approval()
    caller.server.delegate("liz", process, APPROVER, "nina")
    await caller.act(process, APPROVER, by="nina", custom_action="Reject", comment="id 4711")
    reply = await caller.get(f"v2/processes/{process}/subprocesses/{process}/activities?limit=2")
    newest, forward = reply.results["data"]

    assert newest == {
        "date": "2026-03-02T10:00:00", "user_id": caller.user("nina"), "action": "disposition", "comment": "id 4711",
        "action_properties": {"event": "reject", "label": "Reject"},
    }  # fmt: skip
    assert (forward["action"], forward["action_properties"]) == ("forward", {"user_id": caller.user("nina")})


async def test_info_counts_the_visits_of_a_step():
    """OpenText facts 4 and 4h: IterNum; comments by step."""
    caller = Caller()
    process = caller.approval()
    caller.server.complete_step("liz", process, APPROVER, "Reject", comment="again")
    info = (await caller.get(f"v2/workflows/status/info?workid={process}")).results

    assert [(row["TASKID"], row["WORK"]["IterNum"]) for row in info["stepList"]] == [(1, 1), (1, 2)]
    assert [(row["STEPNAME"], row["COMMENTS"]) for row in info["Comments"]] == [("Approver", "again")]
    assert [row["AUDIT_MSG"] for row in info["auditInfo"]] == ["attachment", "start", "disposition"]


async def test_a_server_without_the_list_of_running_workflows_does_not_know_the_address():
    """OpenText facts 1: `v2/workflows/status/active` is of newer servers; elsewhere 400 and the mappings registry."""
    caller = Caller()
    caller.server.switch(running_list=False)

    assert (await caller.get("v2/workflows/status/active")).error == (
        400, "The REST API URL could not be found in the mappings registry",
    )  # fmt: skip


async def test_active_lists_one_row_a_workflow():
    """OpenText facts 4c: `GET /v2/workflows/status/active`, personal too."""
    caller = Caller()
    process = caller.approval(duration=DAY)
    (row,) = (await caller.get("v2/workflows/status/active")).results
    assert (row["Work_WorkID"], row["SubWorkTask_DateDue_Max"]) == (process, "2026-03-03T09:00:00")
    assert (await caller.get("v2/workflows/status/active", by="liz")).results == []


async def test_a_webreport_sees_every_step():
    """OpenText facts 4i.3: customer-designed JSON over the view Todo."""
    caller = Caller()
    process = caller.approval("Legal", managers=["nina"])
    caller.server.add_webreport("steps", lambda given: {"rows": caller.server.todo_rows(), "given": given})
    found = (await caller.get("v1/webreports/steps?format=webreport&since=1", by="deke")).json

    assert found["given"] == {"format": "webreport", "since": "1"}
    assert [(row["work_workid"], row["subworktask_performerID_name"]) for row in found["rows"]] == [(process, "Legal")]
    assert (await caller.get("v1/webreports/none")).status == 400
