"""Odd data of people, through the real engine: it is shown clean, and stops nothing beside it."""

from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from shared.models.link import LinkState
from shared.models.messages import OriginMessage

MAPPING = """
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    notify:
      - {on: overdue, to: ["role:Manager"], subject: "Late: {{ task.title }}"}
    tasks:
      - {key: dated, title: "{{ workspace.name }}: renewal", due: {from: "attribute:Contract.End Date", days: -30}}
      - {key: undated, title: "{{ workspace.name }}: review", assign: "role:Legal"}
"""
DAY = timedelta(days=1)
SENTINELS = ["9999-12-31", "1601-01-01", "1753-01-01", "1899-12-30", "0001-01-01"]


class Case:
    """A contract under a rule with one dated and one undated task."""

    def __init__(self, folder, mapping=MAPPING, name="Supply"):
        file = folder / "mapping.yaml"
        file.write_text(mapping)
        self.inside = Inside(file)
        self.content, self.graph = self.inside.world.content, self.inside.world.graph
        self.workspace = create_contract(self.inside.world, name, START + 400 * DAY)
        self.origin = f"workspace-{self.workspace}"

    async def look(self):
        self.inside.origins.messages.append(OriginMessage(origin=self.origin).model_dump_json())
        await self.inside.drain()

    async def links(self):
        found = await self.inside.services().origins.find_links(self.origin)
        return {item.split("|")[1]: link for item, link in found.items()}

    @property
    def tasks(self):
        return sorted((task["title"], task["dueDateTime"]) for task in self.graph.tasks.values())


@pytest.mark.parametrize(
    "time",
    [
        pytest.param("T00:00:00", id="midnight"),
        pytest.param("T23:59:59", id="last second"),
        pytest.param("", id="a day"),
    ],
)
@pytest.mark.parametrize("day", SENTINELS)
async def test_a_date_that_means_none_is_none_and_nobody_is_late(tmp_path, day, time):
    case = Case(tmp_path)
    case.content.set_attribute("pwilliams", case.workspace, "Contract.End Date", f"{day}{time}")

    await case.look()
    await case.inside.pass_time(DAY, times=3)

    assert {link.state for link in (await case.links()).values()} == {LinkState.OPEN}
    assert case.tasks == [("Supply: renewal", None), ("Supply: review", None)]
    assert not case.inside.world.graph.state.outbox


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("Half \ud800 pair", "Half \ufffd pair", id="half a pair"),
        pytest.param("Cafe\u0301", "Café", id="decomposed"),
        pytest.param("Be\x07ll\x00", "Bell", id="control characters"),
        pytest.param("\u202eturned", "\u202eturned", id="right to left"),
        pytest.param("🤝" * 120, "🤝" * 120, id="emoji"),
    ],
)
async def test_an_odd_name_is_shown_clean_and_stops_nothing(tmp_path, name, shown):
    case = Case(tmp_path)
    case.content.state.nodes[case.workspace].name = name

    await case.look()
    await case.look()

    titles = [title for title, _ in case.tasks]
    assert len(titles) == 2
    assert all(len(title.encode("utf-16-le")) // 2 <= 255 for title in titles)
    assert all(title.startswith(shown[:100]) for title in titles)


async def test_a_template_that_fails_for_one_record_holds_that_task_alone(tmp_path):
    mapping = MAPPING.replace(
        'title: "{{ workspace.name }}: renewal"', 'title: "{{ 100 // (workspace.name|length - 6) }}"'
    )
    case = Case(tmp_path, mapping)

    await case.look()

    links = await case.links()
    assert links["dated"].state is LinkState.HELD
    assert "integer division or modulo by zero" in links["dated"].reason
    assert links["undated"].state is LinkState.OPEN
    case.content.rename("pwilliams", case.workspace, "Supplies")
    await case.look()
    assert (await case.links())["dated"].state is LinkState.OPEN
