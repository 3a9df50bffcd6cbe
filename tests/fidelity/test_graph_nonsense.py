"""Whatever is sent, the simulator answers as a server does: it never breaks itself."""

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fidelity.graph_caller import BEARER, Caller

LEAVES = st.none() | st.booleans() | st.integers(-1, 101) | st.sampled_from(["", " !", "x", "2026-03-05T10:00:00Z"])
KEYS = st.sampled_from(["@odata.type", "title", "category1", "a", "orderHint", "emailAddress", "id", "url", "method"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))

WRITES = {
    ("POST", "/planner/tasks"): ["title", "bucketId", "dueDateTime", "assignments", "appliedCategories", "orderHint"],
    ("POST", "/planner/plans"): ["title", "container"],
    ("POST", "/planner/buckets"): ["planId", "name", "orderHint"],
    ("PATCH", "/planner/tasks/{task}"): ["title", "percentComplete", "priority", "assignments", "startDateTime"],
    ("PATCH", "/planner/tasks/{task}/details"): ["description", "checklist", "references", "previewType"],
    ("PATCH", "/planner/plans/{plan}/details"): ["categoryDescriptions", "sharedWith"],
    ("POST", "/users/ada@contoso.example/sendMail"): ["message"],
    ("POST", "/subscriptions"): ["changeType", "notificationUrl", "resource", "expirationDateTime", "clientState"],
    ("POST", "/$batch"): ["id", "url", "method", "headers", "dependsOn", "body"],
}
GOOD_SUBSCRIPTION = {
    "changeType": "updated",
    "notificationUrl": "https://bridge.example/n",
    "resource": "groups/g",
    "expirationDateTime": "2026-03-05T10:00:00Z",
}


@pytest.mark.parametrize(("method", "path"), WRITES, ids=[" ".join(key) for key in WRITES])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_nonsense_is_refused_and_never_breaks_the_server(method, path, data):
    """Every answer has a status below 500, and JSON or nothing in it."""
    names = WRITES[method, path]
    body = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON)) | JSON)
    status, content = asyncio.run(answered(method, path, body))

    assert 200 <= status < 500
    assert content == b"" or json.loads(content)


def nearly_right(app, path, body):
    """Put the nonsense where a good request has its sense, so that it gets past the first check."""
    if path.endswith("sendMail"):
        message = body.get("message")
        return {"message": {"toRecipients": message, "body": message, "subject": message}}
    if path == "/$batch":
        return {"requests": [{"id": "1", "method": "GET", "url": "/users", **body}]}
    good = {"/planner/tasks": {"planId": app.plan, "title": "x"}, "/planner/buckets": {"planId": app.plan}}
    return {**{**good, "/subscriptions": GOOD_SUBSCRIPTION}.get(path, {}), **body}


async def answered(method, path, body):
    app = Caller()
    task = await app.task()
    where = "/v1.0" + path.format(task=task["id"], plan=app.plan)
    etag = (await app.get(where)).etag if method == "PATCH" else ""
    if isinstance(body, dict):
        body = nearly_right(app, path, body)
    headers = {**BEARER, "if-match": etag}
    status, _, content = await app.graph.handle(method, where, [], headers, json.dumps(body).encode())
    return status, content
