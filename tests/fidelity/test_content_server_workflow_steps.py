"""
Acting on a workflow step: by its performer, once.

Source: OTCS REST, v1/forms/processes/tasks/update and PUT v2/processes/{id}/subprocesses/{id}/tasks/{id}.
"""

import json

import pytest

from tests.fidelity.content_server_caller import APPROVER, COUNTERSIGN, SEND_ON, Caller, MapStep, WorkflowMap, lost


def started(caller, *steps, **more):
    caller.server.define_map(WorkflowMap("Map", steps, **more))
    return caller.server.start_workflow("Map", [caller.document], initiator="bridge")


async def test_the_form_tells_what_the_performer_may_do():
    """OpenText facts 4e."""
    caller = Caller()
    process = caller.approval()
    data = (await caller.form(process, APPROVER, by="liz")).json["data"]

    assert [row["key"] for row in data["custom_actions"]] == ["Approve", "Reject"]
    assert [row["key"] for row in data["actions"]] == ["Delegate"]
    assert (data["authentication"], data["member_accept"]) == (False, False)
    assert data["data_packages"][0]["data"]["attachment_folder_id"] == caller.server.workflow(process).folder


async def test_a_plain_step_offers_send_on():
    """OpenText facts 4e."""
    caller = Caller()
    process = started(caller, MapStep(1, "Check", "liz"))
    data = (await caller.form(process, 1, by="liz")).json["data"]
    assert ([row["key"] for row in data["actions"]], data["custom_actions"]) == (["SendOn", "Delegate"], [])


@pytest.mark.parametrize("login", ["bridge", "deke", "Admin"])
async def test_the_form_is_the_performers_alone(login):
    """OpenText facts 4e: 500 for initiator, colleague and administrator alike."""
    caller = Caller()
    process = caller.approval()
    caller.tickets["Admin"] = caller.server.sign_in.ticket(caller.server.sign_in.open(1000, {}))
    assert (await caller.form(process, APPROVER, by=login)).error == lost(process, APPROVER)


async def test_the_form_needs_its_three_ids():
    """OpenText facts 4e."""
    reply = await Caller().get("v1/forms/processes/tasks/update?process_id=1&subprocess_id=1")
    assert reply.error == (400, "Argument 'task_id' is required")


async def test_a_disposition_completes_the_step_once():
    """OpenText facts 4f: as performer; not idempotent: afterwards it is not theirs any more."""
    caller = Caller()
    process = caller.approval()
    first = await caller.act(process, APPROVER, by="liz", custom_action="Approve", comment="fine")
    second = await caller.act(process, APPROVER, by="liz", custom_action="Approve")
    (visit, _) = caller.server.workflow(process).visits

    assert set(first.results) == {"custom_message", "auto_display"}
    assert second.error == lost(process, APPROVER)
    assert (visit.completed_by, visit.disposition, visit.comment) == (caller.user("liz"), "Approve", "fine")
    assert visit.versions == ((caller.document, 1),)
    assert [row["task_id"] for row in (await caller.steps(process))["current"]] == [COUNTERSIGN]


@pytest.mark.parametrize("login", ["bridge", "deke", "nina"])
async def test_nobody_else_completes_it(login):
    """OpenText facts 4f: initiators and managers neither."""
    caller = Caller()
    process = caller.approval(managers=["nina"])
    reply = await caller.act(process, APPROVER, by=login, custom_action="Approve")
    assert reply.error == lost(process, APPROVER)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            {"action": SEND_ON, "custom_action": "Approve"},
            "It is not allowed to execute an action and a custom action",
            id="both",
        ),
        pytest.param(
            {"custom_action": "approve"}, "Could not process object, invalid action 'approve'", id="wrong-case"
        ),
        pytest.param(
            {"custom_action": SEND_ON}, "Could not process object, invalid action 'SendOn'", id="no-disposition"
        ),
        pytest.param({"action": SEND_ON}, "Could not process object, invalid action 'SendOn'", id="not-offered"),
        pytest.param({"comment": "nothing chosen"}, "Could not process object, invalid action 'None'", id="nothing"),
    ],
)
async def test_what_the_step_does_not_offer_is_400(body, text):
    """OpenText facts 4f: never both; keys are case-sensitive; nothing happens."""
    caller = Caller()
    process = caller.approval()
    assert (await caller.act(process, APPROVER, by="liz", **body)).error == (400, text)
    assert len((await caller.steps(process))["completed"]) == 0


async def test_acts_are_style_b():
    """OpenText facts 0: plain forms and JSON bodies are a server error, and nothing happens."""
    caller = Caller()
    process = caller.approval()
    url = f"v2/processes/{process}/subprocesses/{process}/tasks/{APPROVER}"
    plain = await caller.call("PUT", url, form={"custom_action": "Approve"}, by="liz")
    headers = {"otcsticket": await caller.sign_in("liz"), "content-type": "application/json"}
    bare = await caller.raw("PUT", url, headers=headers, body=json.dumps({"custom_action": "Approve"}).encode())

    assert (plain.status, bare.status) == (500, 500)
    assert len((await caller.steps(process))["completed"]) == 0


