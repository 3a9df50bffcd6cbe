"""What an empty bridge sends to Application Insights, counted over what the real exporters send."""

import json
import subprocess
import sys

import pytest

from tests.repository import ROOT

MOST_A_MINUTE = 6


@pytest.fixture(scope="module")
def sent():
    done = subprocess.run([sys.executable, "-m", "tests.outages.quiet"], cwd=ROOT, capture_output=True, check=True)
    return json.loads(done.stdout)


def test_an_empty_bridge_sends_at_most_six_rows_a_minute(sent):
    assert 0 < sent["rows_a_minute_empty"] <= MOST_A_MINUTE


def test_a_bridge_at_rest_sends_hardly_more(sent):
    assert sent["rows_a_minute_at_rest"] <= MOST_A_MINUTE


def test_a_look_that_finds_nothing_costs_few_rows(sent):
    assert sent["rows_a_look_that_finds_nothing"] <= 5
