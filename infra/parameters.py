"""
Write the template's parameters, as azd makes them from its environment, for `az deployment sub what-if` and `create`.

    python3 infra/parameters.py > parameters.json

It fails, naming each variable and never its value, when azd could not carry a value or would take it for another one.
Source of azd's rules: cli/azd/pkg/infra/provisioning/bicep/bicep_provider.go of https://github.com/Azure/azure-dev.
"""  # noqa: INP001 - a script beside the template, no part of the app

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
# azd puts a value between the quotes of a JSON text as it is.
CARRIED = re.compile(r'(?:[^"\\\x00-\x1f]|\\["\\])*')
UNSET = object()


def main() -> int:
    """Print the parameters, or what is wrong with the environment."""
    values, problems = parameters(os.environ)
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
        return 1
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
    given = {name: {"value": value} for name, value in values.items()}
    sys.stdout.write(json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", "parameters": given}, indent=2) + "\n")
    return 0


def parameters(environment: Mapping[str, str]) -> tuple[dict[str, object], list[str]]:
    """Return name → value of what is set or has a default, and what is wrong."""
    types = dict(re.findall(r"^param (\w+) (\w+)", (HERE / "main.bicep").read_text(), re.MULTILINE))
    asked = json.loads((HERE / "main.parameters.json").read_text())["parameters"]
    values: dict[str, object] = {}
    problems = []
    for name, entry in asked.items():
        variable, default = re.findall(r"\$\{([A-Z_]+)=?([^}]*)\}", entry["value"])[0]
        try:
            value = _read(environment.get(variable) or default, types[name])
        except ValueError as error:
            problems.append(f"{variable} {error}")
            continue
        if value is not UNSET:
            values[name] = value
    return values, problems


def _read(given: str, kind: str) -> object:
    """Return the value, or UNSET; raise ValueError with what is wrong and the cure."""
    if kind == "resourceTags":
        return _texts(given, 'JSON with a text for each name, e.g. {"cost-center": "4711"}') if given else UNSET
    if kind == "mappingSettings":
        return _plan_settings(given) if given else UNSET
    if not CARRIED.fullmatch(given):
        message = (
            "holds a \" or \\ or a line break, which azd can't carry: store a secret by `azd env set-secret`, "
            'or write \\" for " and \\\\ for \\'
        )
        raise ValueError(message)
    if kind == "int" and not re.fullmatch(r"\d+", given):
        message = "must be a whole number"
        raise ValueError(message)
    if kind == "bool" and given not in ("true", "false"):
        message = "must be true or false"
        raise ValueError(message)
    return json.loads(given if kind in ("int", "bool") else f'"{given}"') if given else UNSET


def _plan_settings(given: str) -> object:
    wanted = 'JSON with an id for each PLAN_… and GROUP_…, e.g. {"PLAN_CONTRACTS": "xqQg5FS2LkCp935s-FIFm2QAFkHM"}'
    settings = _texts(given, wanted)
    if not all(re.fullmatch("(PLAN|GROUP)_[A-Z0-9_]+", name) for name in settings):
        message = f"must be {wanted}"
        raise ValueError(message)
    return settings


def _texts(given: str, wanted: str) -> dict[str, str]:
    try:
        texts = json.loads(given)
    except json.JSONDecodeError:
        texts = None
    if not isinstance(texts, dict) or not all(isinstance(value, str) for value in texts.values()):
        message = f"must be {wanted}"
        raise ValueError(message)
    return texts


if __name__ == "__main__":
    sys.exit(main())
