"""While a deployment rolls, workers with two mapping files are at work: the file that was read last decides, alone."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.errors import UnavailableError
from shared.intake.expected_failures import run_origin
from shared.models.lease_row import Lease
from shared.models.link import LinkState
from shared.models.messages import OriginMessage
from shared.models.troubles import Cause
from shared.models.words import WaitedFor
from shared.operations.app_state import find_app, note_app
from shared.operations.doctor import examine
from shared.operations.findings import Verdict
from shared.operations.health import probe_mapping
from shared.operations.troubles import look_after, read_troubles
from shared.reconciler.reconcile import reconcile
from shared.store.in_force import GIVEN_UP
from shared.timing import IN_FORCE_KNOWN
from shared.watchers.timers import sweep_agenda
from tests.integration.measured_work import END

OLD = """
version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
      - {key: review, title: "{{ workspace.name }}: review"}
"""
NEW = OLD.replace("key: review", "key: signature").replace(": review", ": signature")


class Worker:
    """One of several at work on the same tables: its own services, asked as wiring asks them."""

    def __init__(self, inside, name, file):
        inside.reload(file, name)
        self.inside, self.rng, self._services = inside, inside.rng, inside.services()

    def storage(self):
        return self._services

    def services(self):
        return self._services

    async def look(self, origin):
        await run_origin(OriginMessage(origin=origin), reconcile, self)


class _Quiet:
    """What is examined, with nothing to say beside its mapping."""

    def __init__(self, services):
        self._services = services

    def probes(self):
        return {}

    def notes(self):
        return ()

    def storage(self):
        return self._services

    def services(self):
        return self._services


class Case:
    """A contract, and files to deploy."""

    def __init__(self, folder):
        self.files = {"old": folder / "old.yaml", "new": folder / "new.yaml"}
        self.files["old"].write_text(OLD)
        self.files["new"].write_text(NEW)
        self.inside = Inside(self.files["old"])
        self.origin = f"workspace-{create_contract(self.inside.world, 'Supply', END)}"

    def start(self, name):
        self.inside.at += timedelta(minutes=3)
        return Worker(self.inside, f"{name} {self.inside.at:%H%M}", self.files[name])

    @property
    def titles(self):
        return sorted(task["title"] for task in self.inside.world.graph.tasks.values())

    async def states(self):
        links = [link async for _, link in self.inside.services().origins.list_links()]
        return {link.item.split("|")[1]: link.state for link in links}

    async def causes(self):
        return [trouble.cause for trouble in await read_troubles(self.inside.services())]


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


async def test_a_worker_with_an_older_mapping_decides_nothing_and_its_looks_wait(case):
    old = case.start("old")
    await old.look(case.origin)
    new = case.start("new")
    await new.look(case.origin)
    history = len(await new.services().origins.list_entries(case.origin))

    await old.look(case.origin)

    assert await case.states() == {"review": LinkState.RELEASED, "signature": LinkState.OPEN}
    assert len(await new.services().origins.list_entries(case.origin)) == history
    assert await case.causes() == [Cause.SUPERSEDED]
    waiting = [OriginMessage.model_validate_json(body) for _, body in case.inside.origins.hidden]
    # Beside the looks that follow the hints: this one waits for whoever may decide.
    assert [one.origin for one in waiting if one.waited_for is WaitedFor.HINT] == [case.origin]


async def just_deployed(case):
    """Return a worker that read a moment ago that it decides, and the one that takes over within that moment."""
    old = case.start("old")
    await old.look(case.origin)
    new = case.start("new")
    case.inside.at += IN_FORCE_KNOWN
    await old.look(case.origin)
    case.inside.at += timedelta(seconds=1)
    return old, new


async def test_no_look_comes_behind_one_under_the_newer_mapping_whatever_was_read_a_moment_ago(case):
    old, new = await just_deployed(case)
    await new.look(case.origin)
    history = len(await new.services().origins.list_entries(case.origin))

    await old.look(case.origin)

    assert await case.states() == {"review": LinkState.RELEASED, "signature": LinkState.OPEN}
    assert len(await new.services().origins.list_entries(case.origin)) == history


async def test_nor_behind_one_that_died_before_it_wrote_anything(case):
    old, new = await just_deployed(case)
    answers, case.inside.graph = case.inside.graph, broken
    with pytest.raises(ZeroDivisionError):
        await new.look(case.origin)
    case.inside.graph = answers

    await old.look(case.origin)

    assert Cause.SUPERSEDED in await case.causes()


async def broken(*_):
    """Stand in Graph's place, and break what asks."""
    return 1 // 0


async def test_an_older_worker_does_not_say_which_origins_a_node_concerns(case):
    """A rule for documents may be the news."""
    old, new = case.start("old"), case.start("new")
    await new.look(case.origin)

    await old.look(case.origin.replace("workspace", "node"))

    waiting = [OriginMessage.model_validate_json(body) for _, body in case.inside.origins.hidden]
    assert [one.waited_for for one in waiting if one.origin.startswith("node-")] == [WaitedFor.HINT]
    assert not case.inside.origins.messages


