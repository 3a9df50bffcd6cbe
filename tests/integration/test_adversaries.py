"""People who try to bend an approval: what they do in Planner and in OpenText, and what the bridge makes of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.simulators.content_server.process import MapStep, WorkflowMap
from local.simulators.content_server.state import ROOT
from shared.models.messages import OriginMessage, PlanMessage
from shared.reconciler.reconcile import reconcile
from shared.watchers.read_plan import read_plan
from tests.engine import MAPPING, engine
from tests.integration.test_approvals import END, MINUTES, Approval

P, X, HELPER = "dfoxhoven", "lwhite", "nkaur"
"""The performer; a member of the plan who may not decide; a colleague."""


def started(mapping=MAPPING, **settings):
    """Start a world in which an approval begins."""
    made = engine(mapping, **settings)
    world = made.world
    workspace = create_contract(world, "Contoso", END)
    document = world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    return made, process, document


@pytest.fixture
async def approval():
    made, process, document = started()
    await made.look(f"workflow-{process}")
    await made.rest()
    return Approval(made, process, document)


def stand_before(made, part, answer, *, method="", once=False):
    """Stand before OpenText: `answer` may act, and answers in its place unless it returns None."""
    real = made.inside.content
    met: list[str] = []

    async def stand(verb, path, query, headers, body):
        if part in path and method in verb and not (once and met):
            met.append(path)
            if (given := answer(body)) is not None:
                return given
        return await real(verb, path, query, headers, body)

    made.inside.content = stand


def upload(approval):
    def act(_):
        approval.content.add_version(approval.document, b"2", user="pwilliams")

    return act


def add(approval, by, who):
    """Assign somebody beside those who are assigned."""
    held = approval.graph.tasks[approval.task]["assignments"]
    approval.graph.reassign(approval.users[by], approval.task, {*held, approval.users[who]})


def assigned(approval):
    names = {user: login for login, user in approval.users.items()}
    return {names[user] for user in approval.graph.tasks[approval.task]["assignments"]}


def performer(approval):
    return approval.content.state.users[approval.content.workflow(approval.process).current[0].performer].login


async def test_a_member_who_makes_himself_the_approver_is_taken_off_again(approval):
    add(approval, X, X)
    approval.decide(X, "Approve")

    await approval.notice()

    assert (approval.visits, performer(approval), assigned(approval), approval.percent) == ([], P, {P}, 0)


async def test_a_member_who_takes_the_performers_place_is_put_back(approval):
    approval.graph.reassign(approval.users[X], approval.task, [approval.users[X]])

    await approval.notice()

    assert (performer(approval), assigned(approval)) == (P, {P})
    assert "the assignment was put back" in approval.text


async def test_a_member_who_joins_while_an_assignment_is_put_back_is_taken_off_too(approval):
    """Planner merges a write with what others wrote since the read: whom it returns was not agreed on by that."""
    real = approval.engine.inside.graph
    joined: list[str] = []

    async def meanwhile(method, path, query, headers, body):
        if method == "PATCH" and path.endswith(f"/planner/tasks/{approval.task}") and not joined:
            joined.append(path)
            add(approval, X, X)
        return await real(method, path, query, headers, body)

    approval.engine.inside.graph = meanwhile
    approval.graph.reassign(approval.users[X], approval.task, {approval.users[HELPER]})

    await approval.notice()
    await approval.notice()

    assert joined
    assert assigned(approval) == {P}


async def test_the_note_of_an_assignment_that_was_put_back_goes_after_a_day(approval):
    add(approval, X, X)
    await approval.notice()
    assert "put back" in approval.text

    for _ in range(30):
        await approval.engine.tick(timedelta(hours=1))

    assert "put back" not in approval.text


async def test_a_helper_changes_nothing_about_who_decides(approval):
    add(approval, P, HELPER)
    await approval.notice()
    assert (performer(approval), assigned(approval)) == (P, {P, HELPER})

    approval.decide(HELPER, "Approve")
    await approval.notice()

    assert approval.visits == []
    approval.decide(P, "Approve")
    await approval.notice()
    assert [visit.disposition for visit in approval.visits] == ["Approve"]


async def test_a_strangers_removal_of_the_performer_makes_no_helper_the_performer(approval):
    add(approval, P, HELPER)
    await approval.notice()
    approval.graph.reassign(approval.users[X], approval.task, [approval.users[HELPER]])

    await approval.notice()

    assert performer(approval) == P
    assert P in assigned(approval)


async def test_a_changed_tick_after_the_completion_is_asked_again(approval):
    approval.decide(P, "Reject")
    approval.graph.tick(approval.users[X], approval.task, "Reject", checked=False)
    approval.graph.tick(approval.users[X], approval.task, "Approve")

    await approval.notice()

    assert approval.visits == []
    assert "ticked by somebody who is not a performer" in approval.text


@pytest.mark.parametrize("who", [X, "bridge-other"])
async def test_a_strangers_tick_before_the_completion_does_not_decide(approval, who):
    ticker = approval.users.get(who)
    if ticker is None:
        details = approval.graph.details[approval.task]["checklist"]
        line = next(line for line in details.values() if line["title"] == "Approve")
        line |= {"isChecked": True, "lastModifiedBy": {"application": {"id": who}}}
    else:
        approval.graph.tick(ticker, approval.task, "Approve")
    approval.graph.complete(approval.users[P], approval.task)

    await approval.notice()

    assert approval.visits == []
    assert approval.percent == 0


async def test_swapped_texts_are_put_right_and_asked_again(approval):
    """The person decided what he read."""
    keys = {name: approval.graph.checklist_key(approval.task, name) for name in ("Approve", "Reject")}
    for name, title in (("Approve", "Reject"), ("Reject", "Approve")):
        line = {"@odata.type": "#microsoft.graph.plannerChecklistItem", "title": title}
        approval.graph.person_patch_details(approval.users[X], approval.task, checklist={keys[name]: line})
    tick = {"@odata.type": "#microsoft.graph.plannerChecklistItem", "isChecked": True}
    approval.graph.person_patch_details(approval.users[P], approval.task, checklist={keys["Approve"]: tick})
    approval.graph.complete(approval.users[P], approval.task)

    await approval.notice()

    lines = approval.graph.details[approval.task]["checklist"]
    assert approval.visits == []
    assert [(lines[keys[name]]["title"], lines[keys[name]]["isChecked"]) for name in keys] == [
        ("Approve", False),
        ("Reject", False),
    ]


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(lambda text: text.replace(": version 1", ": version 7"), id="another version"),
        pytest.param(lambda _: "Only a holiday request.", id="no block at all"),
    ],
)
async def test_versions_that_were_rewritten_are_put_right_and_asked_again(approval, edited):
    """The person decided on what he read."""
    shown = approval.text
    approval.graph.edit_description(approval.users[X], approval.task, edited(shown))
    approval.decide(P, "Approve")

    await approval.notice()

    assert (approval.visits, approval.percent) == ([], 0)
    assert f"document {approval.document}: version 1" in approval.text
    assert "had been changed" in approval.text
    approval.decide(P, "Approve")
    await approval.notice()
    assert [visit.step.name for visit in approval.visits] == ["Approver"]


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(lambda text: f"My own words.\n\n{text}\n\nAnd more.", id="words around the block"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="other line ends"),
        pytest.param(lambda text: text.replace("document", "My note\ndocument", 1), id="words inside the block"),
    ],
)
async def test_what_leaves_the_versions_as_they_were_shown_stops_no_decision(approval, edited):
    approval.graph.edit_description(approval.users[X], approval.task, edited(approval.text))
    approval.decide(P, "Approve")

    await approval.notice()

    assert [visit.step.name for visit in approval.visits] == ["Approver"]


async def test_a_version_that_is_uploaded_right_before_the_send_on_is_not_approved_unseen(approval):
    """After the look read the versions, and before it sends."""
    approval.decide(P, "Approve")
    forms = approval.engine.services.opentext.workflows
    stand_before(approval.engine, "forms/processes/tasks/update", upload(approval), once=True)
    del forms

    await approval.notice()

    assert approval.visits == []
    assert "Look at the new version" in approval.text


async def test_a_version_that_appears_while_the_decision_is_under_way_is_told_in_the_history(approval):
    approval.decide(P, "Approve")
    stand_before(approval.engine, "/tasks/1", upload(approval), method="PUT", once=True)

    await approval.notice()

    history = await approval.engine.services.origins.list_entries(f"workflow-{approval.process}")
    [sent] = [entry.event.detail for entry in history if entry.what == "sent_on"]
    assert [one["version"] for one in sent["versions"]] == [1]
    assert [one["version"] for one in sent["newer"]] == [2]


async def test_a_new_version_inside_an_attached_folder_is_another_thing_to_decide():
    made, _, _ = started()
    content = made.world.content
    folder = content.add_folder(ROOT, "Papers")
    inner = content.add_document(folder, "Annex.docx", user="pwilliams")
    process = content.start_workflow("Contract Approval", [folder], initiator="pwilliams", managers=["bridge"])
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, inner)
    approval.decide(P, "Approve")
    content.add_version(inner, b"2", user="pwilliams")

    await approval.notice()

    assert approval.visits == []
    assert approval.percent == 0


async def test_a_send_on_that_moves_nothing_is_held_and_told(approval):
    stand_before(approval.engine, "/tasks/1", lambda _: (200, {}, b'{"results": {}}'), method="PUT")
    approval.decide(P, "Approve")

    await approval.notice()

    [link] = (await approval.engine.services.origins.find_links(f"workflow-{approval.process}")).values()
    assert (link.state, link.hold) == ("open", "not_advanced")
    assert "stays where it was" in approval.text


async def test_a_decision_on_a_suspended_workflow_is_kept_and_sent_when_it_goes_on(approval):
    approval.content.change_workflow(approval.process, "suspend")
    approval.decide(P, "Approve")
    await approval.notice()
    assert approval.visits == []
    assert "the decision is kept" in approval.text
    assert approval.percent == 100

    approval.content.change_workflow(approval.process, "resume")
    for _ in range(70):
        await approval.engine.tick(MINUTES)

    assert [visit.disposition for visit in approval.visits] == ["Approve"]
    assert "Note:" not in approval.text


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"title": "Renamed"}, id="renamed"),
        pytest.param({"bucketId": None}, id="taken out of its bucket"),
        pytest.param({"dueDateTime": "2027-05-05T10:00:00Z"}, id="postponed"),
    ],
)
async def test_a_decision_that_waits_lets_its_plan_be_quiet_though_people_edited_its_task(approval, edit):
    """Nothing is written to it until the workflow goes on: what they did is agreed on all the same."""
    approval.content.change_workflow(approval.process, "suspend")
    approval.decide(P, "Approve")
    await approval.notice()
    approval.graph.person_patch_task(approval.users[X], approval.task, **edit)
    await approval.notice()
    plan = PlanMessage(plan=approval.graph.tasks[approval.task]["planId"])

    assert not await read_plan(plan, approval.engine.services)


async def test_in_service_mode_a_foreign_step_says_that_it_is_not_the_bridges():
    made, process, _ = started(OPENTEXT_ACT_AS="service")
    await made.look(f"workflow-{process}")
    await made.rest()
    links = (await made.services.origins.find_links(f"workflow-{process}")).values()

    assert [(link.state, link.hold) for link in links] == [("held", "service_mode")]


async def test_where_opentext_decides_a_tick_in_planner_decides_nothing():
    made, process, document = started(OPENTEXT_ACT_AS="none")
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)
    assert "decided in OpenText" in approval.text
    approval.graph.complete(approval.users[X], approval.task)
    await approval.notice()
    assert approval.visits == []

    approval.content.complete_step(P, process, 1, "Reject")
    await made.look(f"workflow-{process}")
    await approval.notice()

    history = await made.services.origins.list_entries(f"workflow-{process}")
    closed = next(entry.event for entry in history if entry.what == "closed")
    assert closed.detail["reason"].startswith("the step was completed in OpenText by Deke Foxhoven (Reject, 2026-")
    assert "completed" not in [entry.what for entry in history]


async def test_a_refused_sign_in_for_the_performer_keeps_the_decision_and_says_so(approval):
    refused = (400, {"content-type": "application/json"}, b'{"error": "invalid_grant"}')
    stand_before(approval.engine, "/otdsws/", lambda body: refused if b"subject_token" in body else None)
    approval.engine.inside.restart("worker-2")
    approval.engine.services = approval.engine.inside.services()
    approval.decide(P, "Approve")

    await approval.notice()

    [link] = (await approval.engine.services.origins.find_links(f"workflow-{approval.process}")).values()
    assert (link.state, link.hold) == ("open", "sign_in")
    assert "does not let the bridge act for you" in approval.text


async def test_a_rejection_that_needs_words_is_asked_again_without_them(tmp_path):
    file = tmp_path / "mapping.yaml"
    text = MAPPING.read_text()
    assert "Reject: Reject" in text
    file.write_text(text.replace("Reject: Reject", "Reject: {title: Reject, comment: required}"))
    made, process, document = started(file)
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)
    approval.decide(P, "Reject")
    await approval.notice()
    assert (approval.visits, approval.percent) == ([], 0)
    assert "This outcome needs a comment" in approval.text

    approval.graph.edit_description(approval.users[P], approval.task, f"Clause 7 is missing.\n{approval.text}")
    approval.decide(P, "Reject")
    await approval.notice()

    assert approval.visits[0].disposition == "Reject"
    assert approval.visits[0].comment.startswith("Clause 7 is missing.\nvia the bridge")


@pytest.mark.parametrize("act", ["renames the document", "shortens the rule's text", "writes what nobody sees"])
async def test_what_the_rule_wrote_is_no_reviewers_reason_whatever_becomes_of_it(tmp_path, act):
    file = tmp_path / "mapping.yaml"
    text = MAPPING.read_text().replace("Reject: Reject", "Reject: {title: Reject, comment: required}")
    title = '      title: "Approve {{ document.name }}'
    assert title in text
    seed = '      description: "Read {{ document.name }} first, then decide."\n'
    file.write_text(text.replace(title, f"{seed}{title}"))
    made, process, document = started(file)
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)
    assert "Read Contract.docx first, then decide." in approval.text
    if act == "renames the document":
        approval.content.rename("pwilliams", document, "Contract final.docx")
        await made.look(f"workflow-{process}")
        await made.rest()
    elif act == "shortens the rule's text":
        shortened = approval.text.replace(" first, then decide.", " first.")
        approval.graph.edit_description(approval.users[P], approval.task, shortened)
    else:
        approval.graph.edit_description(approval.users[P], approval.task, f"\u200b\u2060\n{approval.text}")
    approval.decide(P, "Reject")
    await approval.notice()

    assert (approval.visits, approval.percent) == ([], 0)
    assert "This outcome needs a comment" in approval.text


async def test_outcomes_that_read_otherwise_lose_the_tick_that_was_made_for_the_old_text(tmp_path):
    """The mapping changes while the reviewer has ticked and not yet completed."""
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text())
    made, process, document = started(file)
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)
    approval.graph.tick(approval.users[P], approval.task, "Approve")
    file.write_text(MAPPING.read_text().replace("Approve: Approve", "Approve: Grant it"))
    made.inside.reload(file, "worker-2")
    made.services = made.inside.services()
    await made.look(f"workflow-{process}")
    await made.rest()
    approval.graph.complete(approval.users[P], approval.task)

    await approval.notice()

    assert approval.visits == []
    assert "No outcome is ticked" in approval.text


async def test_a_step_that_wants_a_password_says_so_and_offers_no_outcomes():
    made = engine()
    content = made.world.content
    content.define_map(
        WorkflowMap(
            "Another map",
            (MapStep(1, "Approver", P, {"Approve": (), "Reject": ()}, wants_password=True),),
        )
    )
    workspace = create_contract(made.world, "Contoso", END)
    document = content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = content.start_workflow(
        "Another map",
        [document],
        initiator="pwilliams",
        managers=["bridge"],
        workspace=workspace,
        name="Contract Approval",
    )
    await made.look(f"workflow-{process}")
    await made.rest()
    approval = Approval(made, process, document)

    assert "wants a password or signature: complete it in OpenText" in approval.text
    assert approval.graph.details[approval.task]["checklist"] == {}
    approval.graph.complete(approval.users[P], approval.task)
    await approval.notice()
    assert approval.visits == []


async def test_a_rule_whose_outcomes_the_step_does_not_offer_names_both_lists():
    made = engine()
    made.world.content.define_map(
        WorkflowMap("Another map", (MapStep(1, "Approver", P, {"Accept": (), "Decline": ()}),))
    )
    workspace = create_contract(made.world, "Contoso", END)
    document = made.world.content.add_document(workspace, "Contract.docx", user="pwilliams")
    process = made.world.content.start_workflow(
        "Another map",
        [document],
        initiator="pwilliams",
        managers=["bridge"],
        workspace=workspace,
        name="Contract Approval",
    )
    await made.look(f"workflow-{process}")
    await made.rest()

    [link] = (await made.services.origins.find_links(f"workflow-{process}")).values()
    assert (link.state, link.hold) == ("held", "outcomes")
    assert link.reason == "the rule's outcomes are Approve, Reject; the step offers Accept, Decline"


async def test_a_worker_whose_clock_is_ahead_waits_for_the_tick_all_the_same(approval):
    """Completed, and ticked 20 seconds later; the worker believes that two minutes have passed."""
    approval.graph.complete(approval.users[P], approval.task)
    ahead = replace(approval.engine.services, now=lambda: approval.engine.inside.at + timedelta(minutes=2))
    await reconcile(OriginMessage(origin=f"workflow-{approval.process}"), ahead)
    approval.engine.forward(timedelta(seconds=20))
    approval.graph.tick(approval.users[P], approval.task, "Approve")

    await approval.notice()

    assert [visit.disposition for visit in approval.visits] == ["Approve"]


async def test_people_read_sentences_and_the_history_keeps_what_opentext_said(approval):
    refusal = (400, {"content-type": "application/json"}, b'{"error": "v2/processes/1: The rule says no"}')
    stand_before(approval.engine, "/tasks/1", lambda _: refusal, method="PUT")
    approval.decide(P, "Approve")

    await approval.notice()

    assert "Note: OpenText refused it." in approval.text
    assert "v2/" not in approval.text
    history = await approval.engine.services.origins.list_entries(f"workflow-{approval.process}")
    assert any("The rule says no" in str(entry.event.detail.get("why")) for entry in history)
