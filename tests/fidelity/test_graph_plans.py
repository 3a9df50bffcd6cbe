"""
Plans, labels, buckets and lists.

Source: https://learn.microsoft.com/graph/api/resources/plannerplan
"""

import pytest

from local.simulators.graph import Rules
from tests.fidelity.graph_caller import Caller


def container(group):
    return {"container": {"containerId": group, "type": "group"}, "title": " Contracts "}


async def test_a_plan_is_made_in_a_container():
    """Graph facts 3: container and title; 201 with the plan."""
    app = Caller()
    reply = await app.post("/planner/plans", container(app.group))

    assert (reply.status, reply.json["title"]) == (201, "Contracts")
    assert reply.json["container"]["containerId"] == app.group
    assert len((await app.get(f"/groups/{app.group}/planner/plans")).json["value"]) == 2


async def test_a_plan_can_be_answered_with_200():
    """Graph facts 4.1: the sample shows 200, accept both."""
    app = Caller(Rules(plan_created_status=200))

    assert (await app.post("/planner/plans", container(app.group))).status == 200


async def test_the_container_can_be_named_by_its_url():
    """Graph facts 3: {url} or {containerId, type}."""
    app = Caller()
    url = f"https://graph.microsoft.com/v1.0/groups/{app.group}"

    assert (await app.post("/planner/plans", {"container": {"url": url}, "title": "x"})).json["owner"] == app.group


@pytest.mark.parametrize("body", [{"title": "x"}, {"title": "x", "owner": "g"}, {"title": "x", "container": {}}])
async def test_the_old_owner_is_no_container(body):
    """Graph facts 3: owner is deprecated."""
    assert (await Caller().post("/planner/plans", body)).status == 400


async def test_a_plan_in_an_unknown_group_is_not_found():
    """Graph facts 4.1: 404."""
    assert (await Caller().post("/planner/plans", container("g"))).status == 404


async def test_an_app_outside_the_group_can_be_refused():
    """Graph facts 3 and 8.4: said of users, unknown for apps; a switch."""
    app = Caller(Rules(creator_must_be_member=True))
    inside = app.graph.add_group("With the app", has_app=True)

    assert (await app.post("/planner/plans", container(app.group))).status == 403
    assert (await app.post("/planner/plans", container(inside))).status == 201


async def test_labels_are_named_in_the_plans_details():
    """Graph facts 4.2: category1 to category25; a resource with its own etag."""
    app = Caller()
    url = f"/planner/plans/{app.plan}/details"
    before = (await app.get(url)).json
    after = await app.patch(url, {"categoryDescriptions": {"category25": "Renewal"}}, before["@odata.etag"])

    assert before["@odata.etag"] != app.graph.plans[app.plan]["@odata.etag"]
    assert len(before["categoryDescriptions"]) == 25
    assert after.json["categoryDescriptions"]["category1"] == "Urgent"
    assert after.json["categoryDescriptions"]["category25"] == "Renewal"


async def test_labels_are_not_written_without_an_etag():
    """Graph facts 4.1: 412."""
    app = Caller()
    body = {"categoryDescriptions": {"category1": "x"}}

    assert (await app.call("PATCH", f"/planner/plans/{app.plan}/details", body)).status == 412


async def test_a_bucket_belongs_to_the_tasks_plan():
    """Graph facts 4.2: bucketId; otherwise 400."""
    app = Caller()
    other = app.graph.add_plan(app.group, "Other", ["There"])
    there = app.graph.plan_buckets(other)["There"]

    assert (await app.post("/planner/tasks", {"planId": app.plan, "title": "x", "bucketId": there})).status == 400


async def test_a_buckets_tasks_are_listed():
    """Graph facts 3: GET on buckets."""
    app = Caller()
    review = app.graph.plan_buckets(app.plan)["Review"]
    task = await app.task(bucketId=review)
    await app.task()

    assert [one["id"] for one in (await app.get(f"/planner/buckets/{review}/tasks")).json["value"]] == [task["id"]]


@pytest.mark.parametrize(
    "path",
    ["plans/x", "plans/x/tasks", "plans/x/buckets", "plans/x/details", "tasks/x", "tasks/x/details", "buckets/x"],
)
async def test_what_is_not_there_is_404(path):
    """Graph facts 4.1."""
    assert (await Caller().get(f"/planner/{path}")).status == 404


