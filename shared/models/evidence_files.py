"""How the bridge's own files on the record are named and marked, and known again: they are never work."""

import re

_OURS = re.compile(r"planner-evidence-(workspace|workflow|document)-[0-9]+\b.*\.(json|pdf)", re.IGNORECASE)
MARK = "[planner-evidence]"
"""Ends the description of a file of ours: it stays whatever people call the file, and goes along with copies."""


def file_name(origin: str, extension: str) -> str:
    """Name an origin's evidence: the same every time, so that one that is there is found again."""
    return f"planner-evidence-{origin}.{extension}"


def description(origin: str) -> str:
    """Describe an origin's evidence to people, and mark it."""
    return f"What became of the Planner tasks of {origin}, written by the bridge. {MARK}"


def is_evidence_file(name: str, described: str = "") -> bool:
    """Tell whether a document is the bridge's own evidence, or a copy of it: by its mark, or by a name that it kept."""
    return described.rstrip().endswith(MARK) or _OURS.fullmatch(name.strip()) is not None
