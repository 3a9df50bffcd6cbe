"""
The report of a run: what can be sent to whoever builds the bridge, and played in the simulators.

People, hosts and ids are replaced before anything of it is written.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self

from pydantic import Field

from shared.conformance.beliefs import System
from shared.conformance.observed import Verdict
from shared.conformance.run import Result
from shared.conformance.uses import Uses
from shared.conformance.veil import Veil
from shared.models.base import Stored
from shared.release import RELEASE

FIRST = (Verdict.DIFFERS, Verdict.CANNOT_TELL, Verdict.AS_BELIEVED)
"""The order of a report."""


class Line(Stored):
    """How one belief stands."""

    belief: str
    system: System
    verdict: Verdict
    statement: str
    seen: str = Field(description="What the system did; why it could not be asked.")
    means: str = Field(default="", description="What breaks, and what to set. Empty: it holds.")
    code: tuple[str, ...] = Field(default=(), description="Where our code rests on it. Empty: it holds.")
    here: str = Field(default="", description="What of this mapping and these settings rests on it.")


class Report(Stored):
    """A whole run."""

    made: datetime
    release: str = RELEASE
    versions: dict[str, str] = Field(default_factory=dict, description="Of the systems, as far as they tell.")
    settings: dict[str, str] = Field(default_factory=dict, description="Those that beliefs turn on; no addresses.")
    left: tuple[str, ...] = Field(default=(), description="What could not be taken away.")
    lines: tuple[Line, ...] = ()

    @classmethod
    def of(
        cls,
        results: Iterable[Result],
        *,
        made: datetime,
        uses: Uses,
        veil: Veil,
        versions: Mapping[str, str],
        left: Iterable[str] = (),
    ) -> Self:
        """Write a report, what differs first."""
        lines = [_line(result, uses, veil) for result in results]
        return cls(
            made=made,
            versions={name: veil.text(version) for name, version in versions.items()},
            settings=dict(uses.settings),
            left=tuple(map(veil.text, left)),
            lines=tuple(sorted(lines, key=lambda line: FIRST.index(line.verdict))),
        )

    def with_verdict(self, verdict: Verdict) -> tuple[Line, ...]:
        """List the lines of one verdict."""
        return tuple(line for line in self.lines if line.verdict is verdict)


def _line(result: Result, uses: Uses, veil: Veil) -> Line:
    belief, observed = result.belief, result.observed
    differs = observed.verdict is Verdict.DIFFERS
    return Line(
        belief=belief.id,
        system=belief.system,
        verdict=observed.verdict,
        statement=belief.statement,
        seen=veil.text(observed.text),
        means=belief.differs if differs else "",
        code=belief.depends if differs else (),
        here=uses.of(belief) if differs else "",
    )
