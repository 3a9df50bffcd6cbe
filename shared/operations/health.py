"""Readiness: what stands between this app and its work, in words for the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.errors import BridgeError, InputError, Problem, RefusedError, SettingsError, UnavailableError
from shared.observability.secret_filter import redact

if TYPE_CHECKING:
    from shared.services import Services, Storage

Probe = Callable[[], Awaitable[None]]
"""Raises what is wrong."""
LONGEST_PROBE_SECONDS = 4.0


MOST_PLANS = 3
"""Of the mapping, that readiness reads: what is refused is nearly always refused for all."""


@dataclass(frozen=True)
class Check:
    """What one probe found."""

    name: str
    problems: tuple[str, ...] = ()
    """One line each, without secrets. Empty: fine."""


async def check_all(probes: Mapping[str, Probe], *, seconds: float = LONGEST_PROBE_SECONDS) -> tuple[Check, ...]:
    """Ask every probe, side by side; one that is silent for `seconds` has a problem too."""
    return tuple(await asyncio.gather(*(_check(name, probe, seconds) for name, probe in probes.items())))


async def _check(name: str, probe: Probe, seconds: float) -> Check:
    try:
        async with asyncio.timeout(seconds):
            await probe()
    except InputError as error:
        return Check(name, tuple(redact(str(problem)) for problem in error.problems))
    except BridgeError as error:
        return Check(name, (redact(str(error)) or type(error).__name__,))
    except TimeoutError:
        return Check(name, (f"no answer within {seconds:g} seconds",))
    return Check(name)


def report(checks: tuple[Check, ...]) -> dict[str, Any]:
    """Return the body of the answer: `ready`, and each check with `ok` and its `problems`."""
    return {
        "ready": all(not check.problems for check in checks),
        "checks": {check.name: {"ok": not check.problems, "problems": list(check.problems)} for check in checks},
    }


async def probe_storage(storage: Storage) -> None:
    """Read one row and one queue's length."""
    await storage.gates.find("graph", storage.now())
    await storage.queues.length("origins")


async def probe_mapping(services: Services) -> None:
    """
    Ask whether this worker decides by its mapping. Changes nothing: an operator's machine asks the same.

    Raises:
        UnavailableError: another one is in force, and this worker waits; or storage does not answer.
        SettingsError: it leaves a plan or group to a setting that is not set: tasks of that plan alone are held.
    """
    if (other := await services.in_force.find_other()) is not None:
        message = (
            f"this worker has mapping {services.mapping_hash[:12]} and waits: "
            f"{other.hash[:12]} is in force since {other.since:%Y-%m-%d %H:%M} UTC"
        )
        raise UnavailableError(message)
    if services.mapping.unset:
        why = "is not set: the mapping names a plan or group by it, and holds that plan's tasks"
        raise SettingsError([Problem(name, why) for name in services.mapping.unset])


async def probe_opentext(services: Services) -> None:
    """
    Sign in to Content Server, ask who we are and what time it is there.

    Raises:
        BridgeError: the sign-in is refused, nobody answers, or its clock is not that of the zone that is set.
    """
    await services.opentext.whoami()
    if differs := await services.opentext.clock.differs(anew=True):
        raise RefusedError(differs, code="clock")


async def probe_graph(services: Services) -> None:
    """
    Read what the rules use: the plans that they name, and this app's subscriptions.

    Raises:
        BridgeError: the first of them that Graph refuses. A permission that is missing shows here, and nowhere else.
    """
    await services.subscriptions.list_subscriptions()
    for spec in list(services.mapping.plans.values())[:MOST_PLANS]:
        if spec.plan_id is not None:
            await services.planner.list_buckets(spec.plan_id)
        elif spec.group_id is not None:
            await services.planner.list_plans(spec.group_id)
