"""After a loss every item stands as it stood: from its task, from OpenText's own record, from the mapping."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from evidence_verify import main as verify_file
from local.demo.world import CONTRACTS_GROUP, FINANCE_GROUP, create_contract
from local.in_process.system import Inside
from local.simulators.faults import Fault
from shared.errors import RefusedError
from shared.evidence.document import render_json
from shared.evidence.history import items_of
from shared.mapping.language.yaml_tree import read_tree
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.operations.app_state import note_app
from shared.operations.rebuild import rebuild
from shared.operations.withdraw import withdraw_rule
from tests.engine import READING

END = datetime(2028, 6, 30, tzinfo=UTC)
MAPPING = """\
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract, attributes: {Contract.Region: EMEA}}
    plan: contracts
    evidence: {head_attribute: Contract.Evidence}
    tasks:
      - {key: review, title: "{{ workspace.name }}: review", assign: "role:Legal", when_deleted: hold}
      - {key: sign, title: "{{ workspace.name }}: sign", on_complete: {set: {Contract.Review: Signed}}}
  - id: approval
    on: step
    when: {workflow: Contract Approval}
    plan: contracts
    evidence: {}
    task: {title: "Approve {{ document.name }}", assign: performer}
    outcomes: {Approve: Approve, Reject: Reject}
