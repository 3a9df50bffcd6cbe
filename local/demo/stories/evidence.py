"""The end of an approval's story: what lies on the record afterwards, checked as an auditor would."""

from evidence_verify import VerifyError, verify
from local.demo.narrator import Teller
from local.local_system import ROOT, System
from local.simulators.content_server.model import Version
from shared.models.evidence_files import file_name

HEAD = "Contract.Evidence"
COPIES = ROOT / "build" / "evidence"


async def check(system: System, teller: Teller, *, workspace: int, process: int) -> None:
    """
    Wait for the evidence of an approved document, check it, and leave copies to look at.

    Raises:
        DidNotHappenError: it is not there, or not intact by the head that the workspace's attribute holds.
    """
    teller.title("What was asked and decided lies on the record")
    names = [file_name(f"workflow-{process}", kind) for kind in ("json", "pdf")]
    found = await teller.wait("the evidence of the decision", lambda: _decided(system, workspace, names))
    COPIES.mkdir(parents=True, exist_ok=True)
    for name, version in zip(names, found, strict=True):
        (COPIES / name).write_bytes(version.content)
        verdict = verify(version.content, _head(system, workspace))
        what = f"{name}, version {version.number}, {'locked' if version.locked else 'not locked'}"
        number = system.world.content.find_child(workspace, name)
        teller.tell("OpenText", f"{what}: intact, {verdict.last} entries", f"{system.content_url}/app/nodes/{number}")
    teller.tell("OpenText", f"{HEAD} = {_head(system, workspace)[:30]}...; copies lie in {COPIES.relative_to(ROOT)}")


def _decided(system: System, workspace: int, names: list[str]) -> list[Version] | None:
    """Return the newest versions, once they tell of the decision and the attribute names their head."""
    found = [_newest(system, workspace, name) for name in names]
    versions = [version for version in found if version is not None]
    if len(versions) < len(names) or b'"what":"sent_on"' not in versions[0].content:
        return None
    try:
        verdicts = [verify(version.content, _head(system, workspace)) for version in versions]
    except VerifyError:
        return None
    return versions if all(verdict.anchored == verdict.last for verdict in verdicts) else None


def _newest(system: System, workspace: int, name: str) -> Version | None:
    number = system.world.content.find_child(workspace, name)
    return None if number is None else system.world.content.node(number).versions[-1]


def _head(system: System, workspace: int) -> str:
    return str(system.world.content.attribute(workspace, HEAD))
