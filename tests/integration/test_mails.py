"""Mails through the real engine: told once, later where the mailbox is to blame, never about the past."""

from datetime import timedelta

import pytest
import yaml

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.local_system import ROOT
from local.simulators.faults import Fault
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause
from shared.operations.troubles import read_troubles
from tests.engine import AS_DEPLOYED

END = START + timedelta(days=400)
SEND = "/sendMail"
LATE = {"on": "overdue", "to": ["role:Legal", "role:Manager"], "subject": "Late: {{ task.title }}"}
DONE = {"on": "completed", "to": ["role:Manager"], "subject": "Done: {{ task.title }}"}


class Case:
    """A task that is overdue after two days."""

    def __init__(self, folder, *notify, contracts=1, **settings):
        self.folder = folder
        self.inside = self.worker(*notify, **settings)
        self.world = self.inside.world
        self.origins = [f"workspace-{create_contract(self.world, f'Supply {n}', END)}" for n in range(contracts)]

    def worker(self, *notify, world=None, **settings):
        rules = yaml.safe_load((ROOT / "mapping.yaml").read_text())
        due = {"from": "created", "days": 2}
        task = {"key": "review", "title": "{{ workspace.name }}", "assign": "role:Legal", "due": due}
        rule = {"id": "package", "on": "workspace", "when": {"workspace_type": "Contract"}, "plan": "contracts"}
        path = self.folder / "mapping.yaml"
        path.write_text(yaml.safe_dump({**rules, "rules": [{**rule, "tasks": [{**task, "notify": list(notify)}]}]}))
        return Inside(path, settings=AS_DEPLOYED | settings, world=world)

    async def look(self):
        self.inside.origins.messages += [OriginMessage(origin=one).model_dump_json() for one in self.origins]
        await self.inside.drain()

    async def pass_days(self, days):
        await self.inside.pass_time(timedelta(hours=6), times=days * 4)

    def complete(self):
        [task] = self.world.graph.tasks.values()
        self.world.graph.complete(self.world.users["lwhite"], task["id"])

    @property
    def sent(self):
        return [(mail.subject.partition(":")[0], mail.to) for mail in self.world.graph.outbox]

    async def link(self):
        [link] = (await self.inside.services().origins.find_links(self.origins[0])).values()
        return link

    async def told(self):
        entries = await self.inside.services().origins.list_entries(self.origins[0])
        return [entry.personal.detail["mail"] for entry in entries if entry.what == "told"]


BOTH = ("lwhite@contoso.example", "pwilliams@contoso.example")


async def test_what_is_overdue_is_told_once_and_again_after_a_reopening(tmp_path):
    case = Case(tmp_path, LATE, DONE)
    await case.look()
    await case.pass_days(5)
    assert case.sent == [("Late", BOTH)]

    case.complete()
    await case.pass_days(2)
    [task] = case.world.graph.tasks.values()
    case.world.graph.person_patch_task(case.world.users["lwhite"], task["id"], percentComplete=0)
    await case.look()
    await case.pass_days(2)

    assert case.sent == [("Late", BOTH), ("Done", BOTH[1:]), ("Late", BOTH)]


async def test_lateness_counts_from_the_date_that_a_person_set(tmp_path):
    """OpenText's date is the 25th; by Planner it is due on the 24th at one, on the 28th at the other."""
    case = Case(tmp_path, LATE, contracts=2)
    await case.look()
    graph, liz = case.world.graph, case.world.users["lwhite"]
    for task, day in zip(sorted(graph.tasks.values(), key=lambda one: one["title"]), ("24", "28"), strict=True):
        graph.person_patch_task(liz, task["id"], dueDateTime=f"2026-11-{day}T10:00:00Z")
    await case.look()

    told = {}
    for _ in range(8):
        await case.pass_days(1)
        told[f"{case.inside.at:%d}"] = len(case.sent)

    assert (told["24"], told["25"], told["28"], told["29"]) == (0, 1, 1, 2)
    assert {to for _, to in case.sent} == {BOTH}


