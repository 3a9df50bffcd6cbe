"""Who is told of what became of an item: once each, whatever else happens to it or to the mailbox."""

from datetime import timedelta
from random import Random

import pytest

from shared.decisions.mails_due import brought_up, owed, person, told_before, with_mark, without_mark
from shared.models.holds import RefusalReason
from shared.models.link import FieldBase, Link, LinkState, MailIntent, Refusal
from shared.models.link_parts import MailOutcome
from shared.models.notify import Notify
from tests.build import LONG_AGO, NOW, link
from tests.unit.decisions.mail_histories import play

LIZ, DEKE = "liz@contoso.example", "Deke@contoso.example"
HOUR = timedelta(hours=1)


def notify(on, *to, **changes):
    return Notify(on=on, to=to or (LIZ,), subject=on, body="", **changes)


def known(**changes):
    """A link that the bridge knows since long ago."""
    return link(**{"known_since": LONG_AGO, "told_since": LONG_AGO} | changes)


def told(one, outcome=MailOutcome.SENT):
    """The link once all that it owes was told."""
    for telling in owed(one):
        one = with_mark(one, telling.begun(NOW).came_to(outcome))
    return one


def occasions(one):
    return [telling.occasion for telling in owed(one)]


COMPLETED = {"state": "completed", "completed_at": NOW}
FIRST, SECOND = notify("reminded", key="a", was="reminded"), notify("reminded", key="b", was="reminded-2")
OWED = {
    "nothing happened": ({"notify": (notify("completed"),)}, []),
    "completed": ({"notify": (notify("completed"),), **COMPLETED}, ["completed@0"]),
    "closed": ({"notify": (notify("closed"),), "state": "closed"}, ["closed@0"]),
    "two levels": ({"notify": (FIRST, SECOND)}, ["reminded:a@0", "reminded:b@0"]),
    "done meanwhile": ({"notify": (FIRST,), **COMPLETED}, []),
    "held, and asked for all the same": ({"notify": (notify("overdue"),), "state": "held"}, ["overdue@0@2026-12-01"]),
    "deleted": ({"notify": (notify("overdue"),), "state": "withdrawn"}, []),
}


@pytest.mark.parametrize(("changes", "expected"), OWED.values(), ids=OWED)
def test_each_occasion_is_told_once(changes, expected):
    one = known(**changes)

    assert occasions(one) == expected
    assert occasions(told(one)) == []


def test_a_missed_date_is_told_and_the_next_one_too():
    """The date was moved, and missed again: that is news."""
    first = told(known(notify=(notify("overdue"),), base={"due": FieldBase(got="2026-11-20")}))

    assert owed(first) == ()
    assert occasions(first.based({"due": FieldBase(got="2026-11-22")})) == ["overdue@0@2026-11-22"]


def test_the_order_of_mails_and_reminders_is_no_matter():
    one = told(known(notify=(FIRST, SECOND, notify("overdue", DEKE), notify("overdue"))))
    turned = one.model_copy(update={"notify": one.notify[::-1]})

    assert owed(turned) == ()


def test_an_empty_role_that_is_filled_is_told_and_nobody_else_again():
    """Nobody was in the first role; the second mail was the first in the list of mails until then."""
    before = told(known(notify=(notify("overdue"),)))
    filled = before.model_copy(update={"notify": (notify("overdue", DEKE), notify("overdue"))})

    assert [telling.notify.to for telling in owed(filled)] == [(DEKE,)]


def test_a_person_in_two_mails_about_one_thing_gets_one_and_a_key_makes_it_two():
    both = (notify("overdue", LIZ, DEKE), notify("overdue", LIZ.upper()))
    keyed = (both[0], notify("overdue", LIZ, key="legal"))

    assert [telling.notify.to for telling in owed(known(notify=both))] == [(LIZ, DEKE)]
    assert occasions(known(notify=keyed)) == ["overdue@0@2026-12-01", "overdue:legal@0@2026-12-01"]


def test_a_reopened_item_is_told_of_again():
    one = told(known(notify=(notify("completed"), notify("overdue")), **COMPLETED)).reopened()
    late = told(one)

    assert occasions(one) == ["overdue@1@2026-12-01"]
    assert occasions(late.completed(None, NOW)) == ["completed@1"]


def test_twenty_five_mails_on_one_outcome_are_told_once_each():
    people = tuple(notify("completed", f"p{number}@contoso.example") for number in range(25))
    one = known(notify=people, **COMPLETED)

    assert len(owed(one)) == 25
    assert owed(told(one)) == ()


def test_each_of_forty_five_refusals_is_told_once():
    one, sent = known(notify=(notify("refused"),)), 0
    for minute in range(45):
        at = NOW + minute * timedelta(minutes=1)
        one = one.refused(Refusal(reason=RefusalReason.NO_OUTCOME, text="", at=at)).asked_again()
        sent += len(owed(one))
        one = told(one)

    assert sent == 45
    assert len(one.mails) <= 5


def test_dates_that_were_missed_are_remembered_within_bounds():
    one = known(notify=(notify("overdue"),))
    for day in range(100):
        one = told(one.based({"due": FieldBase(got=f"day {day}")}))

    assert len(one.mails) == 20
    assert owed(one) == ()


