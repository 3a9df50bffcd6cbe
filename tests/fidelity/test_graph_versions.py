"""
Etags: which write is let through, and which is told to read again.

Source: https://learn.microsoft.com/graph/api/resources/planner-overview (Planner resource versioning)
"""

import pytest

from local.simulators.graph import Rules
from tests.fidelity.graph_caller import Caller, assigned, item


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("etag", [None, "*", "", "nonsense", 'W/"JzEtVGFzayAgQEBAQEBAQEBAQEBAQEBAWCc="'])
async def test_a_write_needs_an_etag_of_this_resource(method, etag):
    """Graph facts 4.1: 412 without If-Match, and with an invalid value."""
    app = Caller()
    task = await app.task()
    headers = {} if etag is None else {"if_match": etag}

    reply = await app.call(method, f"/planner/tasks/{task['id']}", {"title": "New"}, **headers)

    assert reply.status == 412
    assert app.graph.tasks[task["id"]]["title"] == "Review"


async def test_the_etag_is_sent_verbatim_with_its_weak_mark():
    """Graph facts 4.1: verbatim including W/."""
    app = Caller()
    task = await app.task()

    reply = await app.patch(f"/planner/tasks/{task['id']}", {"title": "New"}, task["@odata.etag"].removeprefix("W/"))

    assert reply.status == 412


async def test_an_etag_of_another_task_is_refused():
    """Graph facts 4.1: etags of different resources can't be compared."""
    app = Caller()
    one, two = await app.task(), await app.task()

    reply = await app.patch(f"/planner/tasks/{one['id']}", {"title": "New"}, two["@odata.etag"])

    assert reply.status == 412


@pytest.mark.parametrize("status", [409, 412])
async def test_a_stale_write_that_overlaps_is_refused(status):
    """Graph facts 4.1: versioning errors are 409 and 412; which one is a switch."""
    app = Caller(Rules(conflict_status=status))
    task = await app.task()
    app.graph.person_patch_task(app.ada, task["id"], title="Hers")

    reply = await app.patch(f"/planner/tasks/{task['id']}", {"title": "Ours", "priority": 1}, task["@odata.etag"])

    assert reply.status == status
    assert (app.graph.tasks[task["id"]]["title"], app.graph.tasks[task["id"]]["priority"]) == ("Hers", 5)


async def test_the_kind_of_refusal_can_follow_the_seed():
    """Graph facts 4.1: a client has to expect both 409 and 412."""
    app = Caller(Rules(conflict_status=None))
    task = await app.task()
    app.graph.person_patch_task(app.ada, task["id"], title="Hers")

    url, etag = f"/planner/tasks/{task['id']}", task["@odata.etag"]
    statuses = {(await app.patch(url, {"title": "Ours"}, etag)).status for _ in range(40)}

    assert statuses == {409, 412}


async def test_entries_of_an_open_type_conflict_one_by_one():
    """Graph facts 4.1 and 4.2: two people assign two users, and both are assigned."""
    app = Caller()
    task = await app.task()
    app.graph.reassign(app.ada, task["id"], [app.ada])
    url = f"/planner/tasks/{task['id']}"

    other = await app.patch(url, {"assignments": assigned(app.bob)}, task["@odata.etag"])
    same = await app.patch(url, {"assignments": {app.ada: None}}, task["@odata.etag"])

    assert sorted(other.json["assignments"]) == sorted([app.ada, app.bob])
    assert same.status == 412


async def test_properties_of_one_checklist_item_conflict_one_by_one():
    """Graph facts 4.1: a tick and a new title of the same line don't conflict, its removal does."""
    app = Caller()
    task = await app.task()
    key = app.graph.add_checklist_item(app.ada, task["id"], "Read it")
    details = await app.details(task["id"])
    app.graph.tick(app.ada, task["id"], key)
    url = f"/planner/tasks/{task['id']}/details"

    removed = await app.patch(url, {"checklist": {key: None}}, details["@odata.etag"])
    renamed = await app.patch(url, {"checklist": {key: item(title="Read all")}}, details["@odata.etag"])

    assert removed.status == 412
    assert (renamed.json["checklist"][key]["title"], renamed.json["checklist"][key]["isChecked"]) == ("Read all", True)


async def test_a_write_answers_204_unless_the_representation_is_asked_for():
    """Graph facts 4.1: Prefer: return=representation gives 200 and the new etag."""
    app = Caller()
    task = await app.task()
    url = f"/planner/tasks/{task['id']}"

    silent = await app.call("PATCH", url, {"title": "One"}, if_match=task["@odata.etag"])
    told = await app.patch(url, {"title": "Two"}, (await app.get(url)).etag)

    assert (silent.status, silent.body) == (204, b"")
    assert (told.status, told.headers["preference-applied"]) == (200, "return=representation")
    assert told.etag == (await app.get(url)).etag


async def test_details_leave_the_tasks_etag_alone_but_not_its_counters():
    """Graph facts 8.7: assumed until a tenant tells otherwise; the counters are read-only properties of the task."""
    app = Caller()
    task = await app.task()
    app.graph.add_checklist_item(app.ada, task["id"], "One", checked=True)
    app.graph.add_checklist_item(app.ada, task["id"], "Two")
    app.graph.edit_description(app.ada, task["id"], "Text")

    now = (await app.get(f"/planner/tasks/{task['id']}")).json

    assert now["@odata.etag"] == task["@odata.etag"]
    assert (now["hasDescription"], now["checklistItemCount"], now["activeChecklistItemCount"]) == (True, 2, 1)


async def test_details_move_the_tasks_etag_where_the_switch_says_so():
    """Graph facts 8.7: the other answer."""
    app = Caller(Rules(details_move_task_etag=True))
    task = await app.task()
    app.graph.edit_description(app.ada, task["id"], "Text")

    assert app.graph.tasks[task["id"]]["@odata.etag"] > task["@odata.etag"]
