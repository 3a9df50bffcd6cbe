"""Chains for tests: what happened is given, the rest is filled in."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.evidence.document import render_json
from shared.models.evidence import Entry, Event, Head, chain

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORIGIN = "workflow-4711"


def history(*events, origin=ORIGIN, start=START, apart=timedelta(minutes=7)):
    """Chain events, each some minutes after the one before."""
    entries: list[Entry] = []
    head, salts = Head(), (f"{number:032x}" for number in itertools.count(1))
    for number, event in enumerate(events):
        new, head = chain(origin, head, [event], start + number * apart, salt=lambda: next(salts))
        entries += new
    return tuple(entries)


def many(count):
    """A chain of so many entries."""
    return history(*(Event(what="progressed", item=f"item-{n}", detail={"percent": n % 101}) for n in range(count)))


def document(entries):
    """The document of these entries."""
    return render_json(entries[0].origin, [entry.line() for entry in entries])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["etag", "reason", "before", "after", "people", "versions"])


def _events(values):
    return st.builds(
        Event,
        what=st.sampled_from(["created", "edited", "completed", "sent_on", "refused"]),
        item=st.sampled_from(["rule|a", "rule|b", "ä|\u2028"]),
        actor=st.sampled_from([{}, {"entra": "user-deke"}, {"entra": "user-liz", "opentext": "lwhite"}]),
        detail=st.dictionaries(NAMES, values, max_size=4),
    )


EVENTS = _events(st.sampled_from(["", "Größe", 4711, None, ["a", "b"], {"1": "x"}]))
RICH = st.lists(_events(JSON), min_size=1, max_size=5).map(lambda events: history(*events))
"""Histories with any JSON value in their details."""


def chains(least):
    """Random histories of at least so many entries."""
    return st.lists(EVENTS, min_size=least, max_size=8).map(lambda events: history(*events))
