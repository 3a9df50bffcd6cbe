"""Before azd makes resources: bad values are refused, what exists keeps its names, a deleted vault comes back."""

import json
import os
import subprocess
import sys

import pytest

from tests.unit.infra.bicep import INFRA
from tests.unit.infra.infra_files import parameter_values

AZ = """#!/bin/sh
# As much of the Azure CLI as the script asks for: what it answers stands in files, what it did in another.
echo "az $*" >> "$DONE"
case "$*" in
    "account show") [ -e "$WORLD/signed-in" ] ;;
    "account set"*) ;;
    "group exists"*) [ -e "$WORLD/group" ] && echo true || echo false ;;
    "group create"*) touch "$WORLD/group" ;;
    "keyvault list-deleted"*) cat "$WORLD/deleted" 2> /dev/null || true ;;
    "keyvault recover"*) [ -e "$WORLD/group" ] ;;
    "storage account list"*) cat "$WORLD/accounts" 2> /dev/null || true ;;
    *) exit 9 ;;
esac
"""
AZD = '#!/bin/sh\necho "azd $*" >> "$DONE"\n'
GIVEN = {"AZURE_ENV_NAME": "prod", "AZURE_LOCATION": "westeurope"}


@pytest.fixture
def before(tmp_path):
    """Run the script in a world of these files; return how it ended and what it did."""
    tools, world, done = tmp_path / "tools", tmp_path / "world", tmp_path / "done"
    tools.mkdir()
    world.mkdir()
    done.touch()
    for name, text in (("az", AZ), ("azd", AZD)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)

    def run(*, signed_in=True, group=True, **files):
        world_files = files.pop("world", {})
        for name, is_there in (("signed-in", signed_in), ("group", group)):
            if is_there:
                (world / name).touch()
        for name, text in world_files.items():
            (world / name).write_text(text)
        environment = {"PATH": f"{tools}:/usr/bin:/bin", "WORLD": str(world), "DONE": str(done), **GIVEN, **files}
        ended = subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", str(INFRA / "before-provision.sh")],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        changed = [line for line in done.read_text().splitlines() if line.split()[1] in ("env", "group", "keyvault")]
        return ended, [line for line in changed if "exists" not in line and "list-deleted" not in line]

    return run


def test_an_environment_that_is_new_is_left_as_it_is(before):
    ended, changed = before(group=False)

    assert (ended.returncode, ended.stderr, changed) == (0, "", [])


def test_what_is_deployed_keeps_its_names(before):
    ended, changed = before(world={"accounts": "stbridgek3rtqx7abcdef\tprod\n"})

    assert ended.returncode == 0
    assert changed == ["azd env set NAME_SUFFIX k3rtqx7abcdef"]


def test_a_workflow_without_azd_is_told_the_names_too(before, tmp_path):
    (tmp_path / "tools/azd").unlink()
    ended, _ = before(world={"accounts": "stbridgek3rtqx7abcdef\tprod\n"}, GITHUB_ENV=str(tmp_path / "github-env"))

    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "github-env").read_text() == "NAME_SUFFIX=k3rtqx7abcdef\n"


def test_names_that_were_chosen_stay(before):
    ended, changed = before(NAME_SUFFIX="chosen", world={"accounts": "stbridgek3rtqx7abcdef\tprod\n"})

    assert (ended.returncode, changed) == (0, [])


def test_another_spelling_of_the_environment_is_the_same_one(before):
    ended, changed = before(AZURE_ENV_NAME="PROD", world={"accounts": "stbridgek3rtqx7abcdef\tprod\n"})

    assert (ended.returncode, changed) == (0, ["azd env set NAME_SUFFIX k3rtqx7abcdef"])


def test_the_group_of_another_environment_is_left_alone(before):
    """Its names would be taken for ours, and its app be overwritten."""
    ended, changed = before(AZURE_RESOURCE_GROUP_NAME="shared", world={"accounts": "stbridgek3rtqx7abcdef\ttest\n"})

    assert (ended.returncode, changed) == (1, [])
    assert "shared holds the environment test" in ended.stderr


def test_the_deleted_vault_of_another_environment_stays_deleted(before):
    ended, changed = before(group=False, world={"deleted": "kv-k3rtqx7abcdef\ttest\n"})

    assert (ended.returncode, changed) == (0, [])


