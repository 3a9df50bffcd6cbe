"""What a decision is bound to, and by when: the versions that the task shows, from the write that made it show them."""

from dataclasses import replace
from datetime import timedelta

from shared.decisions.actions import Remember, Write
from shared.decisions.decide import decide
from shared.models.link import Refusal
from shared.models.opentext import DocumentVersion
from tests.build import ALICE, NOW, POLICY, approval, found, link, view
from tests.narrowing import sure

OLD, NEW = approval(outcomes=()), approval(outcomes=(), documents=(DocumentVersion(node_id=77, version=2),))
"""A plain step: no tick is cleared where its versions change."""


def test_a_task_that_shows_another_version_by_being_asked_again_is_bound_to_it_by_that_write():
    """Else a completion between that write and the next look would count for what nobody had seen."""
    refusal = Refusal(reason="wrong_person", text="Not you.", completed_at=NOW, completed_by="user-eve", at=NOW)
    known = link(OLD).refused(refusal)
    seen = found(OLD, percentComplete=100, completedDateTime=NOW.isoformat(), completedBy={"user": {"id": ALICE}})

    action = decide(view(NEW, known, seen), POLICY, NOW)

    assert isinstance(action, Write)
    assert "document 77: version 2" in sure(sure(action.details).description)
    assert (action.rebinds, action.link.bound) == (True, NEW.documents)
    assert [event.what for event in action.events] == ["reopened", "rebound"]


def test_a_version_that_the_task_shows_already_counts_as_shown_by_the_read_that_found_it():
    """Whoever wrote it died before it was remembered; when that was, nobody knows."""
    known = link(OLD, shown_at=NOW - timedelta(days=1))
    details = sure(found(NEW).details).answered_at(NOW - timedelta(seconds=1))
    seen = replace(found(NEW), details=details)

    action = decide(view(NEW, known, seen), POLICY, NOW)

    assert isinstance(action, Remember)
    assert (action.link.bound, action.link.shown_at) == (NEW.documents, details.answered)