async def test_no_access_is_403_with_an_empty_code():
    """Graph facts 4.1: the body of the 403 sample."""
    app = Caller()
    task = await app.task()
    app.graph.hide(app.plan)

    replies = [await app.get(f"/planner/plans/{app.plan}/tasks"), await app.get(f"/planner/tasks/{task['id']}")]
    app.graph.show(app.plan)

    assert [(reply.status, reply.code) for reply in replies] == [(403, ""), (403, "")]
    assert replies[0].json["error"]["innerError"]["request-id"]
    assert "x-tasks-correlationid" in replies[0].headers
    assert (await app.get(f"/planner/tasks/{task['id']}")).status == 200


async def test_a_list_comes_in_pages():
    """Graph facts 8.1: the page size is the service's; the rest is behind @odata.nextLink."""
    app = Caller(Rules(page_size=2))
    wanted = [(await app.task(title=f"Task {number}"))["id"] for number in range(5)]
    found, url = [], f"/planner/plans/{app.plan}/tasks?$top=100"
    while url:
        page = (await app.get(url)).json
        found += [task["id"] for task in page["value"]]
        url = page.get("@odata.nextLink")
        assert url is None or url.startswith("http://localhost:8080/v1.0/planner/plans/")

    assert found == wanted


async def test_a_task_deleted_between_two_pages_hides_no_other():
    """Graph facts 2: absence from a full read is what tells of a deletion, so no page may skip."""
    app = Caller(Rules(page_size=2))
    tasks = [await app.task(title=f"Task {number}") for number in range(4)]
    first = (await app.get(f"/planner/plans/{app.plan}/tasks")).json
    app.graph.delete(app.ada, tasks[0]["id"])
    second = (await app.get(first["@odata.nextLink"])).json

    assert [task["title"] for task in second["value"]] == ["Task 2", "Task 3"]


async def test_select_and_expand_are_honoured_ignored_or_refused():
    """Graph facts 4.1 and 8.1: `$expand=details` is to be probed."""
    app = Caller()
    task = await app.task()
    url = f"/planner/plans/{app.plan}/tasks"

    selected = (await app.get(f"{url}?$select=title")).json["value"][0]
    expanded = (await app.get(f"{url}?$expand=details")).json["value"][0]
    app.rules.select = app.rules.expand = "ignored"
    ignored = (await app.get(f"{url}?$expand=details&$select=title")).json["value"][0]
    app.rules.expand = "refused"
    refused = await app.get(f"{url}?$expand=details")

    assert selected == {"@odata.etag": task["@odata.etag"], "id": task["id"], "title": "Review"}
    assert expanded["details"]["description"] == ""
    assert "details" not in ignored
    assert "priority" in ignored
    assert refused.status == 400


async def test_filters_are_not_obeyed():
    """Graph facts 4.1: do not rely on $filter, $orderby and $top for Planner."""
    app = Caller()
    await app.task(title="One")
    await app.task(title="Two")

    assert len((await app.get(f"/planner/plans/{app.plan}/tasks?$filter=title eq 'One'&$top=1")).json["value"]) == 2


async def test_a_replica_may_show_an_older_version_once():
    """Graph facts 4.1: which of two etags is newer is told by ordinal comparison."""
    app = Caller()
    task = await app.task()
    app.graph.complete(app.ada, task["id"])
    app.graph.serve_stale(task["id"])
    url = f"/planner/plans/{app.plan}/tasks"

    old, new = [(await app.get(url)).json["value"][0] for _ in range(2)]

    assert (old["@odata.etag"], old["percentComplete"]) == (task["@odata.etag"], 0)
    assert new["@odata.etag"] > old["@odata.etag"]


async def test_a_replica_may_not_know_a_task_yet():
    """Graph facts 8.6: reads after writes are not promised."""
    app = Caller()
    task = await app.task()
    app.graph.omit(task["id"])
    url = f"/planner/plans/{app.plan}/tasks"

    assert [len((await app.get(url)).json["value"]) for _ in range(2)] == [0, 1]


async def test_a_task_just_made_may_not_be_there_to_read():
    """Graph facts 8.6: plan a short retry."""
    app = Caller()
    task = await app.task()
    app.graph.delay(task["id"], times=2)
    url = f"/planner/tasks/{task['id']}"

    assert [(await app.get(path)).status for path in (f"{url}/details", url, url)] == [404, 404, 200]


async def test_a_users_tasks_are_listed():
    """Graph facts 3: GET /users/{id}/planner/tasks."""
    app = Caller()
    task = await app.task()
    await app.task()
    app.graph.reassign(app.ada, task["id"], [app.bob])

    assert [one["id"] for one in (await app.get(f"/users/{app.bob}/planner/tasks")).json["value"]] == [task["id"]]
