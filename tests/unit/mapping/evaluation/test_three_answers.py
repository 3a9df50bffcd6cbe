"""Yes, no and not known: a name that vanished or was renamed makes nothing and ends nothing, and is told."""

import pytest

from shared.mapping.evaluation.wanted import evaluated, lookups
from shared.mapping.language.rules import WorkspaceRule
from shared.models.holds import HOLDS
from shared.models.keys import OriginKind
from shared.models.opentext import AttributeDefinition, AttributeType, Role
from shared.models.origin import Origin
from shared.models.wanted import NameKind
from tests.narrowing import as_a, sure
from tests.unit.mapping.mapping_world import (
    CREATED,
    LIZ,
    NOW,
    answers,
    document,
    later,
    mapping_of,
    of_document,
    of_workflow,
    of_workspace,
    step,
    step_rule,
    task_of,
    text_of,
    want,
    workspace,
    workspace_rule,
)

DEFINED = (
    AttributeDefinition(name="Contract.Region", key="9830_2", type=AttributeType.TEXT),
    AttributeDefinition(name="Contract.Value", key="9830_3", type=AttributeType.INTEGER),
)
SEEN = {
    (NameKind.ATTRIBUTE, "Contract.Region"): frozenset({"9830_2"}),
    (NameKind.WORKSPACE_TYPE, "Contract"): frozenset({"37"}),
    (NameKind.MAP, "Contract Approval"): frozenset({"24711"}),
}


def _renamed(old, new):
    return {
        "attributes": {new: "EMEA", "Contract.Value": 5},
        "definitions": (AttributeDefinition(name=new, key="9830_2", type=AttributeType.TEXT), DEFINED[1]),
    }


def asked(when, origin, *, rule=None, **how):
    mapping = mapping_of(rule or workspace_rule(when=when))
    return evaluated(mapping, origin, answers(lookups(mapping, origin, NOW)), NOW, **how).wanted


REGION = {"attributes": {"Contract.Region": "EMEA"}}
GONE = {
    "an attribute was renamed": (
        REGION,
        of_workspace(**_renamed("Contract.Region", "Contract.Area")),
        "Contract.Region is not there; the same id is now called Contract.Area",
    ),
    "a category was renamed": (
        REGION,
        of_workspace(
            attributes={"Deal.Region": "EMEA"}, definitions=(DEFINED[0].model_copy(update={"name": "Deal.Region"}),)
        ),
        "Contract.Region is not there; the same id is now called Deal.Region",
    ),
    "an attribute vanished": (
        REGION,
        of_workspace(attributes={"Contract.Value": 5}, definitions=DEFINED[1:]),
        "Contract.Region is not there",
    ),
    "a category vanished": (REGION, of_workspace(attributes={}), "the record has no category 'Contract'"),
    "an attribute without its value in the answer": (
        REGION,
        of_workspace(attributes={"Contract.Value": 5}, definitions=DEFINED),
        "the answer holds no value of Contract.Region",
    ),
    "a misspelt attribute": (
        {"attributes": {"Contract.Regoin": "EMEA"}},
        of_workspace(),
        "Contract.Regoin is not there; did you mean 'Contract.Region'?",
    ),
    "a workspace type was renamed": (
        {"workspace_type": "Contract"},
        of_workspace(workspace_type="Agreement", type_id=37),
        "the workspace type 'Contract' is now called 'Agreement'",
    ),
    "a workspace without its type in the answer": (
        {"workspace_type": "Contract"},
        of_workspace(workspace_type=""),
        "the answer does not name the type",
    ),
    "a template that is not told": (
        {"template": 15615},
        of_workspace(template_id=None),
        "the answer does not say from which template",
    ),
    "a role was renamed": (
        {"role": {"Legal": {"exists": True}}},
        of_workspace(roles=(Role(name="Legal Team", members=(LIZ,)),)),
        "the workspace has no role 'Legal'; did you mean 'Legal Team'?",
    ),
    "roles that were not told at all": (
        {"role": {"Legal": {"exists": False}}},
        of_workspace(roles=()),
        "the workspace has no role 'Legal'; roles: none",
    ),
    "classifications that can't be read": (
        {"classification": "Secret"},
        of_workspace(classifications=None),
        "classifications can't be read here",
    ),
    "a value that can't be compared": (
        {"attributes": {"Contract.Region": {"min": 5}}},
        of_workspace(),
        "Contract.Region is 'EMEA', which can't be compared with min 5",
    ),
    "two attributes of one name": (
        {"attributes": {"Contract.Region": "EMEA"}},
        of_workspace(
            attributes={"9830_2": "EMEA", "9830_7": "APAC"},
            definitions=(DEFINED[0], DEFINED[0].model_copy(update={"key": "9830_7"})),
        ),
        "2 attributes are called Contract.Region (9830_2, 9830_7)",
    ),
    "a folder that is not told": ({"folder": 2000}, of_workspace(), "the answer does not say in which folder"),
    "a creation that is not told": (
        {"created": {"min": "2026-01-01"}},
        of_workspace(created=None),
        "does not say when",
    ),
    "what is excluded is not known": ({"not": REGION}, of_workspace(attributes={}), "no category 'Contract'"),
    "one of several is not known, none holds": (
        {"any": [REGION, {"workspace": "Other"}]},
        of_workspace(attributes={}),
        "no category 'Contract'",
    ),
}


