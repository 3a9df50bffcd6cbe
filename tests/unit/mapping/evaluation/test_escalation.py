"""The ladder: nobody waits in silence, each level comes once, and in business time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.mapping.evaluation.escalation import keys_of
from shared.models.item_memory import ItemMemory
from shared.models.link_parts import FieldBase
from shared.models.opentext import MissingDocument
from shared.models.workflow import WorkflowStatus
from tests.narrowing import sure
from tests.unit.mapping.mapping_world import (
    mapping_of,
    of_workflow,
    of_workspace,
    step,
    step_rule,
    tasks_of,
    want,
    workspace,
    workspace_rule,
)

BERLIN = {"calendars": {"default": {"timezone": "Europe/Berlin", "holidays": "DE-BE"}}}
LADDER: list[dict[str, Any]] = [
    {"after": {"business_days": 1}, "remind": True, "title": "Waiting: {{ task.title }}", "description": "Please."},
    {"after": {"business_days": 2}, "to": "role:Manager", "title": "Overdue: {{ task.title }}", "bucket": "Late"},
    {"after": {"business_days": 4}, "to": "manager:performer", "due": {"from": "raised", "business_days": 1}},
]
MAPPING = mapping_of(step_rule(escalate=LADDER), **BERLIN)
KEYS = keys_of(MAPPING.rules[0].escalate)
FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
"""15:00 in Berlin: a business day later it is Monday 15:00, two: Tuesday, four: Thursday."""
KEY = "approval|5|1|2026-11-19T10:00:00"


def at(moment, mapping=MAPPING, *, started=FRIDAY, **how):
    return want(mapping, of_workflow(step(started=started)), moment, **how)


def levels(result):
    """Which levels were raised, by their place in the ladder."""
    raised = {task.level for task in result.tasks if task.kind == "escalation"}
    return [f"level-{number}" for number, key in enumerate(KEYS, start=1) if key in raised]


CLIMB = {
    "at once: nothing": ("2026-11-20T15:01", [], 0, "2026-11-23T15:00"),
    "over the weekend: nothing": ("2026-11-23T14:59", [], 0, "2026-11-23T15:00"),
    "after a business day: reminded": ("2026-11-23T15:00", [], 1, "2026-11-24T15:00"),
    "after two: the lead": ("2026-11-24T15:00", ["level-2"], 1, "2026-11-26T15:00"),
    "after four: the next level": ("2026-11-26T15:00", ["level-2", "level-3"], 1, None),
    "much later: the same": ("2027-03-01T15:00", ["level-2", "level-3"], 1, None),
}


@pytest.mark.parametrize(("local", "raised", "reminders", "again"), CLIMB.values(), ids=CLIMB)
def test_levels_come_in_business_time_each_once(local, raised, reminders, again):
    result = at(datetime.fromisoformat(f"{local}:00+01:00"))

    assert levels(result) == raised
    assert len([mail for mail in result.tasks[0].notify if mail.on == "reminded"]) == reminders
    assert result.look_again == (datetime.fromisoformat(f"{again}:00+01:00") if again else None)


def test_a_reminder_stands_in_the_tasks_context_and_goes_out_by_mail():
    task = at(FRIDAY + timedelta(days=3)).tasks[0]
    (mail,) = task.notify

    assert task.context == ("Reminder of 2026-11-23: Waiting: Approve",)
    assert (mail.on, mail.to) == ("reminded", ("dfoxhoven@contoso.example",))
    assert (mail.subject, mail.body) == ("Waiting: Approve", "Please.")


def test_two_reminders_are_two_mails():
    again = [{"after": {"business_days": count}, "remind": True} for count in (1, 2)]
    task = at(FRIDAY + timedelta(days=9), mapping_of(step_rule(escalate=again), **BERLIN)).tasks[0]

    assert [(mail.on, mail.was) for mail in task.notify] == [("reminded", "reminded"), ("reminded", "reminded-2")]
    assert len({mail.key for mail in task.notify}) == 2


def keyed(result):
    return {task.item_key: task.title for task in result.tasks if task.kind == "escalation"}


def test_where_a_level_stands_in_the_list_is_no_matter():
    """A reminder is put first, levels change places, and a text is mended: nothing is asked or told again."""
    sooner = {"after": {"business_hours": 2}, "remind": True}
    mended = [sooner, LADDER[2], {**LADDER[1], "title": "Late: {{ task.title }}"}, LADDER[0]]
    before = at(FRIDAY + timedelta(days=9))
    after = at(FRIDAY + timedelta(days=9), mapping_of(step_rule(escalate=mended), **BERLIN))

    assert keyed(before).keys() == keyed(after).keys()
    told = {mail.key for mail in before.tasks[0].notify}
    assert [mail.key in told for mail in after.tasks[0].notify] == [False, True]


def test_a_given_key_keeps_a_level_whatever_is_changed():
    before = {"key": "lead", "after": {"days": 1}, "to": "role:Manager"}
    after = {"key": "lead", "after": {"days": 2}, "to": "manager:performer"}
    mappings = [mapping_of(step_rule(escalate=[level]), **BERLIN) for level in (before, after)]

    assert [list(keyed(at(FRIDAY + timedelta(days=9), one))) for one in mappings] == [[f"{KEY}|level|lead"]] * 2


def test_two_levels_of_the_same_time_and_people_are_two():
    twice = [{"after": {"days": 1}, "to": "role:Manager"}] * 2

    assert len(keyed(at(FRIDAY + timedelta(days=9), mapping_of(step_rule(escalate=twice), **BERLIN)))) == 2


def test_levels_that_the_first_edition_raised_stay_theirs_by_place_then_by_key():
    first = {KEY: ItemMemory(), f"{KEY}|level-2": ItemMemory(), f"{KEY}|level-3": ItemMemory()}
    upgraded = at(FRIDAY + timedelta(days=9), memory=first)
    remembered = {task.item_key: ItemMemory(level=task.level) for task in upgraded.tasks}
    turned = mapping_of(step_rule(escalate=LADDER[::-1]), **BERLIN)

    assert keyed(upgraded).keys() == {f"{KEY}|level-2", f"{KEY}|level-3"}
    assert keyed(at(FRIDAY + timedelta(days=9), turned, memory=remembered)) == keyed(upgraded)


def test_a_mail_that_can_not_be_written_says_why_and_holds_nothing_else():
    notify = [{"on": "completed", "to": ["role:Manager"], "subject": "{{ attributes['Contract.Gone'] | upper }}"}]
    task = at(FRIDAY, mapping_of(step_rule(notify=notify), **BERLIN)).tasks[0]

    assert task.held is None
    assert task.notify[0].failed != ""


def test_an_escalation_is_a_task_of_its_own():
    _, lead, boss = at(FRIDAY + timedelta(days=9)).tasks

    assert (lead.item_key, lead.kind, lead.title) == (f"{KEY}|level|{KEYS[1]}", "escalation", "Overdue: Approve")
    assert (lead.assignees, lead.bucket, lead.priority) == (("id-pwilliams",), "Late", 1)
    assert lead.context[:3] == ("Escalates: Approve", "Assigned to: dfoxhoven", "Raised: 2026-11-24 15:00")
    assert lead.plan.title == "Contracts"
    assert (lead.step, lead.deciders) == (None, ())
    assert (boss.assignees, boss.due.isoformat()) == (("id-boss-of-dfoxhoven",), "2026-11-27")


def test_a_completed_item_is_not_escalated():
    result = at(FRIDAY + timedelta(days=9), completed=frozenset({KEY}))

    assert levels(result) == []
    assert (result.tasks[0].notify, result.tasks[0].context, result.look_again) == ((), (), None)


def test_when_the_step_moves_nothing_of_it_is_wanted():
    """The engine closes what is not wanted any more."""
    moved = of_workflow(step(2, name="Countersign", started=FRIDAY + timedelta(days=9)))
    result = want(MAPPING, moved, FRIDAY + timedelta(days=9))

    assert [task.item_key for task in result.tasks] == ["approval|5|2|2026-11-19T10:00:00"]


def test_while_a_third_party_is_waited_for_nothing_new_is_raised():
    """What was made already is left: it is held, not unwanted."""
    rule = step_rule(escalate=LADDER, pause={"attributes": {"Contract.Waiting": "Supplier"}})
    space = workspace(attributes={"Contract.Waiting": "Supplier"})
    result = want(
        mapping_of(rule, **BERLIN), of_workflow(step(started=FRIDAY), space=space), FRIDAY + timedelta(days=9)
    )

    assert [task.held for task in result.tasks[1:]] == ["paused: the step waits on somebody else"] * 2
    assert result.tasks[0].notify == ()
    assert result.tasks[0].context == ("Escalation: paused",)


def test_a_suspended_workflow_is_paused_too():
    origin = of_workflow(step(started=FRIDAY), status=WorkflowStatus.SUSPENDED)
    result = want(MAPPING, origin, FRIDAY + timedelta(days=9))

    assert [task.held for task in result.tasks[1:]] == ["paused: the step waits on somebody else"] * 2


MONTH = FRIDAY + timedelta(days=30)
"""A Sunday. The step waits since the 20th of November; nobody looked for a month."""


def remembering(*raised, known=FRIDAY, at_=MONTH, mapping=MAPPING, **how):
    memory = {KEY: ItemMemory(known_since=known)}
    memory |= {
        f"{KEY}|level|{KEYS[place - 1]}": ItemMemory(known_since=when, level=KEYS[place - 1]) for place, when in raised
    }
    return at(at_, mapping, memory=memory, **how)


def test_after_a_long_absence_the_first_level_is_raised_and_the_others_in_their_turn():
    back = remembering()
    [(_, lead)] = keyed(back).items()

    assert levels(back) == ["level-2"]
    assert lead == "Overdue: Approve"
    # Two business days lie between the two levels.
    then = remembering((2, MONTH), at_=back.look_again)
    assert levels(then) == ["level-2", "level-3"]
    assert timedelta(days=2) <= back.look_again - MONTH <= timedelta(days=5)
    assert levels(remembering((2, MONTH), at_=back.look_again - timedelta(minutes=1))) == ["level-2"]


@pytest.mark.parametrize(
    "memory",
    [pytest.param({}, id="first look"), pytest.param({KEY: ItemMemory(known_since=MONTH)}, id="known since now")],
)
def test_time_before_the_item_was_known_does_not_count(memory):
    """An old workflow in a back-fill."""
    result = at(MONTH, memory=memory)

    assert levels(result) == []
    assert result.tasks[0].notify == ()
    assert result.look_again > MONTH


def test_in_a_pause_nothing_new_is_raised_and_after_it_the_first_level_alone():
    rule = step_rule(escalate=LADDER, notify=LATE, pause={"attributes": {"Contract.Waiting": "Supplier"}})
    rule["task"]["due"] = "2026-11-25"
    mapping = mapping_of(rule, **BERLIN)
    paused = workspace(attributes={"Contract.Waiting": "Supplier"})
    memory = {KEY: ItemMemory(known_since=FRIDAY)}

    during = want(mapping, of_workflow(step(started=FRIDAY), space=paused), MONTH, memory=memory)
    after = want(
        mapping,
        of_workflow(step(started=FRIDAY), space=workspace(attributes={"Contract.Waiting": ""})),
        MONTH,
        memory=memory,
    )

    assert (levels(during), during.tasks[0].notify) == ([], ())
    assert levels(after) == ["level-2"]
    assert "overdue" in [mail.on for mail in after.tasks[0].notify]


def only(after, **changes):
    level = {"after": after, "to": "role:Manager"}
    return mapping_of(step_rule(escalate=[level], **changes), **BERLIN)


def local(text):
    return datetime.fromisoformat(f"{text}:00+01:00")


THRESHOLDS: dict[str, Any] = {
    "business hours over the weekend": ({"business_hours": 4}, {}, "2026-11-23T11:00"),
    "next business day at 17:00": ({"business_days": 1, "at": "17:00"}, {}, "2026-11-23T17:00"),
    "calendar days": ({"days": 1}, {}, "2026-11-21T15:00"),
    "from the item's due date, when business closes": ({"from": "due"}, {}, "2026-11-25T17:00"),
}


@pytest.mark.parametrize(("after", "changes", "expected"), THRESHOLDS.values(), ids=THRESHOLDS)
def test_a_threshold_is_counted_from_what_the_rule_says(after, changes, expected):
    mapping = only(after, task={"title": "Approve", "due": {"from": "started", "business_days": 3}})
    origin = of_workflow(step(started=FRIDAY, **changes))

    before = want(mapping, origin, local(expected) - timedelta(seconds=1))
    then = want(mapping, origin, local(expected))

    assert (levels(before), before.look_again) == ([], local(expected))
    assert len(keyed(then)) == 1


def due_of(text):
    return FieldBase(asked="2026-11-25", got=text, theirs=True)


ONE_DATE = {
    "the step's own moment, where the task shows its day": ({"from": "step_due"}, {}, "2026-11-24T10:00"),
    "the task's, where the rule adds to the step's": ({"from": "step_due", "business_days": 5}, {}, "2026-12-01T17:00"),
    "the one that a person set": (
        {"from": "step_due", "business_days": 1},
        {"due": due_of("2026-12-02")},
        "2026-12-02T17:00",
    ),
    "OpenText's, since it moved later": (
        {"from": "step_due", "business_days": 3},
        {"due": due_of("2026-12-02")},
        "2026-11-27T17:00",
    ),
    "the person's for good, where Planner owns it": (
        {"from": "step_due", "business_days": 3},
        {"due": due_of("2026-12-02"), "owners": {"due": "planner"}},
        "2026-12-02T17:00",
    ),
}


@pytest.mark.parametrize(("due", "how", "late"), ONE_DATE.values(), ids=ONE_DATE)
def test_ladder_mail_and_lateness_count_from_the_date_that_the_task_shows(due, how, late):
    notify = [{"on": "overdue", "to": ["role:Manager"], "subject": "{{ task.due }}"}]
    task = {"title": "Approve", "due": due, "owners": how.get("owners", {})}
    mapping = only({"from": "due"}, task=task, notify=notify)
    origin = of_workflow(step(started=FRIDAY, due=datetime(2026, 11, 24, 9, 0, tzinfo=UTC)))
    memory = {KEY: ItemMemory(due=how.get("due"))}

    before = want(mapping, origin, local(late) - timedelta(seconds=1), memory=memory)
    then = want(mapping, origin, local(late), memory=memory)
    after = want(mapping, origin, local(late[:10] + "T00:00") + timedelta(days=1), memory=memory)

    assert (levels(before), len(keyed(then))) == ([], 1)
    assert [mail.subject for mail in then.tasks[0].notify] == []
    assert [mail.subject for mail in after.tasks[0].notify] == [late[:10]]


def test_movement_starts_the_waiting_again():
    """A new version of the document is movement."""
    mapping = only({"from": "moved", "business_days": 1})
    document = sure(of_workflow().workflow).documents[0].model_copy(update={"modified": local("2026-11-24T10:00")})
    origin = of_workflow(step(started=FRIDAY), documents=(document,))

    assert want(mapping, origin, local("2026-11-24T12:00")).look_again == local("2026-11-25T10:00")


def test_a_threshold_from_what_is_not_known_never_comes():
    result = want(only({"from": "due"}), of_workflow(step(started=FRIDAY)), FRIDAY + timedelta(days=99))

    assert (levels(result), result.look_again) == ([], None)


def test_workspace_items_and_missing_documents_are_escalated_from_their_due_date():
    escalate = [{"after": {"business_days": 1}, "to": "role:Manager"}]
    tasks = workspace_rule({"due": "2026-11-20"}, {"due": "2026-12-31"}, {}, escalate=escalate)
    missing = {
        "id": "missing",
        "on": "missing_document",
        "plan": "contracts",
        "task": {"title": "Get {{ document.name }}", "due": {"from": "missing_due"}},
        "escalate": escalate,
    }
    origin = of_workspace(missing_documents=(MissingDocument(node_id=8, name="Permit", due=FRIDAY),))

    result = want(mapping_of(tasks, missing, **BERLIN), origin, local("2026-11-23T17:00"))

    raised = [task.item_key for task in result.tasks if task.kind == "escalation"]
    assert [item.rpartition("|")[0] for item in raised] == ["missing|8|level", "package|task-0|level"]
    assert result.look_again == local("2027-01-04T17:00")


def test_a_held_item_is_not_escalated():
    rule = workspace_rule({"due": "2026-11-01"}, {"due": "2026-11-01", "depends_on": "task-0"})
    rule["escalate"] = [{"after": {"days": 1}, "to": "role:Manager"}]

    raised = [task.item_key for task in tasks_of(rule) if task.kind == "escalation"]
    assert [item.rpartition("|")[0] for item in raised] == ["package|task-0|level"]


LATE = [{"on": "overdue", "to": ["role:Manager"], "subject": "Late"}]
NOBODY = {
    "no performer": (step_rule(escalate=LADDER, notify=LATE, task={"title": "A", "due": "2026-11-25"}), True),
    "a policy holds": (
        workspace_rule(
            {"assign": "user:dfoxhoven@contoso.example", "due": "2026-11-25"},
            escalate=[{"to": "role:Manager", "after": {"business_days": 1}}],
            notify=LATE,
        ),
        True,
    ),
    "its turn has not come": (
        workspace_rule({"due": "2026-11-25"}, {"due": "2026-11-25", "depends_on": "task-0"}, notify=LATE),
        False,
    ),
}


@pytest.mark.parametrize(("rule", "is_told"), NOBODY.values(), ids=NOBODY)
def test_what_nobody_can_do_is_late_like_anything_else(rule, is_told):
    origin = of_workflow(step(started=FRIDAY)) if rule["on"] == "step" else of_workspace()
    mapping = mapping_of(rule, **BERLIN, people={"nobody": "hold"})
    result = want(mapping, origin, FRIDAY + timedelta(days=9), people={"dfoxhoven": None})
    held = [task for task in result.tasks if task.held is not None]

    assert len(held) == 1
    assert ([mail.on for mail in held[0].notify if mail.on == "overdue"] == ["overdue"]) is is_told
    assert bool(keyed(result)) is is_told


def test_nobody_is_chased_for_what_was_left_alone():
    """Its task was deleted for good, or its item was released."""
    mapping = mapping_of(step_rule(escalate=LADDER, task={"title": "{{ today }}"}), **BERLIN)
    result = at(FRIDAY + timedelta(days=9), mapping, memory={KEY: ItemMemory(is_open=False)})

    assert (keyed(result), result.look_again) == ({}, None)


def test_a_mail_about_what_is_overdue_stands_there_once_it_is():
    notify = [{"on": "overdue", "to": ["role:Manager"], "subject": "Late: {{ task.title }} since {{ task.due }}"}]
    mapping = mapping_of(workspace_rule({"due": "2026-11-23"}, notify=notify), **BERLIN)
    origin = of_workspace()

    before, then = (want(mapping, origin, local(text)) for text in ("2026-11-23T23:59", "2026-11-24T00:00"))

    assert (before.tasks[0].notify, before.look_again) == ((), local("2026-11-24T00:00"))
    assert [mail.subject for mail in then.tasks[0].notify] == ["Late: Task 0 since 2026-11-23"]
