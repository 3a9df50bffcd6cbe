"""The tables are saved, lost and brought back: the same history, and nothing is made twice."""

import gzip
import itertools
import json
from datetime import timedelta

import pytest

from commands.backup import verify_all
from local.demo.world import CONTRACTS_GROUP, create_contract
from local.simulators.faults import Fault
from shared.errors import InputError, RefusedError
from shared.models.holds import HOLDS, HoldCause
from shared.models.link import LinkState
from shared.operations.app_state import note_app
from shared.operations.backup import restore, write_backup
from shared.operations.rebuild import rebuild
from shared.store.queues import Queues
from shared.store.tables import Tables
from shared.wiring.stores import storage_over
from tests.engine import READING
from tests.integration.test_rebuild import END, Case
from tests.integration.test_standing_failures import Break, status
from tests.tables import tables_in

_NUMBERS = itertools.count(1)


def tables_of(inside, writer="operator"):
    return tables_in(inside.account, writer)


def rows(file):
    with gzip.open(file, "rt") as lines:
        return [json.loads(line) for line in lines][1:-1]


def given(file):
    """Rows that are brought back as they were; the agenda gets one more for each origin, and a rebuild is asked for."""
    return [row for row in rows(file) if row[0] != "agenda" and not row[2].startswith("rebuild=2F")]


@pytest.fixture
async def case():
    """Everything is made and agreed on."""
    one = Case()
    await one.begin()
    await one.pass_time()
    return one


async def save(inside, folder):
    """Pause the app, and write a backup; return its file."""
    await note_app(inside.services())
    file = folder / "bridge.jsonl.gz"
    await write_backup(tables_of(inside), file, inside.now())
    return file


async def bring_back(inside, file):
    """Lose the tables and all that is queued, and restore a backup."""
    inside.account.tables.clear()
    inside.origins.messages.clear()
    inside.plans.messages.clear()
    inside.restart("after")
    await restore(tables_of(inside), inside.services(), file)


@pytest.fixture
async def saved(case, tmp_path):
    return await save(case.inside, tmp_path)


@pytest.fixture
async def emulated(storage):
    """Empty tables in Azurite."""
    tables = Tables.from_connection_string(storage, writer="operator", prefix=f"backup{next(_NUMBERS)}")
    yield tables
    await tables.close()


async def test_the_file_is_for_its_owner_alone_and_leaves_out_what_workers_do_now(saved):
    assert saved.stat().st_mode & 0o077 == 0
    held = rows(saved)
    assert {"origins", "tasks", "agenda", "control"} == {row[0] for row in held}
    assert not [row for row in held if row[1] in ("hands", "slot") or row[2].startswith("app=2Fstate")]


def over(tables, case):
    """The stores over some tables, at the case's time."""
    queues = Queues(case.inside.origins, case.inside.plans)
    return storage_over(tables, queues, owner="operator", now=case.inside.now)


ASKS = ("/$batch", "/nodes/list", "/auth", "/otdsws")
"""Ends and parts of paths that are posted to and write nothing; a batch when all that it holds are reads."""


def watch(case):
    """Note what is written to Planner and OpenText from now on."""
    written = []

    def watched(handler):
        async def handle(method, path, query, headers, body):
            asks = any(part in path for part in ASKS) and not any(
                word in body for word in (b"PATCH", b"DELETE", b"POST")
            )
            if method not in ("GET", "HEAD") and not asks:
                written.append(f"{method} {path}")
            return await handler(method, path, query, headers, body)

        return handle

    case.inside.graph, case.inside.content = watched(case.inside.graph), watched(case.inside.content)
    return written


async def test_what_was_lost_is_there_again_and_a_look_at_everything_writes_nothing(case, saved, emulated, tmp_path):
    """Through the emulator, whose tables take and give what Azure's do."""
    before = case.titles
    there = over(emulated, case)
    await restore(emulated, there, saved)
    verified = await verify_all(there)
    again = tmp_path / "again.jsonl.gz"
    await write_backup(emulated, again, case.inside.now())

    case.lose_tables()
    await restore(tables_of(case.inside), case.inside.services(), again)
    told = await histories(case)
    written = watch(case)
    await case.pass_time()

    assert verified == 2
    assert given(again) == given(saved)
    assert written == []
    assert case.titles == before
    assert await histories(case) == told


async def histories(case):
    storage = case.inside.storage()
    return {origin: await storage.origins.list_lines(origin) async for origin in storage.origins.list_origins()}


