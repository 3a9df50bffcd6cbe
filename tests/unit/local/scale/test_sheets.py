"""The scale model's tables: what they count, and that docs/scale.md holds those that the command writes."""

import re
from collections import Counter

import pytest

from local.scale.__main__ import INSTANCES, SIZES, broken_by_bursts
from local.scale.burst import Burst
from local.scale.meter import Cost
from local.scale.sheets import BUSY, DOCUMENT, ESCALATION, QUIET, RESYNC, bursts, measured, on_paper
from local.scale.storage_client import ClientCost

CLIENT = ClientCost(call=dict.fromkeys(("get", "query", "write", "transaction", "send"), 0.002), row=0.0, operation=0.0)
NUMBER = re.compile(r"[\d,]+(\.\d+)?( s| x|%)?")


def cost(graph: int, *, writes: int = 0, plans: int = 0, cpu: float = 1.0) -> Cost:
    return Cost(Counter({"graph GET": graph, "tables update": writes}), cpu, plans)


def found() -> dict[int, dict[str, Cost]]:
    """Ten more Graph calls with each ten thousand links at rest, five more for each that change."""
    return {
        links: {
            QUIET: cost(links // 1000, plans=links // 1000),
            BUSY: cost(links // 1000 + links // 200, plans=links // 1000),
            ESCALATION: cost(7),
            RESYNC: cost(2, writes=3),
        }
        for links in SIZES
    }


def burst(*, tables: int = 100, seconds: float = 12.0, at_once: int = 4, unmade: int = 0) -> Burst:
    spent = Cost(Counter({"tables query": tables, "hands update": 3}), 1.0)
    return Burst(spent, seconds, ideal=10.0, at_once=at_once, unmade=unmade)


SHEETS = [
    measured(found(), CLIENT),
    bursts(dict.fromkeys(INSTANCES, burst()), CLIENT),
    on_paper(found(), CLIENT),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_document_holds_the_table_that_the_command_writes(sheet):
    text = DOCUMENT.read_text("utf-8")
    _, _, rest = text.partition(f"<!-- {sheet.name}: made by python -m local.scale --write -->\n\n")
    written = rest.partition("\n\n<!-- end -->")[0].splitlines()

    form = [line.split(" | ") for line in sheet.written().splitlines()]
    assert [line.split(" | ")[0] for line in written] == [cells[0] for cells in form], "run: make scale, with --write"
    assert written[0] == sheet.written().splitlines()[0]
    for line in written[2:]:
        cells = [cell.strip(" |") for cell in line.split(" | ")[1:]]
        assert all(NUMBER.fullmatch(cell) for cell in cells) or line.startswith("| **"), line


def test_a_document_without_a_place_for_the_table_is_refused():
    with pytest.raises(ValueError, match="no place for the table 'burst'"):
        SHEETS[1].put_into("# Scale\n")


def test_putting_a_table_into_its_place_leaves_all_else():
    text = DOCUMENT.read_text("utf-8")

    again = SHEETS[0].put_into(text)

    before, after = text.partition("<!-- measured")[0], text.partition("## A burst")[2]
    assert (again.partition("<!-- measured")[0], again.partition("## A burst")[2]) == (before, after)
    assert SHEETS[0].written() in again


def test_a_million_links_rest_along_the_line_and_change_in_proportion():
    rows = SHEETS[2].sections[""]

    # At rest one for each thousand; five for each thousand that change; 174 resyncs of two.
    assert rows["Graph calls"] == ("1,000", "350", "6,000")
    assert rows["table writes"] == ("0", "700", "0"), "the timer that is over is one more of each resync"
    assert rows["queue messages"] == ("0", "170", "0")
    assert rows["plans read"] == ("1,000", "0", "1,000")


def test_the_storage_clients_cpu_is_part_of_the_whole():
    rows = bursts({1: burst(tables=500)}, CLIENT).sections[""]

    assert rows["CPU"] == ("2 s",)
    assert rows["of it the storage client's"] == ("50%",)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(burst(), [], id="as promised"),
        pytest.param(burst(unmade=1), ["2 instances: 1 tasks are missing or made twice"], id="a task is missing"),
        pytest.param(burst(at_once=5), ["2 instances: OpenText had 5 calls at once"], id="more calls than slots"),
        pytest.param(burst(seconds=21), ["2 instances: 2.10 times as long as OpenText's part"], id="too slow"),
        pytest.param(burst(tables=126), ["2 instances: 126 table calls, 100 with one"], id="too many calls"),
    ],
)
def test_what_a_burst_did_that_it_should_not_have_is_named(second, said):
    assert list(broken_by_bursts({1: burst(), 2: second})) == [f"a burst, {one}" for one in said]
