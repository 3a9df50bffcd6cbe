"""Live probes with what the rules really use: each ok, WARN or FAIL, with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.errors import InputError
from shared.models.troubles import Cause
from shared.operations.app_state import find_app
from shared.operations.findings import Finding, Verdict
from shared.operations.health import Check, Probe, check_all
from shared.operations.troubles import read_troubles
from shared.store.in_force import find_in_force

if TYPE_CHECKING:
    from shared.services import Services, Storage

REMEDIES = {
    "settings": "mend the setting that is named; docs/deploy.md says what each means",
    "mapping": "manage.py mapping check shows every problem with its line",
    "storage": "was a role of the identity removed, or the account's network closed?",
    "opentext": "docs/runbook.md, sign-in-refused and system-away",
    "graph": "infra/grant-graph-permissions.sh gives the permissions; is each plan's group one of this tenant's?",
    "troubles": "manage.py status names each with what heals it",
}
"""Of a probe that fails, by name."""


class Examined(Protocol):
    """What is examined: `shared.wiring`, or a test's own."""

    def probes(self) -> dict[str, Probe]:
        """Return what readiness asks, by name."""

    def notes(self) -> tuple[str, ...]:
        """Say what is set and does nothing any more."""

    def storage(self) -> Storage:
        """Return what works without settings and mapping."""

    def services(self) -> Services:
        """Return everything; raises InputError."""


async def examine(wired: Examined, mapping_hash: str | None) -> tuple[Finding, ...]:
    """
    Ask every probe; then compare a mapping file with what the app runs under.

    Args:
        mapping_hash: SHA-256 of the file at hand. None: nothing is compared.
    """
    found = [_of_check(check) for check in await check_all(wired.probes())]
    found += [Finding("settings", Verdict.WARN, note, "take the setting away") for note in wired.notes()]
    # Everything else is asked of storage: without it one failure is told, not five.
    storage_is_well = all(one.verdict is Verdict.OK for one in found if one.name == "storage")
    if storage_is_well:
        found.append(await _mapping_in_force(wired.storage(), mapping_hash))
        found += await _deeper(wired)
    return tuple(found)


async def _deeper(wired: Examined) -> tuple[Finding, ...]:
    """Ask what the rules use; nothing, where settings or mapping have to be mended first."""
    # It brings the Graph SDK, which readiness does without.
    from shared.operations.probing import probe_deeply  # noqa: PLC0415 - see above

    try:
        services = wired.services()
    except InputError:
        return ()
    return await probe_deeply(services)


def _of_check(check: Check) -> Finding:
    if not check.problems:
        return Finding(check.name, Verdict.OK, "as it should be")
    return Finding(check.name, Verdict.FAIL, "; ".join(check.problems), REMEDIES.get(check.name, ""))


async def _mapping_in_force(storage: Storage, mapping_hash: str | None) -> Finding:
    name, app = "mapping in force", await find_app(storage)
    if app is None:
        return Finding(name, Verdict.WARN, "the app never swept", "start the app, and look at its log")
    standing = await find_in_force(storage.tables)
    since = "" if standing is None or standing.since is None else f" since {standing.since:%Y-%m-%d %H:%M} UTC"
    if mapping_hash is not None and mapping_hash != app.mapping_hash:
        text = f"the app runs under {app.mapping_hash}{since}, this file is {mapping_hash}"
        return Finding(name, Verdict.WARN, text, "deploy this file, or compare it with what was deployed")
    for trouble in await read_troubles(storage):
        if trouble.cause is Cause.SUPERSEDED:
            return Finding(name, Verdict.WARN, f"{trouble.facts.sentence} {trouble.text}", trouble.facts.heals)
    return Finding(name, Verdict.OK, f"{app.mapping_hash}{since}")