@pytest.mark.parametrize(("when", "origin", "why"), GONE.values(), ids=GONE)
def test_what_is_not_known_makes_nothing_and_ends_nothing_and_is_told(when, origin, why):
    found = asked(when, origin, remembered=SEEN)

    assert found.tasks == ()
    assert found.is_undecided("package|task-0")
    assert [one.rule_id for one in found.unknown] == ["package"]
    assert why in found.unknown[0].why


STEP_GONE = {
    "a workflow map was renamed": (
        {"map": "Contract Approval"},
        {"map_id": 24711, "map_name": "Deal Approval"},
        "the workflow map 'Contract Approval' is now called 'Deal Approval'",
    ),
    "a server that does not tell the map": ({"map": 24711}, {}, "does not say from which map"),
    "the only document was detached": ({"workspace_type": "Contract"}, {"documents": ()}, "shows no document"),
}


@pytest.mark.parametrize(("when", "changes", "why"), STEP_GONE.values(), ids=STEP_GONE)
def test_what_is_not_known_of_a_workflow_leaves_its_steps_alone(when, changes, why):
    origin = of_workflow(**changes)
    if not origin.documents:
        origin = Origin(kind=OriginKind.WORKFLOW, workflow=origin.workflow)
    found = asked(when, origin, rule=step_rule(when=when), remembered=SEEN)

    assert found.tasks == ()
    assert found.is_undecided("approval|5|1|2026-11-19T10:00:00")
    assert why in found.unknown[0].why


NO = {
    "another value": (REGION, {"attributes": {"Contract.Region": "APAC"}}, "Contract.Region is 'APAC'"),
    "an empty value": (REGION, {"attributes": {"Contract.Region": None}}, "Contract.Region is empty"),
    "another type": ({"workspace_type": "Case"}, {}, "the workspace type is 'Contract'"),
    "a role without members": ({"role": {"Empty": {"exists": True}}}, {}, "the role Empty has no member"),
    "a no beside what is not known": (
        {"workspace_type": "Case", **REGION},
        {"attributes": {}},
        "the workspace type is 'Contract'",
    ),
    "what is excluded": ({"not": REGION}, {}, "what `not` excludes holds"),
    "none of several": (
        {"any": [{"workspace": "A"}, {"workspace_type": "B"}]},
        {},
        "the workspace is 'Contract 4600000044' and the workspace type is 'Contract'",
    ),
    "another folder": ({"folder": [1, 2]}, {"parent_id": 3}, "the folder is 3"),
    "made too early": ({"created": {"min": {"today": -2}}}, {}, "it was created on 2026-11-20"),
}


