"""What can't be asked is said to be so, with the reason: a refusal for another cause proves no belief."""

from dataclasses import replace

import pytest

from local.simulators.faults import Fault
from shared.conformance.beliefs import Needs, System, read_beliefs
from shared.conformance.observed import Verdict
from shared.conformance.run import ask_all
from shared.conformance.sandbox import Sandbox, Targets
from tests.conformance.bench import MARK, Bench

BELIEFS = read_beliefs()


def refused(method, path):
    """A server on which the integration user may read, and write nothing here."""
    body = b'{"error": "You do not have permission to do this."}'
    hooked = Fault.status(400, headers={"content-type": "application/json"}, body=body, times=100_000)
    return replace(hooked, path=path, method=method)


async def verdicts(bench, *, needs=None, targets=None, beliefs=BELIEFS):
    box = Sandbox(bench.systems, targets or bench.targets, bench.clock, MARK)
    results, _ = await ask_all([one for one in beliefs if needs in (None, one.needs)], box)
    return {one.belief.id: one.observed for one in results}


async def told(bench, needs):
    found = await verdicts(bench, needs=needs)
    return {belief: one for belief, one in found.items() if one.verdict is not Verdict.CANNOT_TELL}


async def test_systems_that_are_away_tell_nothing():
    bench = Bench()
    for system in (bench.world.graph, bench.world.content):
        system.faults.add(Fault.status(503, times=100_000))

    found = await verdicts(bench)

    assert {one.verdict for one in found.values()} == {Verdict.CANNOT_TELL}
    assert all(one.text for one in found.values())


async def test_a_plan_that_the_app_may_not_see_tells_nothing():
    bench = Bench()
    bench.world.graph.hide(bench.ids.plan)

    # Subscriptions are refused before the plan is looked at.
    assert set(await told(bench, Needs.PLAN)) <= {"graph-planner-not-told"}


async def test_a_plan_in_which_the_app_may_not_write_tells_nothing():
    bench = Bench()
    bench.world.graph.archive(bench.ids.plan)

    assert set(await told(bench, Needs.PLAN)) <= {"graph-planner-not-told", "graph-subscription-longest"}


async def test_a_workspace_in_which_nothing_can_be_made_tells_nothing():
    bench = Bench()
    bench.world.content.faults.add(refused("POST", "/v2/nodes"))

    assert await told(bench, Needs.WORKSPACE) == {}


async def test_steps_that_are_not_ours_tell_nothing():
    bench = Bench()
    bench.world.content.faults.add(refused("PUT", "/subprocesses/"))
    asked = [one for one in BELIEFS if one.id.startswith(("workflow-one", "workflow-offered", "workflow-disposition"))]

    found = await verdicts(bench, beliefs=asked)

    assert {one.verdict for one in found.values()} == {Verdict.CANNOT_TELL}


async def test_where_nobody_and_nothing_was_named_the_reason_says_what_to_name():
    found = await verdicts(Bench(), targets=Targets(may_write=frozenset(Needs)))
    reasons = {one.text for one in found.values() if one.verdict is Verdict.CANNOT_TELL}

    assert {word for reason in reasons for word in reason.split() if word.startswith("--")} == {
        "--workspace", "--workflow-map", "--performer", "--assignee",
    }  # fmt: skip


async def test_people_who_did_not_agree_are_not_assigned():
    bench = Bench()
    found = await verdicts(bench, targets=replace(bench.targets, assignees=(), performer=None))

    assert found["planner-assignments-merge"].text == "needs 2 who agreed to be assigned: --assignee"
    assert found["otds-unknown-refused"].text == "nobody agreed to be acted for: --performer"
    assert not any(call.startswith("PUT") and "Delegate" in call for call in bench.calls)


async def test_a_probe_can_not_write_where_nothing_was_named_for_it():
    bench = Bench()
    found = await verdicts(bench, targets=replace(bench.targets, may_write=frozenset()))
    wrote = [
        call
        for call in bench.calls
        if not call.startswith(("GET", "POST /otdsws", "POST /v1.0/$batch", "POST /cs/cs/api/v2/members/prox"))
    ]

    assert wrote == []
    assert "it writes, and no plan was named for that" in {one.text for one in found.values()}


async def test_with_a_password_tickets_roll_too_and_otds_is_not_asked():
    bench = Bench(auth="password")
    found = await verdicts(
        bench, beliefs=[one for one in BELIEFS if one.system in (System.OTDS, System.CONTENT_SERVER)]
    )

    assert found["content-tickets-roll"].verdict is Verdict.AS_BELIEVED
    assert found["otds-token-ends"].text == "OPENTEXT_AUTH=password: OTDS is not asked for our own token"
    assert found["otds-ticket-once"].text == "OTDS_BASE_URL and OTDS_CLIENT_ID are not set"


@pytest.mark.parametrize(
    ("belief", "path", "change"),
    [
        pytest.param("planner-created-time", "/planner/tasks", {"createdDateTime": 7}, id="a time that is none"),
        pytest.param(
            "workflow-steps-identified", "startwf", {"results": {"process_id": "x"}}, id="a process that is none"
        ),
        pytest.param("content-newest-version", "/v2/nodes", {"results": []}, id="no node"),
        pytest.param("planner-lines-signed", "/details", {"id": "x", "@odata.etag": "y"}, id="no checklist"),
    ],
)
async def test_an_answer_in_another_shape_is_no_verdict(belief, path, change):
    bench = Bench()
    for system in (bench.world.graph, bench.world.content):
        system.faults.add(Fault.odd(lambda _: change, path=path, times=1000))

    found = await verdicts(bench, beliefs=[one for one in BELIEFS if one.id == belief])

    assert found[belief].verdict is Verdict.CANNOT_TELL


async def test_a_wrong_password_is_not_tried_more_often_than_the_bridge_would():
    bench = Bench(auth="password")
    bench.world.content.state.user_named("bridge").password = "changed"

    found = await verdicts(bench, beliefs=[one for one in BELIEFS if one.system is System.CONTENT_SERVER])

    assert bench.calls.count("POST /cs/cs/api/v1/auth") <= 4
    assert found["content-tickets-roll"].verdict is Verdict.CANNOT_TELL