async def test_a_groups_step_is_accepted_first():
    """OpenText facts 4f: accept, then send on; whoever accepted has it."""
    caller = Caller()
    process = caller.approval("Legal")
    form = (await caller.form(process, APPROVER, by="liz")).json["data"]
    early = await caller.act(process, APPROVER, by="liz", custom_action="Approve")
    accepted = await caller.act(process, APPROVER, by="liz", action="accept")
    other = await caller.act(process, APPROVER, by="deke", action="accept")
    done = await caller.act(process, APPROVER, by="liz", custom_action="Approve")

    assert form["member_accept"] is True
    assert early.error == (400, "The task must be accepted first.")
    assert other.error == lost(process, APPROVER)
    assert (accepted.status, done.status) == (200, 200)


async def test_a_group_in_a_group_performs_too():
    """OpenText facts 3 and 4b: groups are expanded, also in circles."""
    caller = Caller()
    caller.server.add_group("Everyone", ["Legal"])
    caller.server.join("Legal", "Everyone")
    process = caller.approval("Everyone")
    assert (await caller.act(process, APPROVER, by="deke", action="accept")).status == 200
    assert (await caller.act(process, APPROVER, by="nina", action="accept")).error == lost(process, APPROVER)


async def test_accepting_what_is_ones_own_is_refused():
    """OpenText facts 4f: accept is for member_accept."""
    caller = Caller()
    assert (await caller.act(caller.approval(), APPROVER, by="liz", action="accept")).status == 400


async def test_a_step_that_wants_a_password():
    """OpenText facts 4f: without the right one 400 and errorDetail 662306821."""
    caller = Caller()
    process = caller.approval(wants_password=True)
    form = (await caller.form(process, APPROVER, by="liz")).json["data"]
    refused = await caller.act(process, APPROVER, by="liz", custom_action="Approve")
    right = {"authentication_info": {"password": "secret"}}

    assert form["authentication"] is True
    assert refused.error == (400, "Invalid username/password specified")
    assert refused.json["errorDetail"] == "662306821"
    assert (await caller.act(process, APPROVER, by="liz", custom_action="Approve", **right)).status == 200


async def test_delegating_changes_the_performer_and_keeps_the_visit():
    """OpenText facts 4f: Delegate."""
    caller = Caller()
    process = caller.approval()
    (before,) = (await caller.steps(process))["current"]
    caller.clock.forward(minutes=10)
    reply = await caller.act(process, APPROVER, by="liz", action="Delegate", assignee=str(caller.user("nina")))
    (after,) = (await caller.steps(process))["current"]

    assert reply.status == 200
    assert [row["loginName"] for row in after["task_assignees"]["assignee"]] == ["nina"]
    assert after["task_start_date"] == before["task_start_date"]
    assert (await caller.act(process, APPROVER, by="liz", custom_action="Approve")).error == lost(process, APPROVER)


async def test_delegating_to_nobody_is_refused():
    """OpenText facts 4f."""
    caller = Caller()
    reply = await caller.act(caller.approval(), APPROVER, by="liz", action="Delegate", assignee="99")
    assert reply.status == 400


async def test_a_manager_reassigns():
    """OpenText facts 4g: `POST /v2/workflows/status`, style B."""
    caller = Caller()
    process = caller.approval()
    body = {"workid": process, "subworkid": process, "taskid": APPROVER, "newuserid": caller.user("nina")}
    (row,) = (await caller.call("POST", "v2/workflows/status", b=body)).results
    assert [person["loginName"] for person in row["task_assignees"]["assignee"]] == ["nina"]
    assert (await caller.call("POST", "v2/workflows/status", b=body, by="nina")).status == 400


async def test_form_values_are_set_by_a_put_of_their_own():
    """OpenText facts 4f: formUpdate; integers must be JSON numbers; the step stays."""
    caller = Caller()
    process = started(caller, MapStep(1, "Check", "liz"), values={"WorkflowForm_10": 1})
    wrong = await caller.act(process, 1, by="liz", action="formUpdate", values={"WorkflowForm_10": "2"})
    right = await caller.act(process, 1, by="liz", action="formUpdate", values={"WorkflowForm_10": 2})

    assert (wrong.status, right.status) == (400, 200)
    assert (await caller.form(process, 1, by="liz")).json["forms"][0]["data"] == {"WorkflowForm_10": 2}


@pytest.mark.parametrize("word", ["stop", "suspend"])
async def test_an_interrupted_workflow_takes_no_act(word):
    """OpenText facts 4g."""
    caller = Caller()
    process = caller.approval()
    caller.server.change_workflow(process, word)
    assert (await caller.act(process, APPROVER, by="liz", custom_action="Approve")).status in (400, 500)


async def test_people_act_by_the_same_rules():
    """OpenText facts 4f: the door that stories and simulations use."""
    caller = Caller()
    process = caller.approval()
    with pytest.raises(Exception, match="not deke's"):
        caller.server.complete_step("deke", process, APPROVER, "Approve")
    with pytest.raises(Exception, match="does not offer"):
        caller.server.complete_step("liz", process, APPROVER)
    caller.server.complete_step("liz", process, APPROVER, "Approve")
    with pytest.raises(Exception, match="not liz's"):
        caller.server.complete_step("liz", process, APPROVER, "Approve")
