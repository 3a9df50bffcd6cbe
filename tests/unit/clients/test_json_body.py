"""One odd byte, half pair or number spoils no answer."""

import pytest

from shared.clients.json_body import read_json


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"name": "a\\ud800"}', {"name": "a\ufffd"}),
        (b'{"a\\udfff": ["\\ud83d\\ude00"]}', {"a\ufffd": ["😀"]}),
        (b'{"name": "M\xfcller"}', {"name": "M\ufffdller"}),
        (b'\xef\xbb\xbf{"id": 1}', {"id": 1}),
        (b'{"size": NaN}', {"size": "NaN"}),
        (b"1" * 5000, "1" * 5000),
        (b'{"name": ["a\\u0000b\\b\\tc"]}', {"name": ["ab\tc"]}),
        (b'{"name": "a\x7fb"}', {"name": "ab"}),
        ("Mu\u0308nchen".join('""').encode(), "M\u00fcnchen"),
    ],
    ids=[
        "half a pair",
        "in a key",
        "latin 1",
        "byte order mark",
        "not a number",
        "endless number",
        "escaped control characters",
        "a control character as it is",
        "a letter and its accent apart",
    ],
)
def test_what_is_odd_costs_itself(body, found):
    assert read_json(body) == found


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id":', b"[" * 200_000], ids=["empty", "html", "cut", "deep"])
def test_what_is_no_json_is_a_value_error(body):
    with pytest.raises(ValueError, match=r".*"):
        read_json(body)
