"""What people do in Planner, beside the API."""

from datetime import timedelta

import pytest

from local.simulators.graph.failures import GraphError
from local.simulators.graph.rules import APPLICATION
from local.simulators.graph.world import PLANNER
from tests.fidelity.graph_caller import START, Caller, assigned

KEY = "95e27074-6c4a-447a-aa24-9d718a0b86fa"


async def test_a_person_signs_with_user_and_planners_application():
    """Graph facts 4.2: identity fields; Planner's own writes name both."""
    app = Caller()
    task = app.graph.person_create_task(app.ada, app.plan, "By hand", bucket="Review", due=START, assignees=[app.bob])
    read = (await app.get(f"/planner/tasks/{task}")).json

    assert (read["createdBy"]["user"]["id"], read["createdBy"]["application"]["id"]) == (app.ada, PLANNER)
    assert (read["bucketId"], list(read["assignments"])) == (app.graph.plan_buckets(app.plan)["Review"], [app.bob])


async def test_who_assigned_and_who_ticked_is_who_did_it():
    """Graph facts 4.2: assignedBy, lastModifiedBy and their times are the service's; the app's own are the app's."""
    app = Caller()
    task = (await app.task(assignments=assigned(app.ada)))["id"]
    url = f"/planner/tasks/{task}/details"
    line = {"@odata.type": "microsoft.graph.plannerChecklistItem", "title": "Approve"}
    await app.patch(url, {"checklist": {KEY: line}}, (await app.get(url)).etag)
    app.clock.forward(minutes=5)
    app.graph.person_patch_task(app.bob, task, assignments=assigned(app.bob))
    app.graph.tick(app.bob, task, "Approve")
    read = (await app.get(f"/planner/tasks/{task}")).json["assignments"]
    ticked = (await app.details(task))["checklist"][KEY]

    assert read[app.ada]["assignedBy"]["application"]["id"] == APPLICATION
    assert read[app.ada]["assignedBy"]["user"] is None
    assert read[app.bob]["assignedBy"]["user"]["id"] == ticked["lastModifiedBy"]["user"]["id"] == app.bob
    assert read[app.bob]["assignedDateTime"] == ticked["lastModifiedDateTime"] > read[app.ada]["assignedDateTime"]


async def test_a_moved_task_keeps_its_id():
    """Graph facts 4.2: planId is in no PATCH, people move tasks all the same."""
    app = Caller()
    task = await app.task(appliedCategories={"category1": True})
    other = app.graph.add_plan(app.group, "Other")
    app.graph.move(app.ada, task["id"], other)
    read = (await app.get(f"/planner/tasks/{task['id']}")).json

    assert (read["planId"], read["bucketId"], read["appliedCategories"]) == (other, None, {})
    assert read["@odata.etag"] > task["@odata.etag"]
    assert (app.graph.plan_tasks(app.plan), len(app.graph.plan_tasks(other))) == ([], 1)


async def test_each_act_shows_in_the_task():
    """Complete, reopen, reassign, due date, label, bucket."""
    app = Caller()
    task = (await app.task())["id"]
    app.graph.complete(app.ada, task)
    app.graph.reopen(app.ada, task, percent=50)
    app.graph.reassign(app.ada, task, [app.ada, app.bob])
    app.graph.reassign(app.ada, task, [app.bob])
    app.graph.set_due(app.ada, task, START + timedelta(days=3))
    app.graph.label(app.ada, task, "category1")
    app.graph.move_to_bucket(app.ada, task, "Review")
    read = app.graph.tasks[task]

    assert (read["percentComplete"], read["completedBy"], list(read["assignments"])) == (50, None, [app.bob])
    assert (read["dueDateTime"], read["appliedCategories"]) == ("2026-03-05T09:00:00Z", {"category1": True})
    assert read["bucketId"] == app.graph.plan_buckets(app.plan)["Review"]


async def test_checklist_items_are_ticked_by_title_or_key():
    """The last tick is signed."""
    app = Caller()
    task = (await app.task())["id"]
    key = app.graph.add_checklist_item(app.ada, task, "Approve")
    app.graph.tick(app.bob, task, "Approve")
    ticked = app.graph.details[task]["checklist"][key]
    app.graph.tick(app.bob, task, key, checked=False)

    assert (ticked["isChecked"], ticked["lastModifiedBy"]["user"]["id"]) == (True, app.bob)
    assert app.graph.details[task]["checklist"][key]["isChecked"] is False
    app.graph.remove_checklist_item(app.bob, task, "Approve")
    with pytest.raises(KeyError):
        app.graph.tick(app.bob, task, "Approve")


async def test_people_are_held_to_the_rules_too():
    """An archived task is read-only for everybody; nobody unknown can act."""
    app = Caller()
    task = (await app.task())["id"]
    app.graph.archive(task)

    with pytest.raises(GraphError):
        app.graph.edit_description(app.ada, task, "x")
    app.graph.unarchive(task)
    with pytest.raises(KeyError):
        app.graph.complete("nobody", task)
    app.graph.delete(app.ada, task)
    assert app.graph.tasks == {}


async def test_people_act_in_plans_that_are_hidden_from_the_app():
    """Permissions are the app's, not theirs."""
    app = Caller()
    task = (await app.task())["id"]
    app.graph.hide(app.plan)
    app.graph.complete(app.ada, task)
    app.graph.person_create_task(app.ada, app.plan, "By hand")

    assert app.graph.tasks[task]["percentComplete"] == 100
    assert (await app.post("/planner/tasks", {"planId": app.plan, "title": "Ours"})).status == 403
    assert len(app.graph.tasks) == 2


async def test_tasks_go_with_their_bucket_and_their_plan():
    """Graph facts 4.1: they are 404 from then on, and so are their details."""
    app = Caller()
    review = app.graph.plan_buckets(app.plan)["Review"]
    one, two = await app.task(bucketId=review), await app.task()
    app.graph.delete_bucket(app.ada, review)
    left = [task["id"] for task in app.graph.plan_tasks(app.plan)]
    app.graph.delete_plan(app.plan)
    paths = [f"tasks/{one['id']}", f"tasks/{two['id']}/details", f"plans/{app.plan}/tasks", f"buckets/{review}"]

    assert left == [two["id"]]
    assert [(await app.get(f"/planner/{path}")).status for path in paths] == [404] * 4


async def test_plans_can_have_ids_that_are_known_beforehand():
    """So that a mapping file can name them."""
    app = Caller()
    plan = app.graph.add_plan(app.group, "Legal", plan_id="legal-plan-id", user=app.ada)

    assert (await app.get(f"/planner/plans/{plan}")).json["createdBy"]["user"]["id"] == app.ada


async def test_what_a_view_shows_can_not_be_changed_by_later_writes():
    """Representations are replaced, never changed in place."""
    app = Caller()
    task = (await app.task())["id"]
    before = app.graph.tasks[task]
    app.graph.reassign(app.ada, task, [app.bob])

    assert before["assignments"] == {}
