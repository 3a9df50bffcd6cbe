"""The Graph clients and the Graph simulator, each written from the same facts and not from the other."""

from datetime import timedelta

import httpx
import pytest

from local.in_process.transport import Direct
from local.simulators.faults import Fault
from local.simulators.graph import Limits, Rules
from local.simulators.http_adapter import door
from shared.clients.graph.connection import connect
from shared.clients.graph.directory import DirectoryClient
from shared.clients.graph.mail import Mail
from shared.clients.graph.planner import Planner, decode_reference
from shared.clients.graph.subscriptions import Subscriptions
from shared.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RefusedError,
    StaleError,
    ThrottledError,
    UnavailableError,
)
from shared.models.mail import MailMessage
from shared.models.people import Lookups
from shared.models.planner import PlannerDetails, PlannerTask
from shared.models.planner_writes import ChecklistLine, DetailsChange, DetailsPatch, NewTask, TaskChange, TaskPatch
from tests.fidelity.graph_caller import Caller
from tests.narrowing import as_a, each_as_a, sure

URL = "https://bridge.example/api/graph/notifications"
DOORS = {"direct": Direct, "http": lambda handle: httpx.ASGITransport(door(handle))}


class Bridge:
    """Our clients in a small world: Ada and Bob, the group Legal, the plan Contracts with two buckets."""

    def __init__(self, *, rules=None, transport=Direct):
        self.world = Caller(rules or Rules())
        self.graph = self.world.graph
        self.plan = self.world.plan
        http = httpx.AsyncClient(transport=transport(self.graph.handle))
        self.connection = connect("http://localhost:8080", http, None)
        self.planner = Planner(self.connection)

    def new(self, title="Review", **fields):
        return NewTask(plan_id=self.plan, title=title, **fields)

    async def made(self, title="Review", **fields):
        (task,) = await self.planner.create_tasks([self.new(title, **fields)])
        return task


def change(task, **fields):
    return TaskChange(task_id=task.id, etag=task.etag, patch=TaskPatch(**fields))


@pytest.mark.parametrize("transport", DOORS.values(), ids=DOORS.keys())
async def test_ten_tasks_with_details_are_made_in_three_round_trips(transport):
    """Tasks, their details' etags, their details: an answer can't feed another within a batch."""
    bridge = Bridge(transport=transport)
    ada = bridge.world.ada

    new = [bridge.new(f"t{n}", assignees=(ada,), priority=2) for n in range(10)]
    tasks = each_as_a(PlannerTask, await bridge.planner.create_tasks(new))
    before = await bridge.planner.read_details([task.id for task in tasks])
    patch = DetailsPatch(
        description="Read it",
        references={"https://host.example/cs?func=ll&objId=1#100%": "Contract"},
        checklist={"g-1": ChecklistLine(title="Approve", is_checked=False, order_hint=" !")},
    )
    etags = {key: as_a(PlannerDetails, details).etag for key, details in before.items()}
    changes = [DetailsChange(task_id=key, etag=etag, patch=patch) for key, etag in etags.items()]
    after = each_as_a(PlannerDetails, await bridge.planner.update_details(changes))

    assert bridge.connection.calls == 3
    assert [task.title for task in tasks] == [f"t{n}" for n in range(10)]
    assert {(task.priority, task.assignees) for task in tasks} == {(3, (ada,))}
    assert {details.description for details in after} == {"Read it"}
    assert [decode_reference(key) for key in after[0].references] == ["https://host.example/cs?func=ll&objId=1#100%"]
    assert after[0].checklist["g-1"].title == "Approve"


async def test_a_plan_is_listed_on_all_its_pages():
    bridge = Bridge(rules=Rules(page_size=3))
    made = each_as_a(PlannerTask, await bridge.planner.create_tasks([bridge.new(f"t{n}") for n in range(8)]))

    listed = await bridge.planner.list_tasks(bridge.plan, with_details=True)

    assert {task.id for task in listed} == {task.id for task in made}
    assert all(sure(task.details).etag for task in listed)
    assert bridge.connection.calls == 1 + 3


