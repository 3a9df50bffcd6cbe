"""Many requests in one: each has its own outcome, in the order in which it was asked."""

import json
from datetime import timedelta

import httpx
import pytest

from shared.clients.graph.answers import Answer
from shared.clients.graph.batch import BatchRequest
from shared.errors import OutcomeUnknownError, RefusedError, ThrottledError, UnavailableError
from tests.narrowing import as_a, each_as_a
from tests.unit.clients.graph.graph_double import GraphDouble, always, said, task


def reads(connection, count):
    tasks = connection.graph.planner.tasks
    return [BatchRequest("GET", tasks.by_planner_task_id(f"task-{number}")) for number in range(count)]


def echo(request):
    return httpx.Response(200, json=task(request.url.path.rpartition("/")[2]))


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (2, 1), (20, 1), (21, 2), (40, 2), (45, 3)])
async def test_requests_travel_by_twenties_and_come_back_in_order(count, calls):
    """The double answers in reverse, as Graph may."""
    double = GraphDouble(GET=echo)
    connection = double.connection()

    outcomes = await connection.batch(reads(connection, count))

    expected = [f"task-{number}" for number in range(count)]
    bodies = [answer.body for answer in each_as_a(Answer, outcomes)]
    found = [body["id"] if isinstance(body, dict) else json.loads(as_a(bytes, body))["id"] for body in bodies]
    assert found == expected
    assert connection.calls == len(double.sent) == calls


async def test_requests_of_a_batch_carry_what_they_need_and_no_order():
    double = GraphDouble(GET=echo, PATCH=echo)
    connection = double.connection()
    one = connection.graph.planner.tasks.by_planner_task_id("task-1")

    await connection.batch(
        [
            BatchRequest("PATCH", one, {"title": "x"}, {"If-Match": 'W/"1"'}),
            BatchRequest(
                "GET", connection.graph.users, query={"filter": "mail eq 'a&b@c.d'", "select": ["id", "mail"]}
            ),
        ]
    )

    assert json.loads(double.sent[0].content)["requests"] == [
        {
            "id": "0",
            "method": "PATCH",
            "url": "/planner/tasks/task-1",
            "headers": {"If-Match": 'W/"1"', "Content-Type": "application/json"},
            "body": {"title": "x"},
        },
        {"id": "1", "method": "GET", "url": "/users?$filter=mail%20eq%20%27a%26b%40c.d%27&$select=id,mail"},
    ]


async def test_a_batch_whose_answer_is_lost_leaves_only_its_writes_unknown():
    double = GraphDouble(BATCH=always(said(504)))
    connection = double.connection()
    writes = [BatchRequest("POST", connection.graph.planner.tasks, {})]

    outcomes = await connection.batch(reads(connection, 1) + writes)

    assert kinds(outcomes) == [UnavailableError, OutcomeUnknownError]


def broken(_):
    raise httpx.ReadTimeout("slow")


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(broken, id="no answer"),
        pytest.param(always(httpx.Response(200, content=b'{"responses": [')), id="garbled"),
        pytest.param(always(httpx.Response(200, json={"value": 1})), id="something else"),
    ],
)
async def test_a_batch_without_a_sensible_answer_is_lost_in_the_same_way(batch):
    double = GraphDouble(BATCH=batch)
    connection = double.connection()
    writes = [BatchRequest("POST", connection.graph.planner.tasks, {})]

    assert kinds(await connection.batch(reads(connection, 1) + writes)) == [UnavailableError, OutcomeUnknownError]


async def test_a_request_that_the_batch_forgot_is_lost():
    double = GraphDouble(
        BATCH=always(httpx.Response(200, json={"responses": [{"id": "0", "status": 200, "body": task()}]}))
    )
    connection = double.connection()
    write = BatchRequest("POST", connection.graph.planner.tasks, {})

    assert kinds((await connection.batch([write, write]))[1:]) == [OutcomeUnknownError]


async def test_a_batch_that_was_refused_carried_out_nothing():
    double = GraphDouble(BATCH=always(said(400, "BadRequest")))
    connection = double.connection()
    write = BatchRequest("POST", connection.graph.planner.tasks, {})

    assert kinds(await connection.batch([write, write])) == [RefusedError, RefusedError]


async def test_throttling_inside_a_batch_holds_back_the_next_one():
    """What is left was not sent, and is told the same pause."""
    throttled = said(429, "TooManyRequests", **{"Retry-After": "7"})
    double = GraphDouble(GET=lambda request: throttled if request.url.path.endswith("task-5") else echo(request))
    connection = double.connection()

    outcomes = await connection.batch(reads(connection, 45))

    assert len(double.sent) == 1
    assert len(outcomes) == 45
    assert [answer.status for answer in each_as_a(Answer, outcomes[:20])].count(429) == 1
    assert {error.retry_after for error in each_as_a(ThrottledError, outcomes[20:])} == {timedelta(seconds=7)}


async def test_when_graph_does_not_answer_the_rest_is_not_sent():
    """The first twenty writes may have been done; the others certainly were not."""
    double = GraphDouble(BATCH=broken)
    connection = double.connection()
    writes = [BatchRequest("POST", connection.graph.planner.tasks, {})] * 25

    outcomes = await connection.batch(writes)

    assert kinds(outcomes) == [OutcomeUnknownError] * 20 + [UnavailableError] * 5
    assert len(double.sent) == 1


async def test_a_refused_request_does_not_hold_back_the_others():
    double = GraphDouble(GET=always(said(403)))
    connection = double.connection()

    await connection.batch(reads(connection, 25))

    assert len(double.sent) == 2