"""


class Case:
    """A contract and an approval; the mapping with evidence, or without."""

    def __init__(self, folder, *, evidence):
        self.evidence = evidence
        self.file = folder / "mapping.yaml"
        self.write(lambda _: None)
        self.inside = Inside(self.file)
        self.graph, self.users = self.inside.world.graph, self.inside.world.users
        self.content = self.inside.world.content
        self.workspace = create_contract(self.inside.world, "Supply", END)
        document = self.content.add_document(self.workspace, "Supply.docx", b"text", user="pwilliams")
        self.process = self.content.start_workflow(
            "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=self.workspace
        )

    def write(self, change):
        data = read_tree(MAPPING).data
        if not self.evidence:
            for rule in data["rules"]:
                del rule["evidence"]
        change(data)
        self.file.write_text(json.dumps(data, default=str))

    def edit(self, change, name="edited"):
        self.write(change)
        self.inside.reload(self.file, name)

    async def look(self, waited_for=WaitedFor.RESYNC):
        for origin in (f"workspace-{self.workspace}", f"workflow-{self.process}"):
            message = OriginMessage(origin=origin, waited_for=waited_for)
            self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def later(self):
        await self.inside.pass_time(timedelta(minutes=6), times=4)

    async def lose(self, **how):
        self.inside.account.tables.clear()
        self.inside.origins.messages.clear()
        self.inside.plans.messages.clear()
        self.inside.restart("after")
        return await rebuild(self.inside.services(), lambda _: None, **how)

    async def link(self, start):
        links = [link async for _, link in self.inside.services().origins.list_links()]
        return next((link for link in links if link.item.startswith(start)), None)

    async def states(self):
        return {link.item: link.state async for _, link in self.inside.services().origins.list_links()}

    def task(self, title):
        return next(task for task in self.graph.tasks.values() if task["title"].endswith(title))

    @property
    def titles(self):
        return sorted(task["title"] for task in self.graph.tasks.values())

    async def approve(self):
        task = self.task("Supply.docx")["id"]
        self.inside.at += READING
        self.graph.tick(self.users["dfoxhoven"], task, "Approve")
        self.graph.complete(self.users["dfoxhoven"], task)
        await self.look()
        await self.look()


@pytest.fixture(params=[pytest.param(True, id="with evidence on the record"), pytest.param(False, id="without")])
async def case(tmp_path, request):
    one = Case(tmp_path, evidence=request.param)
    await one.look()
    await one.look()
    assert len(one.titles) == 3
    return one


@pytest.fixture
async def told(tmp_path):
    """A case whose histories are on the record."""
    one = Case(tmp_path, evidence=True)
    await one.look()
    await one.look()
    return one


async def _undone(case):
    """Nothing happened."""


async def _approved(case):
    await case.approve()


async def _signed(case):
    case.graph.complete(case.users["lwhite"], case.task("sign")["id"])
    await case.look()


async def _withdrawn(case):
    case.edit(lambda data: data["rules"].pop(0))
    await case.look()
    await withdraw_rule("package", case.inside.services())


async def _closed(case):
    case.content.set_attribute("pwilliams", case.workspace, "Contract.Region", "APAC")
    await case.look()


async def _stopped(case):
    case.content.stop_workflow(case.process)
    await case.look()


HAPPENED = {"nothing": _undone, "approved": _approved, "completed": _signed, "withdrawn": _withdrawn}
HAPPENED |= {"ended by a value": _closed, "ended with the workflow": _stopped}


@pytest.mark.parametrize("happen", HAPPENED.values(), ids=HAPPENED)
async def test_after_a_loss_the_same_items_stand_in_the_same_states_and_nothing_is_made_completed_or_opened(
    case, happen
):
    await happen(case)
    before, titles = await case.states(), case.titles
    percents = {task_id: task["percentComplete"] for task_id, task in case.graph.tasks.items()}
    found = await case.lose()
    assert found.is_whole
    # What never had a task left no trace: the next look holds it again.
    assert await case.states() == {item: state for item, state in before.items() if state is not LinkState.HELD}
    await case.later()

    assert await case.states() == before
    assert case.titles == titles
    assert {task_id: task["percentComplete"] for task_id, task in case.graph.tasks.items()} == percents


async def test_what_was_released_is_ended_by_no_rebuild(case):
    """With a history it is released again; without one it is let go again by the first look."""
    case.edit(lambda data: data["rules"][0]["when"]["attributes"].update({"Contract.Region": "APAC"}))
    await case.look()
    assert (await case.link("package|review")).state is LinkState.RELEASED
    await case.lose()
    await case.later()

    assert (await case.link("package|review")).state is LinkState.RELEASED
    assert case.task("review")["percentComplete"] == 0


async def test_what_was_completed_before_the_record_was_told_is_recorded_afterwards(case):
    case.graph.complete(case.users["lwhite"], case.task("sign")["id"])
    await case.lose()
    await case.later()

    assert (await case.link("package|sign")).state is LinkState.COMPLETED
    assert case.content.attribute(case.workspace, "Contract.Review") == "Signed"


async def test_an_advanced_approval_shows_as_advanced(case):
    await case.approve()
    before = await case.link("approval|")
    assert before.sent_on
    await case.lose()
    entries = await case.inside.services().origins.list_entries(f"workflow-{case.process}")

    assert (await case.link("approval|")).sent_on == before.sent_on
    assert [item.state for item in items_of(entries) if item.item == before.item] == ["completed, workflow advanced"]


async def test_a_persons_copy_is_nobodys_task_even_when_ours_is_gone(case):
    ours = case.task("sign")
    copy = case.graph.person_create_task(case.users["lwhite"], ours["planId"], "Copy of sign")
    case.graph.edit_description(case.users["lwhite"], copy, case.graph.details[ours["id"]]["description"])
    case.inside.at += timedelta(minutes=20)
    case.graph.delete(case.users["lwhite"], ours["id"])
    found = await case.lose()
    await case.later()

    assert any(copy in line and "made by a person" in line for line in found.left)
    assert (await case.link("package|sign")).task_id not in (None, copy)
    assert case.graph.tasks[copy]["title"] == "Copy of sign"


async def test_a_task_that_people_moved_to_another_plan_of_the_group_is_found_there(case):
    other = case.graph.add_plan(CONTRACTS_GROUP, "Urgent")
    moved = case.task("review")["id"]
    case.graph.move(case.users["lwhite"], moved, other)
    await case.lose()
    await case.later()

    assert (await case.link("package|review")).task_id == moved
    assert len(case.titles) == 3


async def test_a_task_in_a_plan_that_nobody_names_is_found_by_the_history(told):
    case = told
    await _signed(case)
    other = case.graph.add_plan(FINANCE_GROUP, "Elsewhere")
    moved = case.task("review")["id"]
    case.graph.move(case.users["lwhite"], moved, other)
    await case.lose()
    await case.later()

    assert (await case.link("package|review")).task_id == moved
    assert len(case.titles) == 3


async def test_a_plan_that_is_not_listed_just_then_stops_the_start_and_no_task_is_made_in_it(case):
    plan = case.task("review")["planId"]
    case.graph.hide(plan)
    found = await case.lose()
    assert not found.is_whole
    case.graph.show(plan)
    await case.look()
    held = await case.link("package|review")

    assert len(case.titles) == 3
    assert (held.state, held.hold) == (LinkState.HELD, HoldCause.TARGET)
    assert "manage.py rebuild" in held.reason

    case.inside.account.tables.clear()
    assert (await case.lose()).is_whole
    await case.later()
    assert len(case.titles) == 3


@pytest.mark.parametrize(("maker", "is_whole"), [("a person", True), ("nobody knows who", False)])
async def test_a_task_that_cant_be_read_stops_the_start_unless_a_person_made_it(told, maker, is_whole):
    case = told
    odd = case.graph.person_create_task(case.users["lwhite"], case.task("review")["planId"], "Odd")
    unknown = {"createdBy": None} if maker == "nobody knows who" else {}

    def change(found):
        rows = found.get("value") if isinstance(found, dict) else None
        return found if rows is None else {**found, "value": [_odd(row, odd, unknown) for row in rows]}

    case.graph.faults.add(Fault.odd(change, path="/tasks", times=1000))

    assert (await case.lose()).is_whole is is_whole


def _odd(row, odd, unknown):
    return {**row, "percentComplete": "none", **unknown} if row.get("id") == odd else row


async def test_a_run_that_was_cut_off_lets_nothing_be_made(case):
    case.inside.account.tables.clear()
    case.inside.restart("cut off")

    def die(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rebuild(case.inside.services(), die)
    case.inside.restart("started all the same")
    await case.look()

    assert len(case.titles) == 3


async def test_what_a_person_deleted_and_the_rule_leaves_at_that_stays_deleted(told):
    case = told
    case.inside.at += timedelta(minutes=20)
    case.graph.delete(case.users["lwhite"], case.task("review")["id"])
    await case.look()
    await case.lose()
    await case.later()

    link = await case.link("package|review")
    assert (link.state, link.hold) == (LinkState.HELD, HoldCause.DELETED)
    assert len(case.titles) == 2


async def test_a_restored_history_goes_on_from_the_head_on_the_record(told, tmp_path):
    case = told
    await _signed(case)
    origin = f"workspace-{case.workspace}"
    before = await case.inside.services().origins.list_lines(origin)
    anchor = case.content.attribute(case.workspace, "Contract.Evidence")
    found = await case.lose()
    await case.later()
    lines = await case.inside.services().origins.list_lines(origin)
    file = tmp_path / "evidence.json"
    file.write_bytes(render_json(origin, lines))

    assert found.histories == 2
    kept = int(str(anchor).split(" ")[1].split(":")[0])
    assert lines[:kept] == before[:kept]
    assert len(lines) > kept
    assert verify_file([str(file), "--head", str(anchor).split(" pdf:")[0]]) == 0
    assert all("history_replaced" not in line for line in lines)


async def test_a_history_that_the_head_on_the_record_denies_is_told_and_not_restored(told):
    case = told
    await _signed(case)
    forged = f"workspace-{case.workspace} 2:{'0' * 64}"
    case.content.set_attribute("pwilliams", case.workspace, "Contract.Evidence", forged)
    found = await case.lose()

    assert found.histories == 1, "the workflow's alone"
    assert any("not restored" in line for line in found.left)


async def test_it_refuses_while_the_app_is_seen_to_run(case):
    case.inside.account.tables.clear()
    case.inside.restart("after")
    await note_app(case.inside.services())

    with pytest.raises(RefusedError, match="the app swept"):
        await rebuild(case.inside.services(), lambda _: None)
    case.inside.at += timedelta(minutes=7)
    assert (await rebuild(case.inside.services(), lambda _: None)).is_whole


async def test_a_dry_run_says_the_same_and_writes_nothing(case):
    said: list[str] = []
    case.inside.account.tables.clear()
    case.inside.restart("dry")
    dry = await rebuild(case.inside.services(), said.append, dry_run=True)

    assert not any(case.inside.account.tables.values())
    real = await rebuild(case.inside.services(), lambda _: None)
    assert (dry.tasks, dry.origins, dry.plans) == (real.tasks, real.origins, real.plans)
    assert any("would be open" in line for line in said)
