"""
The evidence document as people read it: what was asked, of whom, when, and what came of it.

It is made from the JSON alone, which it has attached, and the same JSON always gives the same bytes: the file's date
is that of the last entry.
"""

import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files

from shared.evidence.document import head_of, read_entries, rows_of
from shared.evidence.history import ItemHistory, about_of, items_of
from shared.evidence.sentences import actor, sentence
from shared.models.evidence import Entry

with warnings.catch_warnings():
    # There are no images here: the deployed package goes without Pillow.
    warnings.filterwarnings("ignore", "Pillow could not be imported", UserWarning)
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos
    from fpdf.fonts import FontFace

_CORE_FONT = "Helvetica"
_GREY, _BLUE, _BLACK, _SHADE = (110, 110, 110), (20, 70, 150), (0, 0, 0), (238, 241, 245)
_LABEL = 38
"""Millimetres of the labels' column."""


def render_pdf(content: bytes) -> bytes:
    """
    Draw the document of an evidence JSON.

    Raises:
        UnreadableError: it holds no entries.
    """
    entries = read_entries(rows_of(content))
    page = _Page(_font_for(content), entries)
    _draw_title(page, entries)
    for item in items_of(entries):
        _draw_item(page, item)
    _draw_timeline(page, entries)
    _draw_chain(page, entries)
    at = entries[-1].at
    name = f"planner-evidence-{entries[-1].origin}.json"
    page.embed_file(
        bytes=content,
        basename=name,
        desc="The entries themselves, to be checked by evidence_verify.py",
        compress=True,
        creation_date=at,
        modification_date=at,
    )
    return bytes(page.output())


def _font_for(content: bytes) -> str:
    """Choose the font: the PDF's own one has the letters of Western Europe, and costs nothing."""
    try:
        content.decode().encode("latin-1")
    except UnicodeEncodeError:
        return "Open Sans"
    return _CORE_FONT


