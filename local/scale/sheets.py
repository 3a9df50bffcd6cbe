"""What was measured, as tables: for the screen, and for docs/scale.md."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.table import Table

from local.local_system import ROOT
from local.marked import between
from local.scale.burst import Burst
from local.scale.meter import Cost
from local.scale.storage_client import ClientCost

DOCUMENT = ROOT / "docs/scale.md"
QUIET, BUSY, ESCALATION, RESYNC = "quiet minute", "busy minute, 1 % changed", "escalation", "one resync"
MILLION, ORIGINS, DAY = 1_000_000, 250_000, 24 * 60
"""Links on paper, the origins that they are of, and the minutes in which each of these is looked at once."""
_ASKED_FOR = Cost(Counter({"queues send": 1, "tables delete": 1}), 0.0)
"""Of a resync beside its look: the message that asks for it, and the timer that is over."""


@dataclass(frozen=True)
class Sheet:
    """One table."""

    name: str
    """Stands in its markers in the document."""
    columns: tuple[str, ...]
    sections: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By their titles, then by what a row counts: one cell a column, without the first."""

    def shown(self) -> Table:
        """Return it for the screen."""
        table = Table(*self.columns, title=self.name, title_justify="left")
        for title, rows in self.sections.items():
            if title:
                table.add_section()
                table.add_row(title, style="bold")
            for row, cells in rows.items():
                table.add_row(row, *cells)
        return table

    def written(self) -> str:
        """Return it as Markdown."""
        lines = [_line(self.columns), "|" + "---|" * len(self.columns)]
        for title, rows in self.sections.items():
            if title:
                lines.append(_line((f"**{title}**", *[""] * (len(self.columns) - 1))))
            lines += [_line((row, *cells)) for row, cells in rows.items()]
        return "\n".join(lines)

    def put_into(self, text: str) -> str:
        """
        Return a document with this table in place of the one between its markers.

        Raises:
            ValueError: they are not there.
        """
        begin = f"<!-- {self.name}: made by python -m local.scale --write -->\n"
        return between(text, begin, "\n<!-- end -->", f"\n{self.written()}\n", what=f"the table {self.name!r}")


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


_COUNTS: dict[str, Callable[[Cost], int]] = {
    "Graph calls": lambda cost: cost.total("graph"),
    "OpenText calls": lambda cost: cost.total("opentext"),
    "table reads": lambda cost: cost.table_reads,
    "table writes": lambda cost: cost.table_writes,
    "queue messages": lambda cost: cost.total("queues", "send"),
}
_OF_SIZES: dict[str, Callable[[Cost], int]] = {
    **_COUNTS,
    "writes on links": lambda cost: cost.link_writes,
    "plans read": lambda cost: cost.plans,
}


def measured(found: Mapping[int, Mapping[str, Cost]], client: ClientCost) -> Sheet:
    """
    Return what each kind of minute cost.

    Args:
        found: by open links, then by the kind of minute.
    """
    kinds = next(iter(found.values()))
    sections = {kind: _rows(_OF_SIZES, [costs[kind] for costs in found.values()], client) for kind in kinds}
    return Sheet("measured", ("", *(f"{links:,} links" for links in found)), sections)


def bursts(found: Mapping[int, Burst], client: ClientCost) -> Sheet:
    """Return what bursts cost, by instances."""
    played = list(found.values())
    rows = {
        "against what OpenText's part takes by itself": tuple(f"{burst.against_ideal:.2f} x" for burst in played),
        "calls that OpenText had at once, at most": tuple(f"{burst.at_once}" for burst in played),
        **_rows(_COUNTS, [burst.cost for burst in played], client),
        "writes of workers' own rows": tuple(f"{burst.cost.total('hands'):,}" for burst in played),
    }
    columns = ("", *(f"{number} instance{'s' * (number > 1)}" for number in found))
    return Sheet("burst", columns, {"": rows})


def on_paper(found: Mapping[int, Mapping[str, Cost]], client: ClientCost) -> Sheet:
    """
    Return what a minute of a million links costs.

    A quiet one goes on along the line through the two largest sizes that were measured. What a busy one adds grows with
    the links that change, so from the largest size.
    """
    (few, small), (many, large) = sorted(found.items())[-2:]
    quiet = _with(large[QUIET], _with(large[QUIET], small[QUIET], -1), (MILLION - many) / (many - few))
    looks = ORIGINS / DAY
    minutes = {
        "quiet": quiet,
        f"{looks:.0f} resyncs": _with(Cost(Counter(), 0.0), _with(large[RESYNC], _ASKED_FOR), looks),
        BUSY: _with(quiet, _with(large[BUSY], large[QUIET], -1), MILLION / many),
    }
    rows = _rows(_OF_SIZES, list(minutes.values()), client, digits=2)
    return Sheet("a million links", ("a minute", *minutes), {"": rows})


def _with(cost: Cost, more: Cost, times: float = 1) -> Cost:
    """Add another cost so many times."""
    calls = {name: cost.calls[name] + round(more.calls[name] * times) for name in cost.calls | more.calls}
    return Cost(Counter(calls), cost.cpu + more.cpu * times, cost.plans + round(more.plans * times))


def _rows(
    counts: Mapping[str, Callable[[Cost], int]], costs: list[Cost], client: ClientCost, *, digits: int | None = None
) -> dict[str, tuple[str, ...]]:
    """
    Count, and add CPU.

    Args:
        digits: as many as are to be believed; None: all.
    """
    stored = [client.of(cost.calls) for cost in costs]
    whole = [cost.cpu + seconds for cost, seconds in zip(costs, stored, strict=True)]
    return {
        **{name: tuple(_number(count(cost), digits) for cost in costs) for name, count in counts.items()},
        "CPU": tuple(f"{float(f'{seconds:.2g}'):g} s" for seconds in whole),
        "of it the storage client's": tuple(f"{part / all_:.0%}" for part, all_ in zip(stored, whole, strict=True)),
    }


def _number(count: int, digits: int | None) -> str:
    if digits is None or count == 0:
        return f"{count:,}"
    return f"{float(f'{count:.{digits}g}'):,.0f}"