async def test_what_was_made_since_the_backup_is_found_by_rebuild_and_not_made_again(case, saved):
    later = create_contract(case.inside.world, "Later", END)
    await case.hint(f"workspace-{later}")
    before = case.titles
    assert sum(before.values()) == 9

    await bring_back(case.inside, saved)
    found = await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()

    assert (found.tasks, found.known) == (4, 5)
    assert case.titles == before


async def test_until_a_rebuild_nothing_is_made_in_restored_tables(case, saved):
    """Whoever starts the app without it would have each task made twice that was made since the backup."""
    later = create_contract(case.inside.world, "Later", END)
    await case.hint(f"workspace-{later}")
    before = case.titles

    await bring_back(case.inside, saved)
    await case.hint(f"workspace-{later}")
    await case.pass_time()
    assert case.titles == before
    held = await case.inside.services().origins.find_links(f"workspace-{later}")
    assert {link.hold for link in held.values()} == {HoldCause.TARGET}
    assert all("no rebuild followed" in link.reason for link in held.values())

    await rebuild(case.inside.services(), lambda _: None)
    case.inside.restart("rebuilt")
    await case.pass_time()
    assert case.titles == before
    assert set((await case.states()).values()) == {LinkState.OPEN}


async def test_what_waited_at_the_backup_and_was_made_since_is_not_made_again(case, tmp_path):
    """The backup says that it is held, and has no task."""
    graph = case.inside.world.graph
    graph.faults.add(Fault.status(403, method="POST", path="/planner/tasks", times=2))
    later = f"workspace-{create_contract(case.inside.world, 'Later', END)}"
    await case.hint(later)
    links = await case.inside.services().origins.find_links(later)
    assert sorted(link.state for link in links.values()) == [LinkState.HELD] * 2 + [LinkState.OPEN] * 2
    await note_app(case.inside.services())
    file = tmp_path / "bridge.jsonl.gz"
    await write_backup(tables_of(case.inside), file, case.inside.now())
    await case.pass_time()
    before = case.titles
    assert sum(before.values()) == 9

    await bring_back(case.inside, file)
    found = await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()

    assert (found.tasks, found.known) == (2, 7)
    assert case.titles == before
    assert set((await case.states()).values()) == {LinkState.OPEN}


async def _making(case, tmp_path):
    """Return the file of a backup, origin and item, and the task whose POST's answer was lost just before."""
    case.inside.world.graph.faults.add(Fault.status(504, method="POST", path="/planner/tasks", after=True, times=4))
    later = f"workspace-{create_contract(case.inside.world, 'Later', END)}"
    await case.hint(later)
    links = await case.inside.services().origins.find_links(later)
    (item,) = (item for item, link in links.items() if item.endswith("legal-review"))
    assert links[item].state is LinkState.RESERVED
    await note_app(case.inside.services())
    file = tmp_path / "bridge.jsonl.gz"
    await write_backup(tables_of(case.inside), file, case.inside.now())
    await case.pass_time()
    return file, later, item, case.find("Later: legal review")


async def _restored(case, file):
    await bring_back(case.inside, file)
    await rebuild(case.inside.services(), lambda _: None)
    await case.pass_time()
    plans = [row.plan_id async for row in case.inside.services().plans.list_all()]
    indexes = [await case.inside.services().tasks.read_plan(plan) for plan in plans]
    assert [index.reservations for index in indexes if index.reservations] == []


async def test_a_task_in_making_at_the_backup_and_moved_since_is_not_taken_for_its_likeness(case, tmp_path):
    """What is settled is settled in its plan alone."""
    graph, users = case.inside.world.graph, case.inside.world.users
    file, later, item, made = await _making(case, tmp_path)
    await case.hint(f"workspace-{create_contract(case.inside.world, 'Other', END)}")
    likeness = case.find("Other: legal review")
    graph.edit_description(users["lwhite"], likeness["id"], "")
    graph.person_patch_task(users["lwhite"], likeness["id"], title=made["title"])
    graph.move(users["lwhite"], made["id"], graph.add_plan(CONTRACTS_GROUP, "Urgent"))

    await _restored(case, file)

    links = await case.inside.services().origins.find_links(later)
    assert links[item].task_id == made["id"]


