"""What a look at an approval asks of OpenText, and what it does not ask: each call more is one of every look."""

from shared.models.link import LinkState
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


async def test_a_step_that_is_seen_to_have_moved_is_completed_though_its_activities_can_not_be_read(approval):
    inside = approval.engine.inside
    inside.content = Break(status(403), only="/activities").before(inside.content)
    approval.decide("dfoxhoven", "Approve")

    await approval.notice()

    assert LinkState.COMPLETED in {link.state for link in (await links(approval)).values()}
