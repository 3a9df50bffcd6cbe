"""Trouble on a button strikes the bridge's calls alone, is shown while it stands, and can be mended."""

from datetime import timedelta

import httpx
import pytest

from local.board.acts import RefusedActError
from local.board.troubles import Troubles
from local.in_process.transport import Direct
from tests.unit.local.board.scenes import Inside

BEARER = {"Authorization": "Bearer local"}


@pytest.fixture
def inside():
    return Inside()


@pytest.fixture
def troubles(inside):
    return Troubles(inside, lambda: inside.at)


def graph(inside):
    return httpx.AsyncClient(transport=Direct(inside.world.graph.handle), base_url="http://graph/v1.0", headers=BEARER)


def standing(troubles):
    return [one["name"] for one in troubles.view() if one["stands"]]


async def post(inside):
    return await graph(inside).post("/planner/tasks", json={"planId": inside.plan, "title": "made"})


def made(inside):
    return sum(task["title"] == "made" for task in inside.world.graph.tasks.values())


async def test_a_throttled_graph_says_how_long_to_wait_and_ends_by_itself(inside, troubles):
    troubles.make("throttle")
    inside.at += timedelta(seconds=20)
    throttled = await graph(inside).get(f"/planner/plans/{inside.plan}")
    stood = standing(troubles)
    inside.at += timedelta(seconds=41)
    after = await graph(inside).get(f"/planner/plans/{inside.plan}")

    assert (throttled.status_code, throttled.headers["retry-after"], stood) == (429, "41", ["throttle"])
    assert (after.status_code, standing(troubles)) == (200, [])


async def test_content_server_that_was_taken_away_answers_again_once_it_is_mended(inside, troubles):
    content = httpx.AsyncClient(transport=Direct(inside.world.content.handle), base_url="http://ecm/cs/cs/api")
    troubles.make("away")
    troubles.make("away")
    for _ in range(3):
        with pytest.raises(httpx.ReadError):
            await content.get("/v1/ping")

    assert troubles.mend() == "mended: take content server away"
    assert (await content.get("/v1/ping")).status_code == 200
    assert standing(troubles) == []


async def test_a_permission_that_is_withdrawn_comes_back_once_it_is_mended(inside, troubles):
    troubles.make("permission")
    refused = await graph(inside).get(f"/planner/plans/{inside.plan}")
    troubles.mend()

    assert refused.status_code == 403
    assert (await graph(inside).get(f"/planner/plans/{inside.plan}")).status_code == 200


@pytest.mark.parametrize(("name", "killed"), [("lost", 0), ("crash", 1)])
async def test_the_answer_to_one_new_task_is_lost_and_the_task_is_there(inside, troubles, name, killed):
    troubles.make(name)
    with pytest.raises(httpx.ReadError):
        await post(inside)
    stood = standing(troubles)

    assert (made(inside), inside.killed, stood) == (1, killed, [])
    assert (await post(inside)).status_code == 201


async def test_what_waits_for_its_moment_can_be_taken_back(inside, troubles):
    troubles.make("crash")
    troubles.make("lost")
    troubles.mend()

    assert (await post(inside)).status_code == 201
    assert inside.killed == 0


def test_a_worker_is_killed_at_once_and_storage_is_stopped_and_started(inside, troubles):
    troubles.make("kill")
    troubles.make("storage")
    stood = standing(troubles)
    troubles.mend()

    assert (inside.killed, stood, inside.has_storage) == (1, ["storage"], True)
    assert troubles.mend() == "nothing was broken"


@pytest.mark.parametrize("name", ["kill", "crash"])
def test_without_an_app_no_worker_can_be_killed_and_that_is_said(inside, name):
    inside.host = None

    with pytest.raises(RefusedActError, match="function app is not run from here"):
        Troubles(inside, lambda: inside.at).make(name)


def test_a_trouble_that_does_not_exist_is_named_with_those_that_do(troubles):
    with pytest.raises(RefusedActError, match="there is no trouble 'fire'; there are: throttle, away"):
        troubles.make("fire")
