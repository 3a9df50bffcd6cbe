"""Hints from OpenText: who may send them, how they may be written, what becomes of them."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.errors import RejectedError, UnavailableError
from shared.intake.opentext import Intake, NoBodyError, OversizedError, origins_of, read_hints
from shared.intake.signatures import UnprovenError
from shared.models.hint import Hint
from tests.unit.intake.senders import PLAIN, SECRET, signed

FORM = "application/x-www-form-urlencoded"
NODE = b'{"node_id": 28866}'


class QueueDouble:
    """Keeps what was sent; refuses after `room` messages."""

    def __init__(self, room=1000):
        self.sent, self.room = [], room

    async def send_origin(self, message, *, delay=None):
        if len(self.sent) >= self.room:
            raise UnavailableError("the queue does not answer")
        self.sent.append(message)


def door(queues, *secrets):
    known = tuple(SecretStr(secret) for secret in secrets or (PLAIN,))
    return Intake(secrets=known, queues=queues)


def origins(body, content_type="application/json"):
    return [message.origin for message in origins_of(read_hints(body, content_type))]


def problems(body, content_type="application/json"):
    with pytest.raises(RejectedError) as caught:
        read_hints(body, content_type)
    return {problem.field: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"process_id": 159314}', ["workflow-159314"], id="workflow"),
        pytest.param(NODE, ["node-28866"], id="node"),
        pytest.param(b'{"process_id": "159314", "node_id": ""}', ["workflow-159314"], id="numbers-as-strings"),
        pytest.param(b'{"process_id": null, "node_id": " 28866 "}', ["node-28866"], id="null"),
        pytest.param(b'{"process_id": 159314, "node_id": 5711}', ["workflow-159314", "node-5711"], id="both"),
        pytest.param(
            b'{"node_id": 28866, "event": 7, "occurred": "", "id": null, "who": {"knows": []}}',
            ["node-28866"],
            id="unknown-keys",
        ),
        pytest.param(b"\xef\xbb\xbf" + NODE, ["node-28866"], id="bom"),
        pytest.param(NODE.decode().encode("utf-16"), ["node-28866"], id="utf-16"),
        pytest.param(b' \r\n{"node_id": "0028866"}\n', ["node-28866"], id="zeros"),
        pytest.param(b'{"node_id": 28866, "event": "Vertr\xe4ge"}', ["node-28866"], id="wrong-encoding"),
        pytest.param(b'[{"node_id": 1}, {"node_id": 2}]', ["node-1", "node-2"], id="list"),
        pytest.param(
            b'[{"node_id": 1}, {"node_id": "1"}, {"process_id": 1}]', ["node-1", "workflow-1"], id="same-twice"
        ),
    ],
)
def test_json_hints_name_their_origins(body, expected):
    assert origins(body) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"node_id": "28866", "event": "created"}, ["node-28866"]),
        ({"process_id": "159314", "node_id": ""}, ["workflow-159314"]),
        ({"node_id": " 28866", "x": "", "event": "Verträge & mehr"}, ["node-28866"]),
    ],
)
def test_form_hints_name_their_origins(fields, expected):
    assert origins(urlencode(fields).encode(), f"{FORM}; charset=UTF-8") == expected


def test_json_sent_as_a_form_is_still_json():
    """Many senders can't set the content type, or forget to."""
    assert origins(NODE, FORM) == ["node-28866"]


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        (b"{}", "node_id", "process_id or node_id is needed"),
        (b'{"node_id": "", "process_id": null}', "node_id", "is needed"),
        (b'{"node_id": 0}', "node_id", "positive whole number"),
        (b'{"node_id": -2000}', "node_id", "positive whole number"),
        (b'{"node_id": 1.5}', "node_id", "positive whole number"),
        (b'{"node_id": true}', "node_id", "positive whole number"),
        (b'{"node_id": "five"}', "node_id", "positive whole number"),
        (b'{"node_id": [1]}', "node_id", "positive whole number"),
        (b'{"node_id": "12345678901234567890"}', "node_id", "19 digits"),
        (b'{"process_id": "1/../2"}', "process_id", "positive whole number"),
        ('{"process_id": "\u0661\u0662"}'.encode(), "process_id", "positive whole number"),
        (b"", "body", "JSON"),
        (b"not json", "body", "JSON"),
        (b"7", "body", "dictionary"),
        (b"[]", "body", "holds no hint"),
        (b"[" * 100_000, "body", "JSON"),
        (b'{"node_id": ' + b"9" * 5000 + b"}", "body", "JSON"),
        (b'[{"node_id": 1}, {"node_id": "x"}, 3]', "[1].node_id", "positive whole number"),
        (b'[{"event": "created"}]', "[0].node_id", "is needed"),
    ],
)
def test_a_bad_hint_is_refused_and_its_field_named(body, field, said):
    assert said in problems(body)[field]


def test_every_bad_hint_of_a_list_is_named():
    assert list(problems(b'[{"node_id": 1}, {"node_id": "x"}, 3]')) == ["[1].node_id", "[2]"]


