"""
Print what `manage.py` needs to work on the deployed app, as `export` lines: the app's settings, with its secrets.

    eval "$(python3 infra/operator_environment.py)"

It asks the Azure CLI, as whoever is signed in: settings from the function app, secrets from the vault, which opens to
the operators (OPERATOR_PRINCIPAL_ID). Names come from azd, or from AZURE_FUNCTION_NAME and AZURE_RESOURCE_GROUP.
"""  # noqa: INP001 - a script beside the template, no part of the app

import json
import os
import re
import shlex
import subprocess
import sys

# The app's own identity, and what is the host's business alone.
NOT_OURS = re.compile(
    r"AZURE_CLIENT_ID|AzureWebJobsStorage__(credential|clientId|blob)|APPLICATIONINSIGHTS_|.*OTEL|FUNCTIONS_"
)
REFERENCE = re.compile(r"@Microsoft\.KeyVault\(VaultName=([\w-]+);SecretName=([\w-]+)\)")


def main() -> int:
    """Print the lines; fail with what could not be read."""
    try:
        asked = ["functionapp", "config", "appsettings", "list", "--name", _name("AZURE_FUNCTION_NAME")]
        settings = json.loads(_run("az", *asked, "--resource-group", _name("AZURE_RESOURCE_GROUP"), "--output", "json"))
        lines = [f"export {one['name']}={shlex.quote(_value(one['value']))}\n" for one in settings if _is_ours(one)]
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{' '.join(error.cmd)}: {error.stderr.strip()}\n")
        return 1
    sys.stdout.write("".join(sorted(lines)))
    return 0


def _is_ours(setting: dict[str, str]) -> bool:
    return bool(setting["value"]) and not NOT_OURS.match(setting["name"])


def _name(variable: str) -> str:
    return os.environ.get(variable) or _run("azd", "env", "get-value", variable).strip()


def _value(value: str) -> str:
    reference = REFERENCE.fullmatch(value)
    if reference is None:
        return value
    vault, secret = reference.groups()
    told = _run("az", "keyvault", "secret", "show", "--vault-name", vault, "--name", secret, "--output", "json")
    return str(json.loads(told)["value"])


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - az and azd alone


if __name__ == "__main__":
    sys.exit(main())
