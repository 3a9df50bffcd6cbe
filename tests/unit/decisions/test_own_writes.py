"""Our own write is never taken for a person's edit, whatever dies between it and the commit that tells of it."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest

from shared.decisions.actions import Remember, Write
from shared.decisions.bases import first_base
from shared.decisions.decide import decide
from shared.decisions.own_writes import to_announce
from shared.models.events import EventKind
from shared.models.evidence import Event
from shared.models.link import FieldBase, LinkState
from shared.models.planner_writes import TaskPatch
from shared.models.wanted import WantedChecklistItem, WantedReference
from tests.build import ALICE, BOB, EVE, NOW, PLACE, POLICY, found, link, target, view, wanted
from tests.narrowing import as_a, sure

TO_BOB = wanted(assignees=(BOB,))


def after_a_crash(item, shown, known=None):
    """Decide to write, announce it, and die; then decide on what the task shows."""
    known = known or link()
    write = decide(view(item, known, found()), POLICY, NOW)
    assert isinstance(write, Write)
    return known.announcing(to_announce(write, found())), shown


def rounds(item, known, shown):
    events: list[Event] = []
    action = None
    for _ in range(4):
        action = decide(view(item, known, shown), POLICY, NOW + timedelta(minutes=1))
        if not isinstance(action, Remember):
            break
        known, events = action.link, [*events, *action.events]
        if not action.again:
            break
    return known, [event.what for event in events], action


def test_an_assignment_whose_commit_was_lost_is_known_as_ours():
    known, shown = after_a_crash(TO_BOB, found(TO_BOB))

    after, told, _ = rounds(TO_BOB, known, shown)

    assert told == [EventKind.UPDATED], "nobody else tells what the bridge changed"
    assert after.base["assignees"] == FieldBase(asked=[BOB], got=[BOB])


def test_a_write_whose_commit_was_lost_is_told_with_what_was_asked_before_and_now():
    known, shown = after_a_crash(TO_BOB, found(TO_BOB))

    action = as_a(Remember, decide(view(TO_BOB, known, shown), POLICY, NOW + timedelta(minutes=1)))

    [told] = action.events
    assert (told.detail["before"], told.detail["after"]) == ({"assignees": [ALICE]}, {"assignees": [BOB]})


def test_when_opentext_changes_its_mind_meanwhile_nobody_too_many_stays_assigned():
    known, shown = after_a_crash(TO_BOB, found(TO_BOB))
    to_eve = wanted(assignees=(EVE,))

    _, told, action = rounds(to_eve, known, shown)

    assert EventKind.EDITED not in told
    assert isinstance(action, Write)
    assert (sure(action.task).assign, sure(action.task).unassign) == ((EVE,), (BOB,))


def test_a_write_that_never_arrived_is_sent_again():
    known, shown = after_a_crash(TO_BOB, found())

    after, told, action = rounds(TO_BOB, known, shown)

    assert isinstance(action, Write)
    assert (after.announced, told) == ({}, [])


def test_what_a_person_added_on_top_is_still_the_persons():
    known, shown = after_a_crash(TO_BOB, found(wanted(assignees=(BOB, EVE))))

    after, told, _ = rounds(TO_BOB, known, shown)

    assert told == [EventKind.UPDATED, EventKind.EDITED]
    assert after.base["assignees"].got == [BOB, EVE]


HELPED = found(wanted(assignees=(ALICE, EVE)))


def test_what_a_person_had_changed_before_a_write_whose_answer_was_lost_is_told():
    write = as_a(Write, decide(view(TO_BOB, link(), HELPED), POLICY, NOW))
    known = link().announcing(to_announce(write, HELPED))

    after, told, _ = rounds(TO_BOB, known, found(wanted(assignees=(BOB, EVE))))

    assert told == [EventKind.UPDATED, EventKind.EDITED]
    assert after.base["assignees"] == FieldBase(asked=[BOB], got=[BOB, EVE])


def test_what_a_person_had_changed_before_a_write_does_not_prove_that_it_arrived():
    write = as_a(Write, decide(view(TO_BOB, link(), HELPED), POLICY, NOW))
    known = link().announcing(to_announce(write, HELPED))

    _, told, action = rounds(TO_BOB, known, HELPED)

    again = as_a(Write, action)
    assert told == []
    assert EventKind.EDITED in [one.what for one in again.events]
    assert (sure(again.task).assign, sure(again.task).unassign) == ((BOB,), (ALICE,))


def test_a_line_that_a_person_had_renamed_before_a_write_whose_answer_was_lost_is_told():
    mine, theirs = LINES[0].model_copy(update={"title": "Check all"}), LINES[1].model_copy(update={"title": "Or not"})
    before = wanted(checklist=LINES, start=date(2026, 11, 24))
    after, renamed, both = (
        before.model_copy(update={"checklist": lines})
        for lines in ((mine, LINES[1]), (LINES[0], theirs), (mine, theirs))
    )
    agreed = based_on(before)
    write = as_a(Write, decide(view(after, agreed, shown(renamed)), POLICY, NOW))

    _, told, _ = rounds(after, agreed.announcing(to_announce(write, shown(renamed))), shown(both))

    assert told == [EventKind.UPDATED, EventKind.EDITED]


@pytest.mark.parametrize(
    ("by", "is_told"),
    [
        pytest.param({ALICE: "application", EVE: "application"}, False, id="added-by-an-application"),
        pytest.param({EVE: "application"}, False, id="put-in-a-place-by-an-application"),
        pytest.param({EVE: "application", BOB: "user"}, True, id="another-by-a-person"),
        pytest.param({EVE: "user"}, True, id="put-in-a-place-by-a-person"),
        pytest.param({}, True, id="removed"),
    ],
)
def test_whom_an_application_assigned_no_person_did(by, is_told):
    """Whom it put in another's place neither: tables that were restored do not know of the write."""
    shown = found(assignments={user: {"assignedBy": {kind: {"id": "b"}}} for user, kind in by.items()})

    _, told, _ = rounds(wanted(), link(), shown)

    assert told == ([EventKind.EDITED] if is_told else [])


