"""How long a system asks to be left alone: seconds or a date, never more than is believed."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.clients.pause import LONGEST_PAUSE, SHORTEST_PAUSE, answered_at, pause_of

DATE = "Mon, 30 Nov 2026 06:30:00 GMT"


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("10", timedelta(seconds=10)),
        (" 10 ", timedelta(seconds=10)),
        ("0", SHORTEST_PAUSE),
        ("2592000", LONGEST_PAUSE),
        ("99999999999999999999", LONGEST_PAUSE),
        ("Mon, 30 Nov 2026 06:40:00 GMT", timedelta(minutes=10)),
        ("Mon, 30 Nov 2026 07:40:00 +0100", timedelta(minutes=10)),
        ("Tue, 30 Nov 2027 06:40:00 GMT", LONGEST_PAUSE),
        ("Fri, 31 Dec 1999 23:59:59 GMT", SHORTEST_PAUSE),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_is_cut(value, pause):
    headers = httpx.Headers({"date": DATE} | ({} if value is None else {"retry-after": value.encode()}))

    assert pause_of(headers) == pause


def test_a_date_without_the_answers_own_date_names_no_time():
    assert pause_of(httpx.Headers({"retry-after": "Mon, 30 Nov 2026 06:40:00 GMT"})) is None


def test_the_longest_pause_can_be_set():
    assert pause_of(httpx.Headers({"retry-after": "7200"}), timedelta(hours=3)) == timedelta(hours=2)


def test_the_other_side_says_when_it_answered():
    assert answered_at(httpx.Headers({"date": DATE})) == datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
    assert answered_at(httpx.Headers({"date": "now"})) is None
