"""A gauge tells what is so now, and falls silent when nobody says it any more."""

from shared.observability.gauges import FRESH_SECONDS, SAME_SECONDS, Shown


class Clock:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


def gauge():
    clock = Clock()
    return Shown(clock), clock


def test_what_is_said_is_shown_with_what_it_is_of():
    shown, _ = gauge()
    shown.show(5.0, {"where": "system", "cause": "unavailable"})

    assert list(shown.fresh()) == [(5.0, {"where": "system", "cause": "unavailable"})]


def test_what_nobody_says_any_more_is_no_longer_shown():
    """After the trouble has passed, and in an instance whose timers another one took over."""
    shown, clock = gauge()
    shown.show(5.0, {"cause": "unavailable"})
    clock.at += 60
    shown.show(7.0, {"cause": "full"})

    clock.at += FRESH_SECONDS - 60

    assert list(shown.fresh()) == [(7.0, {"cause": "full"})]


def test_what_does_not_change_costs_a_row_now_and_then_only():
    shown, clock = gauge()
    seen = 0
    for _ in range(60):
        shown.show(0.0, {})
        seen += len(list(shown.fresh()))
        clock.at += 60

    assert seen <= 2 * 3600 / SAME_SECONDS + 2


def test_what_changes_is_shown_each_time():
    shown, clock = gauge()
    for minute in range(10):
        shown.show(60.0 * minute, {})
        assert list(shown.fresh()) == [(60.0 * minute, {})]
        clock.at += 60
