"""What is renamed in OpenText, or vanishes there, ends no task; a person who mends the name finds all as it was."""

from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import create_contract
from local.simulators.faults import Fault
from shared.models.link import LinkState
from shared.preview.preview import preview_origin
from tests.engine import engine
from tests.narrowing import sure

HEAD = "version: 1\nplans: {contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}}\nrules:\n"
RULE = "  - {{id: rule, on: {0}, when: {1}, plan: contracts, {2}}}\n"
TASK = 'tasks: [{key: task, title: "{{ workspace.name }}"}]'
STEP = 'task: {title: "{{ workflow.name }}"}, outcomes: {Approve: Approve, Reject: Reject}'
DAYS = timedelta(days=2)
NOT_MAPPED = b'{"error": "The REST API URL could not be found in the mappings registry"}'


class Case:
    """One origin with its task, and the server that people change."""

    def __init__(self, tmp_path, kind, when, tasks):
        file = tmp_path / "mapping.yaml"
        file.write_text(HEAD + RULE.format(kind, when, tasks), encoding="utf-8")
        self.started = engine(file)
        self.content = self.started.world.content
        self.state = self.content.state
        self.space = create_contract(self.started.world, "Supply", datetime(2028, 1, 31, tzinfo=UTC))
        self.content.classify(self.space, "Confidential")
        self.process = self.content.start_workflow(
            "Contract Approval", [], initiator="pwilliams", managers=["bridge"], workspace=self.space
        )
        self.origin = f"workspace-{self.space}" if kind == "workspace" else f"workflow-{self.process}"

    async def look(self):
        self.started.forward(DAYS)
        self.started.inside.restart("another worker")
        self.started.services = self.started.inside.services()
        await self.started.look(self.origin)

    async def state_of_task(self):
        (link,) = (await self.started.services.origins.find_links(self.origin)).values()
        return link.state, self.started.world.graph.tasks[sure(link.task_id)]["percentComplete"]

    async def told(self):
        unknown = (await preview_origin(self.origin, self.started.services)).wanted.unknown
        return " ".join(one.why for one in unknown)

    @property
    def category(self):
        return next(one for one in self.state.categories.values() if one.name in ("Contract", "Agreement"))

    @property
    def attribute(self):
        return next(one for one in self.category.attributes if one.name in ("Region", "Area"))

    @property
    def type(self):
        return self.state.workspaces[self.space].type

    @property
    def role(self):
        return next(one for one in self.state.workspaces[self.space].roles if one.name.startswith("Legal"))

    @property
    def classification(self):
        (number,) = self.state.nodes[self.space].classifications
        return self.state.nodes[number]

    @property
    def map(self):
        return self.state.nodes[self.state.processes[self.process].map.id]

    def take_away(self, category_id):
        self.state.nodes[self.space].categories.pop(category_id)

    def without_type(self):
        self.type.name = ""

    def without_template(self):
        self.type.template = None


def named(what, old, new):
    """A rename, and its way back."""
    return (
        lambda case: setattr(getattr(case, what), "name", new),
        lambda case: setattr(getattr(case, what), "name", old),
    )


REGION = ("workspace", "{attributes: {Contract.Region: EMEA}}", TASK)
RENAMED = {
    "a category": (REGION, *named("category", "Contract", "Agreement"), "is now called Agreement.Region"),
    "an attribute": (REGION, *named("attribute", "Region", "Area"), "is now called Contract.Area"),
    "an attribute of a title": (
        (
            "workspace",
            "{workspace_type: Contract}",
            "tasks: [{key: task, title: \"{{ attributes['Contract.Region'] }}\"}]",
        ),
        *named("attribute", "Region", "Area"),
        "is now called Contract.Area",
    ),
    "a workspace type": (
        ("workspace", "{workspace_type: Contract}", TASK),
        *named("type", "Contract", "Agreement"),
        "the workspace type 'Contract' is now called 'Agreement'",
    ),
    "a role of a condition": (
        ("workspace", "{role: {Legal: {exists: true}}}", TASK),
        *named("role", "Legal", "Legal Team"),
        "no role 'Legal'; did you mean 'Legal Team'?",
    ),
    "a role that is assigned": (
        ("workspace", "{workspace_type: Contract}", 'tasks: [{key: task, title: x, assign: "role:Legal"}]'),
        *named("role", "Legal", "Legal Team"),
        "no role 'Legal'; did you mean 'Legal Team'?",
    ),
    "a classification": (
        ("workspace", "{classification: Confidential}", TASK),
        *named("classification", "Confidential", "Secret"),
        "the classification 'Confidential' is now called 'Secret'",
    ),
    "a workflow map": (
        ("step", "{map: Contract Approval}", STEP),
        *named("map", "Contract Approval", "Approval"),
        "the workflow map 'Contract Approval' is now called 'Approval'",
    ),
}


