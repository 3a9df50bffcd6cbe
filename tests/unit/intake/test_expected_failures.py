"""Expected failures stay inside a function; the unforeseen goes up to the host."""

import logging
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest

from shared.errors import (
    FencedError,
    MappingError,
    NeverError,
    OutcomeUnknownError,
    Problem,
    SettingsError,
    SignInRefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
)
from shared.intake.expected_failures import run_origin, run_plan, run_timer
from shared.models.messages import OriginMessage, PlanMessage
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.observability.contact import Contacts
from shared.store.unread import UnreadRow, UnreadRows

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ORIGIN = OriginMessage(origin="workspace-1", waited_for=WaitedFor.CHANGED, trace=TRACE)
PLAN = PlanMessage(plan="xqQg5FS2LkCp935s-FIFm2QAFkHM")


class AgendaDouble:
    def __init__(self, *, answers=True):
        self.entries, self.answers = [], answers

    async def put(self, entry, now):
        if not self.answers:
            raise UnavailableError("storage does not answer")
        self.entries.append(entry)


class QueuesDouble:
    def __init__(self, *, answers=True):
        self.sent, self.answers = [], answers

    async def send_plan(self, message, *, delay):
        if not self.answers:
            raise UnavailableError("storage does not answer")
        self.sent.append((message, delay))


class GateDouble:
    """Gates that are never shortened, as in the store."""

    def __init__(self):
        self.until = {}

    async def close(self, system, until):
        self.until[system] = max(until, self.until.get(system, until))
        return self.until[system]

    async def close_for(self, error, now):
        return await self.close(error.system, now + (error.retry_after or timedelta(minutes=1)))


class TroubleDouble:
    """Keeps what was told, and what was cleared."""

    def __init__(self):
        self.told, self.cleared, self.rows = [], [], []
        self.answers = True

    async def tell(self, where, subject, cause, text, now, *, next_try=None):
        self.told.append((where, subject, cause, text))

    async def tell_row(self, subject, holds, now):
        self.rows.append((subject, holds))

    async def clear(self, where, subject, now, *, causes):
        if not self.answers:
            raise UnavailableError("storage does not answer")
        self.cleared += [(where, subject, cause) for cause in causes]


class Wired:
    """A wiring whose services fail, or are there."""

    def __init__(self, failure=None, *, storage_answers=True):
        self.rng = Random(1)  # noqa: S311 - jitter
        self.agenda, self.gates = AgendaDouble(answers=storage_answers), GateDouble()
        self.queues = QueuesDouble(answers=storage_answers)
        self.troubles, self.contacts, self.unread = TroubleDouble(), Contacts(lambda: NOW), UnreadRows()
        self.failure = failure

    def storage(self):
        return SimpleNamespace(
            agenda=self.agenda,
            queues=self.queues,
            gates=self.gates,
            troubles=self.troubles,
            contacts=self.contacts,
            unread=self.unread,
            now=lambda: NOW,
        )

    def services(self):
        if self.failure is not None:
            raise self.failure
        return "services"


def failing(error):
    async def flow(*_):
        raise error

    return flow


MENDED_LATER = [
    SettingsError([Problem("GRAPH_CLIENT_STATE", "is not set")]),
    MappingError([Problem("mapping.yaml:12", "unknown key")]),
]
PASSING = [
    UnavailableError("OpenText does not answer"),
    OutcomeUnknownError("no answer to a write"),
    FencedError("node-1: no sign of life could be written for 41 s"),
    SignInRefusedError("the sign-in of service was refused lately"),
]


