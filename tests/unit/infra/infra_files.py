"""What stands in the files around the template: its parameters as azd knows them, and the queries."""

import json
import re
import sys

from tests.repository import ROOT
from tests.unit.infra.bicep import INFRA, properties, read, text

QUERIES = INFRA / "queries"


def app_settings():
    """Return name → expression of every app setting."""
    own = read("app/settings.bicep")["variables"]["own"].expression
    return {name: text(value) for name, value in properties(own).items()}


def parameters():
    """Return name → default (None: it has none) of every parameter of main.bicep."""
    found = {name: one.expression for name, one in read("main.bicep")["params"].items()}
    return {name: None if default is None else text(default).strip("'") for name, default in found.items()}


def parameter_values():
    """Return name → value of main.parameters.json, as azd reads it."""
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    return {name: one["value"] for name, one in given.items()}


def variables():
    """Return parameter → the variable of azd's environment, or of the workflow's, that sets it."""
    return {name: re.findall(r"\w+", value)[0] for name, value in parameter_values().items()}


def queries():
    """Return where → KQL of every alert, workbook tile and runbook query."""
    found = {f"alert {file.stem}": file.read_text() for file in sorted(QUERIES.glob("*.kql"))}
    workbook = json.loads((INFRA / "app/workbook.json").read_text())
    found |= {f"workbook {item['name']}": item["content"]["query"] for item in workbook["items"] if item["type"] == 3}
    runbook = (ROOT / "docs/runbook.md").read_text()
    return found | {
        f"runbook {number}": query
        for number, query in enumerate(re.findall(r"```kusto\n(.*?)```", runbook, re.DOTALL), 1)
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(queries()))  # for infra/check-queries.cjs