@pytest.mark.parametrize(("when", "changes", "said"), NO.values(), ids=NO)
def test_a_no_says_which_value_was_read(when, changes, said):
    found = asked(when, of_workspace(**changes))

    assert (found.tasks, found.unknown) == ((), ())
    assert found.why_not("package|task-0") == said


YES = {
    "one of several": {"any": [{"workspace": "Other"}, REGION]},
    "not what is excluded": {"not": {"attributes": {"Contract.Region": "APAC"}}},
    "a role with members": {"role": {"Legal": {"exists": True}}},
    "made lately": {"created": {"min": {"today": -5}, "max": "today"}},
    "yes beside what is not known": {"any": [{"attributes": {"No.Such": 1}}, REGION]},
}


@pytest.mark.parametrize("when", YES.values(), ids=YES)
def test_a_condition_that_holds_makes_the_task(when):
    found = asked(when, of_workspace())

    assert (len(found.tasks), found.unknown) == (1, ())


def test_a_task_whose_own_condition_is_not_known_is_undecided_alone():
    rule = workspace_rule({"when": {"attributes": {"Contract.Typo": 1}}}, {"title": "Other"})
    found = asked(None, of_workspace(), rule=rule)

    assert [task.item_key for task in found.tasks] == ["package|task-1"]
    assert found.is_undecided("package|task-0")
    assert not found.is_undecided("package|task-1")


HELD = {
    "a title": {"title": "{{ attributes['Contract.Typo'] }}"},
    "a role": {"assign": "role:Leagl"},
    "a person": {"assign": "attribute:Contract.Typo"},
    "the first of several": {"assign": {"first": ["role:Leagl", "role:Legal"]}},
    "a date": {"due": {"from": "attribute:Contract.Typo"}},
    "the start of a series": {"due": {"from": "attribute:Contract.Typo", "repeat": "FREQ=YEARLY"}},
}


@pytest.mark.parametrize("task", HELD.values(), ids=HELD)
def test_a_task_that_needs_what_is_not_known_is_held_and_told(task):
    """Neither the fallback nor nobody gets it, and it is not made without a date."""
    found = want(mapping_of(workspace_rule(task), people={"fallback": "lead@contoso.example"}), of_workspace())

    assert sure(found.tasks[0].held).startswith("not known: ")
    assert found.unknown[0].covers.startswith("package|task-0")


def test_a_person_who_is_gone_or_hidden_is_not_known():
    origin = of_workspace(attributes={"Contract.Owner": "user 1234"})
    found = want(mapping_of(workspace_rule({"assign": "attribute:Contract.Owner"})), origin)

    assert found.tasks[0].held == "not known: Contract.Owner holds user 1234, who is gone or hidden"


def test_a_line_of_context_says_what_is_not_known_and_holds_nothing():
    found = want(mapping_of(workspace_rule(context=["attribute:Contract.Typo"])), of_workspace())

    assert (found.tasks[0].context, found.tasks[0].held) == (("Typo: not known",), None)
    assert [(one.name, one.blocks) for one in found.unknown] == [("Contract.Typo", False)]


def test_documents_that_the_server_can_not_list_as_missing_end_no_task():
    rule = {"id": "papers", "on": "missing_document", "plan": "contracts", "task": {"title": "Get {{ document.name }}"}}
    found = want(mapping_of(rule), of_workspace(missing_documents=None))

    assert found.is_undecided("papers|8")
    assert found.unknown[0].why == "the server can't say which documents are missing"


def test_with_the_first_match_alone_a_rule_behind_one_that_is_not_known_waits_too():
    first = workspace_rule(id="first", when={"attributes": {"Contract.Typo": 1}})
    second = workspace_rule(id="second")
    found = want(mapping_of(first, second, match="first"), of_workspace())

    assert found.tasks == ()
    assert found.is_undecided("first|task-0")
    assert found.is_undecided("second|task-0")


def test_with_the_first_match_alone_the_rules_behind_it_say_why_they_make_nothing():
    found = want(mapping_of(workspace_rule(id="first"), workspace_rule(id="second"), match="first"), of_workspace())

    assert found.why_not("second|task-0") == "an earlier rule applies (match: first)"


