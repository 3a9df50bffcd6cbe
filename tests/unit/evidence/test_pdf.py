"""
The evidence PDF: the same history gives the same bytes; it says what matters, and has the JSON attached.

How it looks was judged by eye (docs/evidence.md shows how to draw a page).
"""

import re
import zlib

import pytest

from evidence_verify import attached, verify
from shared.errors import UnreadableError
from shared.evidence.pdf import render_pdf
from shared.models.evidence import Event
from tests.evidence import document, history, many

URL = "https://planner.cloud.microsoft/webui/plan/p/view/board/task/t"
DOCUMENT = {"id": 7, "name": "Supply contract.docx", "version": 3, "url": "https://ecm.contoso.example/app/nodes/7"}


def approved(name="Liz White", title="Approve Supply contract.docx v3"):
    """An approval with a refusal, as the engine tells it."""
    about = {"workspace": {"id": 28866, "name": "Contoso Supply"}, "documents": [DOCUMENT]}
    context = {"about": about, "names": {"lwhite": name}, "url": URL, "mapping": "ab" * 32, "due": "2026-03-01"}
    people = [{"person": "lwhite", "entra_id": "user-liz", "outcome": "assigned"}]
    who = {"entra": "user-liz", "opentext": "lwhite"}
    return history(
        Event(what="created", item="r|1", detail={**context, "title": title, "people": people}),
        Event(what="edited", item="r|1", detail={"fields": ["due"], "before": {"due": None}, "after": {"due": "x"}}),
        Event(what="refused", item="r|1", actor={"entra": "user-eve"}, detail={"text": "Not a performer."}),
        Event(what="sent_on", item="r|1", actor=who, detail={**context, "disposition": "Approve", "intent": "b-1"}),
    )


def text_of(pdf):
    """What the pages' streams show in the built-in font: text between parentheses, joined."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    shown = []
    for stream in streams:
        try:
            content = zlib.decompress(stream)
        except zlib.error:
            continue
        if not content.startswith(b"{"):
            shown += re.findall(rb"\(((?:[^()\\]|\\.)*)\) T[jJ]", content)
    return re.sub(rb"\\(.)", rb"\1", b" ".join(shown)).decode("latin-1")


def test_the_same_history_gives_the_same_bytes():
    content = document(approved())

    assert render_pdf(content) == render_pdf(content)


def test_the_pages_name_what_was_asked_of_whom_when_and_what_came_of_it():
    text = text_of(render_pdf(document(approved())))

    for expected in (
        "Contoso Supply (OpenText id 28866)",
        "Approve Supply contract.docx v3",
        "Liz White (lwhite)",
        "02 Mar 2026, 09:00:00 UTC",
        "01 March 2026",
        "Supply contract.docx, version 3",
        "completed, workflow advanced: Approve",
        "after its due day",
        "1, each in the timeline below",
        "Completion refused: Not a performer.",
    ):
        assert expected in text


def test_the_chains_head_stands_on_the_page_and_links_lead_to_task_and_document():
    entries = approved()
    pdf = render_pdf(document(entries))

    assert entries[-1].hash in text_of(pdf)
    assert URL.encode() in pdf
    assert DOCUMENT["url"].encode() in pdf


def test_the_json_is_attached_and_checked_from_there():
    content = document(approved())
    pdf = render_pdf(content)

    assert attached(pdf) == content
    assert verify(pdf) == verify(content)


def test_the_files_date_is_that_of_the_last_entry():
    assert b"/CreationDate (D:20260302092100Z)" in render_pdf(document(approved()))


def test_names_in_other_letters_are_drawn_with_a_font_that_has_them():
    pdf = render_pdf(document(approved(name="Łukasz Дмитриев")))

    assert b"OpenSans" in pdf
    assert b"OpenSans" not in render_pdf(document(approved()))


@pytest.mark.parametrize("title", ["a\nb\tc\x07", "", "x" * 5_000, "very " * 300, "**bold** <b>"])
def test_whatever_a_title_holds_a_page_is_drawn(title):
    assert render_pdf(document(approved(title=title))).startswith(b"%PDF")


def test_a_long_history_takes_several_pages():
    pdf = render_pdf(document(many(120)))

    assert pdf.count(b"/Type /Page\n") > 2
    assert "Page 2 of" in text_of(pdf)


def test_a_document_without_entries_has_no_page():
    with pytest.raises(UnreadableError):
        render_pdf(b'{"entries":[\n\n]}\n')
