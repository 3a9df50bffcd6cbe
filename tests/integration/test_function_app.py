"""The function app as Microsoft's worker library sees it: indexed, called, and light where it has to be."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.queue import QueueClient

from shared.store.agenda import Agenda
from shared.store.tables import Tables
from tests.integration.app_process import HEAVY
from tests.integration.app_runner import run
from tests.integration.secrets import secrets_in
from tests.repository import ROOT

SECRET = "an-invented-webhook-secret"
STATE = "an-invented-client-state"
POST, GET = ["POST"], ["GET"]

HTTP = [
    ("opentext_webhook", "opentext/events", POST, "ANONYMOUS"),
    ("graph_notifications", "graph/notifications", POST, "ANONYMOUS"),
    ("graph_lifecycle", "graph/lifecycle", POST, "ANONYMOUS"),
    ("health", "health", GET, "ANONYMOUS"),
    ("ready", "ready", GET, "FUNCTION"),
    ("evidence", "origins/{key}/evidence", GET, "FUNCTION"),
    ("operations_page", "operations", GET, "ANONYMOUS"),
    ("operations", "operations/{door}", ["GET", "POST"], "FUNCTION"),
]
QUEUES = [
    ("reconcile", "origins"),
    ("read_plan", "plans"),
    ("dead_origins", "origins-poison"),
    ("dead_plans", "plans-poison"),
]
TIMERS = [
    ("write_back", "%WRITE_BACK_SCHEDULE%"),
    ("escalation_sweep", "%ESCALATION_SCHEDULE%"),
    ("renew_subscriptions", "%SUBSCRIPTION_SCHEDULE%"),
]


def hint(body, secret=SECRET):
    return {"function": "opentext_webhook", "body": body, "headers": {"x-webhook-secret": secret}}


@pytest.fixture(scope="module")
def seen(storage):
    """What one process saw: hints, a handshake, notifications, liveness, on Azurite."""
    calls = [
        hint('{"node_id": "28866", "event": "created"}'),
        hint('{"node_id": 28866}', secret="wrong"),
        hint('[{"node_id": 1}, {"node_id": "x"}]'),
        hint(" " * (256 * 1024 + 1)),
        hint(""),
        {"function": "graph_notifications", "query": {"validationToken": "Validation: <token> & more"}},
        {"function": "graph_lifecycle", "query": {"validationToken": "opaque"}},
        {"function": "graph_notifications", "body": json.dumps({"value": [notification("a-strangers-state")]})},
        {"function": "graph_notifications", "body": json.dumps({"value": [notification(STATE)]})},
        {"function": "graph_lifecycle", "body": json.dumps({"value": [notification(STATE)]})},
        {"function": "graph_notifications", "body": "{}"},
        {"function": "health"},
        {"function": "operations_page"},
        *({"function": "operations", "params": {"door": door}} for door in ("status", "held", "series", "nonsense")),
    ]
    return run(calls, {"AzureWebJobsStorage": storage, "OPENTEXT_WEBHOOK_SECRETS": SECRET, "GRAPH_CLIENT_STATE": STATE})


def notification(state):
    group = "11111111-1111-4111-8111-111111111111"
    return {
        "subscriptionId": "3f9a",
        "clientState": state,
        "lifecycleEvent": "reauthorizationRequired",
        "resource": f"Groups/{group}",
    }


def test_every_function_of_the_design_is_indexed_and_no_other(seen):
    assert set(seen["functions"]) == {row[0] for row in [*HTTP, *QUEUES, *TIMERS]}


@pytest.mark.parametrize(("name", "route", "methods", "level"), HTTP, ids=[row[0] for row in HTTP])
def test_http_functions_have_their_route_and_level(seen, name, route, methods, level):
    trigger = seen["functions"][name]

    assert trigger["type"].lower() == "httptrigger"
    assert (trigger["route"], trigger["methods"], trigger["authLevel"]) == (route, methods, level)


@pytest.mark.parametrize(("name", "queue"), QUEUES, ids=[row[0] for row in QUEUES])
def test_queue_functions_have_their_queue(seen, name, queue):
    trigger = seen["functions"][name]

    assert (trigger["type"], trigger["queueName"]) == ("queueTrigger", queue)
    assert trigger["connection"] == "AzureWebJobsStorage"


@pytest.mark.parametrize(("name", "setting"), TIMERS, ids=[row[0] for row in TIMERS])
def test_timers_have_their_setting(seen, name, setting):
    trigger = seen["functions"][name]

    assert (trigger["type"], trigger["schedule"]) == ("timerTrigger", setting)


def test_importing_the_app_brings_no_graph_sdk(seen):
    assert seen["at_import"] == []


def test_http_functions_bring_no_graph_sdk_and_no_identity(seen):
    """Their cold start is what Graph and OpenText wait for."""
    assert HEAVY
    assert [answer["loaded"] for answer in seen["answers"]] == [[]] * len(seen["answers"])


def test_a_hint_is_queued_as_the_host_reads_it(seen, storage):
    assert seen["answers"][0]["status"] == 202
    with QueueClient.from_connection_string(storage, "origins") as queue:
        bodies = [json.loads(base64.b64decode(message.content)) for message in queue.peek_messages(32)]
    (message,) = [body for body in bodies if body["origin"] == "node-28866"]
    assert message["waited_for"] == "hint"


def test_bad_hints_are_answered_with_problem_documents(seen):
    answers = seen["answers"][1:5]

    assert [answer["status"] for answer in answers] == [401, 400, 413, 411]
    assert "Content-Length" in answers[3]["body"]
    assert all(answer["headers"]["content-type"].startswith("application/problem+json") for answer in answers)
    assert json.loads(answers[1]["body"])["errors"] == [
        {"field": "[1].node_id", "detail": "must be a positive whole number of at most 19 digits"}
    ]


def test_the_handshake_is_answered_with_the_decoded_token(seen):
    notifications, lifecycle = seen["answers"][5:7]

    assert (notifications["status"], notifications["body"]) == (200, "Validation: <token> & more")
    assert notifications["headers"]["content-type"].startswith("text/plain")
    assert (lifecycle["status"], lifecycle["body"]) == (200, "opaque")


def test_notifications_are_accepted_whoever_sends_them(seen):
    """A stranger's are dropped, and it is not told."""
    assert [answer["status"] for answer in seen["answers"][7:10]] == [202, 202, 202]
    assert "1 notifications had a wrong clientState" in seen["log"]