def test_a_fallback_who_is_not_in_the_directory_is_told():
    mapping = mapping_of(workspace_rule({"assign": "role:Empty"}), people={"fallback": "led@contoso.example"})
    found = want(mapping, of_workspace(), people={"led": None})

    assert [one.what for one in found.unknown] == [NameKind.PERSON]
    assert "goes to nobody" in found.unknown[0].why


def test_one_rule_that_can_not_be_evaluated_stops_no_other():
    """A record may hold what nobody foresaw: an attribute that is an object, a creation without a zone."""
    odd = workspace(attributes={"Contract.Region": "EMEA"}).model_copy(
        update={"template_id": object(), "created": "soon"}
    )
    origin = Origin(kind=OriginKind.WORKSPACE, workspace=odd)
    rules = (workspace_rule(id="odd", when={"created": {"min": "2026-01-01"}}), workspace_rule(id="good"))
    found = want(mapping_of(*rules), origin)

    assert [task.item_key for task in found.tasks] == ["good|task-0"]
    assert found.is_undecided("odd|task-0")
    assert "can't be evaluated" in found.unknown[0].why


def test_a_day_that_moves_with_today_is_looked_at_when_its_answer_changes():
    rule = workspace_rule(when={"attributes": {"Contract.End Date": {"max": {"today": 90}}}})
    found = want(mapping_of(rule), of_workspace())

    # 2027-06-30 is ninety days from 2027-04-01.
    assert sure(found.look_again).date().isoformat() == "2027-04-01"
    assert len(want(mapping_of(rule), of_workspace(), later(days=129)).tasks) == 1


def test_rules_that_show_today_are_looked_at_each_midnight_only_while_something_is_open():
    mapping = mapping_of(workspace_rule({"title": "{{ today }}"}))

    assert want(mapping, of_workspace()).look_again is not None
    assert want(mapping, of_workspace(), completed=frozenset({"package|task-0"})).look_again is None


NO_DATE = ("9999-12-31", "9999-12-31T23:59:59", "1601-01-01", "1753-01-01T00:00:00", "1899-12-30", "0001-01-01")


@pytest.mark.parametrize("value", NO_DATE)
def test_a_date_that_means_none_is_none_and_stops_nothing(value):
    rule = workspace_rule(
        {"due": {"from": "attribute:Contract.End Date"}, "notify": [{"on": "overdue", "to": ["role:Legal"]}]},
        {"title": "Other"},
        escalate=[{"after": {"days": 5}, "remind": True}],
    )
    calendars = {"default": {"timezone": "America/New_York"}}
    found = want(mapping_of(rule, calendars=calendars), of_workspace(attributes={"Contract.End Date": value}))

    assert [(task.due, task.held) for task in found.tasks] == [(None, None), (None, None)]