async def test_a_list_without_details_says_so():
    """Where `$expand` is ignored the details are None, where it is refused the caller is told."""
    ignoring, refusing = Bridge(rules=Rules(expand="ignored")), Bridge(rules=Rules(expand="refused"))
    for bridge in (ignoring, refusing):
        await bridge.made()

    assert (await ignoring.planner.list_tasks(ignoring.plan, with_details=True))[0].details is None
    with pytest.raises(RefusedError):
        await refusing.planner.list_tasks(refusing.plan, with_details=True)


async def test_what_others_changed_comes_back_with_our_own_change():
    """A stale write that meets nobody succeeds: the representation is what tells."""
    bridge = Bridge()
    task = await bridge.made()
    bridge.graph.reassign(bridge.world.ada, task.id, [bridge.world.bob])

    (changed,) = each_as_a(PlannerTask, await bridge.planner.update_tasks([change(task, title="Second review")]))

    assert (changed.title, changed.assignees) == ("Second review", (bridge.world.bob,))
    assert changed.etag > task.etag


async def test_a_change_that_meets_another_is_stale():
    bridge = Bridge()
    task, other = await bridge.made(), await bridge.made("Other")
    bridge.graph.person_patch_task(bridge.world.ada, task.id, title="Mine")

    outcomes = await bridge.planner.update_tasks([change(task, title="Ours"), change(other, title="Free")])

    assert isinstance(outcomes[0], StaleError)
    assert as_a(PlannerTask, outcomes[1]).title == "Free"
    assert (await bridge.planner.read_task(task.id)).title == "Mine"


async def test_sets_are_added_to_and_taken_from():
    bridge = Bridge()
    ada, bob = bridge.world.ada, bridge.world.bob
    task = await bridge.made(assignees=(ada,), categories=("category1", "category2"))

    sets = change(task, assign=(bob,), unassign=(ada,), set_categories=("category3",), clear_categories=("category1",))
    (changed,) = each_as_a(PlannerTask, await bridge.planner.update_tasks([sets]))

    assert changed.assignees == (bob,)
    assert changed.categories == ("category2", "category3")


async def test_completing_and_reopening():
    bridge = Bridge()
    task = await bridge.made()

    (done,) = each_as_a(PlannerTask, await bridge.planner.update_tasks([change(task, percent_complete=100)]))
    (again,) = each_as_a(PlannerTask, await bridge.planner.update_tasks([change(done, percent_complete=0)]))

    assert (done.is_completed, sure(sure(done.completed_by).key).partition(":")[0]) == (True, "application")
    assert (again.is_completed, again.completed, again.completed_by) == (False, None, None)


async def test_dates_are_set_and_cleared():
    bridge = Bridge()
    due = bridge.world.clock.time + timedelta(days=3)
    task = await bridge.made(due=due)

    (cleared,) = each_as_a(PlannerTask, await bridge.planner.update_tasks([change(task, due=None)]))

    assert (task.due, cleared.due) == (due, None)


async def test_checklist_lines_and_references_are_taken_away():
    bridge = Bridge()
    task = await bridge.made()

    async def patch(**fields):
        etag = as_a(PlannerDetails, (await bridge.planner.read_details([task.id]))[task.id]).etag
        changed = DetailsChange(task_id=task.id, etag=etag, patch=DetailsPatch(**fields))
        return (await bridge.planner.update_details([changed]))[0]

    await patch(checklist={"a": ChecklistLine(title="x", order_hint=" !"), "b": ChecklistLine(title="y")})
    await patch(references={"https://host.example/": "Contract"}, checklist={"a": ChecklistLine(is_checked=True)})
    left = await patch(references={"https://host.example/": None}, checklist={"b": None})

    assert left.references == {}
    assert [(key, line.title, line.is_checked) for key, line in left.checklist.items()] == [("a", "x", True)]


