"""The commands of the Azure CLI in our documents are found whole, and an option that the CLI lacks is told."""

import os
import subprocess
import sys

import pytest

from tests.unit.infra.bicep import INFRA

CLI = """#!/bin/sh
case "$*" in
  "group create --help") printf '\\nArguments\\n    --name -n : its name\\n    --location -l : where\\n' ;;
  *) exit 2 ;;
esac
"""


@pytest.fixture
def check(tmp_path):
    """Return a function that checks one document against a CLI that knows one command."""
    cli = tmp_path / "az"
    cli.write_text(CLI)
    cli.chmod(0o755)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "az_commands.py").write_text((INFRA / "az_commands.py").read_text())

    def run(text):
        (tmp_path / "README.md").write_text(text)
        command = [sys.executable, str(tmp_path / "infra" / "az_commands.py")]
        environment = {**os.environ, "AZ": str(cli)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - ours
        return done.returncode, done.stdout.strip()

    return run


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        pytest.param("$ az group create -n a --location b", 0, "az group create: ok", id="known"),
        pytest.param("`az group create -n GROUP -l REGION`, then", 0, "az group create: ok", id="within a sentence"),
        pytest.param(
            "$ X=$(az group create \\\n    --name a)", 0, "az group create: ok", id="continued, in a substitution"
        ),
        pytest.param(
            "$ az group create --name a --place b", 1, "az group create: does not know --place", id="no option"
        ),
        pytest.param("$ az group make --name a", 1, "az group make: the CLI does not know it", id="no command"),
        pytest.param(
            "$ az group create --name 'a --place b' | cut -c1", 0, "az group create: ok", id="quoted, and piped"
        ),
        pytest.param("az is a tool; az login first", 0, "", id="prose"),
    ],
)
def test_each_command_is_held_against_the_cli(check, text, code, said):
    assert check(text) == (code, said)
