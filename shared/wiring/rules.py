"""Load the mapping file."""

import hashlib
from collections import abc
from dataclasses import dataclass
from pathlib import Path

from shared.errors import MappingError, Problem
from shared.mapping.language.from_settings import settings_for_mappings
from shared.mapping.language.load import read_mapping
from shared.mapping.language.rules import Mapping

ROOT = Path(__file__).parents[2]
"""The app's folder: where a relative MAPPING_FILE starts."""


@dataclass(frozen=True)
class Rules:
    """A mapping, and which it is."""

    mapping: Mapping
    hash: str
    """SHA-256 of the file as it was read, hexadecimal."""


def file_hash(content: bytes) -> str:
    """SHA-256 of a mapping file: the one hash that the app, `check` and `preview` show."""
    return hashlib.sha256(content).hexdigest()


def load_rules(file: str, environment: abc.Mapping[str, str] | None = None) -> Rules:
    """
    Read and check a mapping file.

    Args:
        file: absolute, or from the app's folder.
        environment: holds the plans and groups that the file leaves to settings. None: nothing is set.

    Raises:
        MappingError: it can't be read, or is wrong: every problem with its line.
    """
    try:
        content = (ROOT / file).read_bytes()
        # Some editors begin a file with a byte order mark, which is no part of its text.
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError([Problem(file, f"can't be read as UTF-8 text: {type(error).__name__}")]) from error
    settings = settings_for_mappings(environment or {})
    # The hash is the file's, whatever the settings put in: by it people compare what is deployed with what they have.
    return Rules(read_mapping(text, file, settings), file_hash(content))
