"""Our own write is never taken for a person's edit, whatever dies between it and the commit that tells of it."""

from datetime import timedelta

import pytest

from shared.decisions.actions import Remember, Write
from shared.decisions.decide import decide
from shared.decisions.own_writes import to_announce
from shared.models.events import EventKind
from shared.models.link import FieldBase
from tests.build import ALICE, BOB, EVE, NOW, POLICY, found, link, view, wanted

TO_BOB = wanted(assignees=(BOB,))


def after_a_crash(item, shown, known=None):
    """Decide to write, announce it, and die; then decide on what the task shows."""
    known = known or link()
    write = decide(view(item, known, found()), POLICY, NOW)
    assert isinstance(write, Write)
    return known.announcing(to_announce(write, found())), shown


def rounds(item, known, shown):
    events, action = [], None
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

    assert EventKind.EDITED not in told
    assert after.base["assignees"] == FieldBase(asked=[BOB], got=[BOB])


def test_when_opentext_changes_its_mind_meanwhile_nobody_too_many_stays_assigned():
    known, shown = after_a_crash(TO_BOB, found(TO_BOB))
    to_eve = wanted(assignees=(EVE,))

    _, told, action = rounds(to_eve, known, shown)

    assert EventKind.EDITED not in told
    assert isinstance(action, Write)
    assert (action.task.assign, action.task.unassign) == ((EVE,), (BOB,))


def test_a_write_that_never_arrived_is_sent_again():
    known, shown = after_a_crash(TO_BOB, found())

    after, _, action = rounds(TO_BOB, known, shown)

    assert isinstance(action, Write)
    assert after.announced == {}


def test_what_a_person_added_on_top_is_still_the_persons():
    known, shown = after_a_crash(TO_BOB, found(wanted(assignees=(BOB, EVE))))

    after, told, _ = rounds(TO_BOB, known, shown)

    assert told == [EventKind.EDITED]
    assert after.base["assignees"].got == [BOB, EVE]


def test_whom_an_application_assigned_no_person_did():
    shown = found(assignments={user: {"assignedBy": {"application": {"id": "b"}}} for user in (ALICE, EVE)})

    _, told, _ = rounds(wanted(), link(), shown)

    assert told == []


@pytest.mark.parametrize("field", ["title", "due"])
def test_what_opentext_owns_alone_costs_no_announcement(field):
    item = wanted(title="New") if field == "title" else wanted(due=None)
    write = decide(view(item, link(), found()), POLICY, NOW)

    assert to_announce(write, found()) == {}
