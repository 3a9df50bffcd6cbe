"""Put a folder into a zip: the same files make the same bytes."""

import zipfile
from pathlib import Path

_NEVER = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell."""
_MODE = 0o100644 << 16
"""A file that everybody may read."""


def write_zip(target: Path, folder: Path) -> int:
    """Write what is below a folder into a zip, and return how many bytes that is unpacked."""
    total = 0
    with zipfile.ZipFile(target, "w") as archive:
        for source in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = source.read_bytes()
            entry = zipfile.ZipInfo(source.relative_to(folder).as_posix(), _NEVER)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE
            archive.writestr(entry, data)
            total += len(data)
    return total