LINES = (WantedChecklistItem(key="a", title="Check liability"), WantedChecklistItem(key="b", title="Check term"))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "New"}, id="title"),
        pytest.param({"due": date(2026, 12, 3)}, id="due"),
        pytest.param({"due": None}, id="no due date"),
        pytest.param({"start": date(2026, 11, 25)}, id="start"),
        pytest.param({"priority": 1}, id="priority"),
        pytest.param({"labels": ("Urgent",)}, id="labels"),
        pytest.param({"context": ("Region: DACH",)}, id="context"),
        pytest.param({"checklist": (LINES[0].model_copy(update={"title": "Check all"}),)}, id="lines"),
        pytest.param(
            {"references": (WantedReference(url="https://contoso.example/1", alias="Supply"),)}, id="references"
        ),
    ],
)
def test_what_a_lost_write_made_is_nobodys_edit_though_opentext_wants_again_what_it_wanted_before_it(changes):
    """Nobody knows whether the write arrived; by the next look its value is wanted no more, and is put back."""
    before = wanted(checklist=LINES, start=date(2026, 11, 24), priority=3, labels=("Contract",))
    after = before.model_copy(update=changes)
    agreed = based_on(before)
    write = as_a(Write, decide(view(after, agreed, shown(before)), POLICY, NOW))

    _, told, action = rounds(before, agreed.announcing(to_announce(write, shown(before))), shown(after))

    assert not {EventKind.EDITED, EventKind.CONFLICT} & set(told)
    back = as_a(Write, action)
    assert not {EventKind.EDITED, EventKind.CONFLICT} & {one.what for one in back.events}
    assert back.asked.keys() == write.asked.keys()


def shown(item):
    """The task as it shows all that is wanted of it."""
    labels = {PLACE.categories[name]: True for name in item.labels}
    references = {quote(one.url, safe=""): {"alias": one.alias} for one in item.references}
    start = f"{item.start.isoformat()}T10:00:00Z"
    return found(
        item,
        details={"references": references},
        startDateTime=start,
        priority=item.priority,
        appliedCategories=labels,
    )


def based_on(item):
    """A link that agrees with the task that shows all that is wanted of it."""
    both = (first_base(target(item), shown(item), in_details=in_details) for in_details in (False, True))
    return link(item).based({name: known for base in both for name, known in base.items()})


def test_what_a_person_set_instead_of_a_write_that_was_lost_is_the_persons():
    write = as_a(Write, decide(view(wanted(title="New"), link(), found()), POLICY, NOW))
    known = link().announcing(to_announce(write, found()))

    after, told, _ = rounds(wanted(), known, found(wanted(title="Theirs")))

    assert told == [EventKind.EDITED]
    assert after.base["title"].theirs


@pytest.mark.parametrize(
    ("by", "is_ours"),
    [
        pytest.param({"application": {"id": "bridge"}}, True, id="by the bridge"),
        pytest.param({"application": {"id": "another"}}, False, id="by another application"),
        pytest.param({"user": {"id": ALICE}}, False, id="by a person"),
    ],
)
def test_an_ending_whose_commit_was_lost_before_the_item_was_wanted_again_is_no_completion(by, is_ours):
    done = found(percentComplete=100, completedBy=by, completedDateTime=NOW.isoformat())

    action = decide(view(wanted(), link(), done), POLICY, NOW)

    if is_ours:
        assert as_a(Write, action).task == TaskPatch(percent_complete=0)
        assert [event.what for event in as_a(Write, action).events] == [EventKind.REOPENED]
    else:
        assert as_a(Remember, action).link.state is LinkState.COMPLETED
