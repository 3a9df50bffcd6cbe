"""
What looks like a secret, in whatever form a text holds it, is masked.

Texts are headers, forms, JSON, settings, connection strings, addresses, and these inside of one another. Where it is
not clear how far a secret goes, more is masked.
"""

import re
import traceback
from collections.abc import Callable

MASK = "***"
_QUOTED = r"(?:\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?)"
_ESCAPED = r"(?:\\+[\"'](?:(?!\\+[\"'](?:\s|[,:;)}\]]|$)).)*)"
"""A quoted text inside of another one, as JSON in JSON."""
_IS = r"\\*[\"']?(?:\s*[:=]\s*|%3[ad]|\\u003[ad])"
"""What stands between a name and its value: in headers, forms, JSON, settings, and encoded once more."""
_PHRASE = r"(?:password|passwd|passphrase|pwd|secrets?)"
"""What people choose: it may hold blanks, commas and semicolons. Up to the next name, `&`, or the line's end."""
_TO_THE_NEXT = r"[^\n&]+?(?=&|%26|\\u0026|[\s,;]+[\"']?[\w.-]+[\"']?\s*[=:]\s*\S|\s*$)"
_MADE = (
    r"(?:otcsticket|otdsticket|ticket|(?:[a-z]+_?)?token|client_?assertion|assertion|webhook-signature|client_?state|"
    r"functions-key|api-?_?key|subscription-key|account_?key|shared_?access_?(?:key|signature)|identity[-_]header|"
    r"llcookie|sig)"
)
"""What machines make: no blanks."""
_UP_TO_A_BLANK = r"[^\s\"'&;,)}\]\\]+?(?=%26|[\s\"'&;,)}\]\\]|$)"
_SENTENCE = r"(?:is not set|is a |must |needs )"
"""What a problem says of a setting is none of its values: `GRAPH_CLIENT_STATE: is not set`."""
_LINE = r"[^\n\"']+"
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE | re.MULTILINE), mask)
    for pattern, mask in (
        # any name, its value in quotes
        (rf"([\w.-]*(?:{_PHRASE}|{_MADE}|cookie){_IS})b?({_QUOTED}|{_ESCAPED})", "quoted"),
        # `(b"name", b"value")`: headers as httpcore logs them
        (rf"([\"'][\w.-]*(?:{_PHRASE}|{_MADE}|cookie|authorization)[\"'],\s*b?)({_QUOTED})", "quoted"),
        (rf"(\b(?:set-)?cookie{_IS}[\"']?){_LINE}", "plain"),
        (
            rf"(\b(?:proxy-)?authorization{_IS}[\"']?(?:(?:basic|bearer|digest|negotiate)\s+)?)(?!\*\*\*){_LINE}",
            "plain",
        ),
        # OPENTEXT_PASSWORD: is not set: a sentence about a setting is none of its values
        (rf"((?<![\w-])[\w.-]+[_.-]{_PHRASE}:\s*)(?![\"'*])\S+$", "plain"),
        (rf"((?<![\w-])[\w.-]*{_PHRASE}(?:\s*=\s*|%3d|\\u003d))(?![\"'*]|\\+[\"']){_TO_THE_NEXT}", "plain"),
        (rf"((?<![\w.-]){_PHRASE}\s*(?::\s*|%3a))(?![\"'*]|\\+[\"']){_TO_THE_NEXT}", "plain"),
        (
            rf"((?:(?<![a-z])|(?<=%3f)|(?<=%26)|(?<=%2[02]))(?:[\w.-]+[_.-])?{_MADE}{_IS})(?![\"'*]|\\+[\"']|{_SENTENCE}){_UP_TO_A_BLANK}",
            "plain",
        ),
        (rf"([?&]code=){_UP_TO_A_BLANK}", "plain"),
        # JSON in an address
        (rf"((?:{_PHRASE}|{_MADE})%22(?:%20|\+)*%3a(?:%20|\+)*%22)(?:%5c%5c|%5c%22|(?!%22).)+", "plain"),
        # <password>value</password>
        (rf"(<[\w:.-]*(?:{_PHRASE}|{_MADE})(?:\s[^<>]*)?>)[^<]+", "plain"),
        (r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]+", "plain"),
        # user and password in an address
        (r"(\b[a-z][a-z0-9+.-]*://)[^\s/\"'<>]*@", "userinfo"),
        (r"(\b(?:bearer|otdsticket)(?:\s+|%20))[a-z0-9._~+/=-]{4,}", "plain"),
        (r"(\bbasic(?:\s+|%20))(?-i:(?=[a-z+/]*[0-9A-Z=])[A-Za-z0-9+/]{12,}={0,2}(?![\w-]))", "plain"),
        (r"(\bshared[-_ ]?key(?:lite)?\s+)[^\s\"']+", "plain"),
        (r"()\beyJ[a-z0-9_-]{6,}\.[a-z0-9_-]+\.[a-z0-9_-]*", "plain"),
        (r"()\bwhsec_[a-z0-9+/=]+", "plain"),
        (r"()\*OTDSSSO\*[^\s\"'&]*", "plain"),
        (r"(\bv1a?,)[a-z0-9+/=]{20,}", "plain"),
    )
)
_HINTS = re.compile(
    r"passw|passphrase|pwd|secret|token|ticket|cookie|key|sig|bearer|basic|authori|eyj|whsec|://|code=|assert|state|otds|"
    r"v1a?,|identity[-_]header",
    re.IGNORECASE,
)
"""Most texts hold none of these: one search instead of twenty."""


