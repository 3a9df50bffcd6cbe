"""Released work is ended by an operator's word alone, and whatever happens meanwhile is respected."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local.demo.world import create_contract
from shared.errors import UnavailableError
from shared.models.link import LinkState
from shared.operations.withdraw import withdraw_rule
from shared.wiring.rules import load_rules
from tests.engine import MAPPING, engine

END = datetime(2028, 1, 31, tzinfo=UTC)
RULE, ITEM = "contract-package", "contract-package|owner-briefing"


class Released:
    """A workspace of whose tasks the mapping dropped one."""

    def __init__(self, started, origin):
        self.engine, self.origin, self.world = started, origin, started.world
        self.graph = started.world.graph

    @property
    def services(self):
        return self.engine.services

    @property
    def task(self):
        return next(key for key, task in self.graph.tasks.items() if "brief the stakeholders" in task["title"])

    async def link(self):
        return (await self.services.origins.find_links(self.origin))[ITEM]

    async def withdraw(self):
        return [(one.item, one.outcome) for one in await withdraw_rule(RULE, self.services)]


@pytest.fixture
async def released(tmp_path):
    started = engine()
    origin = f"workspace-{create_contract(started.world, 'Contoso', END)}"
    await started.look(origin)
    lines = MAPPING.read_text(encoding="utf-8").split("      - key: ")
    file = tmp_path / "mapping.yaml"
    file.write_text("      - key: ".join(part for part in lines if not part.startswith("owner-briefing")))
    rules = load_rules(str(file))
    started.services = replace(started.services, mapping=rules.mapping, mapping_hash=rules.hash)
    await started.look(origin)
    return Released(started, origin)


async def test_a_changed_mapping_alone_ends_nothing(released):
    await released.engine.look(released.origin, "resync")

    assert (await released.link()).state is LinkState.RELEASED
    assert released.graph.tasks[released.task]["percentComplete"] == 0


async def test_a_released_task_is_completed_with_a_note_and_what_people_wrote_stays(released):
    task = released.task
    released.graph.edit_description(released.world.users["lwhite"], task, "Ask Nina first.")

    assert await released.withdraw() == [(ITEM, "withdrawn")]

    text = released.graph.details[task]["description"]
    assert released.graph.tasks[task]["percentComplete"] == 100
    assert "Ask Nina first." in text
    assert "withdrawn by an operator: the mapping no longer asks for it" in text


async def test_a_task_that_a_person_completed_is_not_completed_again(released):
    task = released.task
    released.graph.complete(released.world.users["lwhite"], task)

    assert await released.withdraw() == [(ITEM, "withdrawn")]

    assert released.graph.tasks[task]["completedBy"]["user"]["id"] == released.world.users["lwhite"]


async def test_a_task_that_is_gone_is_withdrawn_all_the_same(released):
    released.graph.delete(released.world.users["lwhite"], released.task)

    assert await released.withdraw() == [(ITEM, "withdrawn")]
    assert (await released.link()).state is LinkState.WITHDRAWN


async def test_an_edit_in_between_is_read_again_and_kept(released):
    """The first write meets a stale etag: nothing of it counts, the second does."""
    task, people = released.task, released.world.users
    handle, edits = released.engine.inside.graph, [1]

    async def editing(method, path, query, headers, body):
        if edits and b"PATCH" in body + method.encode():
            edits.clear()
            released.graph.person_patch_task(people["lwhite"], task, percentComplete=50)
        return await handle(method, path, query, headers, body)

    released.engine.inside.graph = editing

    assert await released.withdraw() == [(ITEM, "withdrawn")]
    assert edits == []
    assert released.graph.tasks[task]["percentComplete"] == 100


async def test_who_is_at_work_is_not_disturbed(released):
    services = released.services
    held = await services.origins.take(released.origin, services.now())

    assert await released.withdraw() == [(ITEM, "somebody is at work on it")]
    await held.release()
    assert await released.withdraw() == [(ITEM, "withdrawn")]


async def test_a_graph_that_does_not_answer_leaves_it_for_the_next_time(released):
    handle = released.engine.inside.graph

    async def broken(method, path, query, headers, body):
        return 503, {}, b"{}"

    released.engine.inside.graph = broken
    with pytest.raises(UnavailableError):
        await released.withdraw()
    released.engine.inside.graph = handle

    assert (await released.link()).state is LinkState.RELEASED
    assert await released.withdraw() == [(ITEM, "withdrawn")]


async def test_another_rules_released_work_is_left_alone(released):
    assert await withdraw_rule("contract-approval", released.services) == ()
    assert (await released.link()).state is LinkState.RELEASED


async def test_a_mapping_that_asks_again_adopts_what_was_only_released(released):
    rules = load_rules(str(MAPPING))
    released.engine.services = replace(released.services, mapping=rules.mapping, mapping_hash=rules.hash)
    await released.engine.look(released.origin)

    assert (await released.link()).state is LinkState.OPEN
    assert await released.withdraw() == []
