"""
List what a package holds as a CycloneDX document: names, versions, licences, and where each was published.

Source: https://cyclonedx.org/docs/1.6/json/
"""

import uuid
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from local.packaging.licences import Licensed, list_licences
from local.packaging.lock import LOCK


def write_sbom(file: Path) -> int:
    """Write the document; return how many distributions it names. The same lock makes the same bytes."""
    listed = list_licences()
    # Of the lock and not of the day: the serial number that the standard asks for.
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, LOCK.read_text()), components=map(_component, listed))
    bom.metadata.component = Component(
        name="ecm-planner-bridge", bom_ref="ecm-planner-bridge", type=ComponentType.APPLICATION
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    bom.metadata.timestamp = None  # type: ignore[assignment]  # optional in the standard, not in the library's types
    file.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")
    return len(listed)


def _component(one: Licensed) -> Component:
    return Component(
        name=one.name,
        bom_ref=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        licenses=[LicenseFactory().make_from_string(one.licence)],
        purl=PackageURL("pypi", name=one.name, version=one.version),
    )
