"""Who is told of what became of an item, and how often."""

from datetime import timedelta

import pytest

from shared.decisions.mails_due import owed
from shared.models.link import FieldBase, LinkState, MailIntent
from shared.models.wanted import Notify
from tests.build import NOW, link


def notify(on):
    return Notify(on=on, to=("liz@contoso.example",), subject=on, body="")


def outcomes(known):
    return [telling.outcome for telling in owed(known)]


REMINDED = (notify("reminded"), notify("reminded-2"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"notify": (notify("completed"),)}, []),
        (
            {"notify": (notify("completed"),), "state": "completed", "completed_at": NOW},
            [f"completed@{NOW.isoformat()}|0"],
        ),
        ({"notify": (notify("closed"),), "state": "closed"}, ["closed@|0"]),
        ({"notify": (notify("reminded"),)}, ["reminded@|0"]),
        ({"notify": REMINDED}, ["reminded@|0", "reminded-2@|1"]),
        ({"notify": REMINDED, "mails": (MailIntent(on="reminded@|0", at=NOW),)}, ["reminded-2@|1"]),
        ({"notify": REMINDED, "state": "completed", "completed_at": NOW}, []),
        ({"notify": (notify("overdue"),), "state": "held"}, []),
    ],
    ids=[
        "nothing-happened",
        "completed",
        "closed",
        "reminded",
        "two-levels",
        "the-first-was-sent",
        "done-meanwhile",
        "held",
    ],
)
def test_each_outcome_is_told_once(changes, expected):
    assert outcomes(link(**changes)) == expected


def test_a_missed_date_is_told_and_the_next_one_too():
    """The date was moved, and missed again: that is news."""
    first = link(notify=(notify("overdue"),), base={"due": FieldBase(asked="2026-11-20")})
    [telling] = owed(first)
    told = first.model_copy(update={"mails": (MailIntent(on=telling.outcome, at=NOW),)})
    moved = told.model_copy(update={"base": {"due": FieldBase(asked=f"{NOW - timedelta(days=1):%Y-%m-%d}")}})

    assert owed(told) == ()
    assert len(owed(moved)) == 1
    assert told.state is LinkState.OPEN
