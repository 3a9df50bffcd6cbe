"""
Any tampering with the evidence is found, and the first entry that it concerns is named.

Over random chains: edit, delete, swap, insert, repeat, truncate; personal parts; redaction and retention.
"""

import ast
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evidence_verify
from evidence_verify import BrokenError, verify
from shared.models.evidence import Entry, Event, Head, Personal, chain
from tests.evidence import EVENTS, ORIGIN, RICH, START, chains, document, history, many

DATA = st.data()


def lines_of(entries):
    return [entry.line() for entry in entries]


def written(entries, lines):
    """A document of these lines that still says where the whole chain ended."""
    first, *_, last = document(entries).decode().split("\n")[:-1]
    return "\n".join([first, ",\n".join(lines), last, ""]).encode()


def broken(content, head=None):
    with pytest.raises(BrokenError) as caught:
        verify(content, head)
    return caught.value.number


@given(RICH)
def test_an_untouched_chain_is_intact(entries):
    verdict = verify(document(entries), str(Head(sequence=len(entries), hash=entries[-1].hash)))

    assert (verdict.origin, verdict.first, verdict.last) == (ORIGIN, 1, len(entries))


@given(RICH)
def test_an_entry_reads_back_as_it_was_written(entries):
    assert tuple(Entry.model_validate_json(entry.line()) for entry in entries) == entries


