"""The state machine of a link, and the words that it is told in."""

import re
from datetime import timedelta
from itertools import product

import pytest

from shared.errors import ImpossibleError
from shared.models.events import EVENTS, EventKind
from shared.models.holds import HOLDS, REFUSALS, HoldCause, RefusalReason
from shared.models.link import Link, LinkState, Posted
from shared.models.link_states import TRANSITIONS
from shared.models.messages import AgendaEntry, OriginMessage, PlanMessage
from shared.models.troubles import CAUSES, Cause
from shared.models.words import SCOPES, WAITS, Scope, WaitedFor, Word
from tests.build import NOW, PLAN, found, link, wanted
from tests.diagram import drawn, shown

STATES = [state for state in LinkState if state is not LinkState.UNKNOWN]
WAYS = {
    "held": lambda known: known.held(HoldCause.MAPPING, "not now", NOW),
    "reserved": lambda known: Link.reserved(wanted(), PLAN, Posted(title="x"), NOW, known),
    "opened": lambda known: known.opened(found().task, {}),
    "completed": lambda known: known.completed("somebody", NOW),
    "reopened": lambda known: known.reopened(),
    "closed": lambda known: known.closed("over"),
    "released": lambda known: known.released("why"),
    "adopted": lambda known: known.adopted("hash"),
    "withdrawn": lambda known: known.withdrawn("an operator"),
}


def test_every_transition_of_the_table_is_a_method_of_links():
    assert WAYS.keys() == TRANSITIONS.keys()


@pytest.mark.parametrize(("name", "before"), list(product(WAYS, STATES)))
def test_a_link_goes_the_ways_of_the_table_and_no_other(name, before):
    way = TRANSITIONS[name]

    if before in way.before:
        assert WAYS[name](link(state=before)).state is way.after
    else:
        with pytest.raises(ImpossibleError, match=f"{before} can't become {way.after}"):
            WAYS[name](link(state=before))


def test_the_diagram_shows_the_table():
    assert shown() == drawn(), "run: python -m tests.diagram"


@pytest.mark.parametrize(
    ("words", "table"),
    [
        pytest.param(HoldCause, HOLDS, id="holds"),
        pytest.param(RefusalReason, REFUSALS, id="refusals"),
        pytest.param(EventKind, EVENTS, id="events"),
        pytest.param(Cause, CAUSES, id="troubles"),
        pytest.param(Scope, SCOPES, id="scopes"),
        pytest.param(WaitedFor, WAITS, id="waits"),
    ],
)
def test_every_word_stands_in_the_table_beside_it(words, table):
    assert table.keys() == set(words)


@pytest.mark.parametrize("words", Word.__subclasses__(), ids=lambda words: words.__name__)
def test_a_word_of_a_newer_release_is_read_as_unknown(words):
    assert words("of the day after tomorrow") is words["UNKNOWN"]


@pytest.mark.parametrize("field", ["state", "hold", "kind"])
def test_a_link_with_a_word_of_a_newer_release_is_left_to_it(field):
    newer = Link.model_validate({**link().model_dump(), field: "fossilised", "more": 1})

    assert newer.is_of_newer_release


@pytest.mark.parametrize(
    ("stored", "waited_for", "scope"),
    [
        ({"reason": "hint"}, WaitedFor.HINT, Scope.OPEN),
        ({"reason": "changed"}, WaitedFor.CHANGED, Scope.CHANGED),
        ({"reason": "settle"}, WaitedFor.SETTLE, Scope.ROWS),
        ({"reason": "resync"}, WaitedFor.RESYNC, Scope.RESYNC),
        ({"reason": "something free"}, WaitedFor.UNKNOWN, Scope.UNKNOWN),
        ({"waited_for": "tide", "scope": "seabed", "depth": 3}, WaitedFor.UNKNOWN, Scope.UNKNOWN),
        ({"waited_for": "retry", "scope": "resync"}, WaitedFor.RETRY, Scope.RESYNC),
        ({}, WaitedFor.HINT, Scope.OPEN),
    ],
)
def test_messages_and_timers_of_other_releases_are_read(stored, waited_for, scope):
    for model, more in ((OriginMessage, {}), (AgendaEntry, {"at": NOW})):
        read = model.model_validate({"origin": "workspace-1", **more, **stored})

        assert (read.waited_for, read.scope) == (waited_for, scope)


def test_a_message_about_a_plan_of_the_first_edition_is_read():
    assert PlanMessage.model_validate({"plan": "p", "reason": "notified"}).waited_for is WaitedFor.NOTIFIED


def test_a_link_of_the_first_edition_is_read():
    stored = re.sub(r'"hold":null', '"hold":""', link().model_dump_json())

    assert Link.model_validate_json(stored) == link()


@pytest.mark.parametrize(
    ("announced", "made"),
    [
        pytest.param(timedelta(seconds=-30), timedelta(seconds=-30), id="before it was made"),
        pytest.param(timedelta(seconds=30), timedelta(seconds=30), id="by a clock that is a little ahead"),
        pytest.param(timedelta(hours=-1), timedelta(), id="by a clock that was an hour behind"),
        pytest.param(timedelta(days=1), timedelta(), id="by a clock that was a day ahead"),
        pytest.param(None, timedelta(), id="at a time that nobody knows"),
    ],
)
def test_a_task_is_as_old_as_it_was_announced_or_as_planner_says(announced, made):
    """A replica that does not know a young task yet would otherwise have it taken for a deleted one."""
    task = found(createdDateTime=NOW).task
    reserved = link(state="reserved", task_id=None, reserved_at=None if announced is None else NOW + announced)

    assert reserved.opened(task, {}).reserved_at == NOW + made
