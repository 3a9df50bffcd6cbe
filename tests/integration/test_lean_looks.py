"""What a look at an approval asks of OpenText, and what it does not ask: each call more is one of every look."""

from datetime import timedelta

import pytest

from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.reconciler.reconcile import reconcile
from tests.integration.test_approvals import approval
from tests.integration.test_standing_failures import Break, status

__all__ = ["approval"]


async def links(approval):
    return await approval.engine.services.origins.find_links(f"workflow-{approval.process}")


async def test_the_form_of_a_step_that_has_its_task_is_not_asked_for_at_each_look(approval):
    asked = []
    well = approval.engine.inside.content

    async def counting(method, path, query, headers, body):
        asked.append(path)
        return await well(method, path, query, headers, body)

    approval.engine.inside.content = counting
    await approval.engine.look(f"workflow-{approval.process}")

    assert any("status/processes" in path for path in asked)
    assert not [path for path in asked if "forms/processes" in path]


@pytest.mark.parametrize(
    "is_readable", [pytest.param(False, id="while nobody can read it"), pytest.param(True, id="while nothing moves")]
)
async def test_what_became_of_a_decision_is_asked_once_a_look(approval, is_readable):
    """An operator's look and a changed rule wait for nothing: once, and not in each of its rounds."""
    inside, asked = approval.engine.inside, list[str]()
    real = inside.content

    async def nothing_moves(method, path, query, headers, body):
        if method == "PUT":
            return 200, {"content-type": "application/json"}, b'{"results": {}}'
        if "/activities" in path:
            asked.append(path)
        if "/activities" in path and not is_readable:
            return 403, {"content-type": "application/json"}, b'{"error": "not allowed"}'
        return await real(method, path, query, headers, body)

    inside.content = nothing_moves
    approval.decide("dfoxhoven", "Approve")
    await approval.notice()
    assert asked
    await inside.pass_time(timedelta(hours=1), times=6)
    inside.origins.messages.clear()
    before = len(asked)

    operators = OriginMessage(origin=f"workflow-{approval.process}", waited_for=WaitedFor.OPERATOR)
    await reconcile(operators, inside.services())

    assert len(asked) - before == 1
    assert inside.origins.messages == []

    # A rule that changed since the decision was held.
    held = await inside.services().origins.take(f"workflow-{approval.process}", inside.at)
    await held.commit(now=inside.at, links=[link.of_rule("before") for link in held.links.values()], release=True)
    before = len(asked)
    for _ in range(2):
        await approval.engine.look(f"workflow-{approval.process}")

    assert len(asked) - before == 1


async def test_a_step_that_is_seen_to_have_moved_is_completed_though_its_activities_can_not_be_read(approval):
    inside = approval.engine.inside
    inside.content = Break(status(403), only="/activities").before(inside.content)
    approval.decide("dfoxhoven", "Approve")

    await approval.notice()

    assert LinkState.COMPLETED in {link.state for link in (await links(approval)).values()}
