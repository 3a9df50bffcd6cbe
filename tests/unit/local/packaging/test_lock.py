"""The lock names everything that is deployed, with hashes; and what is tested is what is deployed."""

import json
import re
import sys
from importlib.metadata import distribution

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from local.packaging.lock import LOCK, choose, read_lock
from local.packaging.places import ROOT
from local.packaging.pruning import LEFT_OUT
from local.packaging.sbom import write_sbom
from local.packaging.target import PYTHON

HERE = {name: str(value) for name, value in default_environment().items()}
THERE = {**HERE, "python_version": PYTHON, "python_full_version": f"{PYTHON}.0", "extra": ""}
THERE |= {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux", "os_name": "posix"}


def asked():
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    return [one for one in map(Requirement, filter(None, lines)) if one.marker is None or one.marker.evaluate(THERE)]


def needs(name):
    found = map(Requirement, distribution(name).requires or ())
    return {canonicalize_name(one.name) for one in found if one.marker is None or one.marker.evaluate(THERE)}


def test_the_lock_holds_what_requirements_ask_for():
    locked = read_lock()

    assert [str(one) for one in asked() if not one.specifier.contains(locked[canonicalize_name(one.name)])] == []


def test_every_line_of_the_lock_was_understood_and_has_a_hash():
    text = LOCK.read_text()

    assert len(read_lock()) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 80
    assert "://" not in text


def test_nothing_deployed_needs_what_is_not():
    """But for what is known to do without: the tests of the zip draw a PDF, export telemetry and call both systems."""
    deployed = read_lock().keys() - LEFT_OUT.keys()

    missing = {(name, need) for name in deployed for need in needs(name) - deployed}

    telemetry = "azure-monitor-opentelemetry"
    assert {pair for pair in missing if pair[0] != telemetry} == {
        ("cffi", "pycparser"),
        ("fpdf2", "pillow"),
        (f"{telemetry}-exporter", "msrest"),
    }
    assert all(need.startswith("opentelemetry-instrumentation-") for name, need in missing if name == telemetry)


def test_nothing_is_left_out_that_is_not_locked():
    assert LEFT_OUT.keys() <= read_lock().keys()


def test_what_is_tested_is_what_is_deployed():
    """In its versions; one distribution has a line of releases of its own for older Pythons."""
    apart = set() if "{}.{}".format(*sys.version_info) == PYTHON else {"azure-functions"}
    locked = read_lock()

    differs = {
        name: (version, distribution(name).version)
        for name, version in locked.items()
        if name not in apart and not Requirement(f"{name}=={version}").specifier.contains(distribution(name).version)
    }

    assert differs == {}, "run `make setup`"


def test_what_is_left_out_is_not_asked_for():
    kept = choose(without={"rich"})

    assert "\nrich==" in LOCK.read_text()
    assert "rich==" not in kept
    assert kept.count("--hash=") < LOCK.read_text().count("--hash=")


@pytest.mark.filterwarnings("error")
def test_the_list_of_what_is_deployed_is_the_lock_with_licences(tmp_path):
    first, second = tmp_path / "1.json", tmp_path / "2.json"

    write_sbom(first)
    write_sbom(second)

    listed = json.loads(first.read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert {one["name"] for one in listed["components"]} == read_lock().keys() - LEFT_OUT.keys()
    assert all(one["purl"].startswith("pkg:pypi/") and one["licenses"] for one in listed["components"])
    assert first.read_bytes() == second.read_bytes()
