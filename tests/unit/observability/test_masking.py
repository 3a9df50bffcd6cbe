"""No form in which a secret stands in a text lets it through."""

import json
import traceback
from urllib.parse import quote, quote_plus

import pytest

from shared.observability.masking import guarded_exception, redact

PHRASES = ["hunter2", "hunter 2,x;y", 'quo"te', "it's", "p@ss:wörd", "a&b=c d", "tr{ick]y)", "back\\slash", "ends;"]
TICKETS = ["pC1hX9s+/=", "*OTDSSSO*AA0*b2+/=*", "a-b_c~d.e"]

QUOTED = [
    lambda name, value: json.dumps({"user": "bridge", name: value, "x": 1}),
    lambda name, value: json.dumps({"body": json.dumps({name: value, "x": 1}), "y": 2}),
    lambda name, value: json.dumps(json.dumps({name: value})),
    lambda name, value: repr({"user": "bridge", name: value}),
    lambda name, value: repr([(name.encode(), value.encode()), (b"date", b"Mon")]),
    lambda name, value: f"ValueError: {name}={value!r} was refused",
    lambda name, value: f"a\nb: {{{name}: {json.dumps(value)}}}\nc",
]
ENCODED = [
    lambda name, value: f"username=bridge&{name}={quote_plus(value)}&domain=",
    lambda name, value: f"https://h/x?a=1&{name}={quote(value, safe='')}",
    lambda name, value: quote(f"https://h/x?{name}={quote(value, safe='')}&b=1", safe=""),
    lambda name, value: f"https://h/x?filter={quote(json.dumps({'user': 'bridge', name: value, 'x': 1}), safe='')}",
]
BARE = [
    lambda name, value: f"{name}={value}",
    lambda name, value: f"failed with {name}={value}\nnext line",
    lambda name, value: f"A=b\n{name}={value}\nC=d",
]
PHRASE_NAMES = [
    "password",
    "OPENTEXT_PASSWORD",
    "OTDS_CLIENT_SECRET",
    "client_secret",
    "Passphrase",
    "db.pwd",
    "secret",
]
TOKEN_NAMES = [
    *(
        "OTCSTicket",
        "otdsticket",
        "ticket",
        "access_token",
        "refresh_token",
        "subject_token",
        "client_assertion",
        "token",
    ),
    *("LLCookie", "x-functions-key", "AccountKey", "SharedAccessKey", "api_key", "clientState", "webhook-signature"),
    *("Ocp-Apim-Subscription-Key", "validationToken", "sig", "X-IDENTITY-HEADER", "IDENTITY_HEADER"),
]


def assert_gone(text, secret):
    shown = redact(text)
    for form in {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}:
        assert form not in shown, shown
    # Not a piece of it either: what stands behind a blank, a comma, a quote.
    for piece in secret.replace('"', " ").replace("'", " ").split():
        assert len(piece) < 4 or piece not in shown, shown


@pytest.mark.parametrize("form", QUOTED + ENCODED)
@pytest.mark.parametrize("name", PHRASE_NAMES)
def test_what_people_choose_is_masked_whatever_it_holds(name, form):
    for secret in PHRASES:
        assert_gone(form(name, secret), secret)


@pytest.mark.parametrize("form", BARE)
@pytest.mark.parametrize("name", PHRASE_NAMES)
def test_without_quotes_a_password_goes_on_to_the_next_name_or_the_end(name, form):
    for secret in PHRASES:
        if "&" not in secret:
            assert_gone(form(name, secret), secret)


