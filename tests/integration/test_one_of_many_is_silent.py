"""One group, or one node, that is not answered for keeps nothing else waiting."""

import contextlib
from datetime import timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from local.simulators.faults import Fault
from shared.errors import OutcomeUnknownError, UnavailableError
from shared.models.graph import Subscription
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.timing import RENEWALS_APART
from shared.watchers.subscriptions import Step, next_step, renew_subscriptions
from tests.integration.measured_work import answered

END = START + timedelta(days=400)


@pytest.fixture
async def inside():
    """A contract whose tasks are made, in plans of two groups."""
    one = Inside(ROOT / "mapping.yaml")
    workspace = create_contract(one.world, "Supply", END)
    one.origins.messages.append(OriginMessage(origin=f"workspace-{workspace}").model_dump_json())
    await one.drain()
    return one


def silent(inside, part):
    """Have Graph answer 500 to each attempt at a subscription whose request holds this text."""
    real = inside.graph

    async def handle(method, path, query, headers, body):
        if method == "POST" and path.endswith("/subscriptions") and part.encode() in body:
            return 500, {"content-type": "application/json"}, b'{"error": {"code": "", "message": "invented"}}'
        return await real(method, path, query, headers, body)

    inside.graph = handle


async def test_a_group_whose_subscription_is_not_answered_for_stops_no_other_and_is_told(inside):
    inside.world.graph.deliver = answered
    silent(inside, CONTRACTS_GROUP)
    with pytest.raises(OutcomeUnknownError):
        await renew_subscriptions(inside.services())

    assert len(inside.world.graph.subscriptions) == 1


async def test_where_two_groups_are_not_answered_for_graph_itself_is_not_asked_further(inside):
    tried = []
    silent(inside, "groups/")
    real = inside.graph

    async def counting(method, path, query, headers, body):
        if method == "POST" and path.endswith("/subscriptions"):
            tried.append(body)
        return await real(method, path, query, headers, body)

    inside.graph = counting
    with pytest.raises(OutcomeUnknownError):
        await renew_subscriptions(inside.services())

    assert len(set(tried)) == 2


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=365)])
def test_a_subscription_that_a_clock_that_was_ahead_touched_is_renewed_all_the_same(ahead):
    ends = Subscription.model_validate(
        {"id": "s", "resource": "groups/a", "changeType": "updated", "expirationDateTime": START + timedelta(days=2)}
    )

    assert next_step(ends, asked=None, touched=START + ahead, now=START) is Step.RENEW
    assert next_step(ends, asked=None, touched=START + RENEWALS_APART / 2, now=START) is Step.NOTHING


async def test_a_node_that_is_not_answered_for_is_handed_on_to_the_origins_known_to_show_it(inside):
    content = inside.world.content
    workspace = create_contract(inside.world, "Delivery", END)
    document = content.add_document(workspace, "Annex.docx", b"text", user="pwilliams")
    process = content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    inside.origins.messages.append(OriginMessage(origin=f"workflow-{process}").model_dump_json())
    await inside.drain()
    await inside.pass_time(timedelta(minutes=2), times=3)
    content.add_version(document, b"new", user="pwilliams")
    content.faults.add(Fault.html(path=f"/nodes/{document}/businessworkspace", times=100_000))
    node = OriginMessage(origin=f"node-{document}", waited_for=WaitedFor.NODE)
    inside.origins.messages.append(node.model_dump_json())
    with contextlib.suppress(UnavailableError):
        await inside.drain()

    assert any("v2" in task["title"] for task in inside.world.graph.tasks.values())
