"""Costs are computed, and the computation knows what there is."""

import re
import subprocess
import sys

from tests.repository import ROOT
from tests.unit.infra.bicep import INFRA
from tests.unit.infra.test_resources import alerts


def constant(name):
    return int(re.findall(rf"^{name} = (\d+)$", (INFRA / "costs.py").read_text(), re.MULTILINE)[0])


def test_the_costs_in_the_docs_are_the_computed_ones():
    """To renew them: python3 infra/costs.py."""
    made = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(INFRA / "costs.py")], capture_output=True, text=True, check=True
    ).stdout

    assert made.strip() in (ROOT / "docs/deploy.md").read_text()


def test_every_function_group_is_counted():
    """HTTP functions are one group together, each other function is one by itself."""
    functions = "".join(file.read_text() for file in (ROOT / "functions").glob("*.py"))
    alone = re.findall(r"@bp\.(?:queue|timer)_trigger\(", functions)

    assert constant("GROUPS") == 1 + len(alone)
    assert f"here {constant('GROUPS')} groups" in (ROOT / "docs/deploy.md").read_text()


def test_every_alert_is_counted():
    assert constant("ALERTS") == len(alerts())
