"""Stored rows that can't be read: told while they stand so, and taken away once they can be read, or are gone."""

from shared.models.base import find_stored
from shared.models.trouble import Trouble
from shared.services import Storage


async def is_read_again(storage: Storage, trouble: Trouble) -> bool:
    """
    Tell whether a trouble is of a stored row that can be read by now, or is gone.

    The row itself is asked: whoever met it may not meet it again for days. One that can't be read is met once more.

    Raises:
        UnavailableError: storage does not answer.
    """
    table = storage.tables.find_named(trouble.subject.partition("/")[0])
    model = find_stored(trouble.holds)
    # This release does not know it: nobody here can say that it is mended, so it stands.
    if table is None or model is None:
        return False
    _, partition, key = trouble.subject.split("/", 2)
    row = await table.find(partition, key)
    return row is None or table.read(row, model) is not None


def rows_just_met(storage: Storage, told: tuple[Trouble, ...]) -> tuple[Trouble, ...]:
    """Return the troubles of rows that this process met just now and nobody has told yet."""
    subjects = {trouble.subject for trouble in told}
    now = storage.now()
    met = {row.subject: row.wanted for row in storage.unread.list_met() if row.subject not in subjects}
    return tuple(Trouble.of_row(subject, holds, now) for subject, holds in met.items())