@pytest.mark.parametrize(
    ("message", "retry_after", "seconds"),
    [
        pytest.param(OriginMessage(origin="workspace-1"), 1, 75, id="a hint"),
        pytest.param(OriginMessage(origin="node-1"), 1, 75, id="a hint about a node"),
        pytest.param(
            OriginMessage(origin="workspace-1", waited_for=WaitedFor.HINT_AGAIN, then=(70,)),
            1,
            70,
            id="a look after it",
        ),
        pytest.param(
            OriginMessage(origin="workspace-1", waited_for=WaitedFor.HINT_AGAIN), 1, None, id="the last of them"
        ),
        pytest.param(OriginMessage(origin="workspace-1"), 75, None, id="a hint that is tried later than that"),
        pytest.param(ORIGIN, 1, None, id="no hint"),
    ],
)
async def test_a_hint_that_met_an_expected_failure_is_followed_all_the_same(message, retry_after, seconds):
    """The next try may come before what was announced shows, and knows nothing of the announcement."""
    wired = Wired()
    error = ThrottledError("busy", system="opentext", retry_after=timedelta(seconds=retry_after))

    await run_origin(message, failing(error), wired)

    retry, *followed = wired.agenda.entries
    assert retry.waited_for is WaitedFor.RETRY
    assert [one.waited_for for one in followed] == ([WaitedFor.HINT_AGAIN] if seconds else [])
    assert all(seconds <= (one.at - NOW).total_seconds() <= seconds + 65 for one in followed)


async def test_a_flow_is_given_its_message_and_the_services():
    given = []

    async def flow(message, services):
        given.append((message, services))

    wired = Wired()
    await run_origin(ORIGIN, flow, wired)
    await run_plan(PLAN, flow, wired)

    assert given == [(ORIGIN, "services"), (PLAN, "services")]
    assert wired.agenda.entries == []


@pytest.mark.parametrize("failure", MENDED_LATER, ids=lambda error: type(error).__name__)
async def test_a_message_waits_in_the_agenda_until_settings_and_mapping_are_mended(failure, caplog):
    wired = Wired(failure)

    with caplog.at_level(logging.ERROR):
        await run_origin(ORIGIN, failing(AssertionError("must not run")), wired)

    (entry,) = wired.agenda.entries
    assert (entry.origin, entry.waited_for, entry.trace) == ("workspace-1", WaitedFor.RETRY, TRACE)
    assert timedelta(0) < entry.at - NOW <= timedelta(minutes=10)
    assert str(failure) in caplog.text


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
async def test_a_message_waits_in_the_agenda_for_what_may_pass(error):
    wired = Wired()

    await run_origin(ORIGIN, failing(error), wired)

    (entry,) = wired.agenda.entries
    assert timedelta(0) < entry.at - NOW <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("error", "message", "within"),
    [
        pytest.param(PASSING[0], OriginMessage(origin="node-1"), 30, id="no sensible answer"),
        pytest.param(PASSING[1], OriginMessage(origin="node-1"), 30, id="a lost answer"),
        pytest.param(PASSING[2], OriginMessage(origin="node-1"), 30, id="a worker believed dead"),
        pytest.param(PASSING[3], OriginMessage(origin="node-1"), 600, id="a refused sign-in"),
        pytest.param(MENDED_LATER[0], OriginMessage(origin="node-1"), 600, id="a setting"),
        pytest.param(
            PASSING[0], OriginMessage(origin="node-1", waited_for=WaitedFor.RETRY), 600, id="it failed before"
        ),
        pytest.param(PASSING[0], OriginMessage(origin="workspace-1", bulk=True), 600, id="back-fill"),
    ],
)
async def test_what_failed_for_a_moment_is_tried_again_within_half_a_minute_and_then_in_minutes(error, message, within):
    wired = Wired()
    await run_origin(message, failing(error), wired)

    waits = wired.agenda.entries[0].at - NOW
    assert within / 2 <= waits.total_seconds() <= within


async def test_messages_of_an_origin_that_fail_together_leave_one_row():
    wired = Wired(MENDED_LATER[0])

    for reason in (WaitedFor.HINT, WaitedFor.CHANGED, WaitedFor.SETTLE, WaitedFor.HINT):
        message = OriginMessage(origin="workspace-1", waited_for=reason)
        await run_origin(message, failing(AssertionError("must not run")), wired)

    assert len({(entry.at, entry.waited_for) for entry in wired.agenda.entries}) == 1


