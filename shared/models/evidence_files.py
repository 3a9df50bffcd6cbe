"""How the bridge's own files on the record are named, and known again: they are never work."""

import re

_OURS = re.compile(r"planner-evidence-(workspace|workflow|document)-[0-9]+\b.*\.(json|pdf)", re.IGNORECASE)


def file_name(origin: str, extension: str) -> str:
    """Name an origin's evidence: the same every time, so that one that is there is found again."""
    return f"planner-evidence-{origin}.{extension}"


def is_evidence_file(name: str) -> bool:
    """Tell whether a document is the bridge's own evidence, or a copy that kept its name."""
    return _OURS.fullmatch(name.strip()) is not None