async def test_what_waits_is_looked_at_by_a_worker_with_the_mapping_in_force(case):
    old, new = case.start("old"), case.start("new")
    await new.look("workspace-1")
    await old.look(case.origin)
    case.inside.at += timedelta(minutes=1)

    message = OriginMessage.model_validate_json(case.inside.origins.show().pop(0))
    await run_origin(message, reconcile, new)

    assert case.titles == ["Supply: signature"]


async def test_an_older_file_that_is_deployed_later_is_in_force(case):
    first, newer = case.start("old"), case.start("new")
    await first.look(case.origin)
    await newer.look(case.origin)
    back = case.start("old")

    await back.look(case.origin)
    await newer.look(case.origin)

    assert await case.states() == {"review": LinkState.OPEN, "signature": LinkState.RELEASED}


async def test_a_worker_that_read_its_file_before_and_asks_late_is_the_older(case):
    """It was started, and had nothing to do until the newer one had begun."""
    old = case.start("old")
    new = case.start("new")
    await new.look(case.origin)

    await old.look(case.origin)

    assert case.titles == ["Supply: signature"]


async def test_an_older_worker_goes_on_once_nothing_was_seen_of_the_newer(case):
    """It was never deployed to the end, or was somebody's own machine."""
    old, new = case.start("old"), case.start("new")
    await old.look(case.origin)
    await new.look(case.origin)
    case.inside.at += GIVEN_UP - timedelta(minutes=1)
    await old.look(case.origin)
    assert (await case.states())["review"] is LinkState.RELEASED
    case.inside.at += timedelta(minutes=2)

    await old.look(case.origin)
    await new.look(case.origin)

    assert await case.states() == {"review": LinkState.OPEN, "signature": LinkState.RELEASED}


async def test_a_newer_worker_that_only_sweeps_is_still_seen(case):
    old, new = case.start("old"), case.start("new")
    await new.look(case.origin)
    for _ in range(30):
        case.inside.at += timedelta(minutes=1)
        await sweep_agenda(new.services())
        await old.look(case.origin)

    assert case.titles == ["Supply: signature"]


async def test_only_the_mapping_in_force_is_told_as_the_apps(case):
    old, new = case.start("old"), case.start("new")
    await old.look(case.origin)
    await note_app(old.services())
    await new.look(case.origin)

    await note_app(new.services())
    await note_app(old.services())

    found = await find_app(case.inside.services())
    assert found is not None
    assert found.mapping_hash == new.services().mapping_hash


async def test_readiness_and_doctor_say_that_a_worker_waits(case):
    old, new = case.start("old"), case.start("new")
    await new.look(case.origin)
    await note_app(new.services())
    await probe_mapping(new.services())

    with pytest.raises(UnavailableError, match=r"waits: \w{12} is in force since 2026-11-23 09:06 UTC"):
        await probe_mapping(old.services())
    await old.look(case.origin)

    (finding,) = [one for one in await examine(_Quiet(new.services()), None) if one.name == "mapping in force"]
    assert finding.verdict is Verdict.WARN
    assert "in force since 2026-11-23 09:06 UTC; a worker has" in finding.text


async def test_the_trouble_goes_once_no_older_worker_asks(case):
    old, new = case.start("old"), case.start("new")
    await new.look(case.origin)
    await old.look(case.origin)
    case.inside.at += timedelta(minutes=20)

    await look_after(new.services())

    assert Cause.SUPERSEDED not in await case.causes()


async def test_workers_with_one_mapping_all_decide(case):
    one, other = case.start("old"), case.start("old")
    await one.look(case.origin)
    await other.look(case.origin)
    await one.look(case.origin)

    assert case.titles == ["Supply: review"]
    assert not await case.causes()


async def test_a_row_that_cannot_be_read_stops_nobody(case):
    old = case.start("old")
    await old.look(case.origin)
    (row,) = await old.services().tables.control.list_partition("mapping")
    await old.services().tables.control.replace(row, "rubbish")
    case.inside.at += IN_FORCE_KNOWN

    await old.look(case.origin)
    case.start("new")

    assert case.titles == ["Supply: review"]
    (row,) = await old.services().tables.control.list_partition("mapping")
    assert row.data != "rubbish"


async def test_a_worker_that_loses_an_origin_before_it_read_anything_has_it_looked_at_again(tmp_path):
    """Another one believed it dead, and has the origin: that is no mistake of the message's, which would be told."""
    case = Case(tmp_path)
    await case.start("old").look(case.origin)
    worker, account, updates = case.start("new"), case.inside.account, list[str]()

    async def taken(moment, table, operation):
        if (moment, table, operation) == ("before", "origins", "update"):
            updates.append(operation)
            # The first takes the lease; by the second the other worker has it.
            if len(updates) == 2:
                row = next(iter(account.tables["origins"].values()))["lease"]
                lease = Lease.model_validate_json(row["data"])
                row["data"] = lease.model_copy(update={"owner": "another"}).model_dump_json()
                row.metadata["etag"] = "another's"

    account.gate = taken
    await worker.look(case.origin)

    assert len(updates) >= 2
    assert [message for message in case.inside.origins.show() if case.origin in message]
    assert Cause.FAILED not in await case.causes()
