"""An operator's shell gets what the app has, and signs in as the person."""

import json
import os
import subprocess
import sys

import pytest

from tests.unit.infra.bicep import INFRA

SETTINGS = {
    "OPENTEXT_BASE_URL": "https://ecm.contoso.com/cs/cs",
    "OTDS_PARTITION": "Content Server Members",
    "OTDS_CLIENT_SECRET": "@Microsoft.KeyVault(VaultName=kv-bridge;SecretName=otds-client-secret)",
    "NOTIFY_FROM": "",
    "AZURE_CLIENT_ID": "the-apps-own",
    "AzureWebJobsStorage__clientId": "the-apps-own",
    "AzureWebJobsStorage__tableServiceUri": "https://stbridge.table.core.windows.net/",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1048576",
}
AZ = """#!/bin/sh
case "$*" in
    "functionapp config appsettings list --name func --resource-group rg --output json") cat "$WORLD/settings" ;;
    "keyvault secret show --vault-name kv-bridge --name otds-client-secret --output json")
        [ -e "$WORLD/secret" ] || { echo "Forbidden: no role" >&2; exit 3; }
        cat "$WORLD/secret" ;;
    *) exit 9 ;;
esac
"""


@pytest.fixture
def shell(tmp_path):
    """Ask a shell that read the lines for a variable."""
    (tmp_path / "az").write_text(AZ)
    (tmp_path / "az").chmod(0o755)
    (tmp_path / "settings").write_text(json.dumps([{"name": name, "value": value} for name, value in SETTINGS.items()]))
    (tmp_path / "secret").write_text(json.dumps({"value": 'it\'s "quoted" $HOME \\n'}))
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "WORLD": str(tmp_path),
        "AZURE_FUNCTION_NAME": "func",
        "AZURE_RESOURCE_GROUP": "rg",
    }

    def run(then):
        script = f'lines=$({sys.executable} {INFRA}/operator_environment.py) || exit 1; eval "$lines"; {then}'
        return subprocess.run(  # noqa: S603 - our own script
            ["/bin/sh", "-c", script], env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_settings_and_secrets_arrive_as_they_are(shell):
    told = shell('printf "%s|%s|%s" "$OTDS_PARTITION" "$OTDS_CLIENT_SECRET" "$AzureWebJobsStorage__tableServiceUri"')

    assert told.stdout == 'Content Server Members|it\'s "quoted" $HOME \\n|https://stbridge.table.core.windows.net/'


def test_the_person_does_not_sign_in_as_the_app(shell):
    assert "the-apps-own" not in shell("env").stdout
    assert "FUNCTIONS_" not in shell("env").stdout


def test_a_vault_that_stays_closed_is_said_and_nothing_is_half_set(shell, tmp_path):
    os.unlink(tmp_path / "secret")  # noqa: PTH108 - a path of the fixture
    told = shell("env")

    assert told.returncode == 1
    assert "Forbidden: no role" in told.stderr
    assert told.stdout == ""