async def test_a_deleted_task_is_not_found():
    bridge = Bridge()
    task, kept = await bridge.made(), await bridge.made()

    await bridge.planner.delete_task(task.id, task.etag)

    found = await bridge.planner.read_both([task.id, kept.id])
    assert isinstance(found[task.id][0], NotFoundError)
    assert as_a(PlannerTask, found[kept.id][0]).id == kept.id
    with pytest.raises(NotFoundError):
        await bridge.planner.delete_task(task.id, task.etag)


@pytest.mark.parametrize("count", [1, 3])
async def test_a_lost_answer_is_no_reason_to_send_again(count):
    """The effect stands, the caller knows that it does not know, and nothing was made twice."""
    bridge = Bridge()
    bridge.graph.faults.add(
        Fault.dropped(method="POST", path="/planner/tasks" if count == 1 else "/$batch", after=True)
    )

    outcomes = await bridge.planner.create_tasks([bridge.new()] * count)

    assert [type(outcome) for outcome in outcomes] == [OutcomeUnknownError] * count
    assert len(bridge.graph.tasks) == count


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault.html(method="POST", path="/planner/tasks"), OutcomeUnknownError, id="html"),
        pytest.param(
            Fault.garbled(method="POST", path="/planner/tasks", after=True), OutcomeUnknownError, id="garbled"
        ),
        pytest.param(
            Fault.status(429, method="POST", path="/planner/tasks", headers={"retry-after": "9"}),
            ThrottledError,
            id="throttled",
        ),
    ],
)
async def test_one_task_of_a_batch_may_fail_alone(fault, error):
    bridge = Bridge()
    bridge.graph.faults.add(fault)

    outcomes = await bridge.planner.create_tasks([bridge.new(), bridge.new()])

    failed = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(one) for one in failed] == [error]


async def test_a_limit_is_a_refusal_with_its_code():
    bridge = Bridge(rules=Rules(limits=Limits(tasks_in_plan=1)))
    await bridge.made()

    (refused,) = await bridge.planner.create_tasks([bridge.new()])

    assert isinstance(refused, RefusedError)
    assert refused.code == "MaximumTasksInProject"


async def test_a_plan_without_permission_is_refused_and_not_gone():
    bridge = Bridge()
    task = await bridge.made()
    bridge.graph.hide(bridge.plan)

    with pytest.raises(RefusedError):
        await bridge.planner.list_tasks(bridge.plan)
    with pytest.raises(RefusedError):
        await bridge.planner.read_task(task.id)


async def test_plans_buckets_and_labels_are_made():
    bridge = Bridge()
    group = bridge.world.group

    plan = await bridge.planner.create_plan(group, "Onboarding")
    first = await bridge.planner.create_bucket(plan.id, "Start")
    await bridge.planner.create_bucket(plan.id, "End", after=first.order_hint)
    labels = await bridge.planner.find_plan_details(plan.id)

    assert {plan.title for plan in await bridge.planner.list_plans(group)} == {"Contracts", "Onboarding"}
    assert {bucket.name for bucket in await bridge.planner.list_buckets(plan.id)} == {"Start", "End"}
    assert labels.category_descriptions == {}
    assert (await bridge.planner.read_plan(plan.id)).group_id == group


