"""A digest: what a person is told of a day comes in one mail, from all records, each thing once."""

from datetime import UTC, datetime, timedelta

import pytest

from local.simulators.faults import Fault
from shared.models.digest import MOST_LINES, Digest, DigestLine, next_time
from shared.models.troubles import Cause
from shared.operations.troubles import read_troubles
from tests.integration.test_mails import BOTH, LATE, SEND, Case

DIGEST = {**LATE, "digest": "daily 08:00"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(tmp_path):
    """Five contracts whose task is late from Thursday on, at eight in Berlin told in one mail."""
    return Case(tmp_path, DIGEST, contracts=5)


def until(hour, minute=0, day=26):
    """A time in Berlin, in UTC."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


async def pass_until(case, at, step=timedelta(hours=1)):
    while case.inside.at < at:
        await case.inside.pass_time(min(step, at - case.inside.at), times=1)


async def test_many_things_come_in_one_mail_at_its_time(case):
    await case.look()
    await pass_until(case, until(7, 59))
    assert case.sent == []

    await pass_until(case, until(8, 1), MINUTE)
    outbox = case.world.graph.outbox
    assert sorted(mail.to for mail in outbox) == [(address,) for address in BOTH]
    assert {mail.subject for mail in outbox} == {"5 things that happened to your Planner tasks"}
    assert all(mail.text.count("Late: Supply ") == 5 and mail.html.count("Open the task") == 5 for mail in outbox)

    await pass_until(case, until(8, 30, day=29))
    assert len(outbox) == 2
    assert await case.told() == ["in a digest of 2026-11-26 07:00 UTC"] * 2


async def test_what_comes_later_is_in_the_next_one(case):
    await case.look()
    await pass_until(case, until(9))
    case.world.graph.outbox.clear()
    origin = case.origins[0]
    [task] = [one for one in case.world.graph.tasks.values() if one["title"] == "Supply 0"]
    case.world.graph.complete(case.world.users["lwhite"], task["id"])
    await case.look()
    case.world.graph.person_patch_task(case.world.users["lwhite"], task["id"], percentComplete=0)
    await case.look()
    assert origin
    await pass_until(case, until(8, 5, day=27))

    assert [mail.subject for mail in case.world.graph.outbox] == ["Late: Supply 0"] * 2


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
async def test_a_mailbox_that_turns_a_digest_away_gets_it_later(case, status):
    body = b'{"error": {"code": "ErrorAccessDenied", "message": "no"}}'
    case.world.graph.faults.add(Fault.status(status, path=SEND, body=body))
    await case.look()
    await pass_until(case, until(8), MINUTE * 20)
    assert [one.cause for one in await read_troubles(case.inside.storage())] == [Cause.MAIL]
    await pass_until(case, until(12), MINUTE * 20)

    assert sorted(to for _, to in case.sent) == [(address,) for address in BOTH]
    assert await read_troubles(case.inside.storage()) == ()


async def test_a_digest_whose_answer_was_lost_is_not_sent_again(case):
    case.world.graph.faults.add(Fault.dropped(method="POST", path=SEND, after=True))
    await case.look()
    await pass_until(case, until(12))

    assert sorted(to for _, to in case.sent) == [(address,) for address in BOTH]


async def test_a_digest_that_a_worker_died_with_is_not_sent_again(case):
    await case.look()
    await pass_until(case, until(7, 30))
    digests = case.inside.services().digests
    [first, *_] = await digests.list_due(until(9))
    await digests.change(first, first.digest.taken(until(7, 45)))
    await pass_until(case, until(12), MINUTE * 30)

    assert [to for _, to in case.sent] == [(address,) for address in BOTH if address != first.digest.address]
    assert await digests.list_due(until(12)) == ()


async def test_without_a_mailbox_nothing_is_collected(tmp_path):
    case = Case(tmp_path, DIGEST, NOTIFY_FROM="")
    await case.look()
    await pass_until(case, until(12), timedelta(hours=3))

    assert await case.inside.services().digests.list_due(until(9, day=30)) == ()


async def test_a_line_stands_in_a_digest_once_and_what_does_not_fit_in_another(case):
    digests, due = case.inside.services().digests, until(8)
    lines = [DigestLine(key=str(number), subject=f"Late {number}") for number in range(MOST_LINES + 5)]
    for line in lines * 2:
        await digests.add("Liz@contoso.example", due, line)
    await digests.add("bob@contoso.example", due, lines[0])

    found = [waiting.digest for waiting in await digests.list_due(due)]
    assert sorted((digest.address, len(digest.lines)) for digest in found) == [
        ("Liz@contoso.example", 5),
        ("Liz@contoso.example", MOST_LINES),
        ("bob@contoso.example", 1),
    ]


TIMES = {
    "later today": ("2026-11-26T06:59", "Europe/Berlin", "2026-11-26T07:00"),
    "at this very moment": ("2026-11-26T07:00", "Europe/Berlin", "2026-11-27T07:00"),
    "over the end of summer time": ("2026-10-24T07:00", "Europe/Berlin", "2026-10-25T07:00"),
    "in another zone": ("2026-11-26T07:00", "America/New_York", "2026-11-26T13:00"),
    "on another day there": ("2026-11-26T23:30", "Pacific/Auckland", "2026-11-27T19:00"),
}


@pytest.mark.parametrize(("now", "zone", "expected"), TIMES.values(), ids=TIMES)
def test_a_digest_goes_out_by_the_wall_clock_of_the_rule(now, zone, expected):
    at, then = (datetime.fromisoformat(f"{text}:00+00:00") for text in (now, expected))

    assert next_time("daily 08:00", zone, at) == then


def test_one_long_line_fits_alone():
    line = DigestLine(key="a", subject="s" * 30_000)

    assert Digest(address="a@x.example", due=until(8)).takes(line)