async def test_waiting_messages_do_not_all_come_back_at_once():
    wired = Wired(MENDED_LATER[0])

    for number in range(1, 11):
        await run_origin(OriginMessage(origin=f"workspace-{number}"), failing(AssertionError()), wired)

    assert len({entry.at for entry in wired.agenda.entries}) == 10


async def test_what_throttles_us_closes_its_gate_for_every_worker():
    wired = Wired()

    await run_origin(ORIGIN, failing(ThrottledError("429", system="graph", retry_after=timedelta(seconds=90))), wired)

    opening = NOW + timedelta(seconds=90)
    (entry,) = wired.agenda.entries
    assert wired.gates.until == {"graph": opening}
    assert opening <= entry.at <= opening + timedelta(minutes=1)


async def test_a_gate_that_another_worker_closed_for_longer_is_waited_for():
    wired = Wired()
    await wired.gates.close("opentext", NOW + timedelta(hours=1))

    await run_origin(ORIGIN, failing(ThrottledError("429", system="opentext", retry_after=None)), wired)

    (entry,) = wired.agenda.entries
    assert entry.at >= NOW + timedelta(hours=1)


@pytest.mark.parametrize("error", [*MENDED_LATER, *PASSING], ids=lambda error: type(error).__name__)
async def test_a_plan_and_a_timer_come_round_by_themselves(error):
    wired = Wired()

    await run_plan(PLAN.again(), failing(error), wired)
    await run_timer(failing(error), wired)

    assert wired.agenda.entries == []
    assert wired.queues.sent == []


@pytest.mark.parametrize("error", PASSING[:2], ids=lambda error: type(error).__name__)
async def test_a_plan_that_could_not_be_read_for_a_moment_is_read_within_half_a_minute(error):
    """Once: a plan at rest has its turn every five minutes, and somebody may wait for what changed in it."""
    wired = Wired()
    await run_plan(PLAN, failing(error), wired)

    ((again, delay),) = wired.queues.sent
    assert (again.plan, again.waited_for) == (PLAN.plan, WaitedFor.RETRY)
    assert timedelta(0) < delay <= timedelta(seconds=30)


@pytest.mark.parametrize("error", [*MENDED_LATER, *PASSING], ids=lambda error: type(error).__name__)
async def test_who_left_a_plans_group_is_not_forgotten_by_a_failed_read(error):
    """It is a word of this message alone."""
    wired, message = Wired(), PLAN.model_copy(update={"left": ("ada",), "waited_for": WaitedFor.NOTIFIED})
    for _ in range(3):
        await run_plan(message, failing(error), wired)
        message, delay = wired.queues.sent[-1]
        assert timedelta(0) < delay <= timedelta(minutes=10)

    assert [again.left for again, _ in wired.queues.sent] == [("ada",)] * 3


async def test_who_left_waits_for_the_pause_that_graph_asked_for():
    wired, message = Wired(), PLAN.model_copy(update={"left": ("ada",)})
    error = ThrottledError("429", system="graph", retry_after=timedelta(minutes=20))
    await run_plan(message, failing(error), wired)

    assert wired.queues.sent[0][1] >= timedelta(minutes=20)


async def test_a_queue_that_takes_no_message_leaves_a_plan_to_its_turn_and_who_left_with_the_host():
    wired = Wired(storage_answers=False)
    await run_plan(PLAN, failing(PASSING[0]), wired)
    with pytest.raises(UnavailableError, match="storage"):
        await run_plan(PLAN.model_copy(update={"left": ("ada",)}), failing(PASSING[0]), wired)


async def test_a_plan_and_a_timer_close_the_gate_too():
    wired = Wired()

    await run_plan(PLAN, failing(ThrottledError("429", system="graph", retry_after=None)), wired)
    await run_timer(failing(ThrottledError("429", system="opentext", retry_after=None)), wired)

    assert wired.gates.until == dict.fromkeys(["graph", "opentext"], NOW + timedelta(minutes=1))


