"""Documents for operators: every parameter is told, every link leads to a file, every test that is named exists."""

import re

import pytest
import typer

import manage
from tests.repository import ROOT
from tests.unit.infra.infra_files import parameter_values

DOCUMENTS = [
    *(
        "conformance.md",
        "deploy.md",
        "first-day.md",
        "operations.md",
        "operations-api.md",
        "opentext-setup.md",
        "recovery.md",
        "runbook.md",
        "security.md",
    )
]


def test_every_parameter_is_told_with_its_default():
    text = (ROOT / "docs/deploy.md").read_text()
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", text, re.MULTILINE))
    given = dict(re.findall(r"\$\{([A-Z_]+)(=[^}]*)?\}", "".join(parameter_values().values())))
    expected = {name: f"`{default[1:]}`" if len(default) > 1 else "" for name, default in given.items()}

    assert {name: value.replace("*required*", "") for name, value in told.items()} == expected


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name):
    text = (ROOT / "docs" / name).read_text()
    links = re.findall(r"\]\(([\w./-]+\.(?:md|json|yaml|png))(?:#[\w-]+)?\)", text)

    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_tests_that_are_named_as_proof_exist():
    named = set(re.findall(r"`([\w/]*test_\w+\.py)`", (ROOT / "docs/security.md").read_text()))

    assert named
    assert [name for name in sorted(named) if not list((ROOT / "tests").rglob(name))] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_exist(name):
    """Each `manage.py word [word]` is a command, or a command's argument."""
    text = (ROOT / "docs" / name).read_text()
    commands = typer.main.get_command(manage.app)
    context = typer.Context(commands)
    named = re.findall(r"python manage\.py ([a-z]+)(?: ([a-z]+))?", text)

    assert [words for words in named if not _exists(commands, context, words)] == []


def _exists(commands, context, words):
    first, second = words
    command = commands.get_command(context, first)
    is_group = hasattr(command, "commands")
    return command is not None and (not is_group or command.get_command(context, second) is not None)
