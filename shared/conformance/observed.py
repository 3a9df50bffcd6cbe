"""What a probe found."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a belief stands here."""

    AS_BELIEVED = "as believed"
    DIFFERS = "differs"
    CANNOT_TELL = "can't tell"


@dataclass(frozen=True)
class Observed:
    """What was seen, and how the belief stands by it."""

    verdict: Verdict
    text: str
    """What the system did, in a few words; for `CANNOT_TELL` why it could not be asked."""


class CannotTellError(Exception):
    """Raised where a belief can't be asked about here, or the answer says nothing about it. Its text says why."""


def judged(is_so: bool, seen: str) -> Observed:  # noqa: FBT001 - it reads as a sentence
    """Judge by what was seen."""
    return Observed(Verdict.AS_BELIEVED if is_so else Verdict.DIFFERS, seen)


def differs(seen: str) -> Observed:
    """Say that what was seen is not as believed."""
    return Observed(Verdict.DIFFERS, seen)
