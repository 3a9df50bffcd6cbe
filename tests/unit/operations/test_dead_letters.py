"""Dead letters: a report with the error and a command that works; written once however often it is tried."""

from datetime import timedelta

import pytest

from shared.models.messages import OriginMessage, PlanMessage
from shared.models.troubles import Cause, Where
from shared.operations.dead_letters import bury, replay
from tests.build import NOW
from tests.engine import engine

ORIGIN = OriginMessage(origin="workspace-9").model_dump_json()


@pytest.fixture
def services():
    started = engine()
    started.inside.at = NOW
    return started.services


async def letters(services):
    return [dead.letter for dead in await services.agenda.list_dead()]


async def test_a_letter_tells_the_error_that_the_origin_failed_with(services):
    await services.troubles.tell(Where.ORIGIN, "workspace-9", Cause.FAILED, "KeyError: 'x'", NOW)

    await bury("origins", ORIGIN, services)

    (letter,) = await letters(services)
    assert letter.reason == "failed at every try: KeyError: 'x'"
    assert letter.replay == "python manage.py replay --origin workspace-9"


@pytest.mark.parametrize(
    ("queue", "body", "command"),
    [
        pytest.param(
            "plans", PlanMessage(plan="p-1").model_dump_json(), "python manage.py dead replay KEY", id="a plan"
        ),
        pytest.param("plans", "rubbish", "python manage.py dead drop KEY", id="no plan"),
        pytest.param("origins", "rubbish", "python manage.py dead drop KEY", id="no origin"),
        pytest.param(
            "origins", '{"origin": "folder-1"}', "python manage.py dead drop KEY", id="no such kind of origin"
        ),
    ],
)
async def test_a_letter_names_a_command_that_works(services, queue, body, command):
    await bury(queue, body, services)

    (letter,) = await letters(services)
    assert letter.replay == command


async def test_a_burial_that_is_tried_again_is_one_letter_and_one_timer(services):
    """The host tries a poison function that failed again after ten minutes, and without end."""
    for _ in range(3):
        await bury("origins", ORIGIN, services, came=NOW)

    assert len(await letters(services)) == 1
    timers = [due.entry for due in await services.agenda.due(NOW + timedelta(days=2))]
    assert [(entry.origin, entry.at) for entry in timers] == [("workspace-9", NOW + timedelta(hours=1))]


async def test_a_second_death_waits_longer(services):
    await bury("origins", ORIGIN, services, came=NOW)
    await bury("origins", ORIGIN, services, came=NOW + timedelta(hours=1))

    timers = [due.entry.at for due in await services.agenda.due(NOW + timedelta(days=2))]
    assert max(timers) == NOW + timedelta(hours=3)


async def test_a_letter_of_a_plan_is_sent_again(services):
    await bury("plans", PlanMessage(plan="p-1").model_dump_json(), services)
    (dead,) = await services.agenda.list_dead()

    assert await replay(dead, services) == "plan p-1"
    assert await letters(services) == []
