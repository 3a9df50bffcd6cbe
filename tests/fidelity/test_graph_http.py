"""What holds for every request: tokens, paths, errors, faults; and the two doors."""

import httpx
import pytest

from local.in_process.transport import Direct
from local.simulators import odd_data
from local.simulators.faults import Fault
from local.simulators.graph import Graph
from local.simulators.http_adapter import door
from tests.fidelity.graph_caller import BEARER, Caller, Clock


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", "Basic bG9jYWw="])
async def test_without_a_bearer_there_is_no_answer_but_401(authorization):
    """Source: https://learn.microsoft.com/graph/errors."""
    app = Caller()
    reply = await app.call("GET", "/users", authorization=authorization or "")

    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
    assert "www-authenticate" in reply.headers


async def test_any_bearer_is_taken():
    """On one machine the client sends `local`."""
    assert (await Caller().call("GET", "/users", authorization="bearer eyJ0eXAi")).status == 200


async def test_a_double_slash_after_the_version_is_folded():
    """Recipes 3: the SDK's default base URL makes one."""
    app = Caller()

    assert (await app.call("GET", f"/v1.0//planner/plans/{app.plan}")).status == 200


@pytest.mark.parametrize("path", ["/v1.0/planner/rosters", "/v1.0/planner/tasks/a/b/c", "/v1.0/"])
async def test_an_unknown_path_fails(path):
    """Source: OData, resource not found for the segment."""
    assert (await Caller().call("GET", path)).status == 400


async def test_beta_is_not_served():
    """Graph facts 2: nothing may depend on it."""
    graph = Graph(now=Clock())

    assert (await graph.handle("GET", "/beta/planner/tasks/delta", [], BEARER, b""))[0] == 404


async def test_a_body_that_is_no_json_object_is_refused():
    """400 before anything is done."""
    app = Caller()
    status, _, body = await app.graph.handle("POST", "/v1.0/planner/tasks", [], BEARER, b"{")

    assert status == 400
    assert b'"innerError"' in body


async def test_each_answer_tells_the_services_own_time():
    """RFC 9110 section 6.6.1; only times of one clock can be compared."""
    app = Caller()

    assert (await app.get("/users")).headers["date"] == "Mon, 02 Mar 2026 09:00:00 GMT"
    assert (await app.get("/planner/tasks/none")).headers["date"] == "Mon, 02 Mar 2026 09:00:00 GMT"


async def test_an_answer_can_be_made_odd():
    """Nulls are possible by the schema; rows that can't be read, by what another release may send."""
    app = Caller()
    one, two = [(await app.task())["id"] for _ in range(2)]
    path = f"/planner/plans/{app.plan}/tasks"
    app.graph.faults.add(Fault.odd(odd_data.field(one, "assignments", None), path=path))
    app.graph.faults.add(Fault.odd(odd_data.rows(lambda found: [None, *found]), path=path))
    app.graph.faults.add(Fault.odd(odd_data.instead({}), path=path))

    nulled = {row["id"]: row["assignments"] for row in (await app.get(path)).json["value"]}
    assert nulled == {one: None, two: {}}
    assert [row and row["id"] for row in (await app.get(path)).json["value"]] == [None, one, two]
    assert (await app.get(path)).json == {}
    assert len((await app.get(path)).json["value"]) == 2


async def test_a_throttled_request_says_how_long_to_wait():
    """Graph facts 5: 429 with Retry-After, once."""
    app = Caller()
    app.graph.faults.add(Fault.status(429, path="/planner/plans", headers={"retry-after": "10"}))
    first, second = [await app.get(f"/planner/plans/{app.plan}") for _ in range(2)]

    assert (first.status, first.headers["retry-after"], second.status) == (429, "10", 200)


async def test_a_lost_answer_leaves_its_effect():
    """The post was carried out, and the client never heard of it; also if it was refused."""
    app = Caller()
    app.graph.faults.add(Fault.status(504, method="POST", after=True, times=2))
    replies = [await app.post("/planner/tasks", {"planId": plan, "title": "x"}) for plan in (app.plan, "none")]

    assert [reply.status for reply in replies] == [504, 504]
    assert len(app.graph.tasks) == 1


async def test_ids_etags_and_answers_follow_from_the_seed():
    """The same seed, clock and calls: byte for byte the same."""

    async def story(seed):
        app = Caller(seed=seed)
        task = await app.task()
        return (await app.get(f"/planner/tasks/{task['id']}")).body

    assert await story(1) == await story(1)
    assert await story(1) != await story(2)


@pytest.mark.parametrize("transport", ["direct", "door"])
async def test_it_is_served_in_process_and_over_http(transport):
    """One handler, two doors, the same answers."""
    app = Caller()
    through = Direct(app.graph.handle) if transport == "direct" else httpx.ASGITransport(door(app.graph.handle))
    async with httpx.AsyncClient(transport=through, base_url="http://localhost/v1.0", headers=BEARER) as client:
        made = await client.post("/planner/tasks", json={"planId": app.plan, "title": "Über"})
        read = await client.get(f"/planner/tasks/{made.json()['id']}", params={"$select": "title"})
        user = await client.get("/users/eve%23EXT%23@contoso.example")
        gone = await client.request(
            "DELETE", f"/planner/tasks/{made.json()['id']}", headers={"If-Match": made.json()["@odata.etag"]}
        )

    assert (made.status_code, read.json()["title"], gone.status_code) == (201, "Über", 204)
    assert "eve#EXT#@contoso.example" in user.json()["error"]["message"]
