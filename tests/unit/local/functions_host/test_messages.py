"""What of a queue message reaches a function."""

import base64

import pytest

from local.functions_host.messages import NotDecodableError, decode, text_of


def test_a_message_is_the_exact_text_that_was_sent():
    text = " Größe\n\t"

    assert text_of(decode(base64.b64encode(text.encode()).decode(), "base64")) == text


@pytest.mark.parametrize("content", ["plain text!", "YQ", "{}"])
def test_text_that_is_not_base64_is_told(content):
    with pytest.raises(NotDecodableError, match="is not base64"):
        decode(content, "base64")


def test_bytes_that_are_not_utf_8_are_decoded_but_are_no_text():
    body = decode(base64.b64encode(b"\xff\xfe").decode(), "base64")

    with pytest.raises(NotDecodableError, match="is not UTF-8"):
        text_of(body)
