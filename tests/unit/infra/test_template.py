"""What linter and formatter of the real compiler hold the template to, as far as it can be told without them."""

import json
import re

import pytest

from tests.repository import ROOT
from tests.unit.infra.bicep import FILES, INFRA, read, text

WIDTH = 120
"""Source: PrettyPrinterV2Options of https://github.com/Azure/bicep; a lone string may be longer, nothing else."""


def rules():
    lines = [
        line for line in (INFRA / "bicepconfig.json").read_text().splitlines() if not line.strip().startswith("//")
    ]
    return json.loads("\n".join(lines))["analyzers"]["core"]["rules"]


def exceptions():
    """Return the rules that are off, and those that are for one line."""
    off = {name for name, rule in rules().items() if rule["level"] == "off"}
    lines = re.findall(r"#disable-next-line ([\w-]+)", "".join((INFRA / file).read_text() for file in FILES))
    return off | set(lines)


def test_every_exception_from_a_rule_has_its_reason():
    held = (ROOT / "docs/deploy.md").read_text().split("## What the template is held to")[1]

    assert exceptions() == {name for name in re.findall(r"`([\w-]+)`", held) if name in rules()}


def test_every_rule_is_listed_so_that_none_is_off_by_default():
    """53 of them, from Bicep of August 2026. Source: src/Bicep.Core/Analyzers/Linter/Rules."""
    assert len(rules()) == 53
    assert {rule["level"] for rule in rules().values()} == {"off", "warning"}


@pytest.mark.parametrize("file", FILES)
def test_api_versions_are_no_previews(file):
    types = [one.type for one in read(file)["resources"].values() if "diagnosticSettings" not in one.type]

    assert [name for name in types if not re.fullmatch(r"[\w./]+@\d{4}-\d{2}-\d{2}", name)] == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_written_that_the_formatter_would_break(file):
    lines = (INFRA / file).read_text().splitlines()
    alone = re.compile(r"\s*//|@description\('|    say: '")

    assert [line for line in lines if len(line) > WIDTH and not alone.match(line)] == []
    assert [line for line in lines if line != line.rstrip() or "\t" in line] == []
    assert [line for line in lines if (len(line) - len(line.lstrip())) % 2] == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_stands_on_two_lines_that_fits_on_one(file):
    broken = re.findall(r"^.*=>\n.*$|^.*\n\s+\? .*\n\s+: .*$", (INFRA / file).read_text(), re.MULTILINE)

    assert [lines for lines in broken if len(re.sub(r"\n\s+", " ", lines)) <= WIDTH] == []


@pytest.mark.parametrize("file", FILES)
def test_outputs_say_what_they_are(file):
    assert [name for name, one in read(file)["outputs"].items() if one.decorator("description") is None] == []


def test_parameters_that_people_set_say_what_they_are():
    assert [name for name, one in read("main.bicep")["params"].items() if one.decorator("description") is None] == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_declared_that_is_not_used(file):
    everything = (INFRA / file).read_text()
    declared = {**read(file)["params"], **read(file)["variables"], **read(file)["functions"]}
    existing = {name: one for name, one in read(file)["resources"].items() if one.is_existing}

    assert [name for name in declared | existing if len(re.findall(rf"\b{name}\b", everything)) < 2] == []


@pytest.mark.parametrize("file", FILES)
def test_secrets_are_secure_all_the_way(file):
    named = re.compile("secret|password|clientState", re.IGNORECASE)
    open_ones = [
        name
        for name, one in read(file)["params"].items()
        if named.search(name) and one.decorator("secure") is None and "string" in text(one.node)
    ]

    assert open_ones == []