def test_two_bridges_in_one_group_are_a_question_for_people(before):
    ended, changed = before(world={"accounts": "stbridgeone\tprod\nstbridgetwo\tprod\n"})

    assert ended.returncode == 1
    assert "set NAME_SUFFIX" in ended.stderr
    assert changed == []


def test_a_deleted_vault_comes_back_with_its_names_and_its_group(before):
    ended, changed = before(group=False, world={"deleted": "kv-k3rtqx7abcdef\tprod\n"})

    assert ended.returncode == 0, ended.stderr
    assert changed == [
        "az group create --name rg-prod --location westeurope --output none",
        "az keyvault recover --name kv-k3rtqx7abcdef --output none",
        "azd env set NAME_SUFFIX k3rtqx7abcdef",
    ]


def test_a_group_that_was_given_is_not_made(before):
    ended, changed = before(group=False, AZURE_RESOURCE_GROUP_NAME="shared", world={"deleted": "kv-abc\tprod\n"})

    assert ended.returncode == 1
    assert "there is no group shared" in ended.stderr
    assert changed == []


def test_without_the_azure_cli_it_says_what_it_did_not_look_for(before):
    ended, changed = before(signed_in=False, world={"accounts": "stbridgek3rtqx7abcdef\tprod\n"})

    assert (ended.returncode, changed) == (0, [])
    assert "not signed in" in ended.stderr


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"OPENTEXT_PASSWORD": 'qu"ote-1234'}, ["OPENTEXT_PASSWORD"]),
        ({"OTDS_CLIENT_SECRET": "back\\slash"}, ["OTDS_CLIENT_SECRET"]),
        ({"OPENTEXT_USERNAME": "CORP\\new"}, ["OPENTEXT_USERNAME"]),
        ({"OTDS_PARTITION": "two\nlines"}, ["OTDS_PARTITION"]),
        ({"OPENTEXT_CONCURRENCY": "four"}, ["OPENTEXT_CONCURRENCY"]),
        ({"ZONE_REDUNDANT": "yes"}, ["ZONE_REDUNDANT"]),
        ({"AZURE_TAGS": "cost=4711"}, ["AZURE_TAGS"]),
        ({"PLAN_SETTINGS": '{"OPENTEXT_PASSWORD": "x"}'}, ["PLAN_SETTINGS"]),
        ({"PLAN_SETTINGS": '["PLAN_A"]'}, ["PLAN_SETTINGS"]),
        ({"AZURE_TAGS": '{"cost": 4711}', "SETTLE_SECONDS": "2m"}, ["AZURE_TAGS", "SETTLE_SECONDS"]),
    ],
    ids="+".join,
)
def test_a_value_that_azd_would_break_on_is_refused_by_name_alone(before, given, names):
    ended, changed = before(**given)

    assert (ended.returncode, changed) == (1, [])
    assert sorted(line.split()[0] for line in ended.stderr.splitlines()[:-1]) == names
    assert not any(value in ended.stderr for value in given.values())


def made(**environment):
    """Return the parameters that are made of this environment."""
    ended = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(INFRA / "parameters.py")], env=environment, capture_output=True, text=True, check=True
    )
    return {name: one["value"] for name, one in json.loads(ended.stdout)["parameters"].items()}


def test_parameters_are_what_azd_makes_of_them():
    given = made(
        AZURE_ENV_NAME="prod",
        OPENTEXT_USERNAME="CORP\\\\svc",
        OPENTEXT_PASSWORD='\\"quoted\\"',
        OPENTEXT_CONCURRENCY="8",
        ZONE_REDUNDANT="true",
        OPENTEXT_AUTH="",
        AZURE_TAGS='{"cost-center": "4711"}',
        PATH=os.environ["PATH"],
    )

    assert given["opentextUsername"] == "CORP\\svc"
    assert given["opentextPassword"] == '"quoted"'
    assert (given["opentextConcurrency"], given["zoneRedundant"]) == (8, True)
    assert given["opentextAuth"] == "otds", "empty counts as not set"
    assert given["tags"] == {"cost-center": "4711"}
    assert "opentextBaseUrl" not in given, "what is missing is for the template to ask"
    assert set(given) <= set(parameter_values())
