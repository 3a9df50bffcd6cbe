"""
The evidence document as people read it: what was asked, of whom, when, and what came of it.

It is made from the JSON alone, which it has attached, and the same JSON always gives the same bytes: the file's date
is that of the last entry.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import chain

from shared.evidence.document import head_of, read_entries, rows_of
from shared.evidence.history import ItemHistory, about_of, items_of
from shared.evidence.lettering import MARK, lettering_for
from shared.evidence.page import Page, time_of
from shared.evidence.people import people_of
from shared.evidence.sentences import actor, sentence
from shared.models.evidence import Entry

_COLUMNS = (9.0, 38.0, 40.0, 87.0)
"""Millimetres: number, when, who, what."""


def render_pdf(content: bytes) -> bytes:
    """
    Draw the document of an evidence JSON.

    Raises:
        UnreadableError: it holds no entries.
    """
    entries = read_entries(rows_of(content))
    items, rows = items_of(entries), tuple(_rows(entries))
    page = Page(lettering_for([content.decode(), *chain(*rows)]), entries[-1])
    _draw_title(page, entries)
    for item in items:
        _draw_item(page, item)
    page.heading("Timeline")
    page.draw_rows(_COLUMNS, ("No.", "When", "Who", "What"), rows)
    _draw_chain(page, entries)
    at = entries[-1].at
    page.embed_file(
        bytes=content,
        basename=f"planner-evidence-{entries[-1].origin}.json",
        desc="The entries themselves, to be checked by evidence_verify.py",
        compress=True,
        creation_date=at,
        modification_date=at,
    )
    return bytes(page.output())


def _draw_title(page: Page, entries: Sequence[Entry]) -> None:
    about = about_of(entries)
    names = [str(about[kind].get("name")) for kind in ("workflow", "workspace") if kind in about]
    page.note("Evidence of work between OpenText and Microsoft Planner")
    page.heading(" in ".join(names) or entries[-1].origin, 17, level=0)
    for kind, label in (("workspace", "Workspace"), ("workflow", "Workflow")):
        if kind in about:
            page.row(label, f"{about[kind].get('name')} (OpenText id {about[kind].get('id')})")
    page.row("History", f"{len(entries)} entries, {time_of(entries[0].at)} to {time_of(entries[-1].at)}")
    mapping = str(entries[-1].detail.get("mapping", ""))
    page.row("Rules in force", f"mapping file with SHA-256 {mapping}" if mapping else "")
    if not page.lettering.is_whole:
        page.row("Letters", f"{MARK} stands for letters that can't be drawn here. They are whole in the attached file.")


def _draw_item(page: Page, item: ItemHistory) -> None:
    page.heading(item.title or item.item)
    page.row("Asked of", ", ".join(item.responsible) or "nobody")
    for handover in item.handovers:
        page.row("Handed over", str(handover))
    page.row("Asked on", time_of(item.asked))
    page.row("Due", item.due.strftime("%d %B %Y") if item.due is not None else "")
    for name, url in item.documents:
        page.row("Document", name, link=url)
    page.row("Outcome", _outcome(item))
    page.row("Completed by", item.completed_by)
    page.row("Completed on", time_of(item.ended) + _after(item) if item.ended is not None else "")
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


def _rows(entries: Sequence[Entry]) -> Iterable[tuple[str, str, str, str]]:
    titles = {item.item: item.title or item.item for item in items_of(entries)}
    people = people_of(entries)
    for entry in entries:
        about = f"{titles[entry.item]}\n" if len(titles) > 1 and entry.item else ""
        yield str(entry.sequence), time_of(entry.at), actor(entry, people), about + sentence(entry, people)


def _draw_chain(page: Page, entries: Sequence[Entry]) -> None:
    page.heading("How to check this")
    head = head_of(entries)
    page.row("Last entry", str(head.sequence))
    page.row("Its SHA-256", head.hash)
    page.text_block(
        "Every entry holds the SHA-256 of the one before: one that was edited, removed, repeated or moved is found. "
        "The entries themselves are attached to this file. Check them with python evidence_verify.py FILE --head ... "
        "and give it the value of the workspace's attribute that holds the head: it names this entry, its SHA-256, and "
        "the SHA-256 of this file."
    )


def _length(took: timedelta) -> str:
    minutes = int(took.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min" if minutes % 60 else ""]
    return " ".join(part for part in parts if part) or "under a minute"
