"""Each act on the board is done through the simulators, in its person's name; what may not be is refused and said."""

import pytest
from pydantic import ValidationError

from local.board.acting import carry_out
from local.board.acts import RefusedActError
from local.board.opentext_view import view_opentext
from local.board.planner_view import view_planner
from tests.unit.local.board.scenes import DOCUMENT, Inside


@pytest.fixture
def inside():
    return Inside()


def do(inside, name, person, /, **fields):
    return carry_out(inside, name, {"person": person, **fields})[1]


def shown(inside, task):
    return next(one for plan in view_planner(inside) for one in plan["tasks"] if one["id"] == task)


def test_a_completion_and_a_tick_are_the_persons_own(inside):
    key = inside.world.graph.add_checklist_item(inside.user("pwilliams"), inside.task, "Term")

    do(inside, "tick", "nkaur", task=inside.task, item=key, checked=True)
    do(inside, "complete", "lwhite", task=inside.task)

    task = shown(inside, inside.task)
    assert [(line["title"], line["checked"], line["by"]) for line in task["checklist"]] == [("Term", True, "nkaur")]
    assert (task["done"], task["completed_by"], task["made_by"]) == (True, "lwhite", "pwilliams")


def test_a_card_can_be_changed_in_all_its_parts(inside):
    bucket = inside.world.graph.bucket_id(inside.plan, "Approvals")

    do(inside, "reassign", "lwhite", task=inside.task, to=["nkaur", "lwhite"])
    do(inside, "move", "lwhite", task=inside.task, bucket=bucket)
    do(inside, "label", "lwhite", task=inside.task, category="category1", is_set=True)
    do(inside, "add-line", "lwhite", task=inside.task, title="Price")
    do(inside, "edit", "lwhite", task=inside.task, title="Read all", due="2026-12-24", description="by heart")

    task = shown(inside, inside.task)
    assert set(task["assignees"]) == {"nkaur", "lwhite"}
    assert (task["bucket"], task["labels"], task["title"]) == (bucket, ["category1"], "Read all")
    assert (task["due"][:10], task["description"]) == ("2026-12-24", "by heart")
    by = {one["assignedBy"]["user"]["id"] for one in inside.world.graph.tasks[inside.task]["assignments"].values()}
    assert by == {inside.user("lwhite")}


def test_what_an_edit_leaves_out_stays_and_no_date_can_be_given(inside):
    do(inside, "edit", "lwhite", task=inside.task, due="2026-12-24")
    do(inside, "edit", "lwhite", task=inside.task, title="Read all")
    kept = shown(inside, inside.task)["due"]
    do(inside, "edit", "lwhite", task=inside.task, due=None)

    assert kept[:10] == "2026-12-24"
    assert (shown(inside, inside.task)["due"], shown(inside, inside.task)["title"]) == (None, "Read all")


def test_a_task_of_ones_own_is_made_and_deleted(inside):
    bucket = inside.world.graph.bucket_id(inside.plan, "Review")
    do(inside, "add-task", "nkaur", plan=inside.plan, bucket=bucket, title="Mine", to=["nkaur"], due=None)
    made = next(task for task in inside.world.graph.plan_tasks(inside.plan) if task["title"] == "Mine")
    do(inside, "delete", "nkaur", task=made["id"])

    assert made["createdBy"]["user"]["id"] == inside.user("nkaur")
    assert [task["title"] for task in inside.world.graph.plan_tasks(inside.plan)] == ["Read it"]


def test_what_happens_in_opentext_is_hinted_at_with_its_ids(inside):
    done = [
        do(inside, "add-version", "pwilliams", document=inside.document),
        do(inside, "set-attribute", "pwilliams", node=inside.space, path="Contract.Region", value="DACH"),
        do(inside, "start-workflow", "lwhite", map="Contract Approval", document=inside.document),
    ]
    process = max(inside.world.content.state.processes)
    done.append(do(inside, "complete-step", "dfoxhoven", workflow=process, step=1, disposition="Approve", comment="ok"))

    ids = [{"node_id": inside.document}, {"node_id": inside.space}, {"process_id": process}, {"process_id": process}]
    assert [one.hint for one in done] == ids
    flow = view_opentext(inside)["workflows"][0]
    assert next((step["completed_by"], step["disposition"], step["comment"]) for step in flow["steps"]) == (
        "dfoxhoven",
        "Approve",
        "ok",
    )
    assert (flow["initiator"], flow["workspace"]) == ("lwhite", inside.space)
    assert inside.world.content.node(inside.document).versions[-1].number == 2


def test_a_workspace_is_made_in_the_persons_name_with_its_day_and_roles(inside):
    done = do(inside, "create-workspace", "nkaur", kind="Contract", name="Fabrikam", day="2028-02-29")

    space = next(one for one in view_opentext(inside)["workspaces"] if one["name"] == "Fabrikam")
    assert done.hint == {"node_id": space["id"]}
    assert space["owner"] == "nkaur"
    values = {one["path"]: one["value"] for one in space["attributes"]}
    assert values["Contract.End Date"] == "2028-02-29T00:00:00"
    assert {role["name"] for role in space["roles"]} == {"Manager", "Legal", "Finance"}


def test_who_started_a_workflow_suspends_it_and_the_performer_hands_it_on(inside):
    do(inside, "start-workflow", "lwhite", map="Contract Approval", document=inside.document)
    process = max(inside.world.content.state.processes)

    do(inside, "change-workflow", "lwhite", workflow=process, wanted="suspend")
    do(inside, "change-workflow", "lwhite", workflow=process, wanted="resume")
    do(inside, "reassign-step", "dfoxhoven", workflow=process, step=1, to="nkaur")

    assert [step["performer"] for step in view_opentext(inside)["workflows"][0]["steps"]] == ["nkaur"]


