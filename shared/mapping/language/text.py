"""Text as people see it: two spellings of one thing are one thing."""

import unicodedata
from functools import lru_cache

_JOINERS = "\u200c\u200d"
"""Zero-width signs that make other letters, or one picture, of those beside them."""


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """
    Compose accents (NFC), make each run of blanks, the hard ones too, one space, and none at the ends.

    Signs that nobody sees are left out: what Word or Teams puts between letters when a text is pasted.
    """
    if text.isascii():
        return " ".join(text.split())
    seen = "".join(sign for sign in text if sign in _JOINERS or unicodedata.category(sign) != "Cf")
    return " ".join(unicodedata.normalize("NFC", seen).split()).strip(_JOINERS)
