"""What a probe of the doctor found."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a probe ended."""

    OK = "ok"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """What one probe found."""

    name: str
    verdict: Verdict
    text: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return asdict(self)