@pytest.mark.parametrize(
    ("name", "person", "fields", "said"),
    [
        pytest.param("complete", "Admin", {"task": "TASK"}, "Admin has no account in Planner", id="no account there"),
        pytest.param("complete", "nobody", {"task": "TASK"}, "is not in the directory", id="nobody"),
        pytest.param("complete", "lwhite", {"task": "gone"}, "not there any more", id="a task that is gone"),
        pytest.param("tick", "lwhite", {"task": "TASK", "item": "x", "checked": True}, "x is not there", id="no line"),
        pytest.param("move", "lwhite", {"task": "TASK", "bucket": "x"}, "x is not there", id="no bucket"),
        pytest.param(
            "complete-step", "lwhite", {"workflow": 0, "step": 1}, "is not lwhite's", id="somebody else's step"
        ),
        pytest.param(
            "complete-step",
            "dfoxhoven",
            {"workflow": 0, "step": 1, "disposition": "Perhaps"},
            "does not offer Perhaps",
            id="no such outcome",
        ),
        pytest.param("complete-step", "dfoxhoven", {"workflow": 0, "step": 9}, "is not dfoxhoven's", id="no such step"),
        pytest.param(
            "reassign-step",
            "lwhite",
            {"workflow": 0, "step": 1, "to": "lwhite"},
            "neither performs the step nor manages",
            id="a colleague takes a step",
        ),
        pytest.param(
            "change-workflow", "lwhite", {"workflow": 0, "wanted": "stop"}, "does not manage", id="a colleague stops it"
        ),
        pytest.param("change-workflow", "Admin", {"workflow": 0, "wanted": "resume"}, "it is running", id="it runs"),
        pytest.param(
            "rename-category", "lwhite", {"category": 1, "name": "x"}, "act as Admin", id="not an administrator"
        ),
        pytest.param("rename-category", "Admin", {"category": 1, "name": "x"}, "not there any more", id="no category"),
        pytest.param(
            "create-workspace",
            "lwhite",
            {"kind": "Case", "name": "x", "day": "2027-01-01"},
            "'Case'",
            id="no such kind",
        ),
        pytest.param(
            "create-workspace",
            "lwhite",
            {"kind": "Contract", "name": "Contoso Supply 4711", "day": "2027-01-01"},
            "already exists",
            id="the name is taken",
        ),
        pytest.param("start-workflow", "lwhite", {"map": "None", "document": 0}, "no workflow map", id="no such map"),
        pytest.param(
            "set-attribute", "lwhite", {"node": 0, "path": "Contract.X", "value": ""}, "no attribute", id="no attribute"
        ),
        pytest.param("fly", "lwhite", {}, "there is no act 'fly'", id="no such act"),
    ],
)
def test_what_a_system_would_not_let_somebody_do_is_refused_and_changes_nothing(inside, name, person, fields, said):
    process = inside.start()
    real = {
        ("task", "TASK"): inside.task,
        ("workflow", 0): process,
        ("document", 0): inside.document,
        ("node", 0): inside.space,
    }
    given = {key: real.get((key, value), value) for key, value in fields.items()}
    before = (view_planner(inside), view_opentext(inside))

    with pytest.raises(RefusedActError, match=said):
        do(inside, name, person, **given)

    assert (view_planner(inside), view_opentext(inside)) == before


def test_no_workspace_is_half_made_while_its_category_has_another_name(inside):
    category = next(one for one in view_opentext(inside)["categories"] if one["name"] == "Contract")
    do(inside, "rename-category", "Admin", category=category["id"], name="Agreement")

    with pytest.raises(RefusedActError, match="rename it back first"):
        do(inside, "create-workspace", "lwhite", kind="Contract", name="Fabrikam", day="2027-01-01")
    do(inside, "rename-category", "Admin", category=category["id"], name="Contract")
    do(inside, "create-workspace", "lwhite", kind="Contract", name="Fabrikam", day="2027-01-01")


def test_what_may_not_be_seen_or_changed_stays_so(inside):
    inside.world.content.reserve("nkaur", inside.document)
    with pytest.raises(RefusedActError, match="reserved by another user"):
        do(inside, "add-version", "lwhite", document=inside.document)

    inside.world.content.hide(inside.document, "lwhite")
    with pytest.raises(RefusedActError, match="not to be seen"):
        do(inside, "start-workflow", "lwhite", map="Contract Approval", document=inside.document)
    do(inside, "add-version", "nkaur", document=inside.document)


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("tick", {"task": "t", "item": "i"}, "checked"),
        ("complete", {"task": "t", "more": 1}, "more"),
        ("label", {"task": "t", "category": "category26", "is_set": True}, "category"),
        ("edit", {"task": "t", "title": "   "}, "title"),
        ("create-workspace", {"kind": "Contract", "name": "x", "day": "soon"}, "day"),
        ("change-workflow", {"workflow": 1, "wanted": "burn"}, "wanted"),
        ("add-version", {"document": -1}, "document"),
    ],
)
def test_a_field_that_is_wrong_is_named(inside, name, fields, field):
    with pytest.raises(ValidationError, match=field):
        do(inside, name, "lwhite", **fields)


def test_each_act_names_the_document_by_what_people_call_it(inside):
    assert do(inside, "add-version", "lwhite", document=inside.document).what == (
        f"lwhite uploaded version 2 of '{DOCUMENT}'"
    )
