"""Tables that came back from a backup do not know who was told since: nobody is told a second time."""

from datetime import timedelta

import pytest

from shared.operations.rebuild import rebuild
from tests.integration.test_backup import bring_back, save
from tests.integration.test_digests import DIGEST
from tests.integration.test_mails import BOTH, DONE, LATE, Case


async def rebuild_from(file, case):
    """Lose the tables some minutes later, bring the backup back, and rebuild."""
    case.inside.at += timedelta(minutes=10)
    await bring_back(case.inside, file)
    await rebuild(case.inside.services(), lambda _: None)


async def late(case):
    await case.pass_days(3)


async def done(case):
    case.complete()
    await case.look()


@pytest.mark.parametrize("come_to_it", [late, done], ids=["overdue", "completed"])
async def test_a_mail_that_went_out_since_the_backup_is_not_sent_again(tmp_path, come_to_it):
    case = Case(tmp_path, LATE, DONE)
    await case.look()
    await case.pass_days(1)
    file = await save(case.inside, tmp_path)
    await come_to_it(case)
    sent = case.sent
    assert len(sent) == 1

    await rebuild_from(file, case)
    await case.look()
    await case.pass_days(1)

    assert case.sent == sent


async def test_what_comes_after_the_rebuild_is_told(tmp_path):
    case = Case(tmp_path, LATE, DONE)
    await case.look()
    file = await save(case.inside, tmp_path)
    await rebuild_from(file, case)

    await case.pass_days(3)
    case.complete()
    await case.look()

    assert case.sent == [("Late", BOTH), ("Done", BOTH[1:])]


async def test_a_digest_that_went_out_since_the_backup_is_not_sent_again(tmp_path):
    case = Case(tmp_path, DIGEST, contracts=2)
    await case.look()
    while not case.inside.account.tables["control"].get("digest"):
        await case.inside.pass_time(timedelta(hours=1), times=1)
    file = await save(case.inside, tmp_path)
    await case.pass_days(1)
    sent = case.sent
    assert len(sent) == len(BOTH)

    await rebuild_from(file, case)
    await case.look()
    await case.pass_days(2)

    assert case.sent == sent
