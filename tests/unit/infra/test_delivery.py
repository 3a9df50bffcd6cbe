"""How it gets to Azure: azd, the workflows, and the permissions in Microsoft Graph."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.repository import ROOT
from tests.unit.infra.bicep import INFRA
from tests.unit.infra.infra_files import variables

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
    [
        pytest.param(["not an id"], id="id"),
        pytest.param([PRINCIPAL, "--mailbox"], id="no-address"),
        pytest.param([PRINCIPAL, "--mailbox", "x' -or '1"], id="address"),
        pytest.param([PRINCIPAL, "--all"], id="option"),
    ],
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


def test_azd_looks_before_it_makes_anything():
    azure = yaml.safe_load((ROOT / "azure.yaml").read_text())

    assert azure["hooks"]["preprovision"]["run"] == "infra/before-provision.sh"


def workflow(name):
    return yaml.safe_load((ROOT / ".github/workflows" / name).read_text())


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_say_what_they_may_do_and_how_long(file):
    assert workflow(file.name)["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in workflow(file.name)["jobs"].values())


def test_a_job_may_sign_in_only_where_it_does():
    """The libraries of others are built by a job that can't."""
    jobs = [job for file in WORKFLOWS for job in workflow(file.name)["jobs"].values()]
    may = [job for job in jobs if job.get("permissions", {}).get("id-token") == "write"]
    does = [job for job in jobs if any("Azure/login" in step.get("uses", "") for step in job["steps"])]

    assert may == does != []
    assert not any("make" in step.get("run", "").split() for job in may for step in job["steps"])


def test_actions_are_pinned_by_commit_and_say_which_release_that_is():
    used = [line for file in WORKFLOWS for line in re.findall(r"uses: (.*)", file.read_text())]
    foreign = [line for line in used if not line.startswith("./")]

    assert foreign
    assert [line for line in foreign if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_checkouts_leave_no_credentials_behind():
    steps = [step for file in WORKFLOWS for job in workflow(file.name)["jobs"].values() for step in job["steps"]]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]

    assert checkouts
    assert [step for step in checkouts if step.get("with", {}).get("persist-credentials") is not False] == []


def test_the_workflows_call_targets_that_exist():
    targets = set(re.findall(r"^([a-z]+):", Path(ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {name for file in WORKFLOWS for name in re.findall(r"run: make (\w+)", file.read_text())}

    assert {"test", "package", "audit"} <= called <= targets


def test_azure_is_signed_in_to_without_a_password():
    text = (ROOT / ".github/workflows/deploy.yml").read_text()

    assert "AZURE_CLIENT_SECRET" not in text
    assert "AZURE_CREDENTIALS" not in text


def test_what_would_change_is_posted_before_anything_does():
    jobs = workflow("deploy.yml")["jobs"]
    (preview,) = [step for step in jobs["preview"]["steps"] if "what-if" in step.get("run", "")]

    assert "GITHUB_STEP_SUMMARY" in preview["run"]
    assert set(jobs["deploy"]["needs"]) == {"package", "preview"}
    assert jobs["deploy"]["environment"] == jobs["preview"]["environment"]


def test_the_template_is_built_linted_and_format_checked():
    action = (ROOT / ".github/actions/template/action.yml").read_text()

    assert [word for word in ("build", "lint", "format") if f"az bicep {word} --file" not in action] == []
    for name, job in (("test.yml", "template"), ("deploy.yml", "preview")):
        assert "./.github/actions/template" in [step.get("uses") for step in workflow(name)["jobs"][job]["steps"]]


SECRETS = {"OPENTEXT_PASSWORD", "OTDS_CLIENT_SECRET", "OPENTEXT_WEBHOOK_SECRETS", "GRAPH_CLIENT_STATE"}


def test_the_deployment_is_given_every_parameter_and_secrets_as_secrets():
    job = workflow("deploy.yml")["jobs"]["deploy"]
    (secrets,) = [step["env"] for step in job["steps"] if step.get("run", "").startswith("azd provision")]

    assert set(job["env"]) | set(secrets) == set(variables().values()) | {"AZURE_SUBSCRIPTION_ID"}
    assert set(secrets) == SECRETS
    assert not any("secrets." in value for value in job["env"].values())


def test_the_preview_has_the_same_values_and_no_secret():
    jobs = workflow("deploy.yml")["jobs"]
    (shown,) = [step["env"] for step in jobs["preview"]["steps"] if "what-if" in step.get("run", "")]

    assert jobs["preview"]["env"] == jobs["deploy"]["env"]
    assert set(shown) - {"AZURE_CORE_NO_COLOR"} == SECRETS
    assert all("not-shown-in-a-preview" in shown[name] for name in SECRETS)
