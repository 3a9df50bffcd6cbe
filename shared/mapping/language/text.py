"""Text as people see it: two spellings of one thing are one thing."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Compose accents (NFC), and make each run of blanks, the hard ones too, one space; none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())
