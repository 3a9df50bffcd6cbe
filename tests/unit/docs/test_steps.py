"""Each step that is a command can be typed: its files are there, and what it uses was set by a step before."""

import os
import re

import pytest

from tests.repository import ROOT

OUTPUTS = set(re.findall(r"^output (\w+) ", (ROOT / "infra/main.bicep").read_text(), re.MULTILINE))
GIVEN = {"SECRET_FROM_OTDS"}
"""What only people have, named so that they know where from."""
SETTINGS = {"OPENTEXT_WEBHOOK_SECRETS"}
"""What `azd env get-values` prints because a step before set it."""
DOCUMENTS = ("deploy.md", "recovery.md")


def commands(name):
    """Go through the commands of a document's console blocks, continued lines joined."""
    text = (ROOT / "docs" / name).read_text()
    for block in re.findall(r"^ *```console\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        joined = re.sub(r"\\\n\s*", " ", block)
        told = re.split(r"^ *\$ ", joined, flags=re.MULTILINE)[1:]
        yield [one.strip() for one in told]


def gives(command):
    """Name the variables that stand in the shell after a command."""
    named = set(re.findall(r"(?:^|export |; ?|for |&& )([A-Z][A-Z_]+)(?==| in )", command))
    named |= set(re.findall(r" ([A-Z][A-Z_]+)=", command)) if command.startswith("export ") else set()
    if "azd env get-values" in command:
        chosen = re.search(r"grep -E '\^\(([\w|]+)\)'", command)
        known = OUTPUTS | SETTINGS
        named |= {one for one in known if chosen is None or one.startswith(tuple(chosen[1].split("|")))}
    return named


@pytest.mark.parametrize("name", DOCUMENTS)
def test_variables_are_set_by_a_step_before_they_are_used(name):
    known, unset = set(GIVEN), []
    for block in commands(name):
        for command in block:
            known |= gives(command)
            used = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", command))
            unset += [f"{command}: {variable}" for variable in sorted(used - known)]

    assert unset == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_scripts_that_are_named_are_there_and_can_be_run(name):
    text = (ROOT / "docs" / name).read_text()
    scripts = set(re.findall(r"\b(?:infra|local)/[\w/-]+\.(?:sh|py)\b", text))

    assert scripts
    assert [one for one in sorted(scripts) if not (ROOT / one).is_file()] == []
    assert [one for one in sorted(scripts) if one.endswith(".sh") and not os.access(ROOT / one, os.X_OK)] == []


def test_make_targets_that_are_named_are_there():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {word for name in DOCUMENTS for word in re.findall(r"make ([a-z]+)", (ROOT / "docs" / name).read_text())}

    assert {"package", "lock", "audit"} <= named & targets
    assert {
        one for block in commands("deploy.md") for text in block for one in re.findall(r"^make (\w+)", text)
    } <= targets


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("KEY=$(az x)", {"KEY"}),
        ("export A_B=1 C_D=2", {"A_B", "C_D"}),
        ("for ZONE in $(az x); do", {"ZONE"}),
        ("eval \"$(azd env get-values | grep -E '^(BRIDGE_U)')\"", {"BRIDGE_URL"}),
        ("azd env set AZURE_LOCATION westeurope", set()),
        ("az x --settings BRIDGE_PAUSED=true", set()),
    ],
)
def test_what_a_command_gives_is_read_as_the_shell_does(command, given):
    assert gives(command) == given