def test_a_body_that_is_no_notification_collection_is_refused(seen):
    assert seen["answers"][10]["status"] == 400


def test_the_operations_page_is_answered_whole_and_its_doors_in_json(seen):
    page, status, _, _, unknown = seen["answers"][12:17]

    assert (page["status"], page["headers"]["content-type"].split(";")[0]) == (200, "text/html")
    assert "default-src 'none'" in page["headers"]["content-security-policy"]
    assert "<script>" in page["body"]
    assert (status["status"], json.loads(status["body"])["dead_letters"]) == (200, 0)
    assert (unknown["status"], status["headers"]["cache-control"]) == (404, "no-store")


def test_the_process_says_that_it_lives(seen):
    assert (seen["answers"][11]["status"], json.loads(seen["answers"][11]["body"])) == (200, {"alive": True})


def test_no_secret_is_in_the_log(seen):
    assert "answered 401" in seen["log"]
    assert SECRET not in seen["log"]
    assert STATE not in seen["log"]
    assert secrets_in(seen["log"]) == []


def test_without_any_setting_the_app_is_indexed_and_says_what_is_missing():
    calls = [
        {"function": "ready"},
        {"function": "health"},
        hint('{"node_id": 1}'),
        {"function": "graph_lifecycle", "body": "{}"},
    ]
    calls.append({"function": "graph_notifications", "query": {"validationToken": "opaque"}})
    seen = run(calls, {})

    ready = json.loads(seen["answers"][0]["body"])
    assert [answer["status"] for answer in seen["answers"]] == [503, 200, 503, 503, 200]
    assert [name for name, check in ready["checks"].items() if check["ok"]] == ["mapping"]
    assert "OPENTEXT_BASE_URL: is not set" in ready["checks"]["settings"]["problems"]
    assert seen["answers"][2]["headers"]["retry-after"] == "30"


