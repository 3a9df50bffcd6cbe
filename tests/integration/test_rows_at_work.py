"""A task for each row of a set, read from Content Server: rows that move, go, lose their name, or all vanish."""

import pytest

from local.in_process.system import Inside
from local.simulators.content_server.model import Attribute, AttributeSet
from shared.mapping.evaluation.rows import name_of
from shared.models.holds import HoldCause
from shared.models.link import LinkState
from shared.models.messages import OriginMessage

MAPPING = """\
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
limits: {closings: 3}
rules:
  - id: project
    on: workspace
    when: {workspace_type: Project}
    plan: contracts
    tasks: [{key: milestone, for_each: {of: Project.Milestones, key: Name}, title: "{{ row.Name }}"}]
"""
OPEN, CLOSED = LinkState.OPEN, LinkState.CLOSED


class Project:
    def __init__(self, file):
        self.inside = Inside(file)
        self.content = self.inside.world.content
        self.content.add_workspace_type("Project")
        self.content.add_category("Project", [AttributeSet("Milestones", (Attribute("Name"), Attribute("Due")))])
        cells = {f"Project.Milestones[{row}].Name": name for row, name in enumerate("ABCDE", 1)}
        self.number = self.content.create_workspace("Project", "Plant", attributes=cells)

    async def shows(self, *names):
        """Have the rows hold these names, and look."""
        for row, name in enumerate(names, 1):
            self.content.set_attribute("pwilliams", self.number, f"Project.Milestones[{row}].Name", name)
        self.inside.origins.messages.append(OriginMessage(origin=f"workspace-{self.number}").model_dump_json())
        await self.inside.drain()

    async def links(self):
        found = await self.inside.services().origins.find_links(f"workspace-{self.number}")
        return {name: found.get(f"project|milestone|{name_of(name)}") for name in "ABCDEF"}

    async def states(self):
        return {name: link.state for name, link in (await self.links()).items() if link is not None}


@pytest.fixture
async def project(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING)
    made = Project(file)
    await made.shows(*"ABCDE")
    assert await made.states() == dict.fromkeys("ABCDE", OPEN)
    return made


async def test_rows_that_change_places_keep_their_tasks(project):
    before = {name: link and link.task_id for name, link in (await project.links()).items()}
    await project.shows(*"EDCBA")

    assert {name: link and link.task_id for name, link in (await project.links()).items()} == before


async def test_a_row_that_goes_ends_its_task_and_says_what_was_read(project):
    await project.shows("A", "B", "C", "D", None)

    assert await project.states() == {**dict.fromkeys("ABCD", OPEN), "E": CLOSED}
    assert "Project.Milestones is A, B, C, D" in (await project.links())["E"].reason


async def test_a_row_that_is_overwritten_by_a_copy_ends_no_task(project):
    await project.shows("A", "A", "C", "D", "E")

    assert await project.states() == dict.fromkeys("ABCDE", OPEN)


async def test_a_row_that_lost_its_name_ends_nothing(project):
    project.content.set_attribute("pwilliams", project.number, "Project.Milestones[5].Due", "2027-01-29")
    await project.shows("A", "B", "C", "D", None)

    assert await project.states() == dict.fromkeys("ABCDE", OPEN)


async def test_a_set_that_is_emptied_at_once_is_braked(project):
    await project.shows(*[None] * 5)
    links = [link for link in (await project.links()).values() if link is not None]

    assert sum(link.state is CLOSED for link in links) == 3
    assert sum(link.hold is HoldCause.BRAKE for link in links) == 2


async def test_a_column_that_is_renamed_ends_nothing(project):
    category = next(one for one in project.content.state.categories.values() if one.name == "Project")
    category.sets[0].attributes[0].name = "Title"
    project.inside.restart("another worker")
    project.inside.origins.messages.append(OriginMessage(origin=f"workspace-{project.number}").model_dump_json())
    await project.inside.drain()

    assert await project.states() == dict.fromkeys("ABCDE", OPEN)
