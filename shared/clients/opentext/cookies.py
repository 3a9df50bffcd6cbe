"""Cookies that stand before Content Server: a load balancer's, by which a session stays on one server."""

import httpx

TICKETS = frozenset({"llcookie"})
"""Cookies that are tickets. Each session sends its own as a header: in a shared cookie jar, the last one would win."""


def kept_cookies(response: httpx.Response) -> dict[str, str | None]:
    """Read the cookies that an answer sets, by name; None: it takes that cookie away."""
    found: dict[str, str | None] = {}
    for header in response.headers.get_list("set-cookie"):
        pair, *attributes = header.split(";")
        name, mark, value = (part.strip() for part in pair.partition("="))
        # A cookie that no header takes would make every later request of this session fail.
        if mark and name.lower() not in TICKETS and pair.isascii() and pair.isprintable():
            ends = {one.strip().lower().replace(" ", "") for one in attributes}
            found[name] = None if "max-age=0" in ends or not value else value
    return found


def cookie_header(cookies: dict[str, str]) -> dict[str, str]:
    """Write the header that sends them; none: no header."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
