"""What a customer saw is played here, without anything of his."""

import asyncio

import pytest

from local.demo.sandbox import play
from shared.conformance.beliefs import read_beliefs
from shared.conformance.observed import Verdict
from shared.conformance.report import Report
from shared.conformance.run import ask_all
from tests.conformance.bench import Bench
from tests.conformance.commanded import conform, everything, over

DIFFERING = {"planner-lines-signed", "workflow-comment-kept", "content-holds-told"}


async def test_a_report_makes_the_simulators_differ_as_it_says(tmp_path):
    told = tmp_path / "report.json"
    with over(Bench(otherwise=tuple(DIFFERING))) as there:
        # The command runs a loop of its own.
        await asyncio.to_thread(lambda: conform(*everything(there), "--yes", "--json", told))
    here = Bench()

    played = play(here.world, told)
    results, left = await ask_all(read_beliefs(), here.box)

    assert set(played) == DIFFERING
    assert {one.belief.id for one in results if one.observed.verdict is Verdict.DIFFERS} == DIFFERING
    assert left == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("{}", "made", id="no report"),
        pytest.param("[1", "JSON", id="no JSON"),
        pytest.param(
            '{"made": "2026-11-30T00:00:00Z", "lines": [{"belief": "planner-of-tomorrow", "system": "planner",'
            ' "verdict": "differs", "statement": "x", "seen": "y"}]}',
            "planner-of-tomorrow",
            id="a belief of another release",
        ),
    ],
)
def test_what_can_not_be_played_is_refused(tmp_path, content, said):
    file = tmp_path / "report.json"
    file.write_text(content)

    with pytest.raises(ValueError, match=said):
        play(Bench().world, file)


def test_a_report_of_a_later_release_can_be_read():
    text = '{"made": "2026-11-30T00:00:00Z", "release": "9.0", "mood": "good", "lines": []}'

    assert Report.model_validate_json(text).lines == ()