async def test_the_directory_answers_for_people_managers_and_nested_groups():
    bridge = Bridge()
    graph, ada, bob = bridge.graph, bridge.world.ada, bridge.world.bob
    graph.set_manager(bob, ada)
    brian = graph.add_user("o'brien@contoso.example", upn="brian@contoso.example")
    inner = graph.add_group("Inner", [brian])
    outer = graph.add_group("Outer", [bob, inner])
    client = DirectoryClient(bridge.connection, bridge.world.clock)

    answer = await client.answer(
        Lookups(
            emails=frozenset({"o'brien@contoso.example", "brian@contoso.example", "nobody@contoso.example"}),
            managers_of=frozenset({"bob@contoso.example", "ada@contoso.example"}),
            groups=frozenset({outer}),
            plan_groups=frozenset({"00000000-0000-4000-8000-000000000000"}),
        )
    )

    assert {sure(answer.users[f"{name}@contoso.example"]).id for name in ("o'brien", "brian")} == {brian}
    assert answer.users["nobody@contoso.example"] is None
    assert sure(answer.managers["bob@contoso.example"]).id == ada
    assert answer.managers["ada@contoso.example"] is None
    assert {user.id for user in answer.groups[outer]} == {bob, brian}
    assert answer.groups["00000000-0000-4000-8000-000000000000"] == ()
    assert bridge.connection.calls == 2


async def test_a_large_group_is_read_on_all_its_pages():
    bridge = Bridge()
    many = [bridge.graph.add_user(f"user-{n}@contoso.example") for n in range(1_200)]
    group = bridge.graph.add_group("Everybody", many)

    answer = await DirectoryClient(bridge.connection, bridge.world.clock).answer(Lookups(groups=frozenset({group})))

    assert {member.id for member in answer.groups[group]} == set(many)


async def echo(url, _headers, _body):
    """Prove that the endpoint is ours."""
    token = httpx.URL(url).params.get("validationToken", "")
    return 200, {"content-type": "text/plain"}, token.encode()


async def test_a_subscription_lives_from_its_handshake_to_its_end():
    bridge = Bridge()
    bridge.graph.deliver = echo
    subscriptions, clock = Subscriptions(bridge.connection), bridge.world.clock

    async def create(url=URL):
        return await subscriptions.create(
            f"groups/{bridge.world.group}",
            "updated,deleted",
            url,
            lifecycle_url=URL,
            expires=clock.time + timedelta(days=20),
            client_state="a-long-enough-secret",
        )

    made = await create()
    adopted = await create()
    with pytest.raises(RefusedError) as elsewhere:
        await create("https://other.example/")
    renewed = await subscriptions.renew(made.id, clock.time + timedelta(days=25))
    await subscriptions.reauthorize(made.id)
    await subscriptions.delete(made.id)

    assert adopted.id == made.id
    assert elsewhere.value.code == "subscription-elsewhere"
    assert renewed.expires > made.expires
    assert await subscriptions.list_subscriptions() == ()
    with pytest.raises(NotFoundError):
        await subscriptions.renew(made.id, clock.time + timedelta(days=25))


async def test_an_endpoint_that_does_not_answer_is_refused():
    bridge = Bridge()

    with pytest.raises(RefusedError):
        await Subscriptions(bridge.connection).create(
            f"groups/{bridge.world.group}",
            "updated",
            URL,
            lifecycle_url=URL,
            expires=bridge.world.clock.time + timedelta(days=1),
            client_state="a-long-enough-secret",
        )


MAIL = MailMessage("Erledigt: Prüfung", "It is done.", "<p>It is done.</p>")


async def test_a_mail_arrives_once():
    bridge = Bridge()

    await Mail(bridge.connection, "ada@contoso.example").send_mail(["bob@contoso.example"], MAIL)

    (mail,) = bridge.graph.outbox
    assert (mail.to, mail.subject) == (("bob@contoso.example",), "Erledigt: Prüfung")
    assert (mail.text.strip(), mail.html.strip()) == ("It is done.", "<p>It is done.</p>")


async def test_when_graph_is_down_nothing_is_known():
    bridge = Bridge()
    task = await bridge.made()
    bridge.graph.faults.add(Fault.status(503, method="GET", times=2))

    with pytest.raises(UnavailableError):
        await bridge.planner.list_tasks(bridge.plan)
    assert isinstance((await bridge.planner.read_both([task.id]))[task.id][0], UnavailableError)
