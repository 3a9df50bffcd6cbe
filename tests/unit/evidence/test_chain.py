"""
Any tampering with the evidence is found, and the first entry that it concerns is named.

Over random chains: edit, delete, swap, insert, repeat, truncate; personal parts; redaction and retention.
"""

import ast
import hashlib
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import evidence_verify
from evidence_verify import BrokenError, verify
from shared.models.events import EventKind
from shared.models.evidence import Entry, Event, Head, chain
from shared.models.personal import Personal, personal
from tests.evidence import EVENTS, ORIGIN, RICH, START, chains, document, history, many

DATA = st.data()
CHAINING = ({"sequence": 7}, {"sequence": -1}, {"commitment": "0" * 64}, {"before": "f" * 64}, {"before": "x"})


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


def edited(line, *, restate=False, **changes):
    """Edit fields of an entry; a clever forger restates the hash beside it."""
    entry, _, own = json.loads(line)
    text = json.dumps({**entry, **changes}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    hidden = line[line.index(",[") + 1 : line.rindex(",")]
    return f'[{text},{hidden},"{hashlib.sha256(text.encode()).hexdigest() if restate else own}"]'


FIELDS = st.sampled_from([*({name: "x"} for name in ("at", "what", "item", "origin")), *CHAINING])


@given(chains(1), DATA)
def test_an_edited_entry_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    lines = lines_of(entries)
    lines[place] = edited(lines[place], **data.draw(FIELDS))

    assert broken(written(entries, lines)) == place + 1


@given(chains(3), st.booleans(), DATA)
def test_of_two_edited_entries_the_first_is_named(entries, restate, data):
    """Side by side or apart, with or without the hash beside it put right."""
    first, second = sorted(data.draw(st.permutations(range(len(entries))))[:2])
    lines = lines_of(entries)
    for place in (first, second):
        lines[place] = edited(lines[place], restate=restate, item="rule|forged")

    assert broken(written(entries, lines)) == first + 1


@given(chains(1), DATA)
def test_an_edited_personal_part_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    other = personal({"entra": "somebody-else"}, entries[place].personal.detail, lambda: "00")
    lines = lines_of(entries)
    lines[place] = entries[place].model_copy(update={"personal": other}).line()

    assert broken(written(entries, lines)) == place + 1


@given(RICH, DATA)
def test_a_field_of_a_personal_part_that_was_dropped_without_its_hash_is_named(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    fields = entries[place].personal.fields
    if not fields:
        return
    lines = lines_of(entries)
    lines[place] = entries[place].model_copy(update={"personal": Personal(fields=fields[1:])}).line()

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
    events[place] = event.model_copy(update={"what": EventKind.HISTORY_REPLACED})
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


@given(RICH, DATA)
def test_no_byte_of_an_entry_can_be_changed_unseen_and_the_entry_is_named(entries, data):
    whole = document(entries)
    start, end = whole.index(b"\n") + 1, whole.rindex(b"\n]}")
    place = data.draw(st.integers(start, end - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    # A line's end is the end of the entry before it.
    number = whole.count(b"\n", 0, place)

    assert broken(whole[:place] + bytes([other]) + whole[place + 1 :]) == number


@given(RICH, DATA)
def test_no_byte_can_be_taken_out_or_put_in_unseen(entries, data):
    whole = document(entries)
    place = data.draw(st.integers(0, len(whole) - 2))
    more = data.draw(st.binary(max_size=1))
    forged = whole[:place] + (more + whole[place:] if more else whole[place + 1 :])

    assert broken(forged) >= 0


@given(chains(1))
def test_the_same_lines_with_the_ends_that_windows_writes_are_intact(entries):
    assert verify(document(entries).replace(b"\n", b"\r\n")) == verify(document(entries))


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        pytest.param(["[]"], 1, id="empty"),
        pytest.param(['[{},[],""]'], 1, id="no-fields"),
        pytest.param(["["], 1, id="half"),
        pytest.param(["[[[[[" * 20_000], 1, id="deep"),
        pytest.param(["null"], 1, id="null"),
        pytest.param([""], 1, id="nothing"),
    ],
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


def test_the_script_for_auditors_needs_the_standard_library_alone():
    tree = ast.parse(Path(evidence_verify.__file__).read_text())
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {alias.name for node in named if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in named if isinstance(node, ast.ImportFrom)}

    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names
