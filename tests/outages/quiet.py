"""
What the worker sends to Application Insights, in rows and bytes: of an empty bridge, and of each thing that it does.

    python -m tests.outages.quiet    prints JSON

Counted over what the real exporters send, in virtual time. The host's own rows come on top: they are not ours.
"""

import json
import logging
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from local.demo.world import create_contract
from shared.models.messages import OriginMessage
from shared.models.words import WaitedFor
from shared.observability.gauges import ticks
from tests.outages.app import App, AppLoop, in_app_time
from tests.outages.exported import Exported, exporting

AS_DEPLOYED = {"WRITE_BACK_SCHEDULE": "*/30 * * * * *"}
REST, LONG = 20, 60
"""Minutes until a bridge is at rest; and for how long it is watched then."""
CONTRACTS = 10


@dataclass
class Sent:
    """What was sent within a time."""

    rows: int = 0
    bytes: int = 0
    by_table: dict[str, int] = field(default_factory=dict)


class Meter:
    """Counts what is sent, minute by minute."""

    def __init__(self, app: App, exported: Exported) -> None:
        self._app, self._exported = app, exported
        self.sent = Sent()

    async def minute(self) -> None:
        """Take one minute's rows."""
        for row in self._exported.minute(self._app.now()):
            self.sent.rows += 1
            self.sent.bytes += row["bytes"]
            self.sent.by_table[row["table"]] = self.sent.by_table.get(row["table"], 0) + 1

    def take(self) -> Sent:
        """Return what was counted, and begin anew."""
        taken, self.sent = self.sent, Sent()
        return taken


async def measure(app: App, exported: Exported) -> dict[str, Any]:
    """Watch an empty bridge; then let it make contracts, rest, and look at all of them once."""
    meter = Meter(app, exported)
    await app.pass_by(REST, meter.minute)
    meter.take()
    await app.pass_by(LONG, meter.minute)
    empty = meter.take()
    numbers = [
        create_contract(app.world, f"Contract {number}", app.now() + timedelta(days=400)) for number in range(CONTRACTS)
    ]
    await _look(app, numbers, WaitedFor.HINT)
    await app.pass_by(2, meter.minute)
    made = meter.take()
    await app.pass_by(REST, meter.minute)
    meter.take()
    await app.pass_by(LONG, meter.minute)
    at_rest = meter.take()
    await _look(app, numbers, WaitedFor.RESYNC)
    await app.pass_by(2, meter.minute)
    looked = meter.take()
    a_minute, every = empty.rows / LONG, (empty, made, at_rest, looked)
    return {
        "rows_a_minute_empty": round(a_minute, 2),
        "rows_a_minute_at_rest": round(at_rest.rows / LONG, 2),
        "rows_a_contract_made": round((made.rows - 2 * a_minute) / CONTRACTS, 2),
        "rows_a_look_that_finds_nothing": round((looked.rows - 2 * a_minute) / CONTRACTS, 2),
        "bytes_a_row": round(sum(one.bytes for one in every) / sum(one.rows for one in every)),
        "by_table_empty": empty.by_table,
    }


async def _look(app: App, numbers: list[int], waited_for: WaitedFor) -> None:
    for number in numbers:
        message = OriginMessage(origin=f"workspace-{number}", waited_for=waited_for)
        app.queues["origins"].messages.append(message.model_dump_json())


def main() -> int:
    """Measure and print."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("azure").setLevel(logging.WARNING)
    with exporting() as exported:

        async def story(loop: AppLoop) -> dict[str, Any]:
            ticks.tell = loop.time
            app = App(loop, AS_DEPLOYED)
            with app.deployed():
                return await measure(app, exported)

        sys.stdout.write(json.dumps(in_app_time(story), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