@given(chains(1), DATA)
def test_an_edited_entry_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(st.sampled_from(["at", "what", "item", "commitment", "before", "origin"]))
    lines = lines_of(entries)
    entry, personal = json.loads(lines[place])
    entry[field] += "x"
    lines[place] = json.dumps([entry, personal], ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    assert broken(written(entries, lines)) == place + 1


@given(chains(1), DATA)
def test_an_edited_personal_part_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    other = entries[place].personal.model_copy(update={"actor": {"entra": "somebody-else"}})
    lines = lines_of(entries)
    lines[place] = entries[place].model_copy(update={"personal": other}).line()

    assert broken(written(entries, lines)) == place + 1


@given(chains(2), DATA)
def test_a_deleted_entry_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    lines = lines_of(entries)
    del lines[place]

    assert broken(written(entries, lines)) == place + 1


@given(chains(2), DATA)
def test_the_first_of_two_swapped_entries_is_named(entries, data):
    first, second = sorted(data.draw(st.permutations(range(len(entries))))[:2])
    lines = lines_of(entries)
    lines[first], lines[second] = lines[second], lines[first]

    assert broken(written(entries, lines)) == first + 1


@given(chains(1), EVENTS, DATA)
def test_an_inserted_entry_is_named(entries, event, data):
    """However well it follows the one before."""
    place = data.draw(st.integers(0, len(entries)))
    head = Head(sequence=place, hash=entries[place - 1].hash) if place else Head()
    (forged,), _ = chain(ORIGIN, head, [event], START, salt=lambda: "00")
    lines = lines_of(entries)
    lines.insert(place, forged.line())

    assert broken(written(entries, lines)) == place + 1


@given(chains(1), DATA)
def test_a_repeated_entry_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    lines = lines_of(entries)
    lines.insert(place, lines[place])

    assert broken(written(entries, lines)) == place + 1


@given(chains(2), DATA)
def test_a_chain_cut_off_is_found_by_the_head_on_the_record(entries, data):
    """The file itself was written anew, so nothing in it tells."""
    kept = data.draw(st.integers(1, len(entries) - 1))

    assert verify(document(entries[:kept])).last == kept
    assert broken(document(entries[:kept]), f"{len(entries)}:{entries[-1].hash}") == kept + 1


@given(chains(2), DATA)
def test_a_file_cut_off_is_found_without_the_record(entries, data):
    kept = data.draw(st.integers(1, len(entries) - 1))

    assert broken(written(entries, lines_of(entries[:kept]))) == kept + 1


@given(chains(2), EVENTS, DATA)
def test_a_history_written_anew_is_found_by_the_head_on_the_record(entries, event, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    events = [entry.event for entry in entries]
    events[place] = event.model_copy(update={"what": "invented"})
    forged = history(*events)
    head = f"{len(entries)}:{entries[-1].hash}"

    assert verify(document(forged)).last == len(entries)
    assert broken(document(forged), head) == len(entries)


@given(chains(1), EVENTS)
def test_a_chain_that_grew_still_passes_through_the_head_on_the_record(entries, event):
    head = Head(sequence=len(entries), hash=entries[-1].hash)
    more, _ = chain(ORIGIN, head, [event], START, salt=lambda: "00")

    assert verify(document((*entries, *more)), str(head)).last == len(entries) + 1


@given(st.binary(max_size=200))
def test_whatever_else_it_is_given_is_refused(content):
    assert broken(content) == 0


@given(chains(2), DATA)
def test_no_byte_of_an_entry_can_be_changed_unseen(entries, data):
    """Except for the order of bytes that JSON itself does not see: there are none in a hashed line."""
    whole = document(entries)
    start, end = whole.index(b"\n") + 1, whole.rindex(b"\n]}")
    place = data.draw(st.integers(start, end - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))

    assert broken(whole[:place] + bytes([other]) + whole[place + 1 :]) >= 0


@pytest.mark.parametrize(
    ("rows", "number"),
    [(["[]"], 1), (["[{},{}]"], 1), (["["], 1), (["[[[[[" * 20_000], 1), (["null"], 1), ([""], 1)],
    ids=["empty", "no-fields", "half", "deep", "null", "nothing"],
)
def test_lines_that_are_no_entries_are_named(rows, number):
    assert broken(written(many(1), rows)) == number


def test_a_file_without_entries_is_refused():
    assert broken(written(many(1), [""])) == 1


def test_what_tells_of_people_is_not_in_what_is_hashed():
    (entry,) = history(Event(what="created", actor={"entra": "user-deke"}, detail={"title": "Liz", "etag": "1"}))

    assert "Liz" not in entry.canonical().decode()
    assert "deke" not in entry.canonical().decode()
    assert entry.detail == {"etag": "1"}
    assert entry.event.detail == {"title": "Liz", "etag": "1"}


def test_a_personal_part_that_was_replaced_is_intact_when_a_later_entry_says_so():
    entries = history(Event(what="completed", actor={"entra": "user-deke"}), Event(what="closed"))
    new = Personal(salt="new", actor={"entra": "person-1"})
    told = Event(what="redacted", detail={"parts": {"1": new.hash}})
    (last,), _ = chain(ORIGIN, Head(sequence=2, hash=entries[1].hash), [told], START, salt=lambda: "0")
    redacted = entries[0].model_copy(update={"personal": new})

    assert verify(document((redacted, entries[1], last))).redacted == 1
    assert broken(document((*entries, last))) == 1
    assert broken(document((redacted, entries[1]))) == 1


def test_entries_before_a_checkpoint_may_be_gone_and_no_others():
    entries = many(4)
    head = Head(sequence=4, hash=entries[-1].hash)
    told = Event(what="checkpoint", detail={"through": 4, "hash": head.hash})
    (last,), _ = chain(ORIGIN, head, [told], START, salt=lambda: "0")

    for gone in range(5):
        assert verify(document((*entries[gone:], last))).first == gone + 1
    assert broken(document((entries[0], *entries[2:], last))) == 2
    assert broken(document(entries[1:])) == 1


def test_the_script_for_auditors_needs_the_standard_library_alone():
    tree = ast.parse(Path(evidence_verify.__file__).read_text())
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {alias.name for node in named if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in named if isinstance(node, ast.ImportFrom)}

    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names


def test_the_script_says_of_each_file_what_it_found(tmp_path, capsys):
    entries = many(3)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(document(entries))
    bad.write_bytes(written(entries, lines_of(entries)[:1] + lines_of(entries)[2:]))

    code = evidence_verify.main([str(good), str(bad), str(tmp_path / "none.json")])

    out = capsys.readouterr().out.splitlines()
    assert code == 1
    assert [line.split()[0] for line in out] == ["intact", "BROKEN", "BROKEN"]
    assert "entry 2 is missing" in out[1]
