"""A preview says what the next look would do, word for word, and writes nothing anywhere."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.demo.world import create_contract
from shared.errors import ThrottledError, UnreadableError
from shared.mapping.evaluation.preview import computed
from shared.models.link import LinkState
from shared.models.recording import Recording
from shared.models.words import ItemKind
from shared.preview.preview import origins_of_event, preview_origin
from shared.preview.render import items, preview_text, sign_of
from shared.targets.unproven import EVERYWHERE, Unproven
from shared.wiring.rules import ROOT, load_rules
from tests.engine import MAPPING, engine
from tests.sample_world import populate

END = datetime(2028, 1, 31, tzinfo=UTC)
READS_BY_POST = ("/oauth2/token", "/v1/auth", "/v2/nodes/list", "/$batch")
TABLE_READS = {"query", "get"}


class Watch:
    """Everything that leaves the engine, towards the simulators and the tables."""

    def __init__(self, started):
        self.requests, self.operations = [], []
        inside = started.inside
        inside.graph, inside.content = self._before(inside.graph), self._before(inside.content)
        inside.account.gate = self._operation

    def _before(self, handle):
        async def watched(method, path, query, headers, body):
            self.requests.append((method, path, body))
            return await handle(method, path, query, headers, body)

        return watched

    async def _operation(self, moment, table, operation):
        self.operations.append(operation)

    @property
    def writes(self):
        """Requests and operations that change anything."""
        return [sent for sent in self.requests if _writes(*sent)] + [
            name for name in self.operations if name.partition("_")[0] not in TABLE_READS
        ]


def _writes(method, path, content):
    if method == "GET":
        return False
    if path.endswith("/$batch"):
        return any(inner["method"] != "GET" for inner in json.loads(content)["requests"])
    return not path.endswith(READS_BY_POST)


@pytest.fixture
def started():
    return engine()


@pytest.fixture
def contract(started):
    return f"workspace-{create_contract(started.world, 'Contoso', END)}"


def document_of(started, contract):
    number = int(contract.partition("-")[2])
    return number, started.world.content.add_document(number, "Contract.docx", user="pwilliams")


async def approval_of(started, contract):
    """Start an approval whose task stands, ticked and completed by its performer."""
    number, document = document_of(started, contract)
    process = started.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=number
    )
    await started.look(f"workflow-{process}")
    await started.rest()
    graph, reviewer = started.world.graph, started.world.users["dfoxhoven"]
    task = next(task["id"] for task in graph.tasks.values() if task["title"].startswith("Approve"))
    graph.tick(reviewer, task, "Approve")
    graph.complete(reviewer, task)
    return f"workflow-{process}"


def graph_calls(shown):
    return [(call.method, call.path) for call in shown.calls if call.system == "Graph"]


def step_call(shown):
    """The one call that advances the workflow."""
    (call,) = [call for call in shown.calls if call.path.startswith("v2/processes/")]
    return call


async def test_a_preview_makes_nothing_where_a_rebuild_could_not_find_what_may_stand(started, contract):
    services = started.services
    await Unproven(services.cursors, services.now).save({EVERYWHERE: "the rebuild did not come to its end"})

    shown = await preview_origin(contract, services)

    assert [call for call in graph_calls(shown) if call[0] == "POST"] == []
    assert "the rebuild did not come to its end" in preview_text(shown)


async def test_a_preview_of_new_work_writes_nothing_to_simulators_and_tables(started, contract):
    watch = Watch(started)

    shown = await preview_origin(contract, started.services)

    assert len(watch.requests) > 5
    assert watch.writes == []
    assert started.world.graph.tasks == {}
    assert await started.services.origins.find_links(contract) == {}
    assert [sign_of(shown, item) for item in items(shown)] == ["+"] * 4


async def test_a_preview_of_an_approval_writes_nothing_and_shows_the_call_that_advances_it(started, contract):
    workflow = await approval_of(started, contract)
    watch = Watch(started)

    shown = await preview_origin(workflow, started.services)

    assert watch.writes == []
    assert step_call(shown).body["body"]["custom_action"] == "Approve"
    assert started.world.content.workflow(int(workflow.partition("-")[2])).visits[0].completed_at is None


async def test_what_is_shown_is_what_is_sent(started, contract):
    """Bodies word for word: only ids and etags that Planner gives are not known before."""
    shown = await preview_origin(contract, started.services)
    watch = Watch(started)

    await started.look(contract)

    sent = [inner for _, path, content in watch.requests if path.endswith("$batch") for inner in read_batch(content)]
    expected = [dict(call.body) for call in shown.calls]
    assert sorted(map(canonical, (inner["body"] for inner in sent))) == sorted(map(canonical, expected))
    assert [inner["url"] for inner in sent if inner["method"] == "POST"] == ["/planner/tasks"] * 4


def read_batch(content):
    return [inner for inner in json.loads(content)["requests"] if inner["method"] != "GET"]


def canonical(body):
    return json.dumps(body, sort_keys=True)


async def test_what_is_shown_of_an_approval_is_what_is_sent(started, contract):
    workflow = await approval_of(started, contract)
    shown = await preview_origin(workflow, started.services)

    await started.look(workflow)

    visit = started.world.content.workflow(int(workflow.partition("-")[2])).visits[0]
    assert visit.comment == step_call(shown).body["body"]["comment"]


async def test_a_change_is_shown_against_what_stands_there(started, contract):
    await started.look(contract)
    started.world.content.set_attribute(
        "pwilliams", int(contract.partition("-")[2]), "Contract.End Date", "2028-06-30T00:00:00"
    )

    shown = await preview_origin(contract, started.services)

    (call,) = shown.calls
    task = next(link.task_id for link in shown.before.values() if link.item.endswith("renewal-decision"))
    assert (call.method, call.path) == ("PATCH", f"/planner/tasks/{task}")
    assert call.etag == started.world.graph.tasks[task]["@odata.etag"]
    text = preview_text(shown)
    assert '- "dueDateTime": "2027-10-29T10:00:00Z"\n' in text
    assert '+ "dueDateTime": "2028-03-30T10:00:00Z"\n' in text
    assert "1 to change, 3 as they should be; 1 call would be sent; nothing was\n" in text


async def test_at_rest_a_preview_has_no_call(started, contract):
    await started.look(contract)
    await started.rest()

    shown = await preview_origin(contract, started.services)

    assert shown.calls == ()
    assert {sign_of(shown, item) for item in items(shown)} == {"="}


async def test_two_previews_of_the_same_have_one_hash_and_of_something_else_another(started, contract):
    first = await preview_origin(contract, started.services)
    started.forward(timedelta(minutes=3))
    again = await preview_origin(contract, started.services)
    started.world.content.rename("pwilliams", int(contract.partition("-")[2]), "Contoso Ltd")
    renamed = await preview_origin(contract, started.services)

    assert first.hash == again.hash
    assert first.hash != renamed.hash


async def test_the_people_and_why_they_were_chosen_are_shown(started, contract):
    text = preview_text(await preview_origin(contract, started.services))

    assert f"role:Legal → lwhite = {started.world.users['lwhite']} (assigned)" in text


async def test_a_completed_task_shows_the_attribute_that_it_sets(started, contract):
    await started.look(contract)
    task = next(task["id"] for task in started.world.graph.tasks.values() if "legal review" in task["title"])
    started.world.graph.complete(started.world.users["lwhite"], task)
    watch = Watch(started)

    shown = await preview_origin(contract, started.services)

    assert watch.writes == []
    assert '+ Contract.Review: "Done"' in preview_text(shown)
    (call,) = shown.calls
    assert call.system == "OpenText"
    assert "Done" in call.body.values()


async def test_a_refusal_is_shown_with_the_note_that_the_person_would_read(started, contract):
    """The engine goes on to its end: the refusal is remembered, then the task is opened again."""
    workflow = await approval_of(started, contract)
    graph, reviewer = started.world.graph, started.world.users["dfoxhoven"]
    task = next(task["id"] for task in graph.tasks.values() if task["title"].startswith("Approve"))
    graph.tick(reviewer, task, "Reject")
    started.forward(timedelta(minutes=2))
    watch = Watch(started)

    shown = await preview_origin(workflow, started.services)

    assert watch.writes == []
    assert graph_calls(shown) == [("PATCH", f"/planner/tasks/{task}"), ("PATCH", f"/planner/tasks/{task}/details")]
    text = preview_text(shown)
    assert '- "percentComplete": 100' in text
    assert "+ Note: More than one outcome is ticked." in text


async def test_released_work_is_shown_and_left_alone(started, contract, tmp_path):
    await started.look(contract)
    changed = tmp_path / "mapping.yaml"
    changed.write_text(MAPPING.read_text(encoding="utf-8").replace("key: owner-briefing", "key: briefing"))
    other = with_mapping(started, changed)

    shown = await preview_origin(contract, other)

    signs = {item.partition("|")[2]: sign_of(shown, item) for item in items(shown)}
    assert signs["owner-briefing"] == "?"
    assert signs["briefing"] == "+"
    assert shown.after["contract-package|owner-briefing"].state is LinkState.RELEASED


async def test_a_plan_and_buckets_that_a_rule_makes_are_shown_and_not_made(started, contract, tmp_path):
    changed = tmp_path / "mapping.yaml"
    group = "{group: 11111111-1111-4111-8111-111111111111, title: "
    text = MAPPING.read_text(encoding="utf-8").replace(
        f"{group}Contracts}}", f"{group}New, make: true, buckets: [One]}}"
    )
    changed.write_text(text)
    plans = set(started.world.graph.plans)
    watch = Watch(started)

    shown = await preview_origin(contract, with_mapping(started, changed))

    assert watch.writes == []
    made = [(call.path, call.body.get("title") or call.body.get("name")) for call in shown.calls if not call.item]
    assert made[:2] == [("/planner/plans", "New"), ("/planner/buckets", "One")]
    assert {name for path, name in made if path == "/planner/buckets"} == {"One", "Review", "Prepare", "Renewals"}
    assert set(started.world.graph.plans) == plans


async def test_an_origin_that_cannot_be_read_is_said_to_be(started):
    with pytest.raises(UnreadableError):
        await preview_origin("workspace-999999", started.services)


async def test_a_preview_leaves_alone_who_asked_to_be(started, contract):
    now = started.services.now()
    await started.services.gates.close("graph", now + timedelta(minutes=5), now=now)

    with pytest.raises(ThrottledError, match="09:05:00 UTC"):
        await preview_origin(contract, started.services)


async def test_a_hint_names_the_origins_that_it_would_have_looked_at(started, contract):
    """A node leads to its workspace; nothing is queued."""
    _, document = document_of(started, contract)
    body = json.dumps([{"node_id": document}, {"process_id": "77"}]).encode()

    assert await origins_of_event(body, started.services) == (contract, "workflow-77")
    assert await started.services.queues.length("origins") == 0


def with_mapping(started, file):
    """Services under another mapping than the one in force."""
    rules = load_rules(str(file))
    return replace(started.services, mapping=rules.mapping, mapping_hash=rules.hash)


SAMPLES = sorted((ROOT / "docs" / "samples").glob("*.yaml"))


@pytest.mark.parametrize("file", SAMPLES, ids=lambda path: path.stem)
async def test_each_sample_is_previewed_with_its_tasks_dates_and_people(file):
    """In a world like the one that was recorded; what was completed there is not completed here."""
    recorded = (ROOT / "tests" / "unit" / "mapping" / "samples" / f"{file.stem}.json").read_text(encoding="utf-8")
    recording = Recording.model_validate_json(recorded)
    played = engine(file)
    key = populate(played.inside, recording, played.services.mapping)
    watch = Watch(played)

    shown = await preview_origin(key, played.services)

    assert watch.writes == []
    expected = recording.model_copy(update={"completed": ()})
    text = preview_text(shown)
    for task in computed(played.services.mapping, expected).tasks:
        # A preview shows one look, and an item's ladder begins once the item is known.
        if task.kind is not ItemKind.ESCALATION:
            assert_shown(text, task)


def assert_shown(text, task):
    """Title, due date and people, as the recorded directory has them."""
    assert f"title:     {task.title}\n" in text
    assert f"due:       {task.due or 'none'}\n" in text
    for decision in task.people:
        begin, end = f"    person:    {decision.asked} → ", f"({decision.outcome})"
        assert any(line.startswith(begin) and line.endswith(end) for line in text.split("\n"))


DOCUMENT_RULE = """\
version: 1
plans:
  contracts: {group: 11111111-1111-4111-8111-111111111111, title: Contracts}