def test_when_the_queue_can_not_be_reached_the_sender_is_told():
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;QueueEndpoint=http://127.0.0.1:9/a;"
    seen = run(
        [hint('{"node_id": 1}')],
        {
            "AzureWebJobsStorage": f"{nowhere}TableEndpoint=http://127.0.0.1:9/a;",
            "OPENTEXT_WEBHOOK_SECRETS": SECRET,
        },
    )

    assert seen["answers"][0]["status"] == 503


async def test_what_can_not_be_done_yet_waits_in_the_agenda(storage):
    """Only storage is set up: messages are kept, timers pass, and a message that failed for good is reported."""
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    calls = [
        {"function": "reconcile", "body": json.dumps({"origin": "workspace-77001", "reason": "hint", "trace": trace})},
        {"function": "read_plan", "body": json.dumps({"plan": "xqQg5FS2LkCp935s-FIFm2QAFkHM"})},
        *({"function": name} for name, _ in TIMERS),
        {"function": "dead_origins", "body": json.dumps({"origin": "workspace-77002"})},
        {"function": "dead_plans", "body": "not even JSON"},
        {"function": "reconcile", "body": "not even JSON"},
    ]
    seen = run(calls, {"AzureWebJobsStorage": storage})

    assert [answer["failed"] for answer in seen["answers"]] == [None] * len(calls)
    assert "OPENTEXT_BASE_URL: is not set" in seen["log"]
    entries, letters = await agenda_of(storage)
    assert entries["workspace-77001"] == ("retry", trace)
    assert entries["workspace-77002"][0] == "dead"
    assert {"not even JSON"} <= {letter.body for letter in letters}


async def agenda_of(storage):
    tables = Tables.from_connection_string(storage, writer="test")
    try:
        due = await Agenda(tables).due(datetime.now(UTC) + timedelta(hours=2))
        dead = await Agenda(tables).list_dead()
    finally:
        await tables.close()
    return {row.entry.origin: (row.entry.waited_for, row.entry.trace) for row in due}, [one.letter for one in dead]


@pytest.mark.parametrize(
    ("timer", "settings"),
    [
        pytest.param("write_back", {}, id="the sweep of plans"),
        pytest.param("escalation_sweep", {"BRIDGE_PAUSED": "true"}, id="the sweep of timers, paused"),
        pytest.param("renew_subscriptions", {"BRIDGE_PAUSED": "true"}, id="subscriptions, paused"),
    ],
)
def test_a_timer_that_asks_no_other_system_brings_no_sdk_of_it(storage, timer, settings):
    values = json.loads((ROOT / "local.settings.example.json").read_text("utf-8"))["Values"]

    seen = run([{"function": timer}], {**values, "AzureWebJobsStorage": storage, **settings})

    assert seen["answers"][0]["failed"] is None
    assert seen["answers"][0]["loaded"] == []


def test_a_cold_workers_first_timer_holds_the_loop_for_a_small_part_of_its_time(storage):
    """SDKs are imported and clients made in a thread: /api/health and the handshake answer meanwhile."""
    values = json.loads((ROOT / "local.settings.example.json").read_text("utf-8"))["Values"]

    seen = run([{"function": "escalation_sweep"}], {**values, "AzureWebJobsStorage": storage})

    assert "msgraph" in seen["answers"][0]["loaded"]
    # A part, and not seconds: a busy machine makes both longer. On the loop, imports would hold it most of the time.
    assert seen["loop_held"] < seen["took"] / 4, (seen["loop_held"], seen["took"])
