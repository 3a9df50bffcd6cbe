"""A plan that the bridge makes gets the labels that its rules use; of another plan it is told which it lacks."""

from datetime import timedelta

import pytest

from local.demo.world import CONTRACTS_GROUP, create_contract
from local.simulators.faults import Fault
from shared.models.troubles import Cause, Where
from shared.operations.status import read_status
from shared.preview.preview import preview_origin
from shared.preview.render import preview_text
from tests.engine import engine
from tests.integration.test_places import END

MADE = f"{{group: {CONTRACTS_GROUP}, title: Ours, make: true, labels: [Contract, ' Urgent ']}}"
THEIRS = f"{{group: {CONTRACTS_GROUP}, title: Contracts}}"
MAPPING = """\
version: 1
people: {{fallback: {1}}}
plans: {{p: {0}}}
rules:
  - id: r
    on: workspace
    plan: p
    tasks: [{{key: a, title: A, labels: [Contract, "Legal "]}}, {{key: b, title: B, labels: [Legal, Finance]}}]
"""


def started_with(tmp_path, plan, fallback="legal-lead@contoso.example"):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.format(plan, fallback), encoding="utf-8")
    started = engine(file)
    return started, f"workspace-{create_contract(started.world, 'Supply', END)}"


def labels_of(started, title):
    """The labels of a plan and of its tasks, by their names."""
    graph = started.world.graph
    plan = next(plan for plan in graph.plans.values() if plan["title"] == title)
    names = {key: name for key, name in graph.plan_labels(plan["id"]).items() if name}
    tasks = {
        task["title"]: sorted(names[one] for one in task["appliedCategories"]) for task in graph.plan_tasks(plan["id"])
    }
    return sorted(names.values()), tasks


async def test_a_made_plan_gets_its_labels_and_those_that_its_tasks_use(tmp_path):
    started, origin = started_with(tmp_path, MADE)
    await started.look(origin)

    assert labels_of(started, "Ours") == (
        ["Contract", "Finance", "Legal", "Urgent"],
        {"A": ["Contract", "Legal"], "B": ["Finance", "Legal"]},
    )
    assert await troubles(started) == []


async def test_a_label_that_people_renamed_stays_as_they_call_it_and_is_used(tmp_path):
    started, origin = started_with(tmp_path, MADE)
    await started.look(origin)
    plan = next(plan["id"] for plan in started.world.graph.plans.values() if plan["title"] == "Ours")
    place = next(key for key, name in started.world.graph.plan_labels(plan).items() if name == "Legal")
    started.world.graph.name_label(plan, place, "Recht")
    started.inside.restart("another worker")
    started.services = started.inside.services()
    await started.look(f"workspace-{create_contract(started.world, 'Second', END)}")

    names, tasks = labels_of(started, "Ours")
    assert names == ["Contract", "Finance", "Recht", "Urgent"]
    assert tasks["B"] == ["Finance", "Recht"]


async def test_a_plan_with_no_label_left_is_told_and_its_tasks_are_made(tmp_path):
    started, origin = started_with(
        tmp_path, MADE.replace("labels: [Contract, ' Urgent ']", f"labels: [{', '.join(f'L{n}' for n in range(25))}]")
    )
    await started.look(origin)

    assert labels_of(started, "Ours")[1] == {"A": [], "B": []}
    assert [one.text.partition(": ")[2] for one in await troubles(started)] == [
        "the plan has no label 'Contract', 'Legal', 'Finance': tasks are made without it"
    ]


async def test_labels_that_somebody_names_at_the_same_moment_are_named_by_the_next_look(tmp_path):
    started, origin = started_with(tmp_path, MADE)
    started.world.graph.faults.add(Fault.status(412, method="PATCH", path="/details"))
    started.inside.origins.messages.append(f'{{"origin": "{origin}", "waited_for": "hint"}}')
    await started.rest()
    for _ in range(4):
        await started.tick()

    assert labels_of(started, "Ours")[1] == {"A": ["Contract", "Legal"], "B": ["Finance", "Legal"]}


async def test_labels_of_peoples_plans_are_never_named_but_told_in_preview_and_status(tmp_path):
    started, origin = started_with(tmp_path, THEIRS)
    shown = preview_text(await preview_origin(origin, started.services))
    await started.look(origin)
    (told,) = await troubles(started)

    assert "labels:    the plan has no 'Legal': left out" in shown
    assert labels_of(started, "Contracts") == (["Contract"], {"A": ["Contract"], "B": []})
    assert (told.where, told.cause, told.facts.needs_person) == (Where.PLAN, Cause.NOT_KNOWN, True)
    assert "the plan has no label 'Legal', 'Finance'" in told.text


async def test_a_label_that_is_there_again_is_no_trouble_any_more(tmp_path):
    started, origin = started_with(tmp_path, THEIRS)
    await started.look(origin)
    plan = next(plan["id"] for plan in started.world.graph.plans.values() if plan["title"] == "Contracts")
    for place, name in (("category2", "Legal"), ("category3", "Finance")):
        started.world.graph.name_label(plan, place, name)
    started.services.places.forget()
    await started.look(origin, "resync")

    assert await troubles(started) == []


@pytest.mark.parametrize(
    ("fallback", "stands"), [("legal-laed@contoso.example", True), ("legal-lead@contoso.example", False)]
)
async def test_a_misspelt_fallback_is_told_in_status_and_preview(tmp_path, fallback, stands):
    started, origin = started_with(tmp_path, MADE, fallback)
    shown = preview_text(await preview_origin(origin, started.services))
    await started.look(origin)
    told = [one.text for one in await troubles(started) if one.where is Where.SYSTEM]
    why = f"people.fallback {fallback} is not in the directory"

    assert (why in shown, [why in one for one in told]) == (stands, [True] if stands else [])


async def troubles(started):
    return [
        one for one in (await read_status(started.services, with_links=False)).troubles if one.cause is Cause.NOT_KNOWN
    ]


async def test_a_preview_gives_each_label_that_is_named_a_category_of_its_own(tmp_path):
    started, origin = started_with(tmp_path, MADE)
    await started.look(origin)
    graph = started.world.graph
    plan = next(plan["id"] for plan in graph.plans.values() if plan["title"] == "Ours")
    for category in graph.plan_labels(plan):
        graph.name_label(plan, category, None)
    other = f"workspace-{create_contract(started.world, 'Second', END)}"
    started.forward(timedelta(hours=1))

    shown = await preview_origin(other, started.services)

    named = [call.body["categoryDescriptions"] for call in shown.calls if "categoryDescriptions" in (call.body or {})]
    given = [category for names in named for category in names]
    assert len(named) > 2
    assert len(given) == len(set(given))