def redact(text: str) -> str:
    """Mask what looks like a ticket, token, bearer, password or key."""
    if _HINTS.search(text) is None:
        return text
    for pattern, mask in _PATTERNS:
        text = pattern.sub(_MASKS[mask], text)
    return text


def _quoted(found: re.Match[str]) -> str:
    """Leave the quotes: what reads the text goes on reading it."""
    start = re.match(r"\\*[\"']", found[2])
    mark = start[0] if start is not None else ""
    closed = mark if len(found[2]) > len(mark) and found[2].endswith(mark) else ""
    prefix = found[0][: len(found[0]) - len(found[2])]
    return f"{prefix}{mark}{MASK}{closed}"


_MASKS: dict[str, Callable[[re.Match[str]], str]] = {
    "plain": lambda found: f"{found[1]}{MASK}",
    "userinfo": lambda found: f"{found[1]}{MASK}@",
    "quoted": _quoted,
}


class MaskedError(Exception):
    """Stands for an exception whose text held a secret. Its class bears the name of that one's."""


def guarded_exception(error: BaseException) -> BaseException:
    """
    Return an exception that says the same without secrets; the very one when it tells none.

    Causes, contexts, notes and the members of a group are masked likewise. The traceback stays.
    """
    if _is_clean(error):
        return error
    return _masked(error, {})


def _is_clean(error: BaseException) -> bool:
    told = "".join([*traceback.format_exception(error), "\n", *map(str, error.args)])
    return redact(told) == told


def _masked(error: BaseException, known: dict[int, BaseException]) -> BaseException:
    if id(error) in known:
        return known[id(error)]
    # Known before its causes are masked: two exceptions may name each other, and this would never end.
    made = known[id(error)] = _stand_in(error)
    if isinstance(error, BaseExceptionGroup):
        members = [_masked(one, known) for one in error.exceptions]
        made = known[id(error)] = BaseExceptionGroup(redact(error.message), members)
    made.__traceback__ = error.__traceback__
    made.__cause__ = _masked(error.__cause__, known) if error.__cause__ is not None else None
    # After the cause: to set one turns this on by itself.
    made.__suppress_context__ = error.__suppress_context__
    made.__context__ = _masked(error.__context__, known) if error.__context__ is not None else None
    for note in getattr(error, "__notes__", ()):
        made.add_note(redact(str(note)))
    return made


def _stand_in(error: BaseException) -> BaseException:
    kind = type(error)
    name = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    return type(kind.__name__, (MaskedError,), name)(redact(str(error)))  # type: ignore[no-any-return]
