"""Text as it is kept and measured: cleaned where it comes in, counted as the services count it. Pure."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""All control characters but line breaks (CR, LF, NEL) and the tab, which people see."""
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")
UNREADABLE = "\ufffd"
"""Stands where half a surrogate pair stood: UTF-8 has no bytes for it."""


def cleaned(value: str) -> str:
    """
    Return text as it is taken in: whole characters, composed (NFC), and no control characters but line breaks and tabs.

    What people see stays: blanks, emoji, any script.
    """
    # Nearly all text is ASCII, which has one form alone: there is nothing to compose.
    if value.isascii():
        return value if value.isprintable() else _CONTROL.sub("", value)
    return unicodedata.normalize("NFC", _CONTROL.sub("", whole(value)))


def whole(value: str) -> str:
    """Return text with whole surrogate pairs joined, and a replacement character for each half of one."""
    if _HALF_PAIR.search(value) is None:
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def kept_name(name: str) -> str:
    """Write the name of a plan, a bucket or a label as Planner keeps it: composed, and without blanks at its ends."""
    return cleaned(name).strip()


def utf16_length(value: str) -> int:
    """Count as Planner and Content Server count: UTF-16 units, of which an emoji has two."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2


def cut(value: str, longest: int, *, mark: str = "…") -> str:
    """
    Return text of at most `longest` UTF-16 units; what was longer ends with `mark`. No character is cut in half.

    Args:
        value: whole text.
        longest: UTF-16 units, those of the mark included.
        mark: "" to end without one.
    """
    if utf16_length(value) <= longest:
        return value
    room = max(longest - utf16_length(mark), 0)
    # "ignore" drops the half of a pair that the cut leaves.
    kept = value.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    return kept.rstrip() + mark
