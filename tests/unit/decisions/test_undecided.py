"""What is not known ends nothing: neither an open task, nor one that is held, nor one that a person deleted."""

import pytest

from shared.decisions.actions import Write
from shared.decisions.decide import decide
from shared.decisions.item_view import View
from shared.decisions.observed import Missing
from shared.models.link import LinkState
from shared.models.wanted import NameKind, Refused, Unknown, Wanted
from tests import build
from tests.narrowing import as_a


def _view(link, seen=None, **changes):
    return View(build.origin(), None, link, seen, **changes)


@pytest.mark.parametrize(
    ("link", "seen"),
    [
        pytest.param(build.link(), build.found(), id="its task is open"),
        pytest.param(build.link(), Missing(), id="a person deleted its task"),
        pytest.param(
            build.link(state=LinkState.HELD, task_id=None, hold="mapping"),
            None,
            id="it was held before it had a task",
        ),
        pytest.param(build.link(rule_hash="older"), build.found(), id="its rule changed"),
    ],
)
def test_an_item_stays_as_it_is_while_nobody_knows_whether_it_is_wanted(link, seen):
    assert decide(_view(link, seen, is_undecided=True), build.POLICY, build.NOW) is None


def test_an_ending_names_the_value_that_was_read():
    here = _view(build.link(), build.found(), why_not="Contract.Region is APAC")
    action = as_a(Write, decide(here, build.POLICY, build.NOW))

    assert action.link.state is LinkState.CLOSED
    assert action.link.reason == "the record no longer asks for it: Contract.Region is APAC"


def test_what_is_not_known_of_a_rule_covers_its_items_and_no_others():
    gap = Unknown(rule_id="rule", covers="rule|review", what=NameKind.ATTRIBUTE, name="C.A", why="it is not there")
    wanted = Wanted(unknown=(gap,), refused=(Refused(covers="other", said="C.B is 5"),))

    assert wanted.is_undecided("rule|review")
    assert wanted.is_undecided("rule|review|level-1")
    assert not wanted.is_undecided("rule|reviewed")
    assert not Wanted(unknown=(gap.model_copy(update={"blocks": False}),)).is_undecided("rule|review")
    assert (wanted.why_not("other|task"), wanted.why_not("rule|review")) == ("C.B is 5", "")
