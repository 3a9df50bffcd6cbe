"""
What readiness asks of a worker, by name.

Imported by an HTTP function: the SDKs, and the stores' models, come with the first probe that needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from shared.errors import InputError, Problem, SettingsError, UnavailableError
from shared.operations.health import Probe, probe_graph, probe_mapping, probe_opentext, probe_storage
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.services import Services, Storage


class Asked(Protocol):
    """The wiring, as far as it is asked."""

    def storage(self) -> Storage:
        """Return what works without settings and mapping. Raises SettingsError."""

    def services(self) -> Services:
        """Return everything. Raises InputError: what has to be mended first."""

    def problems(self) -> tuple[Problem, ...]:
        """Name what is wrong with the settings."""


def probes_of(wired: Asked, environment: Mapping[str, str], has_wired: Callable[[], bool]) -> dict[str, Probe]:
    """
    Return what readiness asks, by name.

    Args:
        wired: the worker's wiring.
        environment: the app's settings.
        has_wired: whether the worker keeps a mapping that it read, by which it decides.
    """

    async def ask_settings() -> None:
        if problems := wired.problems():
            raise SettingsError(problems)
        wired.storage().now()  # asks CLOCK_FILE

    async def ask_mapping() -> None:
        # A plan that the mapping leaves to a setting is named only by a wired worker: its tasks alone are held.
        if has_wired():
            await probe_mapping(wired.services())
        else:
            _read_mapping(environment)

    return {
        "settings": ask_settings,
        "mapping": ask_mapping,
        "opentext": lambda: probe_opentext(_mended(wired)),
        "graph": lambda: probe_graph(_mended(wired)),
        "storage": lambda: probe_storage(wired.storage()),
        "troubles": lambda: _ask_troubles(wired),
    }


def _read_mapping(environment: Mapping[str, str]) -> None:
    from shared.wiring.rules import load_rules  # noqa: PLC0415 - see the module's docstring

    load_rules(environment.get("MAPPING_FILE") or Settings.model_fields["mapping_file"].default, environment)


async def _ask_troubles(wired: Asked) -> None:
    from shared.operations.troubles import probe_troubles  # noqa: PLC0415 - see the module's docstring

    await probe_troubles(wired.storage())


def _mended(wired: Asked) -> Services:
    try:
        return wired.services()
    except InputError as error:
        message = "not asked: settings and mapping come first"
        raise UnavailableError(message) from error
