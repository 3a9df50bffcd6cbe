"""
Which letters a page can draw: each with the first font that has it, others marked.

The PDF's own fonts have the letters of Western Europe and cost nothing. Open Sans adds Latin, Greek, Cyrillic and
Hebrew; Noto Sans Arabic, Devanagari and Thai. Fonts for Chinese, Japanese and Korean are a third as large as the whole
app, and emoji have none: they are marked, and whole in the attached JSON.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

CORE = "Helvetica"
MARK = "[?]"


@dataclass(frozen=True)
class Font:
    """One font that comes as a package."""

    family: str
    package: str
    file: str

    @property
    def path(self) -> str:
        """Where it lies."""
        return str(files(self.package) / "files" / self.file)


FONTS = (
    Font("Open Sans", "fontpkg_open_sans", "OpenSans[wdth,wght].ttf"),
    Font("Noto Sans Arabic", "fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf"),
    Font("Noto Sans Devanagari", "fontpkg_noto_sans_devanagari", "NotoSansDevanagari[wdth,wght].ttf"),
    Font("Noto Sans Thai", "fontpkg_noto_sans_thai", "NotoSansThai[wdth,wght].ttf"),
)


@dataclass(frozen=True)
class Lettering:
    """The fonts that a document needs, and what it can't draw."""

    fonts: tuple[Font, ...]
    """Empty: the PDF's own one is enough."""
    letters: frozenset[str]
    """Those of the document that can be drawn."""
    is_whole: bool
    """Every letter can."""

    def shown(self, text: str) -> str:
        """Return what is drawn of a text: control characters are blanks, and what no font has is marked."""
        if text.isascii() and text.isprintable():
            return text
        drawn = "".join(self._letter(one) for one in text)
        # A run of them is one mark, the blanks between them too: a line of marks would tell no more.
        return re.sub("\ue000[\ue000 ]*\ue000|\ue000", MARK, drawn)

    def _letter(self, letter: str) -> str:
        if letter == "\n" or letter in self.letters:
            return letter
        if letter in _JOINING:
            return ""
        # U+E000 can't come from the text itself: as a private-use character it is not printable, and becomes a blank.
        return "\ue000" if letter.isprintable() else " "


_JOINING = frozenset("\u200b\u200c\u200d\ufe0e\ufe0f\u200e\u200f\u2060\ufeff")
"""They only say how their neighbours are drawn."""


def lettering_for(texts: Iterable[str]) -> Lettering:
    """Choose the fonts for all that a document holds."""
    wanted = {letter for text in texts for letter in text if letter.isprintable()} - _JOINING
    core = frozenset(letter for letter in wanted if _is_latin_1(letter))
    if core == wanted:
        return Lettering((), core, is_whole=True)
    fonts, drawn = [FONTS[0]], wanted & _letters_of(FONTS[0])
    for font in FONTS[1:]:
        if more := (wanted - drawn) & _letters_of(font):
            fonts.append(font)
            drawn |= more
    return Lettering(tuple(fonts), frozenset(drawn), is_whole=drawn == wanted)


@cache
def _letters_of(font: Font) -> frozenset[str]:
    with TTFont(font.path, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def _is_latin_1(letter: str) -> bool:
    return ord(letter) < 256
