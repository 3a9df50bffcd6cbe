"""
Play every outage in virtual time, and print as JSON what was said of it.

    python -m tests.outages            the answers, for the test
    python -m tests.outages --write    the table of docs/operations.md, made anew
"""

import json
import logging
import sys
from dataclasses import asdict

from tests.outages.alerts import alert_rules
from tests.outages.exported import exporting
from tests.outages.playing import play
from tests.outages.scenarios import SCENARIOS
from tests.outages.table import write_table


def main() -> int:
    """Play them one after the other: the exporters belong to the process."""
    logging.disable(logging.CRITICAL)
    with exporting(metrics_alone=True) as exported:
        rules = alert_rules()
        played = {one.name: asdict(play(one, rules, exported)) for one in SCENARIOS}
    if "--write" in sys.argv:
        write_table(played)
    else:
        sys.stdout.write(json.dumps(played))
    return 0


if __name__ == "__main__":
    sys.exit(main())
