"""
Deploy a package as it was built, without azd: no build in Azure, the bytecode in it.

    python3 infra/deploy_package.py build/bridge.zip

It does what azd does: it posts the zip to the app's deployment site and waits for the end. `az functionapp deployment
source config-zip` has Azure build Python packages anew, with other libraries than were tested. It asks the Azure CLI,
as whoever is signed in. Names come from azd, or from AZURE_FUNCTION_NAME and AZURE_RESOURCE_GROUP.

Source: https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/azsdk/funcapp_host_client.go
"""  # noqa: INP001 - a script beside the template, no part of the app

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PENDING, BUILDING, DEPLOYING, DONE = 0, 1, 2, 4
AUDIENCE = "https://management.azure.com"
WAIT_SECONDS = float(os.environ.get("DEPLOY_POLL_SECONDS", "2"))
MOST_TURNS = 600


def main() -> int:
    """Deploy the zip that is named; say how it ended."""
    if len(sys.argv) != 2 or not (package := Path(sys.argv[1])).is_file():
        sys.stderr.write("usage: python3 infra/deploy_package.py build/bridge.zip (make package builds it)\n")
        return 2
    try:
        site = _site()
        headers = {"Authorization": f"Bearer {_run('az', *_token())}"}
        number = _send(f"{site}/api/publish", headers | {"Content-Type": "application/zip"}, package.read_bytes())
        told = _wait(f"{site}/api/deployments/{number}", headers)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{' '.join(error.cmd)}: {error.stderr.strip()}\n")
        return 1
    except (urllib.error.URLError, TimeoutError) as error:
        sys.stderr.write(f"the deployment site refused or does not answer: {error}\n")
        return 1
    sys.stdout.write(f"{told}\n")
    return 0 if told == "deployed" else 1


def _site() -> str:
    if given := os.environ.get("DEPLOY_SITE"):
        return given
    names = ["--name", _name("AZURE_FUNCTION_NAME"), "--resource-group", _name("AZURE_RESOURCE_GROUP")]
    query = "enabledHostNames[?contains(@, '.scm.')] | [0]"
    return "https://" + _run("az", "functionapp", "show", *names, "--query", query, "--output", "tsv")


def _token() -> list[str]:
    return ["account", "get-access-token", "--resource", AUDIENCE, "--query", "accessToken", "--output", "tsv"]


def _send(url: str, headers: dict[str, str], body: bytes | None = None) -> object:
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - the app's own site
    with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310 - the same
        return json.loads(answer.read())


def _wait(url: str, headers: dict[str, str]) -> str:
    """Wait for the end of a deployment; what is asked for may not be known at first, and be gone at the end."""
    seen = False
    for turn in range(MOST_TURNS):
        try:
            told = _send(url, headers)
        except urllib.error.HTTPError as error:
            if error.code != 404 or not (seen or turn < 5):
                raise
            if seen:
                return "deployed"
        else:
            seen = True
            if isinstance(told, dict) and told.get("status") == DONE:
                return "deployed"
            if not isinstance(told, dict) or told.get("status") not in (PENDING, BUILDING, DEPLOYING):
                return f"not deployed: {told}"
        time.sleep(WAIT_SECONDS)
    raise TimeoutError(url)


def _name(variable: str) -> str:
    return os.environ.get(variable) or _run("azd", "env", "get-value", variable)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - az and azd


if __name__ == "__main__":
    sys.exit(main())
