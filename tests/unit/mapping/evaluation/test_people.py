"""Who gets a task: from the rule's words to Entra users, with every decision told."""

import pytest

from shared.mapping.evaluation.wanted import lookups
from shared.models.deciders import FoundBy
from shared.models.holds import HOLDS, HoldCause
from shared.models.opentext import Role
from shared.models.wanted import PersonDecision
from shared.models.words import ActAs
from tests.unit.mapping.mapping_world import (
    GROUP,
    NOW,
    mapping_of,
    of_workflow,
    of_workspace,
    person,
    step,
    step_rule,
    task_of,
    user,
    workspace_rule,
)

LEAD = "lead@contoso.example"
ENTRA = "22222222-2222-4222-8222-222222222222"


def assigned(assign, *, people=None, answered=None, rule=workspace_rule, **how):
    made = rule(task={"assign": assign}) if rule is step_rule else rule({"assign": assign})
    return task_of(made, head={"people": people or {}}, people=answered, **how)


def outcomes(task):
    return [(one.person, one.outcome) for one in task.people]


WORDS = {
    "role": ("role:Legal", ("id-lwhite", "id-nkaur")),
    "user": ("user:Anybody@Contoso.example", ("id-anybody",)),
    "attribute with a login": ("attribute:Contract.Owner", ("id-lwhite",)),
    "group": (f"group:{ENTRA}", ("id-member",)),
    "manager of a role": ("manager:role:Manager", ("id-boss-of-pwilliams",)),
    "manager of an attribute": ("manager:attribute:Contract.Owner", ("id-boss-of-lwhite",)),
    "several words": (["role:Manager", "attribute:Contract.Owner"], ("id-lwhite", "id-pwilliams")),
    "one person twice": (["role:Legal", "attribute:Contract.Owner"], ("id-lwhite", "id-nkaur")),
    "the first that gives anybody": ({"first": ["role:Empty", "role:Manager", "role:Legal"]}, ("id-pwilliams",)),
}


@pytest.mark.parametrize(("assign", "expected"), WORDS.values(), ids=WORDS)
def test_words_become_entra_users(assign, expected):
    assert assigned(assign).assignees == expected


STEP_WORDS = {
    "performer": ("performer", ("id-dfoxhoven",)),
    "initiator": ("initiator", ("id-pwilliams",)),
    "manager of the performer": ("manager:performer", ("id-boss-of-dfoxhoven",)),
}


@pytest.mark.parametrize(("assign", "expected"), STEP_WORDS.values(), ids=STEP_WORDS)
def test_words_about_a_step(assign, expected):
    assert assigned(assign, rule=step_rule, origin=of_workflow()).assignees == expected


ADDRESSES = {
    "e-mail of the person": ({}, "lwhite", "lwhite@contoso.example"),
    "override by login": ({"overrides": {"LWhite": "liz@other.example"}}, "lwhite", "liz@other.example"),
    "override by e-mail": (
        {"overrides": {"lwhite@contoso.example": "liz@other.example"}},
        "lwhite",
        "liz@other.example",
    ),
    "an address": ({}, "Some.One@Contoso.example", "some.one@contoso.example"),
    "override of an address": ({"overrides": {"a@b.example": "c@d.example"}}, "a@b.example", "c@d.example"),
    "login and domain": ({"domain": "corp.example"}, "stranger", "stranger@corp.example"),
}


