"""
The typed client of msgraph-sdk, unmodified and with its default middleware, works against the simulator.

So the simulator speaks Graph's protocol, and not a dialect that only our own client knows.
"""

from datetime import UTC, datetime

import httpx
import pytest
from azure.core.credentials import AccessToken
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.planner_assignments import PlannerAssignments
from msgraph.generated.models.planner_bucket import PlannerBucket
from msgraph.generated.models.planner_checklist_items import PlannerChecklistItems
from msgraph.generated.models.planner_container_type import PlannerContainerType
from msgraph.generated.models.planner_external_references import PlannerExternalReferences
from msgraph.generated.models.planner_plan import PlannerPlan
from msgraph.generated.models.planner_plan_container import PlannerPlanContainer
from msgraph.generated.models.planner_task import PlannerTask
from msgraph.generated.models.planner_task_details import PlannerTaskDetails
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core import GraphClientFactory

from local.in_process.transport import Direct
from tests.fidelity.graph_caller import START, Caller, assigned, item, reference
from tests.fidelity.test_graph_subscriptions import Endpoint

KEY = "95e27074-6c4a-447a-aa24-9d718a0b86fa"
LINK = "https%3A//contoso%2Eexample/otcs/cs%2Eexe/app/nodes/2000"


class Credential:
    """A credential whose token says nothing."""

    async def get_token(self, *scopes, **more):
        return AccessToken("token", int(datetime(2099, 1, 1, tzinfo=UTC).timestamp()))

    async def close(self):
        """Hold nothing."""


@pytest.fixture
async def app():
    return Caller()


@pytest.fixture
async def client(app):
    """The SDK's client as it comes: its own base URL, authentication, and middleware."""
    base = "https://graph.microsoft.com/v1.0"
    async with httpx.AsyncClient(transport=Direct(app.graph.handle), base_url=base) as http:
        GraphClientFactory.create_with_default_middleware(client=http)
        yield GraphServiceClient(
            request_adapter=GraphRequestAdapter(AzureIdentityAuthenticationProvider(Credential()), http)
        )


def versioned(etag):
    configuration = RequestConfiguration()
    configuration.headers.try_add("If-Match", etag)
    configuration.headers.try_add("Prefer", "return=representation")
    return configuration


def etag(thing):
    return thing.additional_data["@odata.etag"]


async def made(app, client, **more):
    assignments = PlannerAssignments(additional_data=assigned(app.ada))
    due = datetime(2026, 3, 5, 10, tzinfo=UTC)
    task = PlannerTask(plan_id=app.plan, title=" Review ", due_date_time=due, assignments=assignments, **more)
    return await client.planner.tasks.post(task)


async def test_it_creates_and_reads_a_task(app, client):
    """The answer's types are the model's."""
    task = await made(app, client)
    read = await client.planner.tasks.by_planner_task_id(task.id).get()

    assert (read.id, read.title, read.percent_complete, read.priority) == (task.id, "Review", 0, 5)
    assert read.due_date_time == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert read.created_date_time == START
    assert app.ada in read.assignments.additional_data
    assert etag(read) == etag(task)


async def test_it_patches_a_task(app, client):
    """If-Match by a header, the new representation by Prefer."""
    task = await made(app, client)
    one = client.planner.tasks.by_planner_task_id(task.id)
    changed = await one.patch(PlannerTask(percent_complete=100), request_configuration=versioned(etag(task)))

    assert (changed.percent_complete, changed.completed_date_time) == (100, START)
    assert etag(changed) > etag(task)


async def test_it_reads_and_patches_details(app, client):
    """Checklist and references as open types, in the SDK's own rendering."""
    task = await made(app, client, details=PlannerTaskDetails(description="dropped"))
    changes = PlannerTaskDetails(
        description="Text",
        checklist=PlannerChecklistItems(additional_data={KEY: item(title="Read it", isChecked=True)}),
        references=PlannerExternalReferences(additional_data={LINK: reference("Contract")}),
    )
    details = client.planner.tasks.by_planner_task_id(task.id).details
    before = await details.get()
    after = await details.patch(changes, request_configuration=versioned(etag(before)))

    assert (before.description, after.description) == ("", "Text")
    assert list(after.checklist.additional_data) == [KEY]
    assert list(after.references.additional_data) == [LINK]


async def test_it_lists_a_plan_page_by_page(app, client):
    """The next link is followed as it is."""
    app.rules.page_size = 2
    ids = [(await made(app, client)).id for _ in range(3)]
    tasks = client.planner.plans.by_planner_plan_id(app.plan).tasks
    first = await tasks.get()
    second = await tasks.with_url(first.odata_next_link).get()

    assert [task.id for task in (*first.value, *second.value)] == ids
    assert second.odata_next_link is None


async def test_it_makes_plans_and_buckets_and_reads_labels(app, client):
    """Container, bucket, and the names of labels."""
    container = PlannerPlanContainer(container_id=app.group, type=PlannerContainerType.Group)
    plan = await client.planner.plans.post(PlannerPlan(title="Second", container=container))
    bucket = await client.planner.buckets.post(PlannerBucket(name="Inbox", plan_id=plan.id))
    plans = await client.groups.by_group_id(app.group).planner.plans.get()
    labels = await client.planner.plans.by_planner_plan_id(app.plan).details.get()

    assert bucket.plan_id == plan.id
    assert [one.title for one in plans.value] == ["Contracts", "Second"]
    assert labels.category_descriptions.category1 == "Urgent"


async def test_it_deletes_and_is_told_of_errors(app, client):
    """A refusal becomes the SDK's own error with Graph's code and message."""
    task = await made(app, client)
    one = client.planner.tasks.by_planner_task_id(task.id)
    with pytest.raises(ODataError) as refused:
        await one.patch(PlannerTask(title="x"), request_configuration=versioned('W/"x"'))
    await one.delete(request_configuration=versioned(etag(task)))
    with pytest.raises(ODataError) as gone:
        await one.get()

    assert refused.value.response_status_code == 412
    assert (gone.value.response_status_code, gone.value.error.message) == (404, "The requested item is not found.")


async def test_it_finds_users_and_subscribes(app, client):
    """Query options come with an encoded dollar sign, and the SDK's middleware decodes it."""
    app.graph.deliver = Endpoint()
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        filter="mail eq 'ada@contoso.example'", select=["id", "accountEnabled"]
    )
    users = await client.users.get(RequestConfiguration(query_parameters=query))
    subscription = await client.subscriptions.post(
        Subscription(
            change_type="updated",
            notification_url="https://bridge.example/notifications",
            resource=f"/groups/{app.group}",
            expiration_date_time=datetime(2026, 3, 20, tzinfo=UTC),
            client_state="secret",
        )
    )

    assert [(user.id, user.account_enabled) for user in users.value] == [(app.ada, True)]
    assert subscription.expiration_date_time == datetime(2026, 3, 20, tzinfo=UTC)
