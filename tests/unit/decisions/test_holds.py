"""Every hold has a way back: walked through, cause by cause."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.decisions.actions import Create, Remember
from shared.decisions.decide import decide
from shared.decisions.item_view import is_waiting
from shared.models.holds import HOLDS, HoldCause
from shared.models.link import Link, LinkState, Posted
from shared.timing import STEPS, pause
from tests.build import NOW, POLICY, found, link, view, wanted
from tests.narrowing import as_a, sure

OUTSIDE = [cause for cause in HoldCause if HOLDS[cause].outside]
OPERATOR = replace(POLICY, voids_waits=True)


def held(cause):
    return link(state=LinkState.RESERVED).held(cause, "why", NOW)


@pytest.mark.parametrize("cause", OUTSIDE)
def test_what_is_held_from_outside_is_tried_again_from_seconds_on_and_ever_less_often(cause):
    known, at, waits = held(cause), NOW, []
    for _ in range(7):
        waits.append(sure(known.retry_at) - at)
        at = sure(known.retry_at)
        known = known.held(cause, "why", at)

    assert waits == [*STEPS, STEPS[-1], STEPS[-1]]


@pytest.mark.parametrize("cause", OUTSIDE)
def test_what_is_held_from_outside_counts_as_open(cause):
    assert held(cause).is_at_work


@pytest.mark.parametrize("cause", [cause for cause in HoldCause if cause is not HoldCause.UNKNOWN])
def test_every_cause_says_what_it_means_and_what_heals_it(cause):
    assert HOLDS[cause].sentence.endswith(".")
    assert HOLDS[cause].heals


@pytest.mark.parametrize("cause", OUTSIDE)
def test_a_hold_waits_for_its_time_and_not_a_moment_longer(cause):
    known = held(cause)

    assert decide(view(wanted(), known), POLICY, NOW) is None
    assert isinstance(decide(view(wanted(), known), POLICY, sure(known.retry_at)), Create)


@pytest.mark.parametrize("cause", OUTSIDE)
def test_an_operators_look_voids_the_wait(cause):
    assert isinstance(decide(view(wanted(), held(cause)), OPERATOR, NOW), Create)


@pytest.mark.parametrize("cause", OUTSIDE)
def test_a_changed_rule_voids_the_wait(cause):
    assert isinstance(decide(view(wanted(rule_hash="another"), held(cause)), POLICY, NOW), Create)


def test_a_task_that_a_person_deleted_comes_back_by_an_operators_word_alone():
    known = held(HoldCause.DELETED)
    freed = replace(POLICY, frees=HoldCause.DELETED)

    assert decide(view(wanted(), known), OPERATOR, NOW + timedelta(days=30)) is None
    assert isinstance(decide(view(wanted(), known), freed, NOW), Create)


def test_an_item_that_the_rule_holds_is_made_once_the_rule_says_so():
    assert isinstance(decide(view(wanted(), held(HoldCause.MAPPING)), POLICY, NOW), Create)


def test_a_cause_that_lasts_is_told_once_and_tried_ever_less_often():
    item = wanted(held="its plan can't be read", held_by=HoldCause.TARGET)
    first = as_a(Remember, decide(view(item, None), POLICY, NOW))
    retry_at = sure(first.link.retry_at)
    again = as_a(Remember, decide(view(item, first.link), POLICY, retry_at))

    assert (len(first.events), again.events) == (1, ())
    assert sure(again.link.retry_at) - retry_at == pause(2)


def test_tries_go_on_counting_over_the_announcement_of_a_post():
    known = held(HoldCause.REFUSED)
    reserved = Link.reserved(wanted(), "plan", Posted(title="x"), known.retry_at, known)

    assert reserved.held(HoldCause.REFUSED, "why", known.retry_at).tries == 2


@pytest.mark.parametrize("cause", OUTSIDE)
def test_another_cause_begins_at_seconds_again(cause):
    other = HoldCause.CAPACITY if cause is not HoldCause.CAPACITY else HoldCause.REFUSED

    assert held(other).held(cause, "why", NOW).tries == 1


def test_a_hold_without_a_time_does_not_wait():
    assert not is_waiting(link(), view(wanted(), link()), POLICY, NOW)


def test_an_open_item_that_is_held_from_outside_is_tried_again_ever_less_often_too():
    item = wanted(held="its plan can't be read", held_by=HoldCause.TARGET)
    first = as_a(Remember, decide(view(item, link(), found()), POLICY, NOW))
    retry_at = sure(first.link.retry_at)
    again = as_a(Remember, decide(view(item, first.link, found()), POLICY, retry_at))

    assert (len(first.events), again.events) == (1, ())
    assert sure(again.link.retry_at) - retry_at == pause(2)
