"""
Which alert fires when, and which does not, over what the real exporter sends; and what each door says meanwhile.

All outages are played once, in a process of their own: OpenTelemetry's providers can be set only once in a process.
"""

import json
import subprocess
import sys

import pytest

from tests.outages.doors import DOORS
from tests.outages.scenarios import SCENARIOS
from tests.repository import ROOT

BROKEN = [one for one in SCENARIOS if one.alerts]
LISTED = [one for one in SCENARIOS if one.is_listed]
BY_DESIGN = {("plan-gone", "/api/ready")}
"""One plan of many is no reason to take the app out of service."""


@pytest.fixture(scope="module")
def played():
    done = subprocess.run([sys.executable, "-m", "tests.outages"], cwd=ROOT, capture_output=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_exactly_the_alerts_that_must_fire_do_and_in_time(played, scenario):
    fired = played[scenario.name]["fired"]

    assert fired.keys() == scenario.alerts.keys()
    assert all(fired[name] <= latest for name, latest in scenario.alerts.items())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_nothing_is_told_before_it_breaks_nor_long_after_it_is_mended(played, scenario):
    said = played[scenario.name]

    assert said["early"] == []
    assert {name: minute for name, minute in said["last"].items() if minute > scenario.well_after} == {}


@pytest.mark.parametrize("scenario", LISTED, ids=lambda one: one.name)
def test_every_door_tells_of_every_outage_within_five_minutes(played, scenario):
    said = played[scenario.name]["said"]
    silent = {door for door in DOORS if door not in said or said[door][0] > 5}

    assert {(scenario.name, door) for door in silent} <= BY_DESIGN


def test_there_are_ten_outages_in_the_table_and_more_that_are_played():
    assert len(LISTED) >= 10
    assert len(BROKEN) > 10
