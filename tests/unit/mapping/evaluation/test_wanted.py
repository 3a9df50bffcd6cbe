"""What an origin asks for: tasks, plans, dates, dependencies, milestones that move and come again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.mapping.evaluation.wanted import evaluated
from shared.models.opentext import MissingDocument
from shared.models.people import Directory
from shared.models.wanted import EvidencePolicy, Owner, PlanTarget, WhenDeleted
from shared.models.workflow import WorkflowStatus
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import (
    GROUP,
    NOW,
    day,
    document,
    later,
    mapping_of,
    of_document,
    of_workflow,
    of_workspace,
    step,
    step_rule,
    task_of,
    tasks_of,
    want,
    workspace_rule,
)

BERLIN = {"calendars": {"default": {"timezone": "Europe/Berlin", "holidays": "DE-BE"}}}


def keys(tasks):
    return [task.item_key for task in tasks]


def test_a_task_carries_everything_that_the_rule_says():
    task = task_of(
        workspace_rule(
            {
                "title": "{{ workspace.name }}: review",
                "description": "Region {{ attributes['Contract.Region'] }}",
                "bucket": "Review",
                "labels": ["Legal"],
                "priority": "urgent",
                "checklist": ["Check term", {"key": "liability", "title": "Liability of {{ workspace.name }}"}],
                "references": ["workspace", {"url": "https://intra.example/{{ workspace.id }}", "alias": "Guide"}],
                "on_complete": {"set": {"Contract.Review": "Done"}},
                "progress": "Contract.Progress",
                "owners": {"due": "planner"},
                "when_deleted": "hold",
            }
        )
    )

    assert (task.item_key, task.kind) == ("package|task-0", "task")
    assert (task.title, task.description) == ("Contract 4600000044: review", "Region EMEA")
    assert (task.bucket, task.labels, task.priority) == ("Review", ("Legal",), 1)
    assert [(line.key, line.title) for line in task.checklist] == [
        ("check-term", "Check term"),
        ("liability", "Liability of Contract 4600000044"),
    ]
    assert [(one.url, one.alias) for one in task.references] == [
        ("https://otcs.example/cs/cs/app/nodes/28866", "Contract 4600000044"),
        ("https://intra.example/28866", "Guide"),
    ]
    assert (task.on_complete, task.progress_attribute) == ({"Contract.Review": "Done"}, "Contract.Progress")
    assert (task.owners, task.when_deleted, task.held) == ({"due": Owner.PLANNER}, WhenDeleted.HOLD, None)


def test_a_step_carries_what_its_completion_advances():
    origin = of_workflow(documents=(document(9, version=2), document(7)))
    task = task_of(step_rule(outcomes={"Approve": "Yes, approve", "Reject": "No"}), origin=origin)

    assert (task.item_key, task.kind) == ("approval|5|1|2026-11-19T10:00:00", "step")
    assert task.step == step().ref
    assert [(one.node_id, one.version) for one in task.documents] == [(7, 3), (9, 2)]
    assert [(one.disposition, one.title) for one in task.outcomes] == [("Approve", "Yes, approve"), ("Reject", "No")]


def test_a_loop_is_another_item():
    """The same step, visited again, is new work."""
    again = step(ref=step().ref.model_copy(update={"visit": "2026-11-22T08:00:00"}))

    assert keys(tasks_of(step_rule(), origin=of_workflow(again))) == ["approval|5|1|2026-11-22T08:00:00"]


@pytest.mark.parametrize("status", [WorkflowStatus.COMPLETED, WorkflowStatus.STOPPED])
def test_an_ended_workflow_wants_nothing(status):
    assert tasks_of(step_rule(), origin=of_workflow(status=status)) == ()


def test_documents_and_missing_documents_have_items_of_their_own():
    on_document = {"id": "doc", "on": "document", "plan": "contracts", "task": {"title": "{{ document.name }}"}}
    on_missing = {**on_document, "id": "miss", "on": "missing_document", "task": {"title": "Get {{ document.name }}"}}
    lacking = (MissingDocument(node_id=8, name="Insurance", due=NOW), MissingDocument(node_id=9, name="Permit"))

    (found,) = tasks_of(on_document, on_missing, origin=of_document())
    missing = tasks_of(on_document, on_missing, origin=of_workspace(missing_documents=lacking))

    assert (found.item_key, found.kind, found.title) == ("doc|5711", "document", "Contract.docx")
    assert [(one.item_key, one.kind, one.title) for one in missing] == [
        ("miss|8", "missing_document", "Get Insurance"),
        ("miss|9", "missing_document", "Get Permit"),
    ]


def test_with_match_first_one_rule_takes_each_step():
    rules = (
        step_rule(id="special", when={"step": "Approver"}),
        step_rule(id="general"),
    )
    origin = of_workflow(step(1), step(2, name="Other"))

    assert len(tasks_of(*rules, origin=origin)) == 3
    assert [task.rule_id for task in tasks_of(*rules, origin=origin, head={"match": "first"})] == ["general", "special"]


PLANS = {
    "by name": ("contracts", PlanTarget(title="Contracts", group_id=GROUP)),
    "by id": (
        {"id": "xqQg5FS2LkCp935s-FIFm2QAFkHM", "group": GROUP},
        PlanTarget(plan_id="xqQg5FS2LkCp935s-FIFm2QAFkHM", group_id=GROUP),
    ),
    "made when it lacks": (
        {"group": GROUP, "title": "New", "make": True, "buckets": ["To do"]},
        PlanTarget(title="New", group_id=GROUP, make=True, buckets=("To do",)),
    ),
    "for each workspace": (
        {"per": "workspace", "group": GROUP, "title": "{{ workspace.name }}", "buckets": ["To do"]},
        PlanTarget(title="Contract 4600000044", group_id=GROUP, make=True, buckets=("To do",), key="workspace-28866"),
    ),
}


@pytest.mark.parametrize(("plan", "target"), PLANS.values(), ids=PLANS)
def test_a_plan_is_named_or_made(plan, target):
    assert task_of(workspace_rule(plan=plan)).plan == target


def test_renaming_a_workspace_makes_no_second_plan():
    rule = workspace_rule(plan={"per": "workspace", "group": GROUP})

    first, second = (task_of(rule, origin=of_workspace(name=name)).plan for name in ("Old", "New"))

    assert (first.title, second.title) == ("Old", "New")
    assert first.key == second.key


def test_one_rule_may_fill_several_plans():
    tasks = tasks_of(workspace_rule({}, {"plan": {"id": "xqQg5FS2LkCp935s-FIFm2QAFkHM"}}))

    assert [task.plan.plan_id or task.plan.title for task in tasks] == ["Contracts", "xqQg5FS2LkCp935s-FIFm2QAFkHM"]


DATES = {
    "business days": ({"from": "created", "business_days": 5}, "2026-11-27"),
    "before an attribute": ({"from": "attribute:Contract.End Date", "months": -3}, "2027-03-30"),
    "end of a month": ({"on": "2026-01-31", "months": 1}, "2026-02-28"),
    "to the next business day": ({"on": "2026-11-28", "adjust": "next"}, "2026-11-30"),
    "to the one before": ({"on": "2026-11-28", "adjust": "previous"}, "2026-11-27"),
    "over a holiday": ({"on": "2026-12-23", "business_days": 2}, "2026-12-28"),
    "business hours": ({"from": "created", "business_hours": 8}, "2026-11-23"),
    "a date": ("2026-12-31", "2026-12-31"),
    "weeks and days": ({"on": "2026-11-01", "weeks": 2, "days": -1}, "2026-11-14"),
    "years": ({"on": "2024-02-29", "years": 1}, "2025-02-28"),
}


@pytest.mark.parametrize(("due", "expected"), DATES.values(), ids=DATES)
def test_due_dates(due, expected):
    assert task_of(workspace_rule({"due": due}), head=BERLIN).due == day(expected)


ZONES = {
    "Etc/GMT+12": "2026-11-19",
    "America/New_York": "2026-11-19",
    "UTC": "2026-11-20",
    "Pacific/Kiritimati": "2026-11-20",
}


@pytest.mark.parametrize(("zone", "expected"), ZONES.items(), ids=ZONES)
def test_a_due_date_is_a_date_of_the_rules_zone(zone, expected):
    origin = of_workspace(created=datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    head = {"calendars": {"default": {"timezone": zone}}}

    assert task_of(workspace_rule({"due": {"from": "created"}}), origin=origin, head=head).due == day(expected)


VALUES = {
    "a day": ("2027-06-30", "2027-06-30"),
    "a day with midnight": ("2027-06-30T00:00:00", "2027-06-30"),
    "a moment": ("2027-06-30T23:00:00Z", "2027-07-01"),
    "the first of several": (("2027-06-30", "2028-06-30"), "2027-06-30"),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_an_attribute_holds_a_date_in_several_ways(value, expected):
    origin = of_workspace(attributes={"A.End": value})

    assert task_of(workspace_rule({"due": {"from": "attribute:A.End"}}), origin=origin, head=BERLIN).due == day(
        expected
    )


def test_a_moved_attribute_moves_the_milestone_and_keeps_the_item():
    rule = workspace_rule({"due": {"from": "attribute:A.End", "months": -1}})
    first, moved = (
        task_of(rule, origin=of_workspace(attributes={"A.End": end})) for end in ("2027-06-30", "2027-08-15")
    )

    assert (first.item_key, first.due) == ("package|task-0", date(2027, 5, 30))
    assert (moved.item_key, moved.due) == ("package|task-0", date(2027, 7, 15))


@pytest.mark.parametrize(("policy", "reopens"), [("keep", False), ("reopen", True)])
def test_what_becomes_of_a_completed_milestone_is_a_policy(policy, reopens):
    assert task_of(workspace_rule({"due": {"from": "created", "when_done": policy}})).reopen_when_moved is reopens


HELD = {
    "a date that is not there yet": (
        {"due": {"from": "attribute:A.End", "if_missing": "hold"}},
        "waits for a date: attribute:A.End",
    ),
    "an attribute that holds no date": ({"due": {"from": "attribute:A.Text"}}, "A.Text holds no date: 'soon'"),
    "a template without its value": (
        {"title": "{{ workspace.created.nothing }}"},
        "the template '{{ workspace.created.nothing }}' can't be filled in",
    ),
    "an empty title": ({"title": "{{ attributes['A.None'] }}"}, "the title is empty"),
    "a reference that is no link": (
        {"references": [{"url": "javascript:alert(1)"}]},
        "a reference must be an http(s) URL, not 'javascript:alert(1)'",
    ),
    "too many lines": (
        {"checklist": [f"Line {number}" for number in range(21)]},
        "21 checklist lines: Planner takes 20",
    ),
    "a date out of the calendar": (
        {"due": {"on": "9999-12-31", "days": 1}},
        "no date can be counted from 9999-12-31",
    ),
}


@pytest.mark.parametrize(("task", "held"), HELD.values(), ids=HELD)
def test_what_can_not_be_made_is_held_with_its_reason(task, held):
    """One item's trouble is its own: the rule's other task is wanted all the same."""
    origin = of_workspace(attributes={"A.Text": "soon", "A.End": None, "A.None": None})

    troubled, other = tasks_of(workspace_rule(task, {}), origin=origin)

    assert sure(troubled.held).startswith(held)
    assert "; " not in sure(troubled.held)
    assert other.held is None


def test_a_workflow_without_a_document_holds_what_needs_one():
    task = task_of(step_rule(task={"title": "Approve {{ document.name }}"}), origin=of_workflow(documents=()))

    assert "'document' is undefined" in sure(task.held)
    assert task.title == task.item_key


def test_a_start_never_lies_after_the_due_date():
    """Graph refuses such a task."""
    task = task_of(workspace_rule({"start": "2027-01-10", "due": "2027-01-05"}))

    assert (task.start, task.due) == (date(2027, 1, 5), date(2027, 1, 5))


def test_a_start_may_be_counted_from_the_due_date():
    task = task_of(workspace_rule({"start": {"from": "due", "business_days": -5}, "due": "2026-12-11"}))

    assert task.start == date(2026, 12, 4)


def test_long_titles_are_cut_with_an_ellipsis():
    task = task_of(workspace_rule({"title": "{{ 'word ' }}{% for n in range(90) %}word {% endfor %}"}))

    assert len(task.title) <= 255
    assert task.title.endswith("word…")


STAGES = workspace_rule(
    {"key": "contract"},
    {"key": "laptop", "depends_on": "contract"},
    {"key": "first-day", "title": "First day", "depends_on": ["laptop", "contract"]},
)


def waiting(*completed):
    tasks = tasks_of(STAGES, completed=frozenset(completed))
    return {task.item_key: (task.waits_on, task.held) for task in tasks if task.held}


def test_a_task_waits_for_those_it_depends_on():
    assert waiting() == {
        "package|first-day": (("package|laptop", "package|contract"), "waits for: laptop, contract"),
        "package|laptop": (("package|contract",), "waits for: contract"),
    }
    assert waiting("package|contract") == {"package|first-day": (("package|laptop",), "waits for: laptop")}
    assert waiting("package|contract", "package|laptop") == {}


def test_a_task_that_its_own_condition_leaves_out_is_nothing_to_wait_for():
    rule = workspace_rule(
        {"key": "a", "when": {"attributes": {"Contract.Region": "APAC"}}},
        {"key": "b", "depends_on": "a"},
    )

    assert [(task.item_key, task.held) for task in tasks_of(rule)] == [("package|b", None)]


def yearly(now, *, completed=(), first="2026-03-01", **changes):
    rule = workspace_rule({"due": {"from": "attribute:A.Review", "repeat": "FREQ=YEARLY", **changes}})
    done = frozenset(f"package|task-0|{one}" for one in completed)
    origin = of_workspace(attributes={"A.Review": first}, created=datetime(2025, 1, 1, tzinfo=UTC))
    return want(mapping_of(rule, **BERLIN), origin, now, completed=done)


def occurrences(result):
    return [task.item_key.rpartition("|")[2] for task in result.tasks]


RECURRING = {
    "before the first: the first": ("2026-02-01", [], ["2026-03-01"]),
    "on the day it is due: the one after appears": ("2026-03-01", [], ["2026-03-01", "2027-03-01"]),
    "overdue: it stays beside the next": ("2026-11-01", [], ["2026-03-01", "2027-03-01"]),
    "done early: the one after appears": ("2026-02-01", ["2026-03-01"], ["2026-03-01", "2027-03-01"]),
    "two done early": (
        "2026-02-01",
        ["2026-03-01", "2027-03-01"],
        ["2026-03-01", "2027-03-01", "2028-03-01"],
    ),
    "the next due: the old one goes": ("2027-03-02", ["2026-03-01"], ["2027-03-01", "2028-03-01"]),
}


@pytest.mark.parametrize(("today", "completed", "expected"), RECURRING.values(), ids=RECURRING)
def test_of_a_recurring_milestone_only_the_next_is_a_task(today, completed, expected):
    now = datetime.fromisoformat(f"{today}T12:00+00:00")

    assert occurrences(yearly(now, completed=completed)) == expected


def test_a_recurring_milestone_is_looked_at_again_when_the_next_is_due():
    result = yearly(datetime(2026, 2, 1, tzinfo=UTC))

    assert result.look_again == datetime(2026, 2, 28, 23, 0, tzinfo=UTC)
    assert [task.due for task in result.tasks] == [date(2026, 3, 1)]


def test_what_came_before_the_record_is_not_made_up():
    assert occurrences(yearly(NOW, first="2019-03-01")) == ["2026-03-01", "2027-03-01"]
    assert occurrences(yearly(datetime(2025, 2, 1, tzinfo=UTC), first="2019-03-01")) == ["2025-03-01"]


def test_a_recurrence_that_is_over_wants_nothing_more():
    result = yearly(datetime(2030, 1, 1, tzinfo=UTC), repeat="FREQ=YEARLY;COUNT=2")

    assert (occurrences(result), result.look_again) == (["2027-03-01"], None)


def test_a_recurrence_without_its_date_is_no_task_unless_it_is_to_be_held():
    rule = workspace_rule({"due": {"from": "attribute:A.None", "repeat": "FREQ=YEARLY"}})
    held = workspace_rule({"due": {"from": "attribute:A.None", "repeat": "FREQ=YEARLY", "if_missing": "hold"}})

    assert tasks_of(rule) == ()
    assert [task.held for task in tasks_of(held)] == ["waits for a date: attribute:A.None"]


def test_the_occurrence_is_known_to_templates():
    rule = workspace_rule(
        {"title": "Review {{ occurrence|date('%Y') }}", "due": {"from": "created", "repeat": "FREQ=YEARLY;COUNT=1"}}
    )

    assert task_of(rule, now=NOW - timedelta(days=30)).title == "Review 2026"


def test_evidence_goes_where_the_rule_says():
    evidence = {"folder": "attribute:Contract.Folder", "lock": True, "attributes": {"url": "Contract.Task"}}
    task = task_of(workspace_rule(evidence=evidence), origin=of_workspace(attributes={"Contract.Folder": "4711"}))

    assert task.evidence == EvidencePolicy(folder_id=4711, lock=True, attributes={"url": "Contract.Task"})


def test_mails_are_told_to_whom():
    notify = [{"on": "completed", "to": ["role:Manager", "user:List@Corp.example"], "subject": "{{ task.title }} done"}]
    (mail,) = task_of(workspace_rule(notify=notify)).notify

    assert (mail.on, mail.to) == ("completed", ("pwilliams@contoso.example", "list@corp.example"))
    assert mail.subject == "Task 0 done"


def test_a_template_with_today_is_looked_at_again_at_midnight():
    result = want(mapping_of(workspace_rule({"title": "{{ today }}"}), **BERLIN), of_workspace())

    assert (result.tasks[0].title, result.look_again) == ("2026-11-23", datetime(2026, 11, 23, 23, 0, tzinfo=UTC))


def test_nothing_to_wait_for_needs_no_second_look():
    assert want(mapping_of(workspace_rule()), of_workspace()).look_again is None


def test_an_origin_that_nobody_answered_for_is_still_computed():
    """The directory decides who, never whether."""
    result = evaluated(
        mapping_of(workspace_rule({"assign": "role:Legal"})), of_workspace(), Directory(), later(days=1)
    ).wanted

    assert [one.outcome for one in result.tasks[0].people] == ["unknown", "unknown"]


OWN_FILES = {
    "planner-evidence-workspace-28866.json": False,
    "planner-evidence-document-7.pdf": False,
    "planner-evidence-workflow-7 (2).PDF": False,
    "Planner evidence for the board.pdf": True,
    "planner-evidence-workspace.docx": True,
}


@pytest.mark.parametrize(("name", "is_work"), OWN_FILES.items())
def test_the_bridges_own_files_are_never_work(name, is_work):
    """A task for one would make evidence of its own, and so on without end."""
    rule = {"id": "any", "on": "document", "plan": "contracts", "task": {"title": "Read {{ document.name }}"}}

    assert bool(tasks_of(rule, origin=of_document(name=name))) is is_work