rules:
  - id: paper
    on: document
    when: {workspace_type: Contract}
    plan: contracts
    task: {title: "File {{ document.name }}", assign: "role:Legal"}
"""


async def test_a_document_is_previewed_with_the_roles_of_its_workspace(tmp_path):
    """What is read of the workspace follows from the rules for documents."""
    file = tmp_path / "mapping.yaml"
    file.write_text(DOCUMENT_RULE)
    filed = engine(file)
    number = create_contract(filed.world, "Contoso", END)
    document = filed.world.content.add_document(number, "Contract.docx", user="pwilliams")

    text = preview_text(await preview_origin(f"document-{document}", filed.services))

    assert "title:     File Contract.docx" in text
    assert f"role:Legal → lwhite = {filed.world.users['lwhite']} (assigned)" in text


async def test_a_mail_that_is_owed_is_shown_and_not_sent(started, contract, tmp_path):
    changed = tmp_path / "mapping.yaml"
    notify = '    notify: [{on: completed, to: ["role:Manager"], subject: "Done", body: "Look"}]\n    tasks:\n'
    text = MAPPING.read_text(encoding="utf-8").replace("    tasks:\n", notify, 1)
    changed.write_text(text)
    other = with_mapping(started, changed)
    started.services = other
    await started.look(contract)
    task = next(task["id"] for task in started.world.graph.tasks.values() if "brief" in task["title"])
    started.world.graph.complete(started.world.users["lwhite"], task)
    watch = Watch(started)

    shown = await preview_origin(contract, other)

    assert watch.writes == []
    assert [path for _, path in graph_calls(shown)] == ["/users/bridge@contoso.example/sendMail"]
    assert started.world.graph.outbox == []


async def test_what_recurs_is_shown_with_its_next_five_dates(tmp_path):
    file = tmp_path / "mapping.yaml"
    due = 'due: {on: "2026-11-01", repeat: FREQ=MONTHLY, adjust: next}'
    text = MAPPING.read_text()
    assert "due: {from: created, business_days: 5}" in text
    file.write_text(text.replace("due: {from: created, business_days: 5}", due))
    made = engine(file)
    number = create_contract(made.world, "Supply", END)

    shown = preview_text(await preview_origin(f"workspace-{number}", made.services))

    dates = "Tue 2026-12-01, Mon 2027-01-04, Mon 2027-02-01, Mon 2027-03-01, Thu 2027-04-01"
    assert f"contract-package|legal-review is due next on {dates}" in shown
