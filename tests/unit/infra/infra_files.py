"""Read the Azure template as text. It is written one property a line, which these few patterns rely on."""

import json
import re
import sys

from tests.repository import ROOT

INFRA = ROOT / "infra"
QUERIES = INFRA / "queries"


def bicep(name):
    """Return the text of a module, without its comments."""
    return re.sub(r"^\s*//.*$", "", (INFRA / name).read_text(), flags=re.MULTILINE)


def app_settings():
    """Return name → expression of every app setting."""
    (body,) = re.findall(r"name: 'appsettings'\n  properties: \{\n(.*?)\n  \}", bicep("app/settings.bicep"), re.DOTALL)
    return dict(re.findall(r"^    (\w+): (.+)$", body, re.MULTILINE))


def parameters():
    """Return name → default (None: it has none) of every parameter of main.bicep."""
    found = re.findall(r"^param (\w+) \w+(?: = (.*))?$", bicep("main.bicep"), re.MULTILINE)
    return {name: default.strip("'") if default else None for name, default in found}


def parameter_values():
    """Return name → value of main.parameters.json, as azd reads it."""
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    return {name: one["value"] for name, one in given.items()}


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