@pytest.mark.parametrize(
    ("rule", "rename", "told"), [(one[0], one[1], one[3]) for one in RENAMED.values()], ids=RENAMED
)
async def test_a_rename_ends_nothing_where_another_worker_learnt_the_name(tmp_path, rule, rename, told):
    """A worker keeps what it has read of names for ten minutes: this one read them before there were any."""
    case = Case(tmp_path, *rule)
    inside = case.started.inside
    late = inside.wire("read the names too early")
    assert await late.names.list_all(inside.now()) == {}
    await case.started.look(case.origin)
    before = await case.state_of_task()

    rename(case)
    case.started.services = late
    await case.started.look(case.origin)

    assert (await case.state_of_task(), before[0]) == (before, LinkState.OPEN)
    assert told in await case.told()


@pytest.mark.parametrize(("rule", "rename", "back", "told"), RENAMED.values(), ids=RENAMED)
async def test_a_rename_ends_nothing_is_told_and_the_way_back_goes_on_as_before(tmp_path, rule, rename, back, told):
    case = Case(tmp_path, *rule)
    await case.look()
    before = await case.state_of_task()
    rename(case)
    await case.look()
    renamed, said = await case.state_of_task(), await case.told()
    back(case)
    await case.look()

    assert before == renamed == await case.state_of_task() == (LinkState.OPEN, 0)
    assert told in said
    assert await case.told() == ""


GONE = {
    "a category": (REGION, lambda case: case.take_away(case.category.id), "no category 'Contract'"),
    "an attribute": (
        REGION,
        lambda case: case.category.attributes.remove(case.attribute),
        "Contract.Region is not there",
    ),
    "a workspace type": (
        ("workspace", "{workspace_type: Contract}", TASK),
        Case.without_type,
        "does not name the type of the workspace",
    ),
    "a role": (
        ("workspace", "{role: {Legal: {exists: true}}}", TASK),
        lambda case: case.state.workspaces[case.space].roles.remove(case.role),
        "the workspace has no role 'Legal'",
    ),
    "a template": (("workspace", "{template: TEMPLATE}", TASK), Case.without_template, "from which template"),
    "the list of classifications": (
        ("workspace", "{classification: Confidential}", TASK),
        lambda case: case.content.faults.add(Fault.status(400, path="/classifications", times=99, body=NOT_MAPPED)),
        "classifications can't be read here",
    ),
    "a workflow map": (
        ("step", "{map: Contract Approval}", STEP),
        lambda case: case.content.hide(case.map.id),
        "does not say from which map",
    ),
}


@pytest.mark.parametrize(("rule", "remove", "told"), GONE.values(), ids=GONE)
async def test_what_vanishes_ends_nothing_and_is_told(tmp_path, rule, remove, told):
    kind, when, tasks = rule
    template = next(iter(engine().world.content.state.types.values())).template
    case = Case(tmp_path, kind, when.replace("TEMPLATE", str(template)), tasks)
    await case.look()
    before = await case.state_of_task()
    remove(case)
    await case.look()

    assert before == await case.state_of_task() == (LinkState.OPEN, 0)
    assert told in await case.told()
