"""
Plans and groups that the environment names, so that one file serves test and production.

`{id: {setting: PLAN_CONTRACTS}}`: what is set is put in its place before the file is read further. What is not set
stays as it is written, and holds the tasks of that plan alone. Names begin with PLAN_ or GROUP_: no other is read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints

from shared.mapping.language.yaml_tree import Path
from shared.models.base import Frozen

PLAN_ID = r"^[A-Za-z0-9_-]{28}$"
GUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_KINDS = {
    "id": ("PLAN_", PLAN_ID, "id of a plan: 28 letters, digits, - and _, as the plan's address shows it"),
    "group": ("GROUP_", GUID, "id of an Entra group (a GUID)"),
}
"""By key: how the setting's name begins, and what it must hold."""


class PlanSetting(Frozen):
    """The app setting that holds the id of a plan."""

    setting: Annotated[str, StringConstraints(pattern=r"^PLAN_[A-Z0-9_]{1,60}$")] = Field(
        description="Name of the app setting, PLAN_…: one file serves test and production."
    )


class GroupSetting(Frozen):
    """The app setting that holds the id of a group."""

    setting: Annotated[str, StringConstraints(pattern=r"^GROUP_[A-Z0-9_]{1,60}$")] = Field(
        description="Name of the app setting, GROUP_…: one file serves test and production."
    )


def _form(value: object) -> str:
    # Of the models too: pydantic asks a discriminator again when it writes.
    return "setting" if isinstance(value, dict | PlanSetting | GroupSetting) else "plain"


WRITTEN_OR_SET = Discriminator(_form)
"""An id as it stands (tag `plain`), or the setting that holds it (tag `setting`)."""


def settings_for_mappings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a mapping may read of an environment: PLAN_… and GROUP_…, as far as something is set."""
    starts = tuple(start for start, _, _ in _KINDS.values())
    return {name: value.strip() for name, value in environment.items() if name.startswith(starts) and value.strip()}


def put_in(data: Any, settings: Mapping[str, str], path: Path = ()) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 - YAML
    """
    Put what is set in the place of its setting's name; yield what can't be used, without its value.

    Args:
        data: as the YAML says it; changed in place.
        settings: as `settings_for_mappings` gave them.
        path: of `data`.
    """
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in list(inner):
        if key in _KINDS and isinstance(value, dict) and value.keys() == {"setting"}:
            start, pattern, what = _KINDS[key]
            name = str(value["setting"])
            held = settings.get(name) if name.startswith(start) else None
            if held is not None and re.match(pattern, held):
                data[key] = held
            elif held is not None:
                yield (*path, key), f"the setting {name} holds no {what}"
        else:
            yield from put_in(value, settings, (*path, key))
