"""What is measured has one table of names, and each name in it is measured somewhere."""

import ast

import pytest

from shared.models.events import EVENTS
from shared.observability.metrics import BY_NAME, METRICS, Kind
from shared.observability.telemetry import count, record, show
from tests.repository import ROOT

CALLS = {"count": Kind.COUNTER, "record": Kind.HISTOGRAM, "show": Kind.GAUGE}


def imported(tree):
    """Find what a module takes from telemetry: others have a `record` of their own."""
    froms = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "shared.observability.telemetry"
    )
    return {alias.name for node in froms for alias in node.names}


def measured():
    """Find (name, kind, attributes) of each call of the three verbs with a literal name."""
    for file in sorted((ROOT / "shared").rglob("*.py")):
        tree = ast.parse(file.read_text())
        verbs = CALLS.keys() & imported(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in verbs:
                if not isinstance(node.args[0], ast.Constant):
                    yield from by_events()
                    continue
                name = ast.literal_eval(node.args[0])
                yield name, CALLS[node.func.id], tuple(sorted(str(keyword.arg) for keyword in node.keywords))


def by_events():
    """Find what committed events are counted by."""
    counted = (facts for facts in EVENTS.values() if facts.metric)
    return ((facts.metric, Kind.COUNTER, tuple(sorted(facts.labels or ("how",)))) for facts in counted)


def test_each_metric_is_measured_as_the_table_says():
    declared = {(metric.name, metric.kind, tuple(sorted(metric.attributes))) for metric in METRICS}

    assert set(measured()) == declared


def test_no_name_stands_twice():
    assert len(BY_NAME) == len(METRICS)


def test_a_name_that_is_not_in_the_table_is_a_fault():
    with pytest.raises(KeyError):
        count("inventions")


@pytest.mark.parametrize(
    "measure",
    [
        pytest.param(lambda: count("advance_lag"), id="count"),
        pytest.param(lambda: record("hints", 1.0), id="record"),
        pytest.param(lambda: show("hints", 1.0), id="show"),
    ],
)
def test_a_name_of_another_kind_is_a_fault(measure):
    with pytest.raises(TypeError, match="is a"):
        measure()
