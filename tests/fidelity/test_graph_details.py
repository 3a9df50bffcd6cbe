"""
Task details: description, checklist, references.

Source: https://learn.microsoft.com/graph/api/resources/plannertaskdetails
"""

import pytest

from tests.fidelity.graph_caller import Caller, item, reference

KEY = "95e27074-6c4a-447a-aa24-9d718a0b86fa"
LINK = "https%3A//contoso%2Eexample/otcs/cs%2Eexe/app/nodes/2000?a=b&c=%2540d"


async def patched(app, task, **changes):
    url = f"/planner/tasks/{task['id']}/details"
    return await app.patch(url, changes, (await app.get(url)).etag)


async def test_details_may_be_a_moment_later_than_their_task():
    """Graph facts 8.6: whether a GET right after the POST may be a 404 is not documented; here it is a switch."""
    app = Caller()
    app.graph.state.rules.details_lag = 2
    url = f"/planner/tasks/{(await app.task())['id']}/details"

    assert [(await app.get(url)).status for _ in range(3)] == [404, 404, 200]


@pytest.mark.parametrize(
    "key",
    [
        "https://contoso.example/x",
        "https%3A//contoso.example/x",
        "https%3A//contoso%2Eexample/x@y",
        "https%3A//contoso%2Eexample/x#y",
        "https%3A//contoso%2Eexample/100%",
        "ftp%3A//contoso%2Eexample/x",
    ],
)
async def test_a_reference_key_that_is_not_encoded_is_refused(key):
    """Graph facts 4.2: `.` `:` `%` `@` `#` can't stand in open types' names."""
    app = Caller()

    assert (await patched(app, await app.task(), references={key: reference("x")})).status == 400


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"checklist": {KEY: {"title": "No type"}}}, id="untyped-item"),
        pytest.param({"references": {LINK: {"alias": "No type"}}}, id="untyped-link"),
        pytest.param({"checklist": {KEY: item(isChecked=True)}}, id="new-without-title"),
        pytest.param({"checklist": {KEY: item(title="x", isChecked="yes")}}, id="tick-no-bool"),
        pytest.param({"checklist": {KEY: item(title="x", orderHint="8585")}}, id="bad-hint"),
        pytest.param({"checklist": None}, id="null"),
        pytest.param({"previewType": "big"}, id="preview"),
        pytest.param({"notes": "<p>HTML</p>"}, id="beta"),
    ],
)
async def test_values_that_break_a_rule_are_refused(changes):
    """Graph facts 4.1 and 4.2: 400."""
    app = Caller()
    task = await app.task()

    assert (await patched(app, task, **changes)).status == 400
    assert app.graph.details[task["id"]]["checklist"] == {}


async def test_details_of_a_task_that_is_gone_are_not_found():
    """Graph facts 4.1: 404."""
    app = Caller()
    task = await app.task()
    app.graph.delete(app.ada, task["id"])

    assert (await app.get(f"/planner/tasks/{task['id']}/details")).status == 404