class _Page(FPDF):
    """A4, with what every page shows."""

    def __init__(self, family: str, entries: Sequence[Entry]) -> None:
        super().__init__(format="A4")
        self.family, self._last = family, entries[-1]
        if family != _CORE_FONT:
            self._add_letters(family)
        self.set_creation_date(entries[-1].at)
        self.set_title(f"Evidence of {entries[-1].origin}")
        self.set_creator("Bridge between OpenText and Planner")
        self.set_lang("en")
        self.set_margins(18, 16)
        self.set_auto_page_break(auto=True, margin=18)
        self.alias_nb_pages()
        self.add_page()

    def _add_letters(self, family: str) -> None:
        font = str(files("fontpkg_open_sans") / "files" / "OpenSans[wdth,wght].ttf")
        for style, weight in (("", 400.0), ("B", 700.0)):
            self.add_font(family, style, font, variations={"wght": weight, "wdth": 100.0})

    def footer(self) -> None:
        """Name the document and the page on every page."""
        self.set_y(-13)
        self.write_in(7, colour=_GREY)
        text = f"{self._last.origin}, entry {self._last.sequence} of {_time(self._last.at)}"
        self.cell(w=self.epw / 2, h=5, text=text)
        self.cell(w=self.epw / 2, h=5, text=f"Page {self.page_no()} of {{nb}}", align="R")

    def write_in(self, size: float, *, bold: bool = False, colour: tuple[int, int, int] = _BLACK) -> None:
        """Choose how the next text looks."""
        self.set_font(self.family, "B" if bold else "", size)
        self.set_text_color(*colour)

    def heading(self, text: str, size: float = 12) -> None:
        """Write a heading with some air above, never alone at a page's end."""
        self.ln(3)
        if self.will_page_break(30):
            self.add_page()
        self.write_in(size, bold=True)
        self.multi_cell(w=0, h=size * 0.5, text=text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)

    def row(self, label: str, text: str, *, link: str = "") -> None:
        """Write a label and its text; nothing when there is no text."""
        if not text:
            return
        self.write_in(9, colour=_GREY)
        self.cell(w=_LABEL, h=5, text=label)
        self.write_in(9, colour=_BLUE if link else _BLACK)
        self.multi_cell(w=self.epw - _LABEL, h=5, text=text, align="L", link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _draw_title(page: _Page, entries: Sequence[Entry]) -> None:
    about = about_of(entries)
    names = [str(about[kind].get("name")) for kind in ("workflow", "workspace") if kind in about]
    page.write_in(9, colour=_GREY)
    page.cell(text="Evidence of work between OpenText and Microsoft Planner", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.heading(" in ".join(names) or entries[-1].origin, 17)
    for kind, label in (("workspace", "Workspace"), ("workflow", "Workflow")):
        if kind in about:
            page.row(label, f"{about[kind].get('name')} (OpenText id {about[kind].get('id')})")
    page.row("History", f"{len(entries)} entries, {_time(entries[0].at)} to {_time(entries[-1].at)}")
    mapping = str(entries[-1].detail.get("mapping", ""))
    page.row("Rules in force", f"mapping file with SHA-256 {mapping}" if mapping else "")


def _draw_item(page: _Page, item: ItemHistory) -> None:
    page.heading(item.title or item.item)
    page.row("Asked of", ", ".join(item.responsible) or "nobody")
    page.row("Asked on", _time(item.asked))
    page.row("Due", item.due.strftime("%d %B %Y") if item.due is not None else "")
    for name, url in item.documents:
        page.row("Document", name, link=url)
    page.row("Outcome", _outcome(item))
    page.row("Completed by", item.completed_by)
    page.row("Completed on", _time(item.ended) + _after(item) if item.ended is not None else "")
    page.row("Told OpenText as", item.acting)
    page.row("Refusals", f"{item.refusals}, each in the timeline below" if item.refusals else "none")
    page.row("Task", item.url, link=item.url)
    page.row("Item", item.item)


def _outcome(item: ItemHistory) -> str:
    chosen = f": {item.disposition}" if item.disposition else ""
    reason = f" ({item.reason})" if item.reason else ""
    return f"{item.state}{chosen}{reason}"


def _after(item: ItemHistory) -> str:
    late = ", after its due day" if item.ended is not None and item.is_overdue(item.ended.date()) else ""
    return f" ({_length(item.took)} after it was asked{late})" if item.took is not None else ""


def _draw_timeline(page: _Page, entries: Sequence[Entry]) -> None:
    page.heading("Timeline")
    page.write_in(8)
    page.set_draw_color(205, 210, 216)
    table = page.table(
        col_widths=(8, 38, 38, 90),
        line_height=4.2,
        padding=0.8,
        text_align="LEFT",
        v_align="TOP",
        borders_layout="HORIZONTAL_LINES",
        headings_style=FontFace(emphasis="BOLD", fill_color=_SHADE),
    )
    with table as rows:
        for cells in _rows(entries):
            row = rows.row()
            for cell in cells:
                row.cell(cell)


def _rows(entries: Sequence[Entry]) -> Iterable[tuple[str, str, str, str]]:
    yield "No.", "When", "Who", "What"
    titles = {item.item: item.title or item.item for item in items_of(entries)}
    several = len(titles) > 1
    for entry in entries:
        about = f"{titles[entry.item]}\n" if several and entry.item else ""
        yield str(entry.sequence), _time(entry.at), _clean(actor(entry)), _clean(about + sentence(entry))


def _draw_chain(page: _Page, entries: Sequence[Entry]) -> None:
    page.heading("How to check this")
    head = head_of(entries)
    page.row("Last entry", str(head.sequence))
    page.row("Its SHA-256", head.hash)
    page.write_in(9)
    text = (
        "Every entry holds the SHA-256 of the one before: one that was edited, removed, repeated or moved is found. "
        "The entries themselves are attached to this file. Check them with "
        f"python evidence_verify.py FILE --head {head.sequence}:... "
        "and compare the last entry's number and SHA-256 with the attribute of the workspace that holds them."
    )
    page.multi_cell(w=0, h=5, text=text, align="L")


def _clean(text: str) -> str:
    """Leave out what no font draws: control characters."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"


def _length(took: timedelta) -> str:
    minutes = int(took.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min" if minutes % 60 else ""]
    return " ".join(part for part in parts if part) or "under a minute"
