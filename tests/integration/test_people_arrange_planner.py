"""Planner is people's: what they rename, move and delete there stays so, until the rule itself wishes otherwise."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.in_process.system import Inside
from shared.mapping.language.yaml_tree import read_tree
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.operations.rebuild import rebuild

END = datetime(2028, 6, 30, tzinfo=UTC)
MAPPING = """\
version: 1
people: {fallback: legal-lead@contoso.example}
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract}
    plan: contracts
    tasks:
      - {key: review, title: "{{ workspace.name }}: review", bucket: Assessments, labels: [Contract]}
"""


class Case:
    """Contracts whose task goes to a bucket that the rule makes."""

    def __init__(self, folder):
        self.file = folder / "mapping.yaml"
        self.file.write_text(MAPPING)
        self.inside = Inside(self.file)
        self.graph, self.users = self.inside.world.graph, self.inside.world.users
        self.first = create_contract(self.inside.world, "Supply", END)

    async def look(self, number=None):
        origin = f"workspace-{number or self.first}"
        message = OriginMessage(origin=origin, waited_for=WaitedFor.RESYNC)
        self.inside.origins.messages.append(message.model_dump_json())
        await self.inside.drain()

    async def later(self):
        """Everything that is remembered of places is forgotten by then."""
        self.inside.at += timedelta(minutes=20)
        self.inside.restart(f"worker at {self.inside.at}")
        await self.look()
        await self.look()

    def wish(self, **changes):
        data = read_tree(MAPPING).data
        data["rules"][0]["tasks"][0].update(changes)
        self.file.write_text(json.dumps(data, default=str))
        self.inside.reload(self.file, "edited")

    def task(self, start="Supply"):
        return next(task for task in self.graph.tasks.values() if task["title"].startswith(start))

    @property
    def buckets(self):
        return self.graph.plan_buckets(self.task()["planId"])


@pytest.fixture
async def case(tmp_path):
    one = Case(tmp_path)
    await one.look()
    await one.look()
    assert "Assessments" in one.buckets
    return one


async def test_a_bucket_that_people_renamed_keeps_its_tasks_and_gets_the_next_ones(case):
    bucket = case.buckets["Assessments"]
    case.graph.state.buckets[bucket].body["name"] = "Prüfung"
    await case.later()
    second = create_contract(case.inside.world, "Another", END)
    await case.look(second)

    assert case.task()["bucketId"] == bucket
    assert case.task("Another")["bucketId"] == bucket
    assert "Assessments" not in case.buckets


async def test_a_task_that_people_moved_stays_where_it_is_though_its_bucket_is_deleted(case):
    case.graph.move_to_bucket(case.users["lwhite"], case.task()["id"], "Review")
    await case.later()
    case.graph.delete_bucket(case.users["lwhite"], case.buckets["Assessments"])
    await case.later()

    assert case.task()["bucketId"] == case.buckets["Review"]
    assert "Assessments" not in case.buckets


async def test_a_label_that_people_renamed_stays_on_its_tasks(case):
    plan = case.task()["planId"]
    assert case.task()["appliedCategories"] == {"category1": True}
    case.graph.state.plan_details[plan].body["categoryDescriptions"]["category1"] = "Agreement"
    await case.later()

    assert case.task()["appliedCategories"] == {"category1": True}


async def test_another_wish_of_the_rule_moves_the_task(case):
    case.wish(bucket="Review")
    await case.look()

    assert case.task()["bucketId"] == case.buckets["Review"]


async def test_a_workflow_stays_with_its_first_record_whatever_is_attached_later(case):
    content = case.inside.world.content
    other = create_contract(case.inside.world, "Other", END)
    earlier = content.add_document(other, "A.docx", b"text", user="pwilliams")
    document = content.add_document(case.first, "B.docx", b"text", user="pwilliams")
    process = content.start_workflow("Contract Approval", [document], initiator="pwilliams", managers=["bridge"])
    file = case.file
    data = read_tree(MAPPING).data
    data["rules"].append(
        {
            "id": "approval",
            "on": "step",
            "when": {"workflow": "Contract Approval"},
            "plan": "contracts",
            "task": {"title": "Approve for {{ workspace.name }}", "assign": "performer"},
            "outcomes": {"Approve": "Approve", "Reject": "Reject"},
        }
    )
    file.write_text(json.dumps(data, default=str))
    case.inside.reload(file, "with approvals")

    async def look():
        message = OriginMessage(origin=f"workflow-{process}", waited_for=WaitedFor.RESYNC)
        case.inside.origins.messages.append(message.model_dump_json())
        await case.inside.drain()

    await look()
    content.attach("pwilliams", process, earlier)
    case.inside.restart("another worker")
    await look()
    content.detach(process, document)
    await look()

    assert [t["title"] for t in case.graph.tasks.values() if t["title"].startswith("Approve")] == ["Approve for Supply"]


PER = """\
version: 1
people: {fallback: legal-lead@contoso.example}
rules:
  - id: package
    on: workspace
    when: {workspace_type: Contract}
    plan: {per: workspace, group: 11111111-1111-4111-8111-111111111111, title: "TITLE"}
    tasks: [{key: review, title: "{{ workspace.name }}: review"}]
"""


@pytest.fixture
def own(tmp_path):
    """Each workspace has a plan of its own."""
    one = Case(tmp_path)
    entitle(one, "{{ workspace.name }}")
    return one


def entitle(own, title):
    """Deploy the mapping with another title of the plans that it has made."""
    own.file.write_text(PER.replace("TITLE", title))
    own.inside.reload(own.file, f"with {title}")


def plans_of(case):
    return sorted(plan["title"] for plan in case.graph.plans.values() if plan["title"] not in ("Contracts", "Finance"))


async def test_two_workspaces_whose_plans_have_one_title_have_two_plans(own):
    entitle(own, "Contract file")
    second = create_contract(own.inside.world, "Another", END)
    await own.look()
    await own.look(second)

    assert plans_of(own) == ["Contract file", "Contract file"]
    assert len({task["planId"] for task in own.graph.tasks.values()}) == 2


async def test_a_persons_plan_of_that_title_is_not_taken(own):
    theirs = own.graph.add_plan(CONTRACTS_GROUP, "Supply")
    await own.look()

    assert own.task()["planId"] != theirs


async def test_another_title_makes_no_second_plan(own):
    await own.look()
    entitle(own, "{{ workspace.name }} (contract)")
    await own.look()
    await own.later()

    assert plans_of(own) == ["Supply"]


async def test_a_title_that_is_too_long_is_cut(own):
    entitle(own, "{{ workspace.name }} " + "x" * 300)
    await own.look()

    assert [len(title) for title in plans_of(own)] == [255]


async def test_a_workspaces_own_plan_is_known_again_after_the_tables_were_lost(own):
    await own.look()
    before = own.task()["planId"]
    own.inside.account.tables.clear()
    own.inside.restart("after")
    await rebuild(own.inside.services(), lambda _: None)
    await own.later()
    own.graph.delete(own.users["lwhite"], own.task()["id"])
    await own.later()

    assert own.task()["planId"] == before
    assert plans_of(own) == ["Supply"]
