"""
What this worker did lately, for the operator's charts: counted in memory, and handed on every minute by who keeps it.

Counters of `shared.observability.metrics` go to Azure Monitor, where the bridge can't read them.
"""

from collections import Counter
from dataclasses import dataclass, field

EVERY_SECONDS = 60.0
"""How often what was counted is written."""
LOOKS, TASKS_MADE, LAG = "looks", "tasks_created", "advance_lag"
HINTS, PLANS_READ = "hints", "plans_read"
_COUNTED = frozenset({LOOKS, TASKS_MADE, HINTS, PLANS_READ})


@dataclass
class Tally:
    """Counted since it was taken last."""

    counts: Counter[str] = field(default_factory=Counter)
    lags: list[float] = field(default_factory=list)

    def add(self, name: str, amount: int = 1) -> None:
        """Count, if it is of those that are drawn."""
        if name in _COUNTED:
            self.counts[name] += amount

    def record(self, name: str, value: float) -> None:
        """Keep a value, if it is of those that are drawn."""
        if name == LAG:
            self.lags.append(round(value, 1))

    def take(self) -> "Tally":
        """Return what was counted, and begin anew."""
        taken = Tally(self.counts, self.lags)
        self.counts, self.lags = Counter(), []
        return taken

    @property
    def is_empty(self) -> bool:
        """Nothing was counted."""
        return not self.counts and not self.lags


tally = Tally()
"""Of this worker."""