@pytest.mark.parametrize("error", [KeyError("a bug"), NeverError("not foreseen"), StaleError("not foreseen")])
async def test_the_unforeseen_goes_up_to_the_host(error):
    wired = Wired()

    with pytest.raises(type(error)):
        await run_origin(ORIGIN, failing(error), wired)
    with pytest.raises(type(error)):
        await run_timer(failing(error), wired)
    assert wired.agenda.entries == []


async def test_a_message_that_can_not_be_put_off_stays_on_its_queue():
    """Raising leaves it with the host, which tries again."""
    with pytest.raises(UnavailableError, match="storage"):
        await run_origin(ORIGIN, failing(PASSING[0]), Wired(storage_answers=False))


async def test_settings_that_are_wrong_are_a_trouble_until_a_flow_comes_to_its_end():
    wired = Wired(MENDED_LATER[0])
    await run_timer(failing(AssertionError("must not run")), wired)

    assert wired.troubles.told == [(Where.SYSTEM, "settings", Cause.SETTINGS, "GRAPH_CLIENT_STATE: is not set")]
    assert (Where.SYSTEM, "settings", Cause.SETTINGS) not in wired.troubles.cleared

    wired.failure = None
    await run_timer(passing, wired)
    assert (Where.SYSTEM, "settings", Cause.SETTINGS) in wired.troubles.cleared


async def passing(*_):
    pass


async def test_a_mapping_that_is_wrong_says_that_settings_are_neither_well_nor_not():
    wired = Wired(MENDED_LATER[1])
    await run_plan(PLAN, failing(AssertionError("must not run")), wired)

    assert [cause for _, _, cause, _ in wired.troubles.told] == [Cause.MAPPING]
    assert wired.troubles.cleared == []


async def test_a_system_that_answers_nothing_for_a_while_is_a_trouble_and_its_first_answer_ends_it():
    wired, clock = Wired(), [NOW]
    wired.contacts = Contacts(lambda: clock[0])
    for _ in range(3):
        wired.contacts.asked("opentext")
        clock[0] -= timedelta(seconds=20)
    wired.contacts.by_system["opentext"].since = NOW - timedelta(minutes=1)
    wired.contacts.heard("opentext", 503)

    await run_origin(ORIGIN, failing(PASSING[0]), wired)
    assert (Where.SYSTEM, "opentext", Cause.UNAVAILABLE, "status 503") in wired.troubles.told

    wired.contacts.heard("opentext", 404)
    await run_origin(ORIGIN, passing, wired)
    assert (Where.SYSTEM, "opentext", Cause.UNAVAILABLE) in wired.troubles.cleared


async def test_one_lost_answer_is_no_trouble():
    wired = Wired()
    wired.contacts.asked("graph")

    await run_origin(ORIGIN, failing(PASSING[0]), wired)

    assert wired.troubles.told == []


async def test_a_row_that_could_not_be_read_is_told_at_the_next_wall():
    wired = Wired()
    wired.unread.add(UnreadRow("control", "plan", "p-1", "PlanRow", "w-1"))

    await run_timer(passing, wired)

    assert wired.troubles.rows == [("control/plan/p-1", "PlanRow")]


async def test_the_unforeseen_is_told_with_its_origin_and_without_secrets():
    wired = Wired()
    with pytest.raises(KeyError):
        await run_origin(ORIGIN, failing(KeyError("password=hunter2")), wired)

    ((where, subject, cause, text),) = wired.troubles.told
    assert (where, subject, cause) == (Where.ORIGIN, "workspace-1", Cause.FAILED)
    assert "KeyError" in text
    assert "hunter2" not in text

    await run_origin(ORIGIN, passing, wired)
    assert (Where.ORIGIN, "workspace-1", Cause.FAILED) in wired.troubles.cleared


async def test_a_trouble_that_can_not_be_told_stops_nothing(caplog):
    wired = Wired()

    wired.troubles.answers = False
    await run_origin(ORIGIN, passing, wired)

    assert "could not be told" in caplog.text
