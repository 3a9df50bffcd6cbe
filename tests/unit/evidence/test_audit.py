"""What histories say of each item, in words and as rows."""

import csv
import io
import json
from datetime import date, timedelta

import pytest

from shared.evidence.audit import COLUMNS, is_asked_for, row_of, to_csv, to_json
from shared.evidence.history import items_of
from shared.evidence.people import people_of
from shared.evidence.sentences import actor, sentence
from shared.models.events import EventKind
from shared.models.evidence import Entry, Event
from tests.evidence import ORIGIN, START, history

PEOPLE = [{"person": "lwhite", "entra_id": "user-liz", "outcome": "assigned"}, {"person": "", "entra_id": None}]
MADE = Event(what="created", item="r|a", detail={"title": "Review", "people": PEOPLE, "rule": "r", "due": "2026-03-01"})
DONE = Event(what="completed", item="r|a", actor={"entra": "user-liz"}, detail={"at": "2026-03-02T12:00:00+00:00"})


def only(*events):
    (item,) = items_of(history(*events))
    return item


def test_an_item_is_told_from_asking_to_its_end():
    item = only(MADE, DONE)

    assert (item.origin, item.title, item.rule, item.responsible) == (ORIGIN, "Review", "r", ("lwhite",))
    assert (item.asked, item.ended, item.took) == (START, START + timedelta(hours=3), timedelta(hours=3))
    assert (item.state, item.completed_by) == ("completed", "lwhite, Entra user-liz")


@pytest.mark.parametrize(
    ("events", "state", "ended"),
    [
        pytest.param([], "open", False, id="made"),
        pytest.param([DONE], "completed", True, id="completed"),
        pytest.param(
            [DONE, Event(what="reopened", item="r|a", detail={"reason": "opened again"})], "open", False, id="reopened"
        ),
        pytest.param(
            [Event(what="refused", item="r|a", detail={"reason": "no_outcome"})], "refused", False, id="refused"
        ),
        pytest.param(
            [Event(what="closed", item="r|a", detail={"reason": "stopped"})], "closed by OpenText", True, id="closed"
        ),
        pytest.param([Event(what="deleted", item="r|a")], "deleted", True, id="deleted"),
        pytest.param([Event(what="deleted", item="r|a"), MADE], "open", False, id="made-again"),
        pytest.param(
            [Event(what="held", item="r|a", detail={"reason": "a person deleted the task"})], "held", False, id="held"
        ),
        pytest.param(
            [Event(what="progressed", item="r|a", detail={"before": 0, "after": 50})], "open", False, id="progressed"
        ),
    ],
)
def test_the_last_thing_that_happened_says_how_an_item_stands(events, state, ended):
    item = only(MADE, *events)

    assert (item.state, item.ended is not None) == (state, ended)


SENT = Event(
    what="sent_on",
    item="r|a",
    actor={"entra": "user-liz", "opentext": "lwhite"},
    detail={"disposition": "Approve", "completed_at": "2026-03-02T12:00:00+00:00"},
)
CLOSED = Event(what="closed", item="r|a", detail={"reason": "the workflow was stopped"})


@pytest.mark.parametrize("end", [DONE, SENT, CLOSED], ids=lambda event: event.what)
def test_whoever_tidies_a_board_takes_back_no_end(end):
    """Finished tasks are deleted in Planner as a matter of course."""
    assert only(MADE, end, Event(what="deleted", item="r|a")) == only(MADE, end)


def test_an_assignment_that_was_put_back_is_no_refused_completion():
    detail = {"reason": "reassigned", "before": ["user-liz"], "after": []}
    entries = history(MADE, Event(what="refused", item="r|a", detail=detail))
    (item,) = items_of(entries)

    assert (item.state, item.refusals) == ("open", 0)
    told = sentence(entries[-1], people_of(entries))
    assert told == "Who performs this step is set in OpenText: the assignment was put back."


