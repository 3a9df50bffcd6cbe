"""What the doctor asks beyond readiness: everything that the rules really use. Takes seconds; writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.errors import BridgeError, InputError
from shared.mapping.language.load import Severity
from shared.models.words import ActAs
from shared.observability.secret_filter import redact
from shared.operations.findings import Finding, Verdict
from shared.operations.live.check import remarks
from shared.operations.live.survey import survey
from shared.watchers.subscriptions import read_subscriptions

if TYPE_CHECKING:
    from shared.operations.live.landscape import Landscape
    from shared.services import Services

ROLES = ("Tasks.ReadWrite.All", "Group.Read.All", "User.Read.All")
"""What infra/grant-graph-permissions.sh gives. `Mail.Send` is given in Exchange, and stands in no token."""
SECONDS = 60.0
ENDS_SOON = timedelta(days=2)
CLOCK = timedelta(seconds=60)
"""Apart from storage's clock: times of both are compared within minutes."""
MOST = 40
"""Findings of the mapping that are named one by one."""


async def probe_deeply(services: Services) -> tuple[Finding, ...]:
    """Ask all of it, side by side; what fails in one stops that one alone."""
    probes = {"roles": _roles, "names": _names, "clock": _clock, "subscriptions": _subscriptions}
    found = await asyncio.gather(*(_within(name, probe, services) for name, probe in probes.items()))
    return tuple(finding for some in found for finding in some)


Probe = Callable[["Services"], Awaitable[list[Finding]]]


async def _within(name: str, probe: Probe, services: Services) -> list[Finding]:
    try:
        async with asyncio.timeout(SECONDS):
            return await probe(services)
    except InputError as error:
        return [Finding(name, Verdict.FAIL, redact(str(problem)), "mend it") for problem in error.problems]
    except BridgeError as error:
        return [Finding(name, Verdict.FAIL, redact(str(error)) or type(error).__name__, "see what fails above")]
    except TimeoutError:
        return [Finding(name, Verdict.WARN, f"not done within {SECONDS:g} seconds", "try again while less goes on")]


async def _roles(services: Services) -> list[Finding]:
    roles = await services.directory.roles()
    if roles is None:
        return [Finding("roles", Verdict.OK, "no token of Entra's is used here")]
    if missing := [role for role in ROLES if role not in roles]:
        text = f"the token lacks {', '.join(missing)}; it has {', '.join(sorted(roles)) or 'none'}"
        remedy = "infra/grant-graph-permissions.sh; then restart the app, or wait an hour for a new token"
        return [Finding("roles", Verdict.FAIL, text, remedy)]
    return [Finding("roles", Verdict.OK, ", ".join(ROLES))]


async def _names(services: Services) -> list[Finding]:
    """Ask for every plan, group, person and name of the mapping; then for a step in its performer's name."""
    act_as = services.settings.opentext_act_as
    found = await survey(services.mapping, services, act_as)
    told = list(_remarks(services, found))
    more = len(told) - MOST
    left = [Finding("names", Verdict.WARN, f"and {more} more", "manage.py mapping check --live")] if more > 0 else []
    named = told[:MOST] or [Finding("names", Verdict.OK, f"every name of {len(services.mapping.rules)} rules is there")]
    return [*named, *left, _performer(found, act_as)]


def _remarks(services: Services, found: Landscape) -> Iterator[Finding]:
    verdicts = {Severity.ERROR: Verdict.FAIL, Severity.WARNING: Verdict.WARN}
    for remark in dict.fromkeys(remarks(services.mapping, found)):
        if (verdict := verdicts.get(remark.severity)) is not None:
            place = ".".join(map(str, remark.path)) or "the mapping"
            remedy = "manage.py mapping check --live names the line; docs/mapping.md"
            yield Finding("names", verdict, f"{place}: {redact(remark.message)}", remedy)


def _performer(found: Landscape, act_as: ActAs) -> Finding:
    name, waiting = "performer", len(found.forms) + len(found.unshown)
    if act_as is not ActAs.PERFORMER:
        return Finding(name, Verdict.OK, f"nobody is acted for: OPENTEXT_ACT_AS={act_as.value}")
    if found.forms:
        return Finding(
            name, Verdict.OK, f"{len(found.forms)} of {waiting} waiting steps can be read in a performer's name"
        )
    if found.unshown:
        why = redact(next(iter(found.unshown.values())))
        remedy = "docs/opentext-setup.md says what has to be allowed"
        return Finding(name, Verdict.WARN, f"no waiting step can be read in its performer's name: {why}", remedy)
    return Finding(name, Verdict.OK, "no step waits, so nobody was acted for")


async def _clock(services: Services) -> list[Finding]:
    theirs = await services.cursors.service_time()
    if theirs is None:
        return [Finding("clock", Verdict.OK, "storage was not written to yet")]
    apart = services.now() - theirs
    text = f"{abs(apart).total_seconds():.0f} s {'before' if apart > timedelta() else 'behind'} storage's"
    if abs(apart) > CLOCK:
        return [Finding("clock", Verdict.WARN, f"this machine's clock is {text}", "set the machine's clock")]
    return [Finding("clock", Verdict.OK, text)]


async def _subscriptions(services: Services) -> list[Finding]:
    wanted, mine = await read_subscriptions(services)
    missing = [resource for resource in sorted(wanted) if resource not in mine]
    ending = [one for one in sorted(wanted & mine.keys()) if mine[one].expires - services.now() < ENDS_SOON]
    if missing or ending:
        told = [*(f"none on {one}" for one in missing), *(f"the one on {one} ends soon" for one in ending)]
        remedy = "docs/runbook.md, subscription-lapsed; the timer makes them within ten minutes"
        return [Finding("subscriptions", Verdict.WARN, "; ".join(told), remedy)]
    return [Finding("subscriptions", Verdict.OK, f"{len(wanted)} of {len(wanted)} stand")]
