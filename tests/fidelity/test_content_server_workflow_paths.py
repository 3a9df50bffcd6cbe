"""
Where workflows go: loops, parallel branches, joins.

Source: OTCS REST, v2/workflows/status/processes/{id}.
"""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from local.simulators.content_server.process import (
    SEND_ON,
    MapStep,
    Process,
    WorkflowMap,
    end_if_done,
    lead_to,
    take_due,
    visit_step,
)
from tests.fidelity.content_server_caller import APPROVER, START, Caller


async def test_after_a_loop_the_same_call_is_accepted_again():
    """OpenText facts 4f: so "the step is current" does not tell that an earlier send-on was not carried out."""
    caller = Caller()
    process = caller.approval()
    for _ in range(2):
        assert (await caller.act(process, APPROVER, by="liz", custom_action="Reject")).status == 200
    assert [visit.disposition for visit in caller.server.workflow(process).completed] == ["Reject", "Reject"]


async def test_a_stuck_workflow_keeps_a_send_on_on_record_and_stays():
    """No document promises that what a server has on record was carried out."""
    caller = Caller()
    process = caller.approval()
    caller.server.stick(process)
    answer = await caller.act(process, APPROVER, by="liz", custom_action="Approve")
    stuck = caller.server.workflow(process)

    assert (answer.status, stuck.activities[-1].action, len(stuck.completed)) == (200, "disposition", 0)
    caller.server.stick(process, is_stuck=False)
    assert (await caller.act(process, APPROVER, by="liz", custom_action="Approve")).status == 200
    assert len(stuck.completed) == 1


async def test_a_visit_remembers_the_versions_that_were_attached():
    """OpenText facts 2 and 4b: the originals' newest versions."""
    caller = Caller()
    process = caller.approval()
    caller.server.complete_step("liz", process, APPROVER, "Reject")
    caller.server.add_version(caller.document, b"second")
    other = caller.server.add_document(caller.workspace, "Annex.docx")
    caller.server.attach("liz", process, other)
    caller.server.complete_step("liz", process, APPROVER, "Approve")

    first, second = caller.server.workflow(process).completed
    assert first.versions == ((caller.document, 1),)
    assert second.versions == ((caller.document, 2), (other, 1))


async def test_documents_of_one_name_are_all_attached_and_taken_away_alone():
    """OpenText facts 2: a container holds a name once, so the second shortcut gets another."""
    caller = Caller()
    process = caller.approval()
    folder = caller.server.add_folder(caller.workspace, "Old")
    twin = caller.server.add_document(folder, "Contract.docx")
    caller.server.attach("liz", process, twin)
    children = f"v2/nodes/{caller.server.workflow(process).folder}/nodes"
    both = [row["data"]["properties"]["original_id"] for row in (await caller.get(children)).results]
    caller.server.detach(process, caller.document)
    left = [row["data"]["properties"]["original_id"] for row in (await caller.get(children)).results]
    assert (both, left) == ([caller.document, twin], [twin])


def parallel(caller):
    branches = (MapStep(2, "Law", "liz", {SEND_ON: (4,)}), MapStep(3, "Money", "deke", {SEND_ON: (4,)}))
    joined = MapStep(4, "Sign", "nina", after=(2, 3))
    plan = WorkflowMap("Parallel", (MapStep(1, "Start", "liz", {SEND_ON: (2, 3), "Skip": (2,)}), *branches, joined))
    caller.server.define_map(plan)
    return caller.server.start_workflow("Parallel", initiator="bridge")


async def test_parallel_branches_wait_for_each_other():
    """OpenText facts 4c: several steps are current; the join starts after the last."""
    caller = Caller()
    process = parallel(caller)
    names = []
    for login, step in (("liz", 1), ("deke", 3), ("liz", 2), ("nina", 4)):
        names.append([row["task_name"] for row in (await caller.steps(process))["current"]])
        caller.server.complete_step(login, process, step)

    assert names == [["Start"], ["Law", "Money"], ["Law"], ["Sign"]]
    assert caller.server.workflow(process).state == "completed"


async def test_lists_show_every_parallel_step():
    """OpenText facts 4c: parallel_steps[], one row a workflow."""
    caller = Caller()
    process = parallel(caller)
    caller.server.complete_step("liz", process, 1)
    (row,) = (await caller.get("v2/workflows/status")).results
    found = row["data"]["wfstatus"]
    assert ([step["task_id"] for step in found["parallel_steps"]], found["steps_count"]) == ([2, 3], 2)


async def test_a_join_goes_on_when_its_other_branch_was_never_taken():
    """OpenText facts 4: no workflow hangs without a current step."""
    caller = Caller()
    process = parallel(caller)
    caller.server.complete_step("liz", process, 1, "Skip")
    caller.server.complete_step("liz", process, 2)
    assert [row["task_name"] for row in (await caller.steps(process))["current"]] == ["Sign"]


def run(process: Process, now: datetime) -> None:
    end_if_done(process, now)
    for task_id in take_due(process, now):
        visit_step(process, task_id, now)


@settings(deadline=None)
@given(waits=st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_no_two_visits_of_a_step_have_the_same_start(waits):
    """OpenText facts 4: whatever the pace, in whole seconds."""
    plan = WorkflowMap("Loop", (MapStep(1, "Again", "liz", {SEND_ON: (1,)}),), start=(1,))
    now = START
    process = Process(1, plan, "Loop", 1, {1}, now, 2)
    lead_to(process, plan.start, source=0, now=now)
    for wait in waits:
        run(process, now)
        now += timedelta(milliseconds=400 * wait)
        (visit,) = process.current
        visit.completed_at = now
        lead_to(process, (1,), source=1, now=now)

    starts = [visit.started for visit in process.visits]
    assert len(set(starts)) == len(starts) == len(waits)
    assert starts == sorted(starts)
