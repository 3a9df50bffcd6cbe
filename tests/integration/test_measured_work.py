"""What an observer sees of real work: each thing counted once, each decision told by a span and by a line."""

import json
import subprocess
import sys

import pytest

from shared.observability.metrics import BY_NAME, DECISION, PREFIX
from tests.repository import ROOT


@pytest.fixture(scope="module")
def seen():
    """Play the story once."""
    command = [sys.executable, "-m", "tests.integration.measured_work"]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def total(seen, name, **attributes):
    points = [point for point in seen["metrics"] if point["name"] == PREFIX + name]
    return sum(point["value"] for point in points if attributes.items() <= point["attributes"].items())


def test_each_thing_is_counted_once(seen):
    assert total(seen, "tasks_created", how="created") == 6, "four of the workspace, the approval, what follows it"
    assert total(seen, "write_backs", how="sent_on") == 1
    assert total(seen, "refusals", reason="wrong_person") == 1
    assert total(seen, "sign_ins", outcome="accepted") >= 1
    assert total(seen, "calls", system="graph") > 0
    assert total(seen, "calls", system="opentext", status="200") > 0
    assert total(seen, "sweeps", timer="escalation_sweep") == total(seen, "sweeps", timer="write_back") == 16
    assert total(seen, "dead_letters") == 0


def test_the_lag_is_the_time_from_the_completion_to_the_advance(seen):
    (lag,) = [point for point in seen["metrics"] if point["name"] == PREFIX + "advance_lag"]

    assert lag["count"] == 1
    assert 60 <= lag["sum"] <= 16 * 120


def test_subscriptions_have_their_whole_life_before_them(seen):
    assert total(seen, "subscription_left") == pytest.approx(41_000 * 60, abs=60)


def test_names_units_and_attributes_are_those_of_the_table(seen):
    for point in seen["metrics"]:
        metric = BY_NAME[point["name"].removeprefix(PREFIX)]
        assert (point["unit"], set(point["attributes"])) == (metric.unit, set(metric.attributes)), metric.name


def test_each_decision_has_one_span_and_one_line_that_say_the_same(seen):
    spans = [span for span in seen["spans"] if span["name"] == DECISION]
    lines = [record for record in seen["records"] if record["message"].startswith(f"{DECISION} ")]
    names = ("origin", "item", "rule", "action", "outcome", "duration_ms")

    assert len(spans) > 10
    assert [[span[f"bridge.{name}"] for name in names] for span in spans] == [
        [line[f"bridge_{name}"] for name in names] for line in lines
    ]


def test_a_decision_says_what_came_of_it(seen):
    outcomes = {
        (record["bridge_rule"], record["bridge_action"], record["bridge_outcome"])
        for record in seen["records"]
        if "bridge_action" in record
    }

    assert {
        ("contract-package", "Create", "open"),
        ("contract-approval", "Create", "open"),
        ("contract-approval", "Send", "open"),
        ("contract-approval", "CheckSending", "completed"),
    } <= outcomes
