"""The bridge's tables on a storage account in memory."""

from local.in_process.tables import MemoryTables
from shared.store.tables import NAMES, Tables


def tables_in(account: MemoryTables, writer: str = "test") -> Tables:
    """
    Return the tables as one worker opens them.

    Args:
        account: in which they lie, or will.
        writer: names the worker in the rows that it writes.
    """
    return Tables({name: account.client(name) for name in NAMES}, writer=writer)
