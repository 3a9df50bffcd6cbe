"""One odd byte, half pair or number spoils no answer."""

import pytest

from shared.clients.json_body import read_json


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(b'{"name": "a\\ud800"}', {"name": "a\ufffd"}, id="half a pair"),
        pytest.param(b'{"a\\udfff": ["\\ud83d\\ude00"]}', {"a\ufffd": ["😀"]}, id="in a key"),
        pytest.param(b'{"name": "M\xfcller"}', {"name": "M\ufffdller"}, id="latin 1"),
        pytest.param(b'\xef\xbb\xbf{"id": 1}', {"id": 1}, id="byte order mark"),
        pytest.param(b'{"size": NaN}', {"size": "NaN"}, id="not a number"),
        pytest.param(b"1" * 5000, "1" * 5000, id="endless number"),
        pytest.param(b'{"name": ["a\\u0000b\\b\\tc"]}', {"name": ["ab\tc"]}, id="escaped control characters"),
        pytest.param(b'{"name": "a\x7fb"}', {"name": "ab"}, id="a control character as it is"),
        pytest.param("Mu\u0308nchen".join('""').encode(), "M\u00fcnchen", id="a letter and its accent apart"),
    ],
)
def test_what_is_odd_costs_itself(body, found):
    assert read_json(body) == found


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="html"),
        pytest.param(b'{"id":', id="cut"),
        pytest.param(b"[" * 200_000, id="deep"),
    ],
)
def test_what_is_no_json_is_a_value_error(body):
    with pytest.raises(ValueError, match=r".*"):
        read_json(body)
