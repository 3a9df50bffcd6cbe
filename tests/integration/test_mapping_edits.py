"""A mapping that is edited while work is in flight ends nothing, and what it let go returns as it was."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.mapping.language.yaml_tree import read_tree
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause, Where
from shared.models.words import WaitedFor
from shared.operations.troubles import read_troubles

END = datetime(2028, 6, 30, tzinfo=UTC)
MAPPING = """\
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
calendars:
  default: {timezone: Europe/Berlin}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract, attributes: {Contract.Region: EMEA}}
    plan: contracts
    tasks: [{key: review, title: "{{ workspace.name }}: review", assign: "role:Legal", when_deleted: hold}]
  - id: other
    on: workspace
    when: {workspace_type: Contract, attributes: {Contract.Value: {min: 1}}}
    plan: contracts
    tasks: [{key: check, title: "{{ workspace.name }}: check", assign: "role:Legal"}]
  - id: weekly
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
      - key: call
        title: "{{ workspace.name }}: call"
        due: {from: created, days: 1, adjust: next, repeat: "FREQ=WEEKLY;COUNT=3"}
  - id: approval
    on: step
    when: {workflow: Contract Approval}
    plan: contracts
    task: {title: "Approve {{ document.name }}", assign: performer}
    outcomes: {Approve: Approve, Reject: Reject}
"""


class Case:
    """A contract, an approval, and a mapping file that can be edited."""

    def __init__(self, folder):
        self.file = folder / "mapping.yaml"
        self.file.write_text(MAPPING)
        self.inside = Inside(self.file)
        self.graph, self.users = self.inside.world.graph, self.inside.world.users
        content = self.inside.world.content
        self.workspace = create_contract(self.inside.world, "Supply", END)
        document = content.add_document(self.workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self.workspace
        )

    def edit(self, change):
        data = read_tree(MAPPING).data
        change(data)
        self.file.write_text(json.dumps(data, default=str))
        self.inside.reload(self.file, f"worker {id(change)}")

    def put_back(self):
        self.edit(lambda _: None)

    async def look(self, waited_for=WaitedFor.HINT):
        for origin in (f"workspace-{self.workspace}", f"workflow-{self.process}"):
            message = OriginMessage(origin=origin, waited_for=waited_for)
            self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def links(self):
        return {link.item: link async for _, link in self.inside.services().origins.list_links()}

    async def link(self, start):
        return next(link for item, link in (await self.links()).items() if item.startswith(start))

    @property
    def done(self):
        return [task["title"] for task in self.graph.tasks.values() if task["percentComplete"] == 100]

    async def delete(self, start):
        link = await self.link(start)
        self.inside.at += timedelta(minutes=15)
        self.graph.delete(self.users["lwhite"], link.task_id)
        return link.task_id


@pytest.fixture
async def case(tmp_path):
    one = Case(tmp_path)
    await one.look()
    await one.look()
    assert {link.state for link in (await one.links()).values()} == {LinkState.OPEN}
    return one


def _first(data):
    data["match"] = "first"


def _reordered(data):
    data["match"] = "first"
    data["rules"] = [data["rules"][1], data["rules"][0], *data["rules"][2:]]


def _day_off(data):
    data["calendars"]["default"]["days_off"] = ["2026-11-24", "2026-12-01", "2026-12-08"]


def _asks_more(data):
    data["rules"][0]["when"]["attributes"]["Contract.Region"] = "APAC"


def _without_rules(data):
    data["rules"] = data["rules"][2:]


def _another_key(data):
    data["rules"][0]["tasks"][0]["key"] = "reviewed"


def _another_series(data):
    data["rules"][2]["tasks"][0]["due"]["repeat"] = "FREQ=MONTHLY;COUNT=3"


def _without_steps(data):
    data["rules"] = data["rules"][:3]


def _of_another_type(data):
    for rule in data["rules"][:3]:
        rule["when"]["workspace_type"] = "Project"


EDITS = {
    "all rules becomes the first": _first,
    "another order where the first counts": _reordered,
    "a day off under a series": _day_off,
    "a condition that asks more": _asks_more,
    "rules that are dropped": _without_rules,
    "a task with another key": _another_key,
    "a series with another rhythm": _another_series,
    "the rule of a step that is dropped": _without_steps,
    "another workspace type": _of_another_type,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_a_changed_file_alone_completes_and_deletes_nothing(case, edit):
    before = {task_id: task["title"] for task_id, task in case.graph.tasks.items()}
    case.edit(edit)
    await case.look()
    await case.look(WaitedFor.RESYNC)

    assert case.done == []
    assert before.items() <= {task_id: task["title"] for task_id, task in case.graph.tasks.items()}.items()


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_what_a_file_let_go_returns_as_it_was_with_the_file(case, edit):
    before = {item: link.task_id for item, link in (await case.links()).items()}
    case.edit(edit)
    await case.look()
    case.put_back()
    await case.look()
    await case.look()
    after = await case.links()

    assert {item: after[item].task_id for item in before} == before
    assert {after[item].state for item in before} == {LinkState.OPEN}
    assert case.done == []


async def test_a_value_that_says_no_by_the_rule_that_the_task_was_made_by_ends_it(case):
    case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Region", "APAC")
    await case.look()

    assert case.done == ["Supply: review"]


async def test_a_file_that_changed_at_the_same_time_as_the_record_ends_nothing(case):
    """Whether the value or the file did it can't be told: the task is left, and an operator may withdraw it."""
    case.inside.world.content.set_attribute("pwilliams", case.workspace, "Contract.Region", "APAC")
    case.edit(lambda data: data["rules"][0]["tasks"][0].update(title="{{ workspace.name }}: look"))
    await case.look()

    assert case.done == []
    assert (await case.link("package|")).state is LinkState.RELEASED