@pytest.mark.parametrize("form", QUOTED + ENCODED + BARE)
@pytest.mark.parametrize("name", TOKEN_NAMES)
def test_what_machines_make_is_masked_under_each_of_its_names(name, form):
    for secret in TICKETS:
        assert_gone(form(name, secret), secret)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET https://bridge:s3cr3t@h.example/x failed", "s3cr3t"),
        ("amqp://u:p@ss,w@h:5671", "ss,w"),
        ("proxy http://bridge:s3cr3t@proxy:8080/", "s3cr3t"),
        ("Cookie: A=b; LLCookie=abc%2Fdef; BrowseSettings=x", "abc%2Fdef"),
        ("Set-Cookie: LLCookie=abcdef; Path=/; HttpOnly", "abcdef"),
        ("{'cookie': 'LLCookie=abcdef; b=c'}", "abcdef"),
        ("https://a.blob/x?sv=2024&se=2027-01-01&sig=abc%2Bdef%3D&sp=r", "abc%2Bdef%3D"),
        ("SharedAccessSignature=sv=2024&sig=abcdef%3D", "abcdef%3D"),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v+/==;EndpointSuffix=x", "Zm9v+/=="),
        ("Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=Zm9vYmFy=", "Zm9vYmFy="),
        ("authorization: Bearer eyJ0eXAi.abc.def", "eyJ0eXAi"),
        ("Authorization: SharedKey account:Zm9vYmFy=", "Zm9vYmFy="),
        ("Authorization: Digest username=x, response=abcdef", "abcdef"),
        ("'Authorization': 'Basic YnJpZGdlOmh1bnRlcjI='", "YnJpZGdlOmh1bnRlcjI="),
        ("Authorization=Bearer%20abcdefgh", "abcdefgh"),
        ("bearer abcdef.ghi", "abcdef.ghi"),
        ("password: hunter two, and more", "hunter"),
        ("otdsticket: *OTDSSSO*AA0*xyz", "AA0"),
        ("signature v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "g0hM9SsE"),
    ],
)
def test_each_other_form_of_a_secret_is_masked(text, secret):
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "OTDS_CLIENT_SECRET: is not set",
        "OPENTEXT_WEBHOOK_SECRETS: give one or two, separated by commas",
        "https://ecm.contoso.example/app/nodes/7?x=deke@contoso.example",
        "mail to deke@contoso.example about 'Approve v3'",
        "key 'legal-review' of rule contract-package",
        "OPENTEXT_AUTH=otds, OTDS_IMPERSONATION=token-exchange",
        "keys: 3, signals: 4, tokens: 5, design=x",
    ],
)
def test_what_only_speaks_of_secrets_stays_readable(text):
    assert redact(text) == text


def test_a_long_text_is_masked_in_good_time():
    for piece in ("password ", "a=b&", '"', "\\", "cookie: ", "://", "token=", "x" * 9, '{"password": "', "secret=a, "):
        redact(piece * (60_000 // len(piece)))


# --- exceptions ---


def raised(error, cause=None):
    try:
        try:
            if cause is not None:
                raise cause
        except type(cause) as why:
            raise error from why
        raise error
    except type(error) as caught:
        return caught


def shown(error):
    return "".join(traceback.format_exception(error)) + repr(error.args) + str(error)


def test_an_exception_without_secrets_is_the_very_one():
    error = raised(ValueError("nothing to hide"))

    assert guarded_exception(error) is error


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(raised(ValueError("password=hunter2")), id="itself"),
        pytest.param(raised(ValueError("fine"), cause=KeyError("ticket: hunter2")), id="cause"),
        pytest.param(
            raised(ExceptionGroup("several", [ValueError("fine"), OSError("OTDS_CLIENT_SECRET=hunter2")])), id="member"
        ),
        pytest.param(raised(ExceptionGroup("password=hunter2", [ValueError("fine")])), id="group"),
        pytest.param(raised(ValueError("password=", {"password": "hunter2"})), id="argument"),
        pytest.param(
            raised(UnicodeDecodeError("utf-8", b"password=hunter2", 0, 1, "password=hunter2")), id="more-arguments"
        ),
    ],
)
def test_an_exception_says_the_same_without_its_secrets(error):
    error.add_note("Cookie: LLCookie=hunter2")
    guarded = guarded_exception(error)

    assert "hunter2" not in shown(guarded)
    assert "***" in shown(guarded)
    assert type(guarded).__name__ == type(error).__name__
    assert guarded.__traceback__ is error.__traceback__


def test_an_exception_that_is_its_own_context_comes_to_an_end():
    one, two = ValueError("password=hunter2"), KeyError("x")
    one.__context__, two.__context__ = two, one

    assert "hunter2" not in shown(guarded_exception(one))


@pytest.mark.parametrize(
    "form",
    [
        "<password>{}</password>",
        '<ns:accessToken type="x">{}</ns:accessToken>',
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        "sent OTDSTicket {} again",
        "sent Basic {}Zm9vOmJhcg== again",
    ],
)
def test_other_forms_let_none_through_either(form):
    assert_gone(form.format("S3cr3tValue9"), "S3cr3tValue9")


@pytest.mark.parametrize("text", ["a basic requirement of it", "Basic authentication", "<p>a token ring</p>"])
def test_words_that_only_look_like_it_stay(text):
    assert redact(text) == text
