"""
What the simulator answers has the types that Graph's metadata gives it.

Source: https://github.com/microsoftgraph/msgraph-metadata, by way of graph-openapi-v1.yaml
"""

from datetime import timedelta

import pytest

from local.simulators.graph.values import stamp
from tests.fidelity.graph_caller import START, Caller, assigned, item, reference
from tests.fidelity.graph_schemas import schema_problems, specification
from tests.fidelity.test_graph_subscriptions import Endpoint

TASK = "microsoft.graph.plannerTask"


def known(name):
    """List the properties that the schema of that name knows."""
    return set(specification()["components"]["schemas"][name]["properties"]) | {"@odata.context", "@odata.etag"}


async def full_task(app):
    task = await app.task(
        assignments=assigned(app.ada), appliedCategories={"category1": True}, dueDateTime=stamp(START), priority=2
    )
    app.graph.complete(app.ada, task["id"])
    app.graph.person_patch_details(
        app.ada,
        task["id"],
        description="Text",
        checklist={"key": item(title="A")},
        references={"https%3A//contoso%2Eexample": reference("Link")},
    )
    return f"/planner/tasks/{task['id']}"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/planner/tasks/{task}", TASK),
        ("/planner/tasks/{task}/details", f"{TASK}Details"),
        ("/planner/plans/{plan}", "microsoft.graph.plannerPlan"),
        ("/planner/plans/{plan}/details", "microsoft.graph.plannerPlanDetails"),
        ("/planner/plans/{plan}/tasks", f"{TASK}CollectionResponse"),
        ("/planner/plans/{plan}/tasks?$expand=details", f"{TASK}CollectionResponse"),
        ("/planner/plans/{plan}/buckets", "microsoft.graph.plannerBucketCollectionResponse"),
        ("/groups/{group}/planner/plans", "microsoft.graph.plannerPlanCollectionResponse"),
        ("/planner/tasks/none", "microsoft.graph.ODataErrors.ODataError"),
        ("/none", "microsoft.graph.ODataErrors.ODataError"),
    ],
)
async def test_answers_have_the_documented_shape(path, name):
    """Graph facts 4.2 and the metadata: types, nulls, and no property that v1.0 does not have."""
    app = Caller()
    app.rules.page_size = 1
    task = (await full_task(app)).rsplit("/", 1)[-1]
    await app.task()
    answer = (await app.get(path.format(task=task, plan=app.plan, group=app.group))).json

    assert schema_problems(name, answer) == []
    assert set(answer) - {"@odata.count"} <= known(name)


async def test_a_task_has_no_property_of_beta():
    """Graph facts 4.2: no lastModifiedDateTime, creationSource, isArchived, recurrence in v1.0."""
    app = Caller()
    task = (await app.get(await full_task(app))).json

    assert set(task) <= known(TASK)
    assert not {"lastModifiedDateTime", "creationSource", "isArchived", "recurrence"} & set(task)


async def test_subscriptions_and_notifications_have_the_documented_shape():
    """Graph facts 6."""
    app = Caller()
    app.graph.deliver = endpoint = Endpoint()
    body = {
        "changeType": "updated",
        "notificationUrl": "https://bridge.example/n",
        "lifecycleNotificationUrl": "https://bridge.example/l",
        "resource": f"groups/{app.group}",
        "expirationDateTime": stamp(START + timedelta(days=1)),
        "clientState": "secret",
    }
    made = (await app.post("/subscriptions", body)).json
    app.graph.remove_member(app.group, app.bob)
    app.graph.announce(made["id"], "reauthorizationRequired")
    await app.graph.deliver_pending()

    assert schema_problems("microsoft.graph.subscription", made) == []
    assert set(made) <= known("microsoft.graph.subscription")
    assert (
        schema_problems("microsoft.graph.subscriptionCollectionResponse", (await app.get("/subscriptions")).json) == []
    )
    for _, values in endpoint.posted:
        assert schema_problems("microsoft.graph.changeNotificationCollection", {"value": values}) == []


async def test_a_batchs_answer_has_the_documented_shape():
    """Graph facts 5."""
    app = Caller()
    requests = [
        {"id": "1", "method": "GET", "url": f"/planner/plans/{app.plan}"},
        {"id": "2", "method": "GET", "url": "/x"},
    ]

    assert schema_problems("batchResponse", (await app.post("/$batch", {"requests": requests})).json) == []