def test_what_is_opened_again_is_completed_by_nobody():
    item = only(MADE, SENT, Event(what="reopened", item="r|a", detail={"reason": "opened again"}))

    assert (item.state, item.completed_by, item.acting, item.disposition) == ("open", "", "", "")


@pytest.mark.parametrize("what", ["updated", "edited"])
def test_title_and_due_day_are_those_that_the_task_shows_now(what):
    after = {"title": "Review again", "due": "2026-04-01"}
    moved = Event(what=what, item="r|a", detail={"fields": sorted(after), "before": {}, "after": after})
    gone = Event(what=what, item="r|a", detail={"fields": ["due"], "before": {}, "after": {"due": None}})

    assert (only(MADE, moved).title, only(MADE, moved).due) == ("Review again", date(2026, 4, 1))
    assert not only(MADE, moved, DONE).is_overdue(date(2026, 3, 9))
    assert (only(MADE, moved, gone).title, only(MADE, moved, gone).due) == ("Review again", None)


@pytest.mark.parametrize(
    ("what", "responsible"), [pytest.param("updated", "user-nina", id="opentext"), ("edited", "lwhite")]
)
def test_who_performs_a_step_is_opentexts_to_say(what, responsible):
    """Whom people assign beside its performer helps, and performs nothing."""
    step = MADE.model_copy(update={"detail": {**MADE.detail, "kind": "step"}})
    after = Event(what=what, item="r|a", detail={"fields": ["assignees"], "after": {"assignees": ["user-nina"]}})

    item = only(step, after)
    assert item.responsible == (responsible,)
    assert len(item.handovers) == (what == "updated")


@pytest.mark.parametrize(
    ("events", "today", "overdue"),
    [
        pytest.param([MADE], date(2026, 3, 1), False, id="open-on-its-day"),
        pytest.param([MADE], date(2026, 3, 2), True, id="open-after-it"),
        pytest.param([MADE, DONE], date(2026, 3, 1), True, id="ended-after-it"),
    ],
)
def test_what_ends_or_stays_open_after_its_day_is_overdue(events, today, overdue):
    assert only(*events).is_overdue(today) is overdue


def test_an_audit_holds_every_column_and_counts_refusals():
    refused = Event(what="refused", item="r|a", detail={"reason": "no_outcome"})
    row = row_of(only(MADE, refused, refused, DONE), date(2026, 3, 9))

    assert tuple(row) == COLUMNS
    assert (row["refusals"], row["response_hours"], row["overdue"]) == (2, 3.0, True)


@pytest.mark.parametrize(
    ("since", "rule", "expected"),
    [
        pytest.param(None, None, True, id="all"),
        pytest.param(START, "r", True, id="asked-since"),
        pytest.param(START + timedelta(hours=4), None, False, id="nothing-since"),
        pytest.param(START + timedelta(hours=2), None, True, id="ended-since"),
        pytest.param(None, "other", False, id="another-rule"),
    ],
)
def test_an_audit_takes_what_was_asked_or_ended_since_and_of_one_rule(since, rule, expected):
    assert is_asked_for(only(MADE, DONE), since, rule) is expected


@pytest.mark.parametrize("title", ["=cmd()", "+1", "-1", "@x", "\tx"])
def test_a_title_that_a_spreadsheet_would_run_is_text(title):
    made = MADE.model_copy(update={"detail": {**MADE.detail, "title": title}})
    rows = list(csv.DictReader(io.StringIO(to_csv([row_of(only(made), date(2026, 3, 9))]))))

    assert rows[0]["title"] == f"'{title}"


