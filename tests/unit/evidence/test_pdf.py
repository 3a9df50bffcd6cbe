"""
The evidence PDF: the same history gives the same bytes; it says what matters, and has the JSON attached.

How it looks was judged by eye (docs/evidence.md shows how to draw a page).
"""

import re
import zlib

import pytest
from hypothesis import given, settings

from evidence_verify import attached, verify
from shared.errors import UnreadableError
from shared.evidence.audit import row_of, to_csv
from shared.evidence.history import items_of
from shared.evidence.lettering import lettering_for
from shared.evidence.pdf import render_pdf
from shared.evidence.people import people_of
from shared.evidence.sentences import actor, sentence
from shared.models.evidence import Event
from tests.evidence import RICH, document, history, many

URL = "https://planner.cloud.microsoft/webui/plan/p/view/board/task/t"
DOCUMENT_URL = "https://ecm.contoso.example/app/nodes/7"
DOCUMENT = {"id": 7, "name": "Supply contract.docx", "version": 3, "url": DOCUMENT_URL}


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
    assert DOCUMENT_URL.encode() in pdf


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


SCRIPTS = {
    "Greek": "Ελένη",
    "Cyrillic": "Дмитрий",
    "Hebrew": "דוד כהן",
    "Arabic": "محمد الفاتح",
    "Devanagari": "प्रिया शर्मा",
    "Thai": "สมชาย ใจดี",
    "Vietnamese": "Nguyễn Thị Hạnh",
}


@pytest.mark.parametrize("name", SCRIPTS.values(), ids=SCRIPTS)
def test_names_in_the_scripts_that_have_a_font_are_drawn_whole(name):
    lettering = lettering_for([name])

    assert lettering.is_whole
    assert lettering.shown(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "[?]"),
        ("Liz 🎉 White", "Liz [?] White"),
        ("山田 太郎 (yamada)", "[?] (yamada)"),
        ("👩‍💻x", "[?]x"),
        ("김철수", "[?]"),
    ],
)
def test_letters_without_a_font_are_marked_and_never_only_gone(name, shown):
    lettering = lettering_for([name])

    assert not lettering.is_whole
    assert lettering.shown(name) == shown


def test_a_page_says_that_letters_are_marked_and_the_attachment_has_them():
    pdf = render_pdf(document(approved(name="王小明")))

    assert "王小明".encode() in attached(pdf)
    assert lettering_for(["王小明 é"]).shown("é") == "é"


def test_names_of_many_scripts_give_the_same_bytes_twice():
    content = document(approved(name=" ".join([*SCRIPTS.values(), "王小明"])))

    assert render_pdf(content) == render_pdf(content)


LONG = {
    "many-lines": "\n".join(f"line {number}" for number in range(200)),
    "one-word": "x" * 990,
    "blank-lines": "\n" * 900,
    "wide": "W " * 490,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_row_of_any_length_goes_on_over_the_next_pages(text):
    """Each text is as long as the history keeps it; an entry has several."""
    told = Event(what="edited", item="r|1", detail={"before": {"a": text, "b": text}, "after": {"a": text, "b": text}})

    pdf = render_pdf(document(history(told, told)))

    assert attached(pdf)
    assert "Its SHA-256" in text_of(pdf)


@given(RICH)
@settings(max_examples=5)
def test_whatever_a_history_holds_a_pdf_comes_of_it(entries):
    assert verify(render_pdf(document(entries))).last == len(entries)


@given(RICH)
def test_whatever_a_history_holds_it_is_told_in_sentences_and_rows(entries):
    people = people_of(entries)

    assert all(sentence(entry, people) and actor(entry, people) for entry in entries)
    assert to_csv(row_of(item, entries[-1].at.date()) for item in items_of(entries))


def test_headings_stand_in_the_outline_and_the_title_in_the_window():
    pdf = render_pdf(document(approved()))

    assert pdf.count(b"/Dest") >= 4
    assert b"/DisplayDocTitle true" in pdf
    assert b"/Lang (en)" in pdf


def test_a_handover_is_told_with_who_and_when():
    handed = Event(
        what="delegated",
        item="r|1",
        actor={"entra": "user-liz", "opentext": "lwhite"},
        detail={"to": "deke", "entra": "user-deke", "names": {"deke": "Deke Foxhoven"}},
    )
    text = text_of(render_pdf(document(history(*[entry.event for entry in approved()[:1]], handed))))

    assert "to Deke Foxhoven (deke) by Liz White (lwhite), Entra user-liz on 02 Mar 2026, 09:07 UTC" in text


@pytest.mark.parametrize("title", ["a\nb\tc\x07", "", "x" * 5_000, "very " * 300, "**bold** <b>"])
def test_whatever_a_title_holds_a_page_is_drawn(title):
    assert render_pdf(document(approved(title=title))).startswith(b"%PDF")


def test_a_long_history_takes_several_pages():
    pdf = render_pdf(document(many(80)))

    assert pdf.count(b"/Type /Page\n") > 2
    assert "Page 2 of" in text_of(pdf)


def test_a_document_without_entries_has_no_page():
    with pytest.raises(UnreadableError):
        render_pdf(b'{"entries":[\n\n]}\n')