async def test_a_released_step_ends_with_its_step(case):
    case.edit(_without_steps)
    await case.look()
    assert (await case.link("approval|")).state is LinkState.RELEASED
    workflow = case.inside.world.content.workflow(case.process)
    case.inside.world.content.complete_step("dfoxhoven", case.process, 1, "Approve")
    assert workflow.completed
    await case.look()

    link = await case.link("approval|")
    assert link.state is LinkState.CLOSED
    assert "completed in OpenText" in link.reason
    assert case.done == ["Approve Supply.docx"]


async def test_a_released_task_that_a_person_deletes_is_not_made_again_when_the_rule_returns(case):
    case.edit(_without_rules)
    await case.look()
    gone = await case.delete("package|")
    await case.look(WaitedFor.RESYNC)
    case.put_back()
    await case.look()
    await case.look(WaitedFor.RESYNC)

    assert (await case.link("package|")).state is LinkState.WITHDRAWN
    assert gone not in case.graph.tasks
    assert [t["title"] for t in case.graph.tasks.values()].count("Supply: review") == 0


async def test_a_task_deleted_while_its_rule_was_gone_and_unseen_until_it_returned_stays_deleted(case):
    case.edit(_without_rules)
    await case.look()
    await case.delete("other|")
    case.put_back()
    await case.look()

    assert (await case.link("other|")).state is LinkState.WITHDRAWN
    assert [t["title"] for t in case.graph.tasks.values()].count("Supply: check") == 0


async def test_what_was_held_because_a_person_deleted_it_stays_so_when_its_rule_goes_and_returns(case):
    await case.delete("package|")
    await case.look(WaitedFor.RESYNC)
    held = await case.link("package|")
    assert (held.state, held.hold) == (LinkState.HELD, "deleted")
    case.edit(_without_rules)
    await case.look(WaitedFor.RESYNC)
    case.put_back()
    await case.look(WaitedFor.RESYNC)

    assert await case.link("package|") == held
    assert [t["title"] for t in case.graph.tasks.values()].count("Supply: review") == 0


async def test_a_released_task_that_people_completed_is_recorded_when_its_rule_returns(case):
    case.edit(_without_rules)
    await case.look()
    link = await case.link("package|")
    case.graph.complete(case.users["lwhite"], link.task_id)
    await case.look(WaitedFor.RESYNC)
    ended = await case.link("package|")
    case.put_back()
    await case.look()

    after = await case.link("package|")
    assert (ended.state, after.state) == (LinkState.COMPLETED, LinkState.COMPLETED)
    assert ended.completed_by == after.completed_by == case.users["lwhite"]
    assert case.graph.tasks[link.task_id]["percentComplete"] == 100


async def test_of_a_task_that_was_made_again_and_one_that_is_restored_the_first_counts_and_the_other_is_told(case):
    """The rule makes a deleted task again; a person undoes the deletion after that."""
    state = case.graph.state
    link = await case.link("other|")
    task, details, plan = state.tasks[link.task_id], state.details[link.task_id], link.plan_id
    await case.delete("other|")
    await case.look(WaitedFor.RESYNC)
    again = await case.link("other|")
    assert again.task_id not in (None, link.task_id)
    state.tasks[link.task_id], state.details[link.task_id] = task, details
    state.plan_tasks[plan][link.task_id] = None
    await case.inside.pass_time(timedelta(minutes=6), times=3)

    assert (await case.link("other|")).task_id == again.task_id
    assert link.task_id in case.graph.tasks
    (told,) = await read_troubles(case.inside.services())
    assert (told.where, told.subject, told.cause) == (Where.PLAN, plan, Cause.TWIN)
    assert link.task_id in told.text
    assert again.task_id in told.text
    case.graph.complete(case.users["lwhite"], link.task_id)
    await case.inside.pass_time(timedelta(minutes=6), times=2)
    assert (await case.link("other|")).state is LinkState.OPEN

    case.graph.delete(case.users["lwhite"], link.task_id)
    await case.inside.pass_time(timedelta(minutes=6), times=3)

    assert await read_troubles(case.inside.services()) == ()


async def test_a_deleted_task_that_a_person_restores_is_the_items_again(case):
    state = case.graph.state
    link = await case.link("package|")
    task, details, plan = state.tasks[link.task_id], state.details[link.task_id], link.plan_id
    await case.delete("package|")
    await case.look(WaitedFor.RESYNC)
    assert (await case.link("package|")).state is LinkState.HELD
    state.tasks[link.task_id], state.details[link.task_id] = task, details
    state.plan_tasks[plan][link.task_id] = None
    await case.inside.pass_time(timedelta(minutes=6), times=3)

    after = await case.link("package|")
    assert (after.state, after.task_id) == (LinkState.OPEN, link.task_id)
    case.graph.complete(case.users["lwhite"], link.task_id)
    await case.look(WaitedFor.RESYNC)
    assert (await case.link("package|")).state is LinkState.COMPLETED
