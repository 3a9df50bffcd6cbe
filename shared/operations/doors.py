"""
The operator's doors: by method and name, what each takes, and who answers.

`docs/operations-api.md` is their list. Each does what a command of `manage.py` does, by the same function.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from shared.errors import DoorError, OtherMethodError, UnavailableError
from shared.operations.acting_doors import ACTING
from shared.operations.asking import Answer, Asking, Wired
from shared.operations.counted import Counts
from shared.operations.reading_doors import READING

LONGEST_SECONDS = 100.0
"""Azure's own door closes at 230; nobody looks at a page for so long."""
DOORS: Mapping[tuple[str, str], Answer] = {
    **{("GET", name): answer for name, answer in READING.items()},
    **{("POST", name): answer for name, answer in ACTING.items()},
}


class Doors:
    """
    The doors, as one worker opens them.

    Args:
        wired: where their services come from.
    """

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._counts = Counts()

    async def answer(self, method: str, name: str, fields: dict[str, Any], by: str) -> str:
        """
        Answer at a door; return JSON.

        Args:
            method: GET or POST.
            name: of the door.
            fields: what it was given, as it came.
            by: who stands there, as far as the app knows.

        Raises:
            DoorError: there is no such door, not for this method, or many would feel it.
            RejectedError: a field is wrong.
            BridgeError: what the door's own work raises.
        """
        if (opened := DOORS.get((method, name))) is None:
            other = "POST" if method == "GET" else "GET"
            raise OtherMethodError(other) if (other, name) in DOORS else DoorError(name)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                answer = await opened(fields, Asking(self._wired, self._counts, by))
        except TimeoutError as error:
            message = f"it was not done within {LONGEST_SECONDS:g} seconds"
            raise UnavailableError(message) from error
        return answer.model_dump_json()
