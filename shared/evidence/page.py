"""A page of the evidence document: headings, rows of a label and a text, and a table whose rows may be any length."""

import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from shared.evidence.lettering import CORE, Lettering
from shared.models.evidence import Entry

with warnings.catch_warnings():
    # There are no images here: the deployed package goes without Pillow.
    warnings.filterwarnings("ignore", "Pillow could not be imported", UserWarning)
    from fpdf import FPDF, ViewerPreferences
    from fpdf.enums import MethodReturnValue, XPos, YPos

_GREY, _BLUE, _BLACK, _SHADE = (110, 110, 110), (20, 70, 150), (0, 0, 0), (238, 241, 245)
_LABEL = 38
"""Millimetres of the labels' column."""
_LINE = 4.2
"""Millimetres of a line in a table."""
_GAP = 0.8
_GOES_ON = "(...)"
"""In the place of a number: the row began on the page before."""


def time_of(at: datetime | None) -> str:
    """Write a moment; nothing for None."""
    return "" if at is None else f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


class Page(FPDF):
    """The document, with what every page of it shows."""

    def __init__(self, lettering: Lettering, last: Entry) -> None:
        super().__init__(format="A4")
        self.lettering, self._last = lettering, last
        self._family = lettering.fonts[0].family if lettering.fonts else CORE
        self._add_letters()
        self.set_creation_date(last.at)
        self.set_title(f"Evidence of {last.origin}")
        self.set_subject(f"{last.sequence}:{last.hash}")
        self.set_creator("Bridge between OpenText and Planner")
        self.set_lang("en")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_margins(18, 16)
        self.set_auto_page_break(auto=True, margin=18)
        self.alias_nb_pages()
        self.add_page()

    def _add_letters(self) -> None:
        for font in self.lettering.fonts:
            # As it is, which is regular: to make another weight takes half a second.
            self.add_font(font.family, "", font.path)
        for font in self.lettering.fonts[:1]:
            self.add_font(font.family, "B", font.path, variations={"wght": 700.0, "wdth": 100.0})
        if len(self.lettering.fonts) > 1:
            self.set_fallback_fonts([font.family for font in self.lettering.fonts[1:]], exact_match=False)
        if self.lettering.fonts:
            # Arabic letters join, Devanagari's change places, and both Hebrew and Arabic run from the right.
            self.set_text_shaping(use_shaping_engine=True)

    def footer(self) -> None:
        """Name the document and the page on every page."""
        self.set_y(-13)
        self.write_in(7, colour=_GREY)
        text = f"{self._last.origin}, entry {self._last.sequence} of {time_of(self._last.at)}"
        self.cell(w=self.epw / 2, h=5, text=text)
        self.cell(w=self.epw / 2, h=5, text=f"Page {self.page_no()} of {{nb}}", align="R")

    def write_in(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = _BLACK) -> None:
        """Choose how the next text looks."""
        self.set_font(self._family, "B" if bold else "", size)
        self.set_text_color(*colour)

    def heading(self, text: str, size: float = 12, *, level: int = 1) -> None:
        """Write a heading with some air above, never alone at a page's end; it stands in the outline too."""
        self.ln(3)
        if self.will_page_break(30):
            self.add_page()
        shown = self.lettering.shown(text)
        self.start_section(" ".join(shown.split())[:120] or "-", level=level)
        self.write_in(size, bold=True)
        self._paragraph(shown, size * 0.5)
        self.ln(1)

    def note(self, text: str) -> None:
        """Write a line that stands back."""
        self.write_in(9, colour=_GREY)
        self.cell(text=self.lettering.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def text_block(self, text: str) -> None:
        """Write a paragraph."""
        self.write_in(9)
        self._paragraph(self.lettering.shown(text), 5)

    def row(self, label: str, text: str, *, link: str = "") -> None:
        """Write a label and its text; nothing when there is no text."""
        if not text:
            return
        self.write_in(9, colour=_GREY)
        self.cell(w=_LABEL, h=5, text=label)
        self.write_in(9, colour=_BLUE if link else _BLACK)
        self._paragraph(self.lettering.shown(text), 5, width=self.epw - _LABEL, link=link)

    def _paragraph(self, text: str, height: float, *, width: float = 0, link: str = "") -> None:
        left = self.x
        for line in text.split("\n"):
            # One line at a time: a page's end inside of a paragraph is nothing special then.
            self.set_x(left)
            self.multi_cell(w=width, h=height, text=line, align="L", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def draw_rows(self, widths: Sequence[float], titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Draw a table. A row that is longer than a page goes on over the next ones."""
        self.set_draw_color(205, 210, 216)
        self._titles(widths, titles)
        for row in rows:
            self.write_in(8)
            cells = [self._lines(text, width) for text, width in zip(row, widths, strict=True)]
            for place in range(max(map(len, cells))):
                if self.will_page_break(_LINE + 2 * _GAP):
                    self.add_page()
                    self._titles(widths, titles)
                    self.write_in(8)
                    cells[0] = [*[""] * place, _GOES_ON] if place else cells[0]
                line = [cell[place] if place < len(cell) else "" for cell in cells]
                self._line(line, widths, gap=_GAP if place == 0 else 0.0)
            self.ln(_GAP)
            self.line(self.l_margin, self.y, self.l_margin + self.epw, self.y)

    def _titles(self, widths: Sequence[float], titles: Sequence[str]) -> None:
        self.write_in(8, bold=True)
        self.set_fill_color(*_SHADE)
        self._line(titles, widths, gap=0.0, fill=True)

    def _line(self, texts: Sequence[str], widths: Sequence[float], *, gap: float, fill: bool = False) -> None:
        self.ln(gap)
        self.set_x(self.l_margin)
        for text, width in zip(texts, widths, strict=True):
            self.cell(w=width, h=_LINE, text=text, fill=fill)
        self.ln(_LINE)

    def _lines(self, text: str, width: float) -> list[str]:
        """Divide a text into the lines that fit into a column."""
        shown = self.lettering.shown(text)
        if not shown:
            return [""]
        found = self.multi_cell(w=width, h=_LINE, text=shown, align="L", dry_run=True, output=MethodReturnValue.LINES)
        return list(found) if isinstance(found, list) else [shown]
