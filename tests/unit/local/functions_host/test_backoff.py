"""The pauses between looks into an empty queue."""

from datetime import timedelta

from local.functions_host.backoff import Backoff


def in_the_middle(low: float, high: float) -> float:
    return (low + high) / 2


def seconds(backoff: Backoff, *found: bool) -> list[float]:
    return [round(backoff.after(found=each).total_seconds(), 3) for each in found]


def test_an_idle_queue_is_looked_at_ever_more_rarely_up_to_max_polling_interval():
    backoff = Backoff(timedelta(seconds=10), in_the_middle)

    assert seconds(backoff, *[False] * 10) == [0.1, 0.2, 0.3, 0.5, 0.9, 1.7, 3.3, 6.5, 10, 10]


def test_a_message_found_since_the_last_pause_makes_the_next_one_short_again():
    backoff = Backoff(timedelta(seconds=2), in_the_middle)
    seconds(backoff, *[False] * 10)

    assert seconds(backoff, True, False, False) == [0.1, 0.2, 0.3]


def test_pauses_differ_by_a_fifth_at_random():
    shortest, longest = (Backoff(timedelta(minutes=1), pick) for pick in (min, max))

    assert seconds(shortest, *[False] * 5) == [0.1, 0.18, 0.26, 0.42, 0.74]
    assert seconds(longest, *[False] * 5) == [0.1, 0.22, 0.34, 0.58, 1.06]
