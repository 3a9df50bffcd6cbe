"""Readiness says what stands in the way, one line each, without secrets."""

import asyncio

import pytest

from local.simulators.faults import Fault
from shared.errors import MappingError, Problem, RefusedError, UnavailableError
from shared.operations.health import check_all, probe_graph, report
from tests.engine import engine


async def fine():
    return


async def silent():
    await asyncio.Event().wait()


def raising(error):
    async def probe():
        raise error

    return probe


async def test_everything_fine_is_ready():
    body = report(await check_all({"settings": fine, "storage": fine}))

    assert body == {
        "ready": True,
        "checks": {"settings": {"ok": True, "problems": []}, "storage": {"ok": True, "problems": []}},
    }


async def test_one_problem_is_enough_and_every_one_is_told():
    mapping = MappingError([Problem("mapping.yaml:3 rules[0]", "unknown key"), Problem("mapping.yaml:9", "bad date")])

    body = report(await check_all({"settings": fine, "mapping": raising(mapping)}))

    assert body["ready"] is False
    assert body["checks"]["mapping"] == {
        "ok": False,
        "problems": ["mapping.yaml:3 rules[0]: unknown key", "mapping.yaml:9: bad date"],
    }


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UnavailableError("OpenText does not answer"), "OpenText does not answer"),
        (RefusedError("Bearer abcdefgh was refused"), "Bearer *** was refused"),
        (UnavailableError(), "UnavailableError"),
    ],
)
async def test_a_failure_is_one_line_without_secrets(error, line):
    (check,) = await check_all({"opentext": raising(error)})

    assert check.problems == (line,)


async def test_a_silent_system_is_a_problem_and_keeps_nobody_waiting():
    (check, other) = await check_all({"graph": silent, "storage": fine}, seconds=0)

    assert check.problems == ("no answer within 0 seconds",)
    assert other.problems == ()


async def test_a_bug_is_no_problem_of_the_operators():
    with pytest.raises(ZeroDivisionError):
        await check_all({"storage": raising(ZeroDivisionError())})


@pytest.mark.parametrize("status", [403, 503])
async def test_graph_is_asked_for_what_the_rules_use(status):
    """A missing permission shows at the plans, not at the list of subscriptions."""
    started = engine()
    await probe_graph(started.services)

    started.world.graph.faults.add(Fault.status(status, method="GET", path="/planner", times=99))
    started.world.graph.faults.add(Fault.status(status, method="GET", path="/groups", times=99))
    (check,) = await check_all({"graph": lambda: probe_graph(started.services)})

    assert check.problems
