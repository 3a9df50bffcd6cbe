"""Three answers: yes, no with the value that was read, and not known with what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from shared.errors import NeverError
from shared.models.wanted import NameKind, Unknown


@dataclass(frozen=True)
class Gap:
    """Something that was asked for and not told."""

    what: NameKind
    name: str
    """As the mapping writes it."""
    why: str
    """A sentence for people."""
    nearest: str | None = None
    renamed_to: str | None = None

    def of(self, rule_id: str, covers: str, *, blocks: bool = True) -> Unknown:
        """State it of a rule's items."""
        return _stated(self, rule_id, covers, blocks=blocks)


@lru_cache(maxsize=1024)
def _stated(gap: Gap, rule_id: str, covers: str, *, blocks: bool) -> Unknown:
    """State it, once for the many items of a rule that show the same line."""
    return Unknown(
        rule_id=rule_id,
        covers=covers,
        what=gap.what,
        name=gap.name,
        why=gap.why,
        nearest=gap.nearest,
        renamed_to=gap.renamed_to,
        blocks=blocks,
    )


class NotKnownError(NeverError):
    """Something that an item needs is not known: the item is neither made nor changed nor ended."""

    def __init__(self, gap: Gap) -> None:
        """Say it as people read it."""
        super().__init__(gap.why)
        self.gap = gap


@dataclass(frozen=True)
class Verdict:
    """The answer to a condition."""

    holds: bool | None
    """None: not known."""
    said: str = ""
    """The value that was read, where it says no."""
    gaps: tuple[Gap, ...] = ()


YES = Verdict(holds=True)


def no(said: str) -> Verdict:
    """Answer no, and say which value did."""
    return Verdict(holds=False, said=said)


def not_known(*gaps: Gap) -> Verdict:
    """Answer that it is not known."""
    return Verdict(holds=None, gaps=gaps)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Answer no with the first no; otherwise not known if anything is; otherwise yes."""
    gaps: list[Gap] = []
    for verdict in verdicts:
        if verdict.holds is False:
            return verdict
        gaps += verdict.gaps
    return not_known(*gaps) if gaps else YES


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Answer yes with the first yes; otherwise not known if anything is; otherwise no with all that was read."""
    gaps: list[Gap] = []
    said: list[str] = []
    for verdict in verdicts:
        if verdict.holds:
            return YES
        gaps += verdict.gaps
        said += [verdict.said] if verdict.holds is False else []
    return not_known(*gaps) if gaps else no(" and ".join(dict.fromkeys(said)))


def opposite(verdict: Verdict, said: str) -> Verdict:
    """Turn yes into no and no into yes; what is not known stays so."""
    if verdict.holds is None:
        return verdict
    return no(said) if verdict.holds else YES
