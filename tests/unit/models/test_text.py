"""Text is cleaned once, where it comes in, and counted as the services count."""

import pytest

from shared.models.text import cleaned, cut, utf16_length, whole


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        pytest.param("Contract 17", "Contract 17", id="plain"),
        pytest.param("a\ud800", "a\ufffd", id="half first"),
        pytest.param("\udc00b", "\ufffdb", id="half last"),
        pytest.param("\ud83d\ude00", "😀", id="both halves"),
        pytest.param("Mu\u0308nchen", "München", id="composed"),
        pytest.param("a\x00b\x1b[31m\x7f\x9b", "ab[31m", id="control"),
        pytest.param("one\ntwo\r\nthree\u0085four\tfive", "one\ntwo\r\nthree\u0085four\tfive", id="line breaks"),
        pytest.param("\u00a0 Prüfung \u2028", "\u00a0 Prüfung \u2028", id="blanks"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_text_is_whole_composed_and_without_control_characters(came, kept):
    assert cleaned(came) == kept
    assert cleaned(kept) == kept
    cleaned(came).encode()


def test_only_halves_of_pairs_are_replaced_in_an_opaque_text():
    assert whole("e\u0301\x00\ud800") == "e\u0301\x00\ufffd"


@pytest.mark.parametrize(
    ("text", "longest", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("ab cd", 4, "ab…"),
        ("😀😀", 4, "😀😀"),
        ("😀😀😀", 5, "😀😀…"),
        ("😀😀😀", 4, "😀…"),
        ("😀", 1, "…"),
    ],
)
def test_a_cut_counts_utf_16_and_leaves_every_character_whole(text, longest, kept):
    assert cut(text, longest) == kept
    assert utf16_length(kept) <= longest


def test_a_cut_may_leave_no_mark():
    assert cut("abcdef", 3, mark="") == "abc"