async def test_without_a_mailbox_nothing_is_told_and_the_past_is_not_told_later(tmp_path):
    case = Case(tmp_path, LATE, DONE, NOTIFY_FROM="")
    await case.look()
    await case.pass_days(5)
    account, at = case.inside.account, case.inside.at

    case.inside = Case.worker(case, LATE, DONE, world=case.world)
    case.inside.account.__dict__.update(account.__dict__)
    case.inside.at = at
    await case.pass_days(3)
    assert case.sent == []

    case.complete()
    await case.look()
    assert case.sent == [("Done", BOTH[1:])]


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
async def test_a_mailbox_that_turns_one_mail_away_gets_it_later(tmp_path, status):
    case = Case(tmp_path, LATE)
    body = b'{"error": {"code": "ErrorAccessDenied", "message": "no"}}'
    case.world.graph.faults.add(Fault.status(status, path=SEND, body=body))
    await case.look()
    await case.pass_days(3)

    assert case.sent == [("Late", BOTH)]
    assert await case.told() == ["sent"]
    assert await read_troubles(case.inside.storage()) == ()


async def test_a_mailbox_that_is_refused_is_a_trouble_tried_hourly_for_all_until_it_is_mended(tmp_path):
    case = Case(tmp_path, LATE, contracts=5)
    faults = case.world.graph.faults
    faults.add(Fault.status(403, path=SEND, times=999))
    await case.look()
    await case.pass_days(3)
    before = faults.struck
    await case.inside.pass_time(timedelta(minutes=10), times=36)

    [trouble] = await read_troubles(case.inside.storage())
    assert (trouble.cause, trouble.text.partition(":")[0]) == (Cause.MAIL, "bridge@contoso.example")
    assert 3 <= faults.struck - before <= 8

    faults.queue.clear()
    await case.inside.pass_time(timedelta(minutes=30), times=6)
    assert len(case.sent) == 5
    assert await read_troubles(case.inside.storage()) == ()


async def test_a_lost_answer_is_not_sent_again(tmp_path):
    case = Case(tmp_path, LATE)
    case.world.graph.faults.add(Fault.dropped(method="POST", path=SEND, after=True))
    await case.look()
    await case.pass_days(4)

    assert case.sent == [("Late", BOTH)]
    assert await case.told() == ["perhaps sent"]


async def test_one_address_that_is_not_accepted_keeps_nobody_else_from_being_told(tmp_path):
    case = Case(tmp_path, LATE)
    refusal = b'{"error": {"code": "ErrorInvalidRecipients", "message": "no"}}'
    case.world.graph.faults.add(Fault.status(400, path=SEND, times=2, body=refusal))
    await case.look()
    await case.pass_days(4)

    assert case.sent == [("Late", BOTH[1:])]
    assert [text.partition(":")[0] for text in await case.told()] == ["refused", "sent"]


async def test_a_mail_that_can_not_be_written_is_told_and_not_sent_empty(tmp_path):
    broken = {**LATE, "subject": "{{ attributes['Contract.Gone'] | upper }}"}
    case = Case(tmp_path, broken)
    await case.look()
    await case.pass_days(4)

    assert case.sent == []
    assert [text.partition(":")[0] for text in await case.told()] == ["held"]


async def test_mails_are_paced_by_their_mailbox(tmp_path):
    """Forty fall due at one moment: thirty in the first minute, the rest in the next, none lost."""
    case = Case(tmp_path, LATE, contracts=40)
    await case.look()
    await case.pass_days(1)
    await case.inside.pass_time(timedelta(hours=13, minutes=55), times=1)
    case.world.graph.outbox.clear()
    case.inside.at += timedelta(days=1, minutes=10)
    await case.look()
    first = len(case.sent)
    await case.inside.pass_time(timedelta(seconds=20), times=9)

    assert first == 30
    assert len(case.sent) == 40
