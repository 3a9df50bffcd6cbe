"""
Requests in one: `POST /$batch`.

Source: https://learn.microsoft.com/graph/json-batching
"""

import json

import pytest

from local.simulators.faults import Fault
from tests.fidelity.graph_caller import Caller

JSON = {"Content-Type": "application/json"}


def post(key, plan, **more):
    body = {"planId": plan, "title": f"Task {key}"}
    return {"id": key, "method": "POST", "url": "/planner/tasks", "headers": JSON, "body": body, **more}


def get(key, url, **more):
    return {"id": key, "method": "GET", "url": url, **more}


async def test_answers_come_in_any_order_and_are_told_apart_by_id():
    """Graph facts 5: match by id."""
    app = Caller()
    keys = [str(number) for number in range(20)]
    reply = await app.post("/$batch", {"requests": [post(key, app.plan) for key in keys]})
    answers = reply.json["responses"]

    assert reply.status == 200
    assert [answer["id"] for answer in answers] != keys
    assert {answer["id"]: answer["body"]["title"] for answer in answers} == {key: f"Task {key}" for key in keys}
    assert {answer["status"] for answer in answers} == {201}


async def test_the_order_follows_the_seed():
    """The same seed tells the same story; another tells another."""

    async def order(seed):
        app = Caller(seed=seed)
        requests = [get(str(number), f"/planner/plans/{app.plan}") for number in range(10)]
        return [answer["id"] for answer in (await app.post("/$batch", {"requests": requests})).json["responses"]]

    assert await order(1) == await order(1)
    assert await order(1) != await order(2)


async def test_inner_writes_carry_their_own_headers():
    """Graph facts 4.1 and 5: If-Match and Prefer stand inside; 204 has no body."""
    app = Caller()
    one, two = await app.task(), await app.task()

    def patch(task, **headers):
        url = f"/planner/tasks/{task['id']}"
        head = {**JSON, **headers}
        return {"id": task["id"], "method": "PATCH", "url": url, "headers": head, "body": {"title": "New"}}

    told = patch(one, Prefer="return=representation", **{"If-Match": one["@odata.etag"]})
    silent = patch(two, **{"If-Match": two["@odata.etag"]})
    answers = await app.batch(told, silent)
    blind = await app.batch(patch(one))

    assert (answers[one["id"]]["status"], answers[one["id"]]["body"]["title"]) == (200, "New")
    assert answers[two["id"]]["status"] == 204
    assert "body" not in answers[two["id"]]
    assert blind[one["id"]]["status"] == 412


async def test_what_depends_on_a_failure_fails_with_424():
    """Graph facts 5: Failed Dependency."""
    app = Caller()
    answers = await app.batch(
        post("3", app.plan, dependsOn=["2"]),
        post("2", app.plan, dependsOn=["1"]),
        get("1", "/planner/tasks/none"),
        post("4", app.plan),
    )

    assert {key: answer["status"] for key, answer in answers.items()} == {"1": 404, "2": 424, "3": 424, "4": 201}
    assert len(app.graph.tasks) == 1


async def test_each_request_is_throttled_by_itself():
    """Graph facts 5: an inner 429 with its Retry-After."""
    app = Caller()
    app.graph.faults.add(Fault.status(429, path=app.plan, headers={"retry-after": "10"}, body=b"{}"))
    url = f"/planner/plans/{app.plan}"
    answers = await app.batch(get("1", url), get("2", url))

    assert sorted(answer["status"] for answer in answers.values()) == [200, 429]
    assert [answer["headers"]["Retry-After"] for answer in answers.values() if answer["status"] == 429] == ["10"]


async def test_an_answer_that_is_no_json_comes_as_base64():
    """Source: json-batching, bodies of other types; a dropped inner request is a gateway's 504."""
    app = Caller()
    app.graph.faults.add(Fault.html(path="/planner/tasks/a"))
    app.graph.faults.add(Fault.dropped(path="/planner/tasks/b"))
    answers = await app.batch(get("1", "/planner/tasks/a"), get("2", "/planner/tasks/b"))

    assert (answers["1"]["status"], answers["2"]["status"]) == (500, 504)
    assert isinstance(answers["1"]["body"], str)


async def test_a_lost_batch_may_have_been_carried_out():
    """Graph facts 4.1: creating is not idempotent, so a lost answer has to be settled."""
    app = Caller()
    app.graph.faults.add(Fault.status(504, path="/$batch", after=True))
    reply = await app.post("/$batch", {"requests": [post("1", app.plan)]})

    assert reply.status == 504
    assert len(app.graph.tasks) == 1


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([], id="empty"),
        pytest.param([get(str(number), "/users") for number in range(21)], id="21"),
        pytest.param([get("1", "/users"), get("1", "/users")], id="same-id"),
        pytest.param([{"method": "GET", "url": "/users"}], id="no-id"),
        pytest.param([get("1", "/users", dependsOn=["2"])], id="unknown-dependency"),
        pytest.param([get("1", "/users", dependsOn=["2"]), get("2", "/users", dependsOn=["1"])], id="circle"),
        pytest.param("none", id="no-list"),
    ],
)
async def test_a_malformed_batch_is_refused_whole(requests):
    """Graph facts 5: limited to 20 individual requests."""
    assert (await Caller().post("/$batch", {"requests": requests})).status == 400


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(get("1", "/v1.0/users"), id="version"),
        pytest.param(get("1", "https://graph.microsoft.com/v1.0/users"), id="absolute"),
        pytest.param(
            {"id": "1", "method": "POST", "url": "/$batch", "headers": JSON, "body": {"requests": []}}, id="nested"
        ),
        pytest.param(
            {"id": "1", "method": "POST", "url": "/planner/tasks", "body": {"planId": "x", "title": "x"}},
            id="no-content-type",
        ),
        pytest.param({"id": "1", "method": "HEAD", "url": "/users"}, id="method"),
    ],
)
async def test_a_malformed_inner_request_is_refused_alone(request_):
    """Recipes 3: inner URLs start without the version, bodies need a Content-Type."""
    assert (await Caller().batch(request_))["1"]["status"] == 400


async def test_an_inner_query_is_decoded_once():
    """A filter inside a batch is percent-encoded by the client."""
    app = Caller()
    answers = await app.batch(get("1", "/users?%24filter=mail%20eq%20%27ada%40contoso.example%27"))

    assert [user["id"] for user in answers["1"]["body"]["value"]] == [app.ada]


async def test_a_next_link_inside_a_batch_is_absolute():
    """It is followed by a request of its own."""
    app = Caller()
    app.rules.page_size = 1
    await app.task()
    await app.task()
    answers = await app.batch(get("1", f"/planner/plans/{app.plan}/tasks"))
    link = answers["1"]["body"]["@odata.nextLink"]

    assert link.startswith("http://localhost:8080/v1.0/planner/plans/")
    assert len((await app.get(link)).json["value"]) == 1


async def test_a_batch_is_json_whatever_it_carries():
    """Rendered by hand for speed: held to the parser."""
    app = Caller()
    requests = [post('"quoted"', app.plan), get("ä", "/users")]
    reply = await app.post("/$batch", {"requests": requests})

    assert {answer["id"] for answer in json.loads(reply.body)["responses"]} == {'"quoted"', "ä"}