async def test_a_task_in_making_at_the_backup_and_renamed_since_is_known_by_its_reference_line(case, tmp_path):
    graph, users = case.inside.world.graph, case.inside.world.users
    file, later, item, made = await _making(case, tmp_path)
    graph.person_patch_task(users["lwhite"], made["id"], title="Look here first")
    before = case.titles

    await _restored(case, file)

    link = (await case.inside.services().origins.find_links(later))[item]
    assert (link.task_id, link.state) == (made["id"], LinkState.OPEN)
    assert case.titles == before


def _approve(case):
    """Complete the approval task; return its id."""
    graph, person = case.inside.world.graph, case.inside.world.users["dfoxhoven"]
    task = case.find("Approve ")["id"]
    case.inside.at += READING
    graph.tick(person, task, "Approve")
    graph.complete(person, task)
    return task


def _sent(case):
    """Count how often a decision of the approval was sent on."""
    return sum("[bridge-" in one.comment for one in case.inside.world.content.workflow(case.process).activities)


async def _approval(case):
    links = await case.inside.services().origins.find_links(f"workflow-{case.process}")
    return next(link for link in links.values() if link.rule_id == "contract-approval")


async def test_a_decision_that_was_sent_on_since_the_backup_is_not_sent_again(case, saved):
    """The tables know nothing of it, and OpenText still shows the step: the workflow's own record tells."""
    content = case.inside.world.content
    content.stick(case.process)
    _approve(case)
    await case.hint(f"workflow-{case.process}")
    assert _sent(case) == 1

    await _restored(case, saved)

    assert _sent(case) == 1
    assert (await _approval(case)).hold is HoldCause.NOT_ADVANCED


async def test_a_decision_from_before_a_restore_waits_for_a_record_that_cant_be_read(case, saved):
    inside, waits = case.inside, HOLDS[HoldCause.ACTIVITIES].sentence
    task = _approve(case)
    well, inside.content = inside.content, Break(status(403), only="/activities").before(inside.content)

    await _restored(case, saved)
    assert (_sent(case), (await _approval(case)).hold) == (0, HoldCause.ACTIVITIES)
    assert waits in inside.world.graph.details[task]["description"]

    inside.content = well
    await inside.pass_time(timedelta(hours=1), times=2)

    assert (_sent(case), (await _approval(case)).state) == (1, LinkState.COMPLETED)
    assert waits not in inside.world.graph.details[task]["description"]


async def test_restoring_again_goes_on_and_changes_nothing(case, saved, tmp_path):
    case.lose_tables()
    tables = tables_of(case.inside)
    await restore(tables, case.inside.services(), saved)
    await restore(tables, case.inside.services(), saved)
    again = tmp_path / "again.jsonl.gz"

    await write_backup(tables, again, case.inside.now())

    assert given(again) == given(saved)


async def test_tables_that_went_on_are_not_written_over(case, saved):
    await case.hint(f"workspace-{create_contract(case.inside.world, 'Later', END)}")
    tables = tables_of(case.inside)
    before = await histories(case)

    with pytest.raises(RefusedError, match="restore into empty tables"):
        await restore(tables, case.inside.services(), saved)

    assert await histories(case) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(lambda lines: lines[:-3], "cut off or edited", id="cut-off"),
        pytest.param(lambda lines: [*lines[:2], *lines[3:]], "cut off or edited", id="a-row-less"),
        pytest.param(
            lambda lines: [lines[0], *lines[2:3], *lines[1:2], *lines[3:]],
            "cut off or edited",
            id="rows-in-another-order",
        ),
        pytest.param(lambda _: ['{"format": "another"}\n'], "is no backup of this bridge", id="of-something-else"),
        pytest.param(lambda _: [], "is no backup of this bridge", id="empty"),
    ],
)
async def test_a_file_that_is_not_whole_is_refused_before_anything_is_written(case, saved, tmp_path, change, why):
    with gzip.open(saved, "rt", newline="\n") as source:
        lines = change(list(source))
    broken = tmp_path / "broken.jsonl.gz"
    with gzip.open(broken, "wt", newline="\n") as out:
        out.writelines(lines)
    case.lose_tables()

    with pytest.raises(InputError) as refused:
        await restore(tables_of(case.inside), case.inside.services(), broken)

    assert why in str(refused.value.problems[0])
    assert await histories(case) == {}


async def test_what_is_no_gzip_file_is_refused(case, tmp_path):
    (tmp_path / "other").write_text("x")

    with pytest.raises(InputError):
        await restore(tables_of(case.inside), case.inside.services(), tmp_path / "other")
