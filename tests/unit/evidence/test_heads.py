"""What a head proves, and what only entries after it vouch for: retention, redaction, and the command's words."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evidence_verify
from evidence_verify import LARGEST, BrokenError, HeadError, UnprovenError, verify
from shared.evidence.document import anchor, render_json
from shared.evidence.pdf import render_pdf
from shared.evidence.retention import checkpoint
from shared.models.evidence import Event, Head, chain
from shared.models.personal import Personal, personal
from tests.evidence import ORIGIN, START, chains, document, history, many

GOOD = "ab" * 32


def appended(entries, *events):
    salts = (f"{number:032x}" for number in itertools.count(10_000))
    new, _ = chain(ORIGIN, head_of(entries), events, START, salt=lambda: next(salts))
    return (*entries, *new)


def head_of(entries):
    return Head(sequence=entries[-1].sequence, hash=entries[-1].hash)


def broken(content, head=None):
    with pytest.raises(BrokenError) as caught:
        verify(content, head)
    return caught.value


PEOPLE = history(
    Event(what="completed", actor={"entra": "user-deke"}, detail={"names": {"deke": "Deke", "liz": "Liz"}}),
    Event(what="closed"),
)


def without(entry, *names):
    """The entry with the fields of these names removed, as a redaction does it."""
    return entry.model_copy(update={"personal": entry.personal.without(lambda field: field[1] in names)})


def told(*entries):
    return Event(what="redacted", detail={"parts": {str(entry.sequence): entry.personal.hash for entry in entries}})


# --- heads ---


@pytest.mark.parametrize(
    "head",
    [
        *("0:x", "²:x", "", ":", "3", f"0:{GOOD}", f"-1:{GOOD}", f"1:{GOOD[:-1]}", f"1:{GOOD}0", f"1:{GOOD.upper()}"),
        *(f"\u0661:{GOOD}", f"1:{GOOD} pdf:x", f"nonsense-1 1:{GOOD}", f"{ORIGIN}1:{GOOD}", f"9{'0' * 5000}:{GOOD}"),
    ],
)
def test_a_head_that_is_none_is_refused_and_not_passed_over(head, tmp_path, capsys):
    file = tmp_path / "file.json"
    file.write_bytes(document(many(3)))

    with pytest.raises(HeadError):
        verify(document(many(3)), head)
    assert evidence_verify.main([str(file), f"--head={head}"]) == 2


@given(chains(1), st.data())
def test_the_record_vouches_for_what_stands_up_to_its_head_and_no_further(entries, data):
    number = data.draw(st.integers(1, len(entries)))
    verdict = verify(document(entries), f"{ORIGIN} {number}:{entries[number - 1].hash}")

    assert (verdict.anchored, verdict.last) == (number, len(entries))


def test_the_head_of_another_origin_proves_nothing_about_this_one(tmp_path, capsys):
    """Two workflows of one workspace may share one attribute: it holds what was written last."""
    entries = many(3)
    file = tmp_path / "file.json"
    file.write_bytes(document(entries))
    head = f"workflow-1 3:{entries[-1].hash}"

    with pytest.raises(UnprovenError, match="the head is of workflow-1"):
        verify(document(entries), head)
    assert evidence_verify.main([str(file), "--head", head]) == 3


def test_entries_after_the_recorded_head_are_listed_as_not_yet_anchored(tmp_path, capsys):
    entries = many(5)
    file = tmp_path / "file.json"
    file.write_bytes(document(entries))

    assert evidence_verify.main([str(file), "--head", f"3:{entries[2].hash}"]) == 0
    assert "up to entry 3; entries 4 to 5 are not yet anchored" in capsys.readouterr().out


def test_without_a_head_it_is_said_that_nothing_vouches_for_the_file(tmp_path, capsys):
    file = tmp_path / "file.json"
    file.write_bytes(document(many(2)))

    assert evidence_verify.main([str(file)]) == 0
    assert "nothing outside of it vouches for it" in capsys.readouterr().out


@given(chains(2), chains(2), st.data())
def test_a_history_put_together_of_two_is_refused(entries, others, data):
    """Each half agrees with itself: where they meet, the first no longer fits."""
    place = data.draw(st.integers(1, min(len(entries), len(others)) - 1))
    lines = [entry.line() for entry in (*entries[:place], *others[place:])]
    if entries[place - 1].hash == others[place - 1].hash:
        return

    assert broken(render_json(ORIGIN, lines)).number == place


# --- retention ---


def purged(entries, gone, *later):
    """What is left once the first entries were deleted: with a checkpoint that stands for all of them."""
    after = appended(entries, checkpoint(entries, 10, "operator"), *later)
    return after[gone:]


@given(chains(1), st.data())
def test_entries_before_a_checkpoint_may_be_gone_and_no_others(entries, data):
    gone = data.draw(st.integers(0, len(entries)))
    left = purged(entries, gone, Event(what="created"))

    assert verify(document(left), str(head_of(left))).first == gone + 1
    assert broken(document((*left[:-2], left[-1]))).number == (1 if gone else len(entries) + 1)
    if gone < len(entries) - 1:
        assert broken(document((left[0], *left[2:]))).number == gone + 2


def test_a_head_from_before_a_checkpoint_proves_nothing_of_what_is_left(tmp_path, capsys):
    """Whoever forges the entries behind it knows the true head as well."""
    entries = many(3)
    head = str(head_of(entries))
    forged = purged(entries, 3, Event(what="sent_on", detail={"disposition": "Approve"}))
    file = tmp_path / "file.json"
    file.write_bytes(document(forged))

    assert verify(document(forged)).first == 4
    with pytest.raises(UnprovenError, match="not in the file"):
        verify(document(forged), head)
    assert evidence_verify.main([str(file), "--head", head]) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"through": 9},
        {"through": 2},
        {"through": True},
        {"through": "4"},
        {"hash": GOOD},
        {"purged": 3},
        {"first": 2},
        {"first": 0},
        {"first_hash": GOOD},
    ],
    ids=str,
)
def test_a_checkpoint_that_does_not_name_what_it_replaces_is_refused_where_it_stands(change):
    entries = many(4)
    proper = checkpoint(entries, 10, "operator")
    after = appended(entries, proper.model_copy(update={"detail": {**proper.detail, **change}}))

    assert broken(document(after)).number == 5


def test_a_second_checkpoint_stands_for_the_first():
    left = purged(many(3), 3, Event(what="created"))
    again = appended(left, checkpoint(left, 10, "operator"))

    assert verify(document(again[2:]), str(head_of(again))).first == 6
    assert verify(document(again)).first == 4


# --- redaction ---


def test_a_redaction_leaves_the_chain_and_its_commitments_as_they_were():
    removed = without(PEOPLE[0], "entra")
    after = appended((removed, PEOPLE[1]), told(removed))
    verdict = verify(document(after), str(head_of(PEOPLE)))

    assert (verdict.redacted, verdict.new_redactions) == (1, (1,))
    assert verify(document(after), str(head_of(after))).new_redactions == ()


def test_one_person_of_several_can_be_removed():
    removed = PEOPLE[0].personal.without(lambda field: field[2:3] == ["deke"])

    assert removed.detail == {"names": {"liz": "Liz"}}
    assert removed.commitment == PEOPLE[0].commitment


def restated(entry, actor):
    return entry.model_copy(update={"personal": personal({"entra": actor}, entry.personal.detail, lambda: "00")})


def test_a_redaction_that_puts_another_in_a_persons_place_is_an_edit():
    other = restated(PEOPLE[0], "user-eve")

    assert broken(document(appended((other, PEOPLE[1]), told(other)))).number == 1


FORGED = {
    "removed-and-not-told": lambda first, last: appended((without(first, "entra"), last)),
    "told-and-not-removed": lambda first, last: appended((first, last), told(without(first, "entra"))),
    "more-than-was-told": lambda first, last: appended(
        (without(first, "entra", "names"), last), told(without(first, "entra"))
    ),
    "another-was-told": lambda first, last: appended((without(first, "entra"), last), told(without(first, "names"))),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_was_removed_is_what_a_later_entry_tells(forge):
    assert broken(document(forge(*PEOPLE))).number == 1


@pytest.mark.parametrize(
    "parts", [{"9": GOOD}, {"3": GOOD}, {"0": GOOD}, {"x": GOOD}, {"1": "x"}, {"²": GOOD}, [], None]
)
def test_an_entry_that_tells_of_an_impossible_redaction_is_refused(parts):
    forged = appended(PEOPLE, Event(what="redacted", detail={"parts": parts}))

    assert broken(document(forged)).number == 3


def test_a_field_that_is_neither_there_nor_removed_is_no_field():
    first = PEOPLE[0]
    line = first.line().replace(',[["', ',["whatever",["', 1)

    assert broken(render_json(ORIGIN, [line, PEOPLE[1].line()])).number == 1
    with pytest.raises(ValueError, match="another form"):
        Personal(fields=("whatever",))


# --- what is not ours, and what can't be judged ---


@pytest.mark.parametrize(
    "first",
    [
        '{"origin":["workflow-1"],',
        '{"format":"planner-bridge-evidence-2","head":{"hash":"x","sequence":true},"origin":[],"entries":[',
        '{"format":"planner-bridge-evidence-2","head":[],"origin":"workflow-1","entries":[',
        '{"format":"planner-bridge-evidence-2","head":{"hash":"'
        + GOOD
        + '","sequence":1},"origin":"workflow-1\\u001b[2K","entries":[',
        '{"note":"all is well","format":"planner-bridge-evidence-2","entries":[',
        "[" * 200_000,
        "stream\n" * 60_000,
        "%PDF-1.4\n" + "stream\n" * 60_000,
        "%PDF-1.4\n" + "1 0 obj\n" * 60_000 + "xref\n0 7\nstartxref\n9\n%%EOF\n",
        "%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n" + "<<" * 100_000 + "\nstartxref\n9\n%%EOF\n",
        "%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer\n" + "(" * 500_000 + "\nstartxref\n9\n%%EOF\n",
    ],
    ids=range(11),
)
def test_what_is_no_document_of_ours_is_refused_at_once(first):
    start = time.process_time()

    assert broken(first.encode() + b"\nx\n]}\n").number == 0
    assert broken(first.encode()).number == 0
    assert time.process_time() - start < 1


def test_what_is_too_large_or_not_there_is_not_judged(tmp_path, capsys):
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)

    assert evidence_verify.main([str(large)]) == 4
    assert evidence_verify.main([str(tmp_path)]) == 4
    assert evidence_verify.main([str(tmp_path / "none.json")]) == 4


def test_nothing_that_others_wrote_moves_the_cursor(tmp_path, capsys):
    file = tmp_path / "a\x1b[2K\u202eb.json"
    file.write_bytes(document(many(2)).replace(b"workflow-4711", b"workflow-\x1b[2K11"))

    evidence_verify.main([str(file), "--head", "\x1b[31m1:x"])
    evidence_verify.main([str(file)])
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out


def test_the_worst_file_decides_how_the_command_ends(tmp_path, capsys):
    entries = many(3)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(document(entries))
    bad.write_bytes(render_json(ORIGIN, [entry.line() for entry in (entries[0], entries[2])]))

    assert evidence_verify.main([str(good), str(bad), str(tmp_path / "none.json")]) == 1
    out = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert [line.split()[0] for line in out] == ["intact", "BROKEN", "UNKNOWN"]
    assert "entry 2 is missing" in out[1]


# --- the PDF on the record ---


def test_the_anchor_vouches_for_the_pdfs_pages_too():
    entries = PEOPLE
    pdf = render_pdf(document(entries))
    on_record = anchor(ORIGIN, head_of(entries), pdf)

    assert verify(pdf, on_record).pages is True
    assert verify(document(entries), on_record).anchored == 2
    assert "pages" not in str(broken(pdf.replace(b"/Title (Evidence of", b"/Title (Whatever of", 1), on_record).number)
    assert verify(pdf.replace(b"/Title (Evidence of", b"/Title (Whatever of", 1)).pages is None