def test_a_form_field_given_twice_is_refused():
    assert problems(b"node_id=1&node_id=2", FORM) == {"node_id": "is given more than once"}


def test_a_form_of_countless_fields_is_refused():
    assert "body" in problems(b"a=1&" * 101 + b"node_id=1", FORM)


def test_a_hundred_hints_are_taken_and_one_more_is_too_many():
    assert len(read_hints(json.dumps([{"node_id": n} for n in range(1, 101)]).encode(), "")) == 100
    with pytest.raises(OversizedError, match="100 hints"):
        read_hints(json.dumps([{"node_id": n} for n in range(1, 102)]).encode(), "")


def test_free_text_is_kept_short():
    (hint,) = read_hints(json.dumps({"node_id": 1, "event": "x" * 10_000}).encode(), "")

    assert len(hint.event) == 200


@given(number=st.integers(1, 10**19 - 1), padding=st.text(" \t", max_size=3))
def test_a_number_means_the_same_however_it_is_written(number, padding):
    assert Hint.model_validate({"node_id": number}) == Hint.model_validate({"node_id": f"{padding}{number}{padding}"})


@given(
    body=st.binary(max_size=200), content_type=st.sampled_from(["", "application/json", FORM, "multipart/form-data"])
)
def test_any_bytes_are_read_or_refused(body, content_type):
    try:
        hints = read_hints(body, content_type)
    except RejectedError:
        return

    assert all(hint.origins for hint in hints)


async def test_what_was_hinted_is_queued_once_each():
    queues = QueueDouble()
    body = b'[{"node_id": 1, "id": "a"}, {"node_id": 1, "id": "b"}, {"process_id": 2}]'

    taken = await door(queues).take(body, {"x-webhook-secret": PLAIN})

    assert taken == 2
    assert [(message.origin, message.hint_id) for message in queues.sent] == [("node-1", "a"), ("workflow-2", None)]


async def test_a_list_with_one_bad_hint_is_refused_whole():
    queues = QueueDouble()

    with pytest.raises(RejectedError):
        await door(queues).take(b'[{"node_id": 1}, {"node_id": 0}]', {"x-webhook-secret": PLAIN})
    assert queues.sent == []


async def test_nothing_is_read_before_the_sender_is_proven():
    with pytest.raises(UnprovenError):
        await door(QueueDouble()).take(b"rubbish", {})


async def test_a_body_too_large_is_not_even_hashed():
    with pytest.raises(OversizedError, match="256 KiB"):
        await door(QueueDouble()).take(b" " * (256 * 1024 + 1), {})


async def test_a_body_just_small_enough_is_taken():
    queues = QueueDouble()

    await door(queues).take(NODE + b" " * (256 * 1024 - len(NODE)), {"x-webhook-secret": PLAIN})

    assert len(queues.sent) == 1


async def test_the_sender_is_told_when_the_queue_took_only_some():
    """Sending all of them again is safe: a hint only says where to look."""
    with pytest.raises(UnavailableError):
        await door(QueueDouble(room=1)).take(b'[{"node_id": 1}, {"node_id": 2}]', {"x-webhook-secret": PLAIN})


async def test_a_hint_sent_again_is_simply_taken_again():
    """Whatever became of the first: a sender that saw no answer, or 503, sends the same bytes."""
    queues = QueueDouble(room=0)
    intake = door(queues, SECRET)
    headers = signed(NODE, SECRET)
    with pytest.raises(UnavailableError):
        await intake.take(NODE, headers)
    queues.room = 2

    taken = [await intake.take(NODE, headers) for _ in range(2)]

    assert (taken, len(queues.sent)) == ([1, 1], 2)


async def test_half_a_surrogate_pair_anywhere_stops_no_hint():
    """JSON can say what UTF-8 can't: a hint that holds it is taken like the others of its list."""
    queues = QueueDouble()
    body = (
        b'[{"node_id": 1}, {"node_id": 2, "id": "a\\ud800", "event": "\\udc00", "occurred": "\\ud83d"}, {"node_id": 3}]'
    )

    await door(queues).take(body, {"x-webhook-secret": PLAIN})

    assert [json.loads(message.model_dump_json())["origin"] for message in queues.sent] == [
        "node-1",
        "node-2",
        "node-3",
    ]


def test_a_text_is_not_cut_in_the_middle_of_a_character():
    (hint,) = read_hints(json.dumps({"node_id": 1, "id": "x" * 199 + "\U0001f600"}).encode(), "")

    assert hint.id.encode()


@pytest.mark.parametrize(
    "headers", [pytest.param({}, id="unproven"), pytest.param({"x-webhook-secret": PLAIN}, id="proven")]
)
async def test_a_chunked_body_which_arrives_empty_is_told_what_to_send(headers):
    with pytest.raises(NoBodyError, match="Content-Length"):
        await door(QueueDouble()).take(b"", headers)
