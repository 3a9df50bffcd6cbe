"""The first task of all: by whom the bridge makes its tasks is learnt from it, and may not be written down."""

from collections.abc import Mapping

from local.demo.world import create_contract
from local.in_process.table_errors import failure
from tests.contracts import END, mapping_of
from tests.engine import engine


async def test_tasks_are_remembered_although_it_could_not_be_written_down_who_made_them():
    """Left to be settled, a person could move one to another plan meanwhile: it would be made a second time."""
    started = engine(mapping_of(2))
    origin = f"workspace-{create_contract(started.world, 'Supply', END)}"
    refused = 0

    async def gate(moment: str, table: str, operation: str) -> None:
        nonlocal refused
        # The only row that is made after the claims and before the links.
        if moment == "before" and table == "control" and operation == "get" and claims():
            refused += 1
            raise failure(503, "ServerBusy")

    def claims() -> bool:
        tasks: Mapping[str, Mapping[str, object]] = started.inside.account.tables.get("tasks", {})
        return sum("claim" in rows for rows in tasks.values()) == 2

    before = started.inside.account.gate
    started.inside.account.gate = gate
    await started.look(origin)
    started.inside.account.gate = before

    assert refused
    links = [
        row["data"] for key, row in started.inside.account.tables["origins"][origin].items() if key.startswith("link|")
    ]
    assert len(links) == 2
    assert all('"state":"open"' in link for link in links)