def test_what_came_to_pass_before_the_item_was_known_counts_as_told():
    """A back-fill, or a rebuild."""
    young = {"known_since": NOW, "told_since": NOW}
    past = known(notify=(notify("completed"),), **young, state="completed", completed_at=NOW - HOUR)
    late = known(notify=(notify("overdue", since=NOW - HOUR),), **young)
    ahead = known(notify=(notify("overdue", since=NOW + HOUR),), **young)

    assert [owed(brought_up(one, NOW)) for one in (past, late)] == [(), ()]
    assert len(owed(brought_up(ahead, NOW))) == 1


REBUILT = NOW - HOUR
BEFORE_REBUILD = {
    "completed before": ({"notify": (notify("completed"),), **COMPLETED, "completed_at": REBUILT - HOUR}, None, True),
    "completed after": ({"notify": (notify("completed"),), **COMPLETED}, None, False),
    "late before": ({"notify": (notify("overdue", since=REBUILT - HOUR),)}, None, True),
    "late after": ({"notify": (notify("overdue", since=NOW),)}, None, False),
    "reminded before": ({"notify": (notify("reminded", key="a", since=REBUILT - HOUR),)}, None, True),
    "its task was ended before": ({"notify": (notify("closed"),), "state": "closed"}, REBUILT - HOUR, True),
    "its task was ended after": ({"notify": (notify("closed"),), "state": "closed"}, NOW, False),
    "its task was not read": ({"notify": (notify("closed"),), "state": "closed"}, None, False),
}


@pytest.mark.parametrize(("changes", "ended", "counts"), BEFORE_REBUILD.values(), ids=BEFORE_REBUILD)
def test_what_came_to_pass_before_a_rebuild_counts_as_told(changes, ended, counts):
    one = known(**changes)
    assert len(owed(one)) == 1

    after = told_before(one, REBUILT, ended, NOW)

    assert (owed(after) == ()) is counts
    assert (after == one) is not counts


def test_a_lost_answer_is_not_sent_again_and_a_mail_that_was_not_sent_is():
    one = known(notify=(notify("overdue"),))
    [telling] = owed(one)
    begun = with_mark(one, telling.begun(NOW))

    assert owed(begun) == ()
    assert owed(without_mark(begun, telling.begun(NOW))) == (telling,)


def test_a_mail_that_can_not_be_written_is_held_until_it_can():
    broken = known(notify=(notify("overdue", failed="'boss' is not known"),))
    [telling] = owed(broken)
    held = with_mark(broken, telling.held(NOW))
    mended = held.model_copy(update={"notify": (notify("overdue"),)})

    assert owed(held) == ()
    assert len(owed(mended)) == 1


def first_edition(**changes):
    """A link as the first edition left it: marks by place, nothing of when it was known."""
    return Link.model_validate_json(link(**changes).model_dump_json(exclude={"known_since", "told_since", "round"}))


MARKS = {
    "completed": ({"notify": (notify("completed"),), **COMPLETED}, f"completed@{NOW.isoformat()}|0"),
    "closed": ({"notify": (notify("closed"),), "state": "closed"}, "closed@|0"),
    "overdue": (
        {"notify": (notify("overdue"),), "base": {"due": FieldBase(asked="2026-11-20", got="2026-11-20")}},
        "overdue@2026-11-20|0",
    ),
    "the second reminder": ({"notify": (SECOND,)}, "reminded-2@|1"),
}


@pytest.mark.parametrize(("changes", "mark"), MARKS.values(), ids=MARKS)
def test_marks_of_the_first_edition_are_understood_whatever_is_reordered_later(changes, mark):
    old = first_edition(**changes, mails=(MailIntent(on=mark, at=NOW),))
    now = brought_up(old, NOW)
    more = now.model_copy(update={"notify": (FIRST, *now.notify)})

    assert owed(now) == ()
    assert {telling.notify.key for telling in owed(more)} <= {"a"}


def test_a_mark_whose_mail_is_not_asked_for_just_now_is_understood_later():
    """A pause hides the reminders."""
    old = first_edition(notify=(notify("completed"),), mails=(MailIntent(on="reminded@|1", at=NOW),))
    later = brought_up(old, NOW).model_copy(update={"notify": (FIRST, SECOND)})

    assert occasions(brought_up(later, NOW)) == ["reminded:b@0"]


def test_what_had_ended_before_this_edition_is_not_told_now():
    """NOTIFY_FROM was not set then."""
    assert owed(brought_up(first_edition(notify=(notify("completed"),), **COMPLETED), NOW)) == ()


def test_outcomes_of_the_first_edition_are_read():
    texts = ("refused: no such address", "not sent: NOTIFY_FROM is not set", "perhaps sent")

    assert [MailIntent(on="x", at=NOW, outcome=text).outcome for text in texts] == [
        "refused",
        "unknown",
        "perhaps sent",
    ]


def test_a_mark_names_a_person_without_the_address():
    mark = owed(known(notify=(notify("overdue"),)))[0].begun(NOW)

    assert mark.to == (person(f" {LIZ.upper()} "),)
    assert "liz" not in mark.model_dump_json()


def test_in_no_history_is_anybody_told_twice_or_never():
    """Completions, reopenings, refusals, people, order, crashes and a mailbox that fails, at random."""
    assert {seed: wrong for seed in range(400) if (wrong := play(Random(seed)))} == {}  # noqa: S311 - no secret


def test_the_state_of_a_told_item_is_its_own():
    assert told(known(notify=(notify("overdue"),))).state is LinkState.OPEN
