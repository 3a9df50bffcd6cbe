"""Names that are renamed end nothing, and one rule does not end a thousand tasks at once."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import Inside
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.messages import OriginMessage

END = datetime(2028, 6, 30, tzinfo=UTC)
MAPPING = """\
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
limits: {closings: 3}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract, attributes: {Contract.Region: EMEA}}
    plan: contracts
    tasks: [{key: review, title: "{{ workspace.name }}: review", assign: "role:Legal"}]
"""


class Case:
    def __init__(self, file):
        self.inside = Inside(file)
        self.content = self.inside.world.content
        self.state = self.content.state

    def contract(self, name):
        return create_contract(self.inside.world, name, END)

    async def look(self, *numbers):
        for number in numbers:
            self.inside.origins.messages.append(OriginMessage(origin=f"workspace-{number}").model_dump_json())
        await self.inside.drain()

    async def link(self, number, item="package|review"):
        return (await self.inside.services().origins.find_links(f"workspace-{number}"))[item]

    def set(self, number, value):
        self.content.set_attribute("pwilliams", number, "Contract.Region", value)

    @property
    def category(self):
        return next(one for one in self.state.categories.values() if one.name == "Contract")


@pytest.fixture
def case(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING)
    return Case(file)


def _rename_category(case):
    case.category.name = "Agreement"


def _rename_attribute(case):
    next(one for one in case.category.attributes if one.name == "Region").name = "Area"


def _rename_type(case):
    next(one for one in case.state.types.values() if one.name == "Contract").name = "Agreement"


RENAMED = {
    "a category": (_rename_category, "the same id is now called Agreement.Region"),
    "an attribute": (_rename_attribute, "the same id is now called Contract.Area"),
    "a workspace type": (_rename_type, "the workspace type 'Contract' is now called 'Agreement'"),
}


@pytest.mark.parametrize(("rename", "told"), RENAMED.values(), ids=RENAMED)
async def test_what_was_renamed_in_opentext_ends_no_task_and_is_told_by_its_id(case, rename, told, caplog):
    number = case.contract("Supply")
    await case.look(number)
    before = await case.link(number)
    rename(case)
    case.inside.restart("another worker")
    case.inside.at += timedelta(days=2)
    await case.look(number)

    assert (await case.link(number)).state is LinkState.OPEN
    assert (await case.link(number)).etag == before.etag
    assert told in caplog.text


async def test_a_record_that_came_while_a_name_was_gone_gets_its_task_within_a_day_of_its_return(case):
    """No hint tells that a name is back, and there is no item yet that would wait for it."""
    number = case.contract("Supply")
    _rename_attribute(case)
    await case.look(number)
    await case.inside.pass_time(timedelta(minutes=2), times=2)
    next(one for one in case.category.attributes if one.name == "Area").name = "Region"
    await case.inside.pass_time(timedelta(hours=10), times=3)

    assert (await case.link(number)).state is LinkState.OPEN


async def test_a_value_that_really_changed_ends_the_task_and_the_history_names_it(case):
    number = case.contract("Supply")
    await case.look(number)
    case.set(number, "APAC")
    await case.look(number)

    assert (await case.link(number)).state is LinkState.CLOSED
    entries = await case.inside.services().origins.list_entries(f"workspace-{number}")
    assert "Contract.Region is 'APAC'" in str([entry.event.detail for entry in entries if entry.what == "closed"])


async def test_of_forty_tasks_whose_value_changes_a_tenth_ends_and_the_rest_waits_for_the_operator(case):
    numbers = [case.contract(f"Supply {number}") for number in range(40)]
    await case.look(*numbers)
    for number in numbers:
        case.set(number, "APAC")
    await case.look(*numbers)
    links = [await case.link(number) for number in numbers]

    assert sum(link.state is LinkState.CLOSED for link in links) == 4
    assert sum(link.hold is HoldCause.BRAKE and link.state is LinkState.OPEN for link in links) == 36

    waiting = [number for number, link in zip(numbers, links, strict=True) if link.hold is HoldCause.BRAKE]
    case.set(waiting[0], "EMEA")
    await case.look(waiting[0])
    assert (await case.link(waiting[0])).hold is None

    await case.inside.services().brakes.release("package", case.inside.now())
    await case.look(*waiting)
    states = [(await case.link(number)).state for number in waiting]
    assert states == [LinkState.OPEN, *[LinkState.CLOSED] * 35]


async def test_the_brake_stays_on_after_its_hour_until_it_is_released(case):
    numbers = [case.contract(f"Supply {number}") for number in range(5)]
    await case.look(*numbers)
    for number in numbers:
        case.set(number, "APAC")
    await case.look(*numbers)
    case.inside.at += timedelta(hours=3)
    await case.look(*numbers)

    assert sum([(await case.link(number)).state is LinkState.CLOSED for number in numbers]) == 3


async def test_a_task_whose_person_is_not_known_any_more_stays_as_it_was(case):
    """The role was renamed: its member stays assigned, and nobody else gets the task."""
    number = case.contract("Supply")
    await case.look(number)
    before = await case.link(number)
    next(one for one in case.state.roles.values() if one.name == "Legal").name = "Legal Team"
    case.inside.restart("another worker")
    await case.look(number)

    assert (await case.link(number)).etag == before.etag


async def test_a_name_that_no_server_takes_stops_nothing(case):
    """What is remembered of a record has to fit a row, whatever the record is called."""
    number = case.contract("Supply")
    case.content.rename("pwilliams", number, "x" * 40_000)
    await case.look(number)

    held = await case.inside.services().origins.take(f"workspace-{number}", case.inside.at)
    assert held.trouble is None