SEPARATORS = ["", ";", ",", "\t", "|", "\n", "\r\n", '"', "';", "; ", ";\u200b", "\ufeff"]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20\u2212")
def test_no_cell_of_any_reading_of_the_file_begins_a_formula(separator, sign):
    """Excel in a German locale reads `;` as the end of a cell, LibreOffice what its user ticked."""
    made = MADE.with_detail({**MADE.detail, "title": f"x{separator}{sign}cmd|' /C calc'!A0"}, actor={})
    text = to_csv([row_of(only(made), date(2026, 3, 9))])

    for delimiter in ";,\t|":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            for cell in row:
                assert cell.lstrip(" \u200b\ufeff")[:1] not in tuple(f"=@+\uff1d{sign}") or not cell.strip()


def test_rows_as_json_keep_their_types():
    rows = [row_of(only(MADE, DONE), date(2026, 3, 9))]

    assert json.loads(to_json(rows)) == rows


@pytest.mark.parametrize(
    ("what", "detail", "said"),
    [
        ("created", {"title": "Review", "people": PEOPLE}, "Task made: Review, for lwhite"),
        ("created", {}, "Task made: nothing, for nobody"),
        ("conflict", {"field": "title", "winner": "opentext", "kept": "A", "lost": "B"}, "kept A (opentext's), lost B"),
        ("edited", {"fields": ["due"]}, "Changed in Planner: due"),
        ("edited", {"before": {"due": "1"}, "after": {"due": "2"}}, "due from 1 to 2"),
        ("progressed", {"before": 0, "after": 50}, "Progress in percent: from 0 to 50"),
        ("refused", {"reason": "no_outcome", "text": "Tick one."}, "Completion refused: Tick one."),
        ("told", {"outcome": "completed", "to": ["a@b"], "mail": "sent"}, "Mail about completed to a@b: sent"),
        ("recorded", {"attributes": {"C.Task": "u"}}, "Put on the record: C.Task = u"),
        ("closed", {"reason": {"sha256": "ab", "start": "long"}}, "long... (SHA-256 ab)"),
        ("assigned", {"x": 1, "mapping": "m"}, "Assigned: x: 1"),
    ],
)
def test_each_entry_is_a_sentence(what, detail, said):
    (entry,) = history(Event(what=what, item="r|a", detail=detail))

    assert said in sentence(entry)


def test_an_entry_of_a_newer_release_is_told_in_its_own_word():
    (entry,) = history(Event(what=EventKind.ASSIGNED, item="r|a", detail={"x": 1}))
    newer = Entry.model_validate({**dict(entry), "what": "something_new"})

    assert newer.kind is EventKind.UNKNOWN
    assert sentence(newer) == "Something new: x: 1"


@pytest.mark.parametrize(
    ("who", "names", "said"),
    [
        ({"bridge": "bridge"}, {}, "bridge"),
        ({"entra": "u"}, {}, "Entra u"),
        ({"entra": "u", "opentext": "liz"}, {"liz": "Liz White"}, "Liz White (liz), Entra u"),
        ({"application": "a"}, {}, "a"),
        ({}, {}, "bridge"),
    ],
)
def test_who_did_it_is_named_as_far_as_it_is_known(who, names, said):
    (entry,) = history(Event(what="completed", actor=who, detail={"names": names} if names else {}))

    assert actor(entry) == said


def test_a_history_of_the_whole_origin_has_no_items():
    assert items_of(history(Event(what="checkpoint", detail={"through": 0}))) == ()


# --- who is responsible, at each moment ---

PERFORMER = [{"person": "deke", "entra_id": "user-deke"}]
ASKED = Event(
    what="created",
    item="r|a",
    detail={"title": "Approve", "kind": "step", "people": PERFORMER, "names": {"deke": "Deke Foxhoven"}},
)
HANDED = Event(
    what="delegated",
    item="r|a",
    actor={"entra": "user-deke", "opentext": "deke"},
    detail={"to": "liz", "entra": "user-liz", "names": {"liz": "Liz White"}},
)
SENT = Event(
    what="sent_on",
    item="r|a",
    actor={"entra": "user-liz", "opentext": "liz"},
    detail={"disposition": "Approve", "intent": "b-1"},
)


