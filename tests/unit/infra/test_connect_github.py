"""The workflow signs in to Azure as an application that only its own environment can be."""

import json
import re
import subprocess

import pytest

from tests.unit.infra.bicep import INFRA
from tests.unit.infra.test_resources import ROLES

AZ = """#!/bin/sh
# As much of the Azure CLI as the script asks for. What was made is kept in a file.
echo "az $*" | tr '\\n' ' ' >> "$DONE"; echo >> "$DONE"
case "$*" in
    *"--query id"*account* | "account show --query id"*) echo a-subscription ;;
    "account show --query tenantId"*) echo a-tenant ;;
    "ad app list"*) grep -q "ad app create" "$MADE" && echo an-application || true ;;
    "ad app create"*) echo "ad app create" >> "$MADE"; echo an-application ;;
    "ad sp list"*) grep -q "ad sp create" "$MADE" && echo a-principal || true ;;
    "ad sp create"*) echo "ad sp create" >> "$MADE"; echo a-principal ;;
    "ad app federated-credential list"*) grep -q credential "$MADE" && echo github-production || true ;;
    "ad app federated-credential create"*) echo credential >> "$MADE" ;;
    "role assignment create"*) ;;
    *) exit 9 ;;
esac
"""
GH = """#!/bin/sh
echo "gh $*" >> "$DONE"
case "$*" in
    *customization*) [ -n "$FORM" ] && echo "$FORM" || exit 1 ;;
    "api repos/contoso/bridge --silent" | *"--method PUT"* | "variable set"*) ;;
    *) exit 9 ;;
esac
"""


@pytest.fixture
def connect(tmp_path):
    """Run the script against stand-ins for both command lines; return how it ended and what it did."""
    for name, text in (("az", AZ), ("gh", GH)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "made").touch()

    def run(*arguments, form=""):
        (tmp_path / "done").write_text("")
        environment = {
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "DONE": str(tmp_path / "done"),
            "MADE": str(tmp_path / "made"),
            "FORM": form,
        }
        ended = subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", str(INFRA / "connect-github.sh"), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended, (tmp_path / "done").read_text().splitlines()

    return run


def credential(done):
    (line,) = [line for line in done if "federated-credential create" in line]
    return json.loads(line[line.index("{") :])


def test_only_jobs_of_the_environment_can_sign_in(connect):
    ended, done = connect("contoso/bridge")

    assert ended.returncode == 0, ended.stderr
    assert credential(done)["subject"] == "repo:contoso/bridge:environment:production"
    assert credential(done)["issuer"] == "https://token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("arguments", "form", "subject"),
    [
        pytest.param(["--environment", "test"], "", "repo:contoso/bridge:environment:test", id="another environment"),
        pytest.param(
            [],
            "true repo:contoso@11/bridge@22",
            "repo:contoso@11/bridge@22:environment:production",
            id="ids in the subject",
        ),
        pytest.param(["--subject", "repository_id:22"], "false ", "repository_id:22", id="a form of its own"),
    ],
)
def test_the_subject_is_the_one_that_github_sends(connect, arguments, form, subject):
    _, done = connect("contoso/bridge", *arguments, form=form)

    assert credential(done)["subject"] == subject


def test_it_may_give_the_roles_of_the_template_and_no_others(connect):
    _, done = connect("contoso/bridge")
    granted = [line for line in done if "role assignment create" in line]

    assert [re.findall(r"--role ([A-Z][A-Za-z ]+?) *(?:--|$)", line)[0] for line in granted] == [
        "Contributor",
        "Role Based Access Control Administrator",
    ]
    assert set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", granted[1])) == set(ROLES.values())


def test_github_is_told_the_ids_and_no_secret(connect):
    _, done = connect("contoso/bridge")

    assert [line.split(" --body ") for line in done if line.startswith("gh variable set")] == [
        [f"gh variable set {name} --repo contoso/bridge --env production", value]
        for name, value in [
            ("AZURE_CLIENT_ID", "an-application"),
            ("AZURE_TENANT_ID", "a-tenant"),
            ("AZURE_SUBSCRIPTION_ID", "a-subscription"),
        ]
    ]


def test_connecting_again_makes_nothing_new(connect):
    connect("contoso/bridge")
    ended, done = connect("contoso/bridge")

    assert ended.returncode == 0
    assert [line for line in done if re.search(r"(app|sp|credential) create", line)] == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bridge"],
        ["contoso/bridge/x"],
        ["contoso/"],
        ['contoso/b"x'],
        ["contoso/bridge", "--environment"],
        ["contoso/bridge", "--environment", 'a"b'],
        ["contoso/bridge", "--all"],
        ["contoso/other"],
    ],
    ids=" ".join,
)
def test_nonsense_is_refused_before_anything_is_made(connect, arguments):
    ended, done = connect(*arguments)

    assert ended.returncode == 1
    assert "connect-github.sh: " in ended.stderr
    assert [line for line in done if line.startswith("az")] == []


def test_a_subject_of_an_unknown_form_is_not_guessed(connect):
    ended, _ = connect("contoso/bridge", form="false ")

    assert ended.returncode == 1
    assert "--subject" in ended.stderr
