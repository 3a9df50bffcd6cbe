"""What of an item goes back on the record."""

import re

from shared.mapping.evaluation.filling import Filling
from shared.mapping.language.rules import EvidenceSpec
from shared.mapping.language.scalars import ATTRIBUTE
from shared.models.wanted import EvidencePolicy


def evidence(item: Filling) -> EvidencePolicy | None:
    """Return what goes back. None: nothing does."""
    spec = item.rule.evidence
    if spec is None:
        return None
    return EvidencePolicy(
        folder_id=_folder(item, spec),
        document=spec.document,
        lock=spec.lock,
        rm_class=spec.rm_class,
        head_attribute=spec.head_attribute,
        attributes=dict(spec.attributes.items()),
        retention_years=spec.retention_years,
    )


def _folder(item: Filling, spec: EvidenceSpec) -> int | None:
    """Return the folder's node id; None: the workspace itself, also where the attribute is empty."""
    if not isinstance(spec.folder, str):
        return spec.folder
    name = spec.folder.removeprefix(ATTRIBUTE)
    value = item.attempt(lambda: item.scene.values.read(name).value, None)
    if value is None:
        return None
    if not re.fullmatch("[0-9]{1,15}", str(value).strip()):
        item.holds.append(f"{name} holds no node id: {str(value)[:40]!r}")
        return None
    return int(str(value).strip())