@pytest.mark.parametrize(("people", "owner", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_an_opentext_name_becomes_an_address(people, owner, address):
    task = assigned(
        "attribute:Contract.Owner",
        people=people,
        origin=of_workspace(
            attributes={"Contract.Owner": owner}, roles=(Role(name="Legal", members=(person("lwhite"),)),)
        ),
    )

    assert task.assignees == (f"id-{address.partition('@')[0]}",)
    assert task.people[0].person == owner
    assert task.people[0].outcome == ("override" if people.get("overrides") else "assigned")


def test_an_attribute_may_hold_several_people():
    origin = of_workspace(attributes={"Contract.Owner": ("a@b.example", "", "c@d.example")})

    assert assigned("attribute:Contract.Owner", origin=origin).assignees == ("id-a", "id-c")


def test_a_login_that_nobody_knows_is_unknown():
    task = assigned("attribute:Contract.Owner", origin=of_workspace(attributes={"Contract.Owner": "ghost"}))

    assert task.assignees == ()
    assert outcomes(task) == [("ghost", "unknown")]


DISABLED = {"lwhite": user("lwhite@contoso.example", account_enabled=False)}
GUEST = {"lwhite": user("lwhite@contoso.example", user_type="Guest")}
MISSING = {"lwhite": None}
OWNER = "attribute:Contract.Owner"
FALLBACK = {"fallback": LEAD}

POLICIES = {
    "unknown, no fallback": ({}, MISSING, (), [("lwhite", "unknown")], None),
    "unknown, fallback": (FALLBACK, MISSING, ("id-lead",), [("lwhite", "unknown"), (LEAD, "fallback")], None),
    "unknown, held": (
        {"nobody": "hold"},
        MISSING,
        (),
        [("lwhite", "unknown")],
        "nobody can be assigned: attribute:Contract.Owner",
    ),
    "unknown, unassigned": ({**FALLBACK, "nobody": "unassigned"}, MISSING, (), [("lwhite", "unknown")], None),
    "the fallback is missing too": (
        FALLBACK,
        {**MISSING, "lead": None},
        (),
        [("lwhite", "unknown"), (LEAD, "unknown")],
        None,
    ),
    "disabled, fallback": (FALLBACK, DISABLED, ("id-lead",), [("lwhite", "disabled"), (LEAD, "fallback")], None),
    "disabled, skipped": (
        {"disabled": "skip", "nobody": "unassigned"},
        DISABLED,
        (),
        [("lwhite", "disabled")],
        None,
    ),
    "disabled, held": (
        {"disabled": "hold", "nobody": "unassigned"},
        DISABLED,
        (),
        [("lwhite", "disabled")],
        "attribute:Contract.Owner: lwhite is disabled",
    ),
    "guest, allowed": ({}, GUEST, ("id-lwhite",), [("lwhite", "assigned")], None),
    "guest, fallback": (
        {**FALLBACK, "guest": "fallback"},
        GUEST,
        ("id-lead",),
        [("lwhite", "guest"), (LEAD, "fallback")],
        None,
    ),
    "guest, held": (
        {"guest": "hold", "nobody": "unassigned"},
        GUEST,
        (),
        [("lwhite", "guest")],
        "attribute:Contract.Owner: lwhite is guest",
    ),
    "outside, allowed": ({}, {}, ("id-lwhite",), [("lwhite", "assigned")], None),
    "outside, fallback": (
        {**FALLBACK, "assign_outside": "fallback"},
        {},
        ("id-lead",),
        [("lwhite", "outside"), (LEAD, "fallback")],
        None,
    ),
    "outside, held": (
        {"assign_outside": "hold", "nobody": "unassigned"},
        {},
        (),
        [("lwhite", "outside")],
        "attribute:Contract.Owner: lwhite is outside",
    ),
}


@pytest.mark.parametrize(("people", "answered", "ids", "told", "held"), POLICIES.values(), ids=POLICIES)
def test_a_policy_decides_and_the_decision_is_told(people, answered, ids, told, held):
    task = assigned(OWNER, people=people, answered=answered)

    assert (task.assignees, outcomes(task), task.held) == (ids, told, held)


def test_a_member_of_the_plans_group_is_not_outside():
    task = assigned("user:member@contoso.example", people={"assign_outside": "hold"})

    assert (task.assignees, task.held) == (("id-member",), None)


def test_a_role_without_members_gives_nobody_and_says_so():
    task = assigned("role:Empty", people=FALLBACK)

    assert task.people == (
        PersonDecision(asked="role:Empty", person="", entra_id=None, outcome="nobody"),
        PersonDecision(asked="role:Empty", person=LEAD, entra_id="id-lead", outcome="fallback"),
    )


def test_a_task_without_assign_is_nobodys_and_needs_no_fallback():
    task = task_of(workspace_rule(), head={"people": FALLBACK})

    assert (task.assignees, task.people) == ((), ())


def test_more_people_than_planner_takes_are_left_out_and_told():
    crowd = tuple(person(f"user{number:02}") for number in range(22))
    task = assigned("role:Crowd", origin=of_workspace(roles=(Role(name="Crowd", members=crowd),)))

    assert len(task.assignees) == 20
    assert [one.person for one in task.people if one.outcome == "over_limit"] == ["user20", "user21"]


def test_a_step_goes_to_its_performer_unless_told_otherwise():
    task = task_of(step_rule(), origin=of_workflow())

    assert (task.assignees, deciders(task)) == (("id-dfoxhoven",), {"id-dfoxhoven": ("dfoxhoven", FoundBy.MAIL)})


def deciders(task):
    """Tell for each person who may decide in whose name that is, and how it was found."""
    return {one.entra_id: (one.performer.login if one.performer else None, one.found_by) for one in task.deciders}


def test_performers_and_their_delegates_may_complete_a_step():
    """Whoever else is assigned may not: a completion is judged by these ids."""
    people = {"delegates": {"DFoxhoven": ["deputy@contoso.example"], "nkaur": ["other@contoso.example"]}}
    task = task_of(step_rule(task={"assign": "role:Legal"}), origin=of_workflow(), head={"people": people})

    assert deciders(task) == {
        "id-deputy": ("dfoxhoven", FoundBy.DELEGATE),
        "id-dfoxhoven": ("dfoxhoven", FoundBy.MAIL),
    }
    assert task.assignees == ("id-lwhite", "id-nkaur")


@pytest.mark.parametrize(
    ("people", "second", "found_by"),
    [
        pytest.param({"domain": "contoso.example"}, person("nkaur", email=None), FoundBy.DOMAIN, id="domain"),
        pytest.param(
            {"overrides": {"nkaur": "nkaur@contoso.example"}},
            person("nkaur", email=None),
            FoundBy.OVERRIDE,
            id="override",
        ),
        pytest.param({}, person("nkaur"), FoundBy.MAIL, id="mail"),
        pytest.param({}, person("nkaur@contoso.example", email=None), FoundBy.LOGIN, id="login"),
    ],
)
def test_each_performer_of_a_group_step_decides_in_their_own_name(people, second, found_by):
    """However the account was found: nobody's decision is sent on in a colleague's name."""
    group = step(performers=(person("dfoxhoven"), second))
    task = task_of(step_rule(), origin=of_workflow(group), head={"people": people})

    assert deciders(task)["id-nkaur"] == (second.login, found_by)
    assert deciders(task)["id-dfoxhoven"] == ("dfoxhoven", FoundBy.MAIL)


def test_a_performer_who_stands_in_for_another_decides_as_themselves():
    group = step(performers=(person("dfoxhoven"), person("nkaur")))
    people = {"delegates": {"dfoxhoven": ["nkaur@contoso.example"]}}

    assert deciders(task_of(step_rule(), origin=of_workflow(group), head={"people": people}))["id-nkaur"] == (
        "nkaur",
        FoundBy.MAIL,
    )


def test_a_step_whose_performer_is_nobody_in_entra_is_held_in_spite_of_a_fallback():
    """The fallback would get a task whose completion could never count."""
    task = task_of(
        step_rule(),
        origin=of_workflow(step(performers=(person("ghost"),))),
        head={"people": FALLBACK},
        people={**MISSING, "ghost": None},
    )

    assert task.held == "no performer of this step is found in Entra ID: ghost"
    # Not "as the rule says": an operator is told, and it is tried again, for the person may be added just now.
    assert task.held_by is HoldCause.PERFORMER_UNKNOWN
    assert HOLDS[task.held_by].outside


def test_a_plain_task_may_stand_for_a_step_whose_performer_is_nobody_in_entra():
    """By policy; it offers no outcomes and says where the step is decided."""
    rule = step_rule(outcomes={"Approve": "Approve"})
    people = {**FALLBACK, "unknown_performer": "task"}
    task = task_of(
        rule,
        origin=of_workflow(step(performers=(person("ghost"),))),
        head={"people": people},
        people={**MISSING, "ghost": None},
    )

    assert (task.held, task.moves_step, task.outcomes, task.assignees) == (None, False, (), ("id-lead",))
    assert "decided in OpenText" in task.context[0]


def test_with_four_eyes_the_initiator_is_known_whatever_account_it_is():
    group = step(performers=(person("dfoxhoven"), person("pwilliams")))
    task = task_of(step_rule(four_eyes=True), origin=of_workflow(group, initiator=person("pwilliams")))

    assert {one.entra_id: one.started for one in task.deciders} == {"id-dfoxhoven": False, "id-pwilliams": True}


def test_with_four_eyes_nobody_decides_in_the_name_of_who_started_the_workflow():
    """His delegate would: OpenText would be told that he approved what he had started."""
    both = step(performers=(person("dfoxhoven"), person("pwilliams")))
    delegates = {"people": {**FALLBACK, "delegates": {"pwilliams@contoso.example": ["nkaur@contoso.example"]}}}
    task = task_of(step_rule(four_eyes=True), origin=of_workflow(both, initiator=person("pwilliams")), head=delegates)

    assert {one.entra_id: one.started for one in task.deciders} == {
        "id-dfoxhoven": False,
        "id-pwilliams": True,
        "id-nkaur": True,
    }


def test_with_four_eyes_a_delegate_decides_for_the_performer_who_did_not_start_the_workflow():
    both = step(performers=(person("dfoxhoven"), person("pwilliams")))
    names = ("dfoxhoven@contoso.example", "pwilliams@contoso.example")
    head = {"people": {**FALLBACK, "delegates": {name: ["nkaur@contoso.example"] for name in names}}}
    for initiator, performer in (("pwilliams", "dfoxhoven"), ("dfoxhoven", "pwilliams")):
        task = task_of(step_rule(four_eyes=True), origin=of_workflow(both, initiator=person(initiator)), head=head)
        (nina,) = (one for one in task.deciders if one.entra_id == "id-nkaur")
        assert nina.performer is not None
        assert (nina.performer.login, nina.started) == (performer, False)


def test_with_four_eyes_a_step_that_only_its_initiator_performs_says_so_at_once():
    task = task_of(step_rule(four_eyes=True), origin=of_workflow(initiator=person("dfoxhoven")))

    assert task.held == "four eyes decide, and nobody performs this step but who started the workflow"


def test_with_four_eyes_a_step_waits_while_nobody_knows_who_started_the_workflow():
    task = task_of(
        step_rule(four_eyes=True), origin=of_workflow(initiator=person("ghost")), people={**MISSING, "ghost": None}
    )

    assert task.held == "four eyes decide, and who started the workflow is not found in Entra ID"


def test_in_service_mode_the_approvers_complete_and_are_assigned():
    rule = step_rule(approvers=["role:Legal"])
    robot = step(performers=(person("svc-bridge"),))

    task = task_of(rule, origin=of_workflow(robot), act_as=ActAs.SERVICE)

    assert task.assignees == ("id-lwhite", "id-nkaur")
    assert deciders(task) == {"id-lwhite": (None, FoundBy.APPROVER), "id-nkaur": (None, FoundBy.APPROVER)}


def test_in_service_mode_a_rule_without_approvers_is_held():
    """Otherwise nobody's completion could ever count."""
    task = task_of(step_rule(), origin=of_workflow(), act_as=ActAs.SERVICE)

    assert task.held == "the rule's approvers are nobody: no completion could count"


def test_nothing_is_asked_that_no_rule_needs():
    asked = lookups(mapping_of(workspace_rule({"assign": OWNER})), of_workspace(), NOW)

    assert asked.emails == {"lwhite@contoso.example"}
    assert (asked.groups, asked.plan_groups, asked.managers_of) == (frozenset(),) * 3


def test_the_plans_group_is_asked_for_only_where_it_decides():
    mapping = mapping_of(workspace_rule({"assign": OWNER}), people={"assign_outside": "hold"})

    assert lookups(mapping, of_workspace(), NOW).plan_groups == {GROUP}
