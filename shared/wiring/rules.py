"""Load the mapping file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shared.errors import MappingError, Problem
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


def load_rules(file: str) -> Rules:
    """
    Read and check a mapping file.

    Raises:
        MappingError: it can't be read, or is wrong: every problem with its line.
    """
    try:
        content = (ROOT / file).read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError([Problem(file, f"can't be read as UTF-8 text: {type(error).__name__}")]) from error
    return Rules(read_mapping(text, file), file_hash(content))
