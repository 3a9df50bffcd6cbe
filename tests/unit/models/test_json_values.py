"""What goes into a history: JSON that every reader reads alike, and never more than a row holds."""

import pytest

from shared.models.json_values import LARGEST_INTEGER, MOST_BYTES, plain, shortened


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param(LARGEST_INTEGER, LARGEST_INTEGER, id="the largest number that JSON holds"),
        pytest.param(LARGEST_INTEGER + 1, str(LARGEST_INTEGER + 1), id="one more is text"),
        pytest.param(2.0**60, str(2.0**60), id="a float without a point is text too"),
        pytest.param("a\ud800b", "a\ufffdb", id="half a surrogate pair"),
        pytest.param({"a": [True, None]}, {"a": [True, None]}, id="truths stay truths"),
    ],
)
def test_a_value_is_kept_as_every_reader_of_json_reads_it(value, kept):
    assert plain(value) == kept


def test_a_long_text_is_kept_as_its_hash_and_its_beginning():
    kept = shortened({"text": "x" * 2_000, "note": "short"})

    assert kept["note"] == "short"
    assert (len(kept["text"]["sha256"]), kept["text"]["start"]) == (64, "x" * 200)


def test_a_long_list_says_how_many_more_there_were():
    kept = shortened({"people": [{"name": "x" * 2_000}, *range(149)]})

    assert len(kept["people"]) == 101
    assert kept["people"][0]["name"]["start"] == "x" * 200
    assert kept["people"][-1]["more"] == 50


def test_of_details_beyond_a_row_the_largest_go_first_and_the_rest_stays():
    many = {f"list-{number}": [f"{number}-{line}-" + "x" * 90 for line in range(100)] for number in range(4)}

    kept = shortened({**many, "reason": "it was asked for"})

    assert kept["reason"] == "it was asked for"
    gone = [name for name in many if set(kept[name]) == {"sha256"}]
    assert 0 < len(gone) < len(many)
    assert sum(len(str(one)) for one in kept.values()) < 2 * MOST_BYTES
