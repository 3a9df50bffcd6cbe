"""Redaction and retention: people and entries go, the chain stays provable."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_verify import verify
from shared.evidence.history import items_of
from shared.evidence.people import REMOVED
from shared.evidence.redaction import MOST_PARTS, batches, person, redact, redact_link
from shared.evidence.retention import checkpoint, ends, leftovers, to_purge, years_of
from shared.evidence.sentences import sentence
from shared.models.evidence import Event, Head, chain
from shared.models.link import LinkState
from shared.models.wanted import EvidencePolicy
from tests.build import link
from tests.evidence import ORIGIN, START, chains, document, history, many

KEY = b"an-invented-pseudonym-key"
DEKE = person(["user-deke", "dfoxhoven", "deke@contoso.example", "Deke Foxhoven"], KEY)
LATER = START + timedelta(days=1)


def appended(entries, *events):
    head = Head(sequence=entries[-1].sequence, hash=entries[-1].hash)
    new, _ = chain(ORIGIN, head, events, LATER, salt=lambda: "00")
    return (*entries, *new)


def redacted(entries, who=DEKE):
    """What the rows hold after a redaction."""
    new = redact(entries, who)
    replaced = {entry.sequence: entry for entry in new}
    return appended(
        [replaced.get(entry.sequence, entry) for entry in entries], *(event for _, event in batches(new, who))
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user-deke", "{}"),
        ("completed by DFoxhoven.", "completed by {}."),
        ("mail to deke@contoso.example, please", "mail to {}, please"),
        ("Approved by Deke Foxhoven: fine", "Approved by {}: fine"),
        ("dfoxhoven2", "dfoxhoven2"),
        ("user-deke-2", "user-deke-2"),
        ("xdfoxhoven", "xdfoxhoven"),
        ("dfoxhoven@elsewhere.example", "dfoxhoven@elsewhere.example"),
        ("", ""),
    ],
)
def test_a_person_is_replaced_as_a_word_of_its_own(text, expected):
    assert DEKE.replace(text) == expected.format(DEKE.pseudonym)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Zoe\u0308 Mu\u0308ller", "Handed over to Zo\u00eb M\u00fcller", id="decomposed by a terminal"),
        pytest.param(
            "\u738b\u5c0f\u660e", "\u8bf7\u738b\u5c0f\u660e\u5ba1\u6279\u5408\u540c", id="a script without blanks"
        ),
        pytest.param("\u738b\u82b3", "\u738b\u82b3", id="two signs"),
        pytest.param("\u5c71\u7530\u592a\u90ce", "\u5c71\u7530\u592a\u90ce\u3055\u3093\u3078", id="with an ending"),
        pytest.param("Liz White", "Reviewed...Liz White", id="after full stops"),
        pytest.param("Liz White", "Contract (v2)-Liz White-approved", id="between hyphens"),
        pytest.param("Liz White", "contract_Liz White_v2.docx", id="between underscores"),
        pytest.param("Liz White", "Liz  White", id="two blanks"),
        pytest.param("Liz White", "Liz\u00a0White", id="a hard blank"),
        pytest.param("Liz White", "Liz\nWhite", id="on two lines"),
        pytest.param("Stra\u00dfe", "STRASSE approved", id="in capitals"),
        pytest.param("lwhite@contoso.example", "to=lwhite%40contoso.example", id="in the address of a page"),
    ],
)
def test_a_name_is_found_in_whatever_form_a_text_holds_it(name, text):
    who = person([name], KEY)

    assert who.pseudonym in who.replace(text)


@pytest.mark.parametrize("text", ["Lizzy Whitehead", "Liz Whites", "xLiz White", "Liz-White"])
def test_a_name_is_not_found_in_another(text):
    assert person(["Liz White"], KEY).replace(text) == text


def test_a_persons_name_that_is_a_word_of_keys_leaves_a_link_what_it_is():
    done = link(state=LinkState.COMPLETED, completed_by="Review", base={"title": {"asked": "By Review", "got": "x"}})
    keyed = done.model_copy(update={"item": "package|review", "rule_id": "review"})
    after = redact_link(keyed, person(["Review", "title"], KEY))

    assert (after.item, after.rule_id, after.state) == ("package|review", "review", LinkState.COMPLETED)
    assert "Review" not in (after.completed_by or "")
    assert "Review" not in str(after.base["title"].asked)


def test_keys_and_values_at_any_depth_are_replaced():
    value = {"names": {"dfoxhoven": "Deke Foxhoven"}, "people": [{"person": "dfoxhoven", "n": 1, "x": None}]}

    assert "foxhoven" not in str(DEKE.replace(value)).lower()


def test_a_pseudonym_is_the_same_for_the_same_person_and_key_and_says_nothing_without_the_key():
    assert person(["USER-deke"], KEY).pseudonym == DEKE.pseudonym
    assert person(["user-deke"], KEY + b"2").pseudonym != DEKE.pseudonym
    assert person(["user-liz"], KEY).pseudonym != DEKE.pseudonym


@pytest.mark.parametrize(("words", "key"), [([], KEY), (["de"], KEY), (["user-deke"], b"short")])
def test_no_words_a_word_that_would_match_anything_and_a_weak_key_are_refused(words, key):
    with pytest.raises(ValueError, match="or more"):
        person(words, key)


@given(chains(1))
def test_a_redacted_chain_is_intact_and_its_hashes_are_as_they_were(entries):
    """Whoever has an old document can still hold the redacted chain against it."""
    after = redacted(entries)

    assert verify(document(after), f"{len(entries)}:{entries[-1].hash}").first == 1
    assert [entry.hash for entry in after[: len(entries)]] == [entry.hash for entry in entries]


@given(chains(1))
def test_after_redaction_nothing_names_the_person(entries):
    assert b"user-deke" not in document(redacted(entries))


@given(chains(1))
def test_redacting_twice_finds_nothing_more(entries):
    assert redact(redacted(entries), DEKE) == ()


def test_a_task_whose_person_was_removed_was_not_asked_of_nobody():
    people = [{"person": "dfoxhoven", "entra_id": "user-deke"}]
    made = Event(what="created", item="r|a", detail={"title": "Review", "people": people})
    nobodys = Event(what="created", item="r|b", detail={"title": "Review", "people": []})
    entries = redacted(history(made, nobodys))
    first, second = items_of(entries)

    assert (first.responsible, second.responsible) == ((REMOVED,), ())
    assert f"for {REMOVED}" in sentence(entries[0])
    assert "for nobody" in sentence(entries[1])


def test_two_people_of_one_entry_are_redacted_one_after_the_other():
    entries = history(Event(what="created", detail={"people": ["user-deke", "user-liz"]}))
    after = redacted(redacted(entries), person(["user-liz"], KEY))

    assert verify(document(after)).redacted == 1
    assert b"user-liz" not in document(after)


def test_a_long_history_is_redacted_in_lots_that_fit_into_transactions():
    entries = history(*(Event(what="edited", actor={"entra": "user-deke"}) for _ in range(2 * MOST_PARTS + 1)))

    assert [len(lot) for lot, _ in batches(redact(entries, DEKE), DEKE)] == [MOST_PARTS, MOST_PARTS, 1]
    assert verify(document(redacted(entries))).redacted == len(entries)


def test_an_ended_link_forgets_the_person_and_one_at_work_does_not():
    base = {"assignees": {"asked": ["user-deke"], "got": ["user-deke"]}}
    done = link(state=LinkState.COMPLETED, completed_by="user-deke", base=base)

    assert "user-deke" not in redact_link(done, DEKE).model_dump_json()
    assert redact_link(link(completed_by="user-deke"), DEKE) == link(completed_by="user-deke")


OLD = datetime(2016, 3, 2, 9, 0, tzinfo=UTC)
ENDED = (link(state=LinkState.CLOSED, evidence=EvidencePolicy(retention_years=10)),)


@pytest.mark.parametrize(
    ("links", "now", "count"),
    [
        pytest.param(ENDED, START - timedelta(days=1), 0, id="too-early"),
        pytest.param(ENDED, START, 3, id="over"),
        pytest.param((*ENDED, link()), START, 0, id="work-is-open"),
        pytest.param((*ENDED, link(state=LinkState.HELD)), START, 0, id="work-is-held"),
        pytest.param(
            (*ENDED, link(state=LinkState.CLOSED, evidence=EvidencePolicy(retention_years=30))),
            START,
            0,
            id="another-rule-keeps-longer",
        ),
        pytest.param((), START, 3, id="no-rule-says"),
    ],
)
def test_a_history_goes_as_a_whole_when_its_retention_is_over(links, now, count):
    entries = history(*(Event(what="closed"),) * 3, start=OLD, apart=timedelta(0))

    assert len(to_purge(entries, links, now)) == count


def test_what_is_left_of_a_purge_is_not_purged_again():
    entries = history(Event(what="closed"), start=OLD)
    told = checkpoint(entries, 10, "operator")
    (last,) = appended(entries, told)[1:]

    assert to_purge([last], ENDED, START + timedelta(days=9000)) == ()
    assert to_purge([], ENDED, START) == ()


@given(st.integers(1, 12), st.integers(0, 12))
def test_a_purge_that_was_cut_off_anywhere_is_intact_and_finished_by_the_next(count, gone):
    entries = many(count)
    after = appended(entries, checkpoint(entries, 10, "operator"), Event(what="created"))
    left = after[min(gone, count) :]

    assert verify(document(left)).last == count + 2
    assert leftovers(left) == tuple(entry.sequence for entry in entries[min(gone, count) :])


def test_the_29th_of_february_has_an_end_of_retention_in_every_year():
    assert ends(datetime(2024, 2, 29, tzinfo=UTC), 10) == datetime(2034, 2, 28, tzinfo=UTC)
    assert ends(datetime(2024, 2, 29, tzinfo=UTC), 4) == datetime(2028, 2, 29, tzinfo=UTC)


def test_the_longest_retention_of_an_origins_rules_counts():
    short, long = (link(evidence=EvidencePolicy(retention_years=years)) for years in (2, 30))

    assert years_of([short, long, link()]) == 30
    assert years_of([link()]) == 10