@pytest.mark.parametrize(
    "value", ["9999-12-30", "9999-12-31T23:00:00-11:00", "0001-01-02", "0001-01-02T00:00:00+14:00"]
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
def test_days_at_the_ends_of_the_calendar_stop_no_other_task(value, zone):
    rule = workspace_rule(
        {
            "due": {"from": "attribute:Contract.End Date", "business_days": 3, "adjust": "next"},
            "notify": [{"on": "overdue", "to": ["role:Legal"]}],
            "start": {"from": "due", "business_days": -5},
        },
        {"title": "Other"},
        escalate=[{"after": {"business_hours": 900}, "to": "role:Legal"}],
    )
    mapping = mapping_of(rule, calendars={"default": {"timezone": zone, "holidays": "DE-BE"}})
    found = want(mapping, of_workspace(attributes={"Contract.End Date": value}))

    assert {task.item_key: task.held for task in found.tasks}["package|task-1"] is None


def test_an_occurrence_is_counted_first_and_moved_after():
    calendars = {"default": {"timezone": "Europe/Berlin", "holidays": "DE"}}
    rule = workspace_rule({"due": {"on": "2026-11-01", "repeat": "FREQ=MONTHLY", "adjust": "next"}})
    mapping = mapping_of(rule, calendars=calendars)
    done = frozenset({f"package|task-0|{day}" for day in ("2026-12-01", "2027-01-01")})
    found = want(mapping, of_workspace(created=CREATED.replace(month=10)), completed=done)

    assert [(task.item_key[-10:], str(task.due)) for task in found.tasks] == [
        ("2026-11-01", "2026-11-02"),
        ("2026-12-01", "2026-12-01"),
        ("2027-01-01", "2027-01-04"),
        ("2027-02-01", "2027-02-01"),
    ]


def test_a_series_of_a_document_starts_with_the_document():
    rule = {
        "id": "certificate",
        "on": "document",
        "plan": "contracts",
        "task": {"title": "Check", "due": {"on": "2026-01-01", "repeat": "FREQ=MONTHLY"}},
    }
    young = Origin(
        kind=OriginKind.DOCUMENT,
        document=document(created=later(hours=-1)),
        workspace=workspace(created=CREATED.replace(year=2020)),
    )
    found = want(mapping_of(rule), young)

    assert [str(task.due) for task in found.tasks] == ["2026-12-01"]


def test_a_series_with_more_comings_than_anybody_means_is_held():
    rule = workspace_rule({"due": {"on": "1950-01-01", "repeat": "FREQ=DAILY"}})
    found = want(mapping_of(rule), of_workspace())

    assert "more than 16000 occurrences since 1950-01-01" in sure(found.tasks[0].held)


def test_an_attribute_is_named_by_its_ids_too():
    defined = (DEFINED[0], DEFINED[0].model_copy(update={"key": "9830_7"}))
    origin = of_workspace(attributes={"9830_2": "EMEA", "9830_7": "APAC"}, definitions=defined)
    found = asked({"attributes": {"9830_7": "APAC"}}, origin)

    assert len(found.tasks) == 1
    assert len(asked({"attributes": {"9830_2": "EMEA"}}, of_workspace(**_renamed("", "Contract.Region"))).tasks) == 1


def test_an_attribute_by_its_ids_is_written_as_category_and_attribute():
    text = text_of(workspace_rule({"progress": {"category": 9830, "attribute": 2}}))

    assert "category: 9830" in text
    (rule,) = mapping_of(workspace_rule({"progress": {"category": 9830, "attribute": 2}})).rules
    assert as_a(WorkspaceRule, rule).tasks[0].progress == "9830_2"


def test_documents_of_no_workspace_are_known_to_be_in_none():
    alone = of_document().model_copy(update={"workspace": None})
    rule = {
        "id": "paper",
        "on": "document",
        "plan": "contracts",
        "task": {"title": "x"},
        "when": {"workspace_type": "Contract"},
    }

    assert want(mapping_of(rule), alone).why_not("paper|5711") == "it lies in no workspace: there is no workspace type"


def test_a_step_whose_documents_cant_be_read_just_now_is_asked_for_again_by_itself():
    """It is not the rule that holds it: nobody need change anything, and no hint may come."""
    not_known = {"documents:row 2": "row ?: Content Server's answer has no id"}
    task = task_of(step_rule(), origin=of_workflow(step(), not_known=not_known))

    assert task.held is not None
    assert HOLDS[task.held_by].outside


@pytest.mark.parametrize("unread", ["attributes", "attributes:Contract.Region"])
@pytest.mark.parametrize("region", ["EMEA", "APAC"])
def test_a_value_of_the_workspace_says_nothing_where_the_documents_own_cant_be_read(unread, region):
    """The document's stands in front of it: by the workspace's alone no task is made, and none is ended."""
    rule = {"id": "papers", "on": "document", "plan": "contracts", "task": {"title": "Check"}}
    rule["when"] = {"attributes": {"Contract.Region": region}}

    known = asked(None, of_document(), rule=rule)
    unknown = asked(None, of_document(not_known={unread: "403"}), rule=rule)

    assert bool(known.tasks) is (region == "EMEA")
    assert unknown.tasks == ()
    assert unknown.is_undecided("papers|task")