def test_after_a_handover_it_is_asked_of_the_new_one_and_told_by_whom_and_when():
    item = only(ASKED, HANDED, SENT)
    (handover,) = item.handovers

    assert item.responsible == ("Liz White (liz)",)
    assert handover.by == "Deke Foxhoven (deke), Entra user-deke"
    assert (handover.to, handover.at) == (("Liz White (liz)",), START + timedelta(minutes=7))
    assert item.acting == "Liz White (liz)"
    row = row_of(item, date(2026, 3, 9))
    assert row["handovers"] == "to Liz White (liz) by Deke Foxhoven (deke), Entra user-deke on 02 Mar 2026, 09:07 UTC"
    assert row["responsible"] == "Liz White (liz)"


def test_before_the_handover_it_was_asked_of_the_first():
    assert only(ASKED).responsible == ("Deke Foxhoven (deke)",)


def change(kind, before, after):
    return Event(what=kind, item="r|a", detail={"before": {"assignees": before}, "after": {"assignees": after}})


def test_who_is_assigned_in_planner_takes_a_task_over_and_only_helps_with_a_step():
    task = ASKED.with_detail({**ASKED.detail, "kind": "task"}, actor={})
    edited = change("edited", ["user-deke"], ["user-deke", "user-eve"])

    assert only(task, edited).responsible == ("Deke Foxhoven (deke)", "user-eve")
    assert only(ASKED, edited).responsible == ("Deke Foxhoven (deke)",)
    assert only(ASKED, edited).handovers == ()


def test_people_are_named_in_the_sentences_whichever_entry_told_their_names():
    entries = history(ASKED, HANDED, change("edited", ["user-deke"], ["user-liz"]))
    people = people_of(entries)

    assert [sentence(entry, people) for entry in entries] == [
        "Task made: Approve, for Deke Foxhoven (deke)",
        "Handed on in OpenText to Liz White (liz)",
        "Changed in Planner: people from Deke Foxhoven (deke) to Liz White (liz)",
    ]


@pytest.mark.parametrize(
    ("detail", "state", "ended"),
    [
        ({"state": "completed", "completed_at": "2026-03-01T10:00:00+00:00"}, "completed", True),
        ({"state": "withdrawn"}, "withdrawn", False),
        ({"state": "released"}, "released", False),
        ({"state": "closed"}, "closed by OpenText", False),
        ({"state": "open"}, "open", False),
        ({}, "open", False),
        ({"state": "of a newer release"}, "open", False),
    ],
    ids=str,
)
def test_what_is_found_again_shows_as_it_was(detail, state, ended):
    item = only(Event(what="adopted", item="r|a", detail=detail))

    assert (item.state, item.ended is not None) == (state, ended)


def test_what_was_withdrawn_shows_as_withdrawn():
    assert only(MADE, Event(what="withdrawn", item="r|a")).state == "withdrawn"


def test_a_word_of_a_newer_release_is_told_as_it_stands():
    (entry,) = history(MADE)
    newer = entry.model_copy(update={"what": "blessed"})

    assert sentence(newer).startswith("Blessed")
    assert items_of([newer])[0].state == "open"


@pytest.mark.parametrize(
    ("code", "said"), [("no_outcome", "No outcome is ticked"), ("wrong_person", "not a performer")]
)
def test_a_refusal_is_a_sentence_whoever_wrote_it_down(code, said):
    (entry,) = history(Event(what="refused", item="r|a", detail={"reason": code}))

    assert said in sentence(entry)
    assert code not in sentence(entry)


def test_where_a_name_was_removed_it_is_said():
    (entry,) = history(SENT)
    left = entry.model_copy(update={"personal": entry.personal.without(lambda field: field[0] == "actor")})

    assert actor(left) == "somebody whose name was removed"
    assert items_of([left])[0].completed_by == "somebody whose name was removed"
    assert "2 details were removed" in sentence(left)
