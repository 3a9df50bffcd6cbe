"""The settings of the system that runs, as a file for `manage.py --settings`: written while it runs, gone after it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local.local_system import ROOT

FILE = ROOT / "build" / "demo.settings.json"


class SettingsFile:
    """One file, which is written anew for each system."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, settings: Mapping[str, str]) -> None:
        """Write what the system's app was given."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        told = {"IsEncrypted": False, "Values": dict(settings)}
        self._file.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


@contextmanager
def written_settings(file: Path = FILE) -> Iterator[SettingsFile]:
    """Give what writes the file, and take it away at the end: it would lead to what no longer runs."""
    try:
        yield SettingsFile(file)
    finally:
        file.unlink(missing_ok=True)
