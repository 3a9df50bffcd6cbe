"""How it gets to Azure: azd, the workflows, and the permissions in Microsoft Graph."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.repository import ROOT
from tests.unit.infra.bicep import INFRA
from tests.unit.infra.infra_files import parameter_values

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SCRIPT = INFRA / "grant-graph-permissions.sh"
PRINCIPAL = "2c6d6f0e-7f0a-4d4b-9a3c-0d8f7d5f6a11"
NEEDED = ["Tasks.ReadWrite.All", "User.Read.All", "Group.Read.All"]
AZ = """#!/bin/sh
# As much of the Azure CLI as the script asks for. What was granted is kept in a file.
echo "$*" >> "$AZ_CALLS"
case "$*" in
    cloud*) echo https://graph.microsoft.com/ ;;
    *allowedMemberTypes*) echo "role-of-$(echo "$*" | sed "s/.*value=='\\([A-Za-z.]*\\)'.*/\\1/")" ;;
    "ad sp show"*appId*) echo client-of-bridge ;;
    "ad sp show"*) echo graph-in-tenant ;;
    *"--method get"*) cat "$AZ_GRANTED" ;;
    *"--method post"*) echo "$*" | sed 's/.*"appRoleId": "\\([^"]*\\)".*/\\1/' >> "$AZ_GRANTED" ;;
    *) exit 9 ;;
esac
"""


@pytest.fixture
def grant(tmp_path):
    """Run the script against a stand-in for the Azure CLI; return what it said, and what is granted since."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "az").write_text(AZ)
    (bin_folder / "az").chmod(0o755)
    granted, calls = tmp_path / "granted", tmp_path / "calls"
    granted.touch()

    def run(*arguments):
        environment = {"PATH": f"{bin_folder}:/usr/bin:/bin", "AZ_CALLS": str(calls), "AZ_GRANTED": str(granted)}
        done = subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", str(SCRIPT), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        return done, granted.read_text().split()

    return run


def test_the_identity_is_given_three_permissions_and_no_more(grant):
    done, granted = grant(PRINCIPAL)

    assert (done.returncode, done.stderr) == (0, "")
    assert granted == [f"role-of-{permission}" for permission in NEEDED]


def test_granting_again_changes_nothing(grant):
    grant(PRINCIPAL)
    done, granted = grant(PRINCIPAL)

    assert done.stdout.count("granted already") == len(granted) == 3


def test_mail_is_limited_to_one_mailbox_and_never_granted_for_all(grant):
    done, granted = grant(PRINCIPAL, "--mailbox", "bridge@contoso.example")

    assert "PrimarySmtpAddress -eq 'bridge@contoso.example'" in done.stdout
    assert "New-ManagementRoleAssignment -App 2c6d6f0e" in done.stdout
    assert not any("Mail" in role for role in granted)


@pytest.mark.parametrize(
    "arguments",
    [["not an id"], [PRINCIPAL, "--mailbox"], [PRINCIPAL, "--mailbox", "x' -or '1"], [PRINCIPAL, "--all"]],
    ids=["id", "no-address", "address", "option"],
)
def test_nonsense_is_refused_before_anything_is_asked(grant, arguments):
    done, granted = grant(*arguments)

    assert done.returncode == 1
    assert done.stderr.startswith(str(SCRIPT))
    assert granted == []


def test_azd_deploys_what_was_packaged_here():
    """A remote build was seen to install for another Python than the app's."""
    azure = yaml.safe_load((ROOT / "azure.yaml").read_text())

    (service,) = azure["services"].values()
    assert service == {"project": "build/package", "language": "python", "host": "function", "remoteBuild": False}
    assert azure["infra"] == {"provider": "bicep", "path": "infra", "module": "main"}
    assert azure["hooks"]["prepackage"]["run"] == "make package"


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_say_what_they_may_do_and_how_long(file):
    workflow = yaml.safe_load(file.read_text())

    assert workflow["permissions"]["contents"] == "read"
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


def test_the_workflows_call_targets_that_exist():
    targets = set(re.findall(r"^([a-z]+):", Path(ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {name for file in WORKFLOWS for name in re.findall(r"run: make (\w+)", file.read_text())}

    assert {"test", "package", "audit"} <= called <= targets


def test_azure_is_signed_in_to_without_a_password():
    text = (ROOT / ".github/workflows/deploy.yml").read_text()

    assert "--federated-credential-provider github" in text
    assert "AZURE_CLIENT_SECRET" not in text
    assert "AZURE_CREDENTIALS" not in text


def test_the_deployment_is_given_every_parameter_and_secrets_as_secrets():
    steps = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text())["jobs"]["deploy"]["steps"]
    (given,) = [step["env"] for step in steps if step.get("run", "").startswith("azd provision")]
    asked = {re.findall(r"\w+", value)[0] for value in parameter_values().values()}

    assert set(given) | {"AZURE_ENV_NAME", "AZURE_LOCATION"} == asked
    secret = {name for name, value in given.items() if "secrets." in value}
    assert secret == {"OPENTEXT_PASSWORD", "OTDS_CLIENT_SECRET", "OPENTEXT_WEBHOOK_SECRETS", "GRAPH_CLIENT_STATE"}
