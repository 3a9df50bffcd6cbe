"""What Content Server does whatever it is asked for: sign-in, addresses, dates, people, workspaces, modules."""

from shared.clients.opentext.answers import properties
from shared.clients.opentext.errors import NO_ENDPOINT, error_for
from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply
from shared.errors import RefusedError, UnreadableError

ABSENT = 2_147_480_000
"""A node id that no server has reached."""


@probe("content-ping-open")
async def ping(box: Sandbox) -> Observed:
    """Ask for a sign of life without being signed in."""
    reply = await box.systems.unsigned("v1/ping", {})
    return judged(reply.is_success, f"without a ticket: {reply.status}")


@probe("content-tickets-roll")
async def roll(box: Sandbox) -> Observed:
    """See whether an answer brings the next ticket."""
    first = await _ticket(box)
    second = (await box.systems.unsigned("v1/auth", {"OTCSTicket": first})).headers.get("OTCSTicket", "")
    return judged(second not in ("", first), "another ticket" if second not in ("", first) else "no new ticket")


@probe("content-older-ticket-good")
async def older(box: Sandbox) -> Observed:
    """Use a ticket again after an answer brought a newer one."""
    first = await _ticket(box)
    await box.systems.unsigned("v1/auth", {"OTCSTicket": first})
    reply = await box.systems.unsigned("v1/auth", {"OTCSTicket": first})
    return judged(reply.is_success, f"the older ticket: {reply.status}")


@probe("content-no-ticket-401")
async def nonsense(box: Sandbox) -> Observed:
    """Come with a ticket that is none."""
    reply = await box.systems.unsigned("v1/auth", {"OTCSTicket": "nonsense"})
    return judged(reply.status == 401, f"a ticket that is none: {reply.status}")


@probe("content-unknown-address")
async def unknown(box: Sandbox) -> Observed:
    """Ask for an address that no module has."""
    reply = await box.content("GET", "v2/conformance")
    error = error_for(reply.status, reply.content, what="GET", wrote=False)
    return judged(isinstance(error, RefusedError) and error.code == NO_ENDPOINT, reply.said)


@probe("content-absent-words")
async def absent(box: Sandbox) -> Observed:
    """Read a node that does not exist."""
    reply = await box.content("GET", f"v2/nodes/{ABSENT}")
    error = error_for(reply.status, reply.content, what="GET", wrote=False)
    return judged(not reply.is_success and isinstance(error, UnreadableError), reply.said)


@probe("content-node-dates-utc")
async def node_dates(box: Sandbox) -> Observed:
    """Read when a node was made."""
    date = str((await box.properties(box.workspace)).get("create_date"))
    return judged(date.endswith("Z"), "with its zone, UTC" if date.endswith("Z") else "without a zone")


@probe("content-workspace-dates-local")
async def workspace_dates(box: Sandbox) -> Observed:
    """Read when a workspace was made, from the list of workspaces' own address."""
    date = str((await _workspace(box)).get("create_date"))
    return judged(not date.endswith("Z") and "+" not in date, "with a zone" if date.endswith("Z") else "without a zone")


@probe("content-clock-in-zone")
async def clock(box: Sandbox) -> Observed:
    """Hold the server's clock against the zone that is set."""
    await box.systems.turn()
    found = await box.systems.opentext.clock.differs(anew=True)
    if found is None:
        raise CannotTellError("this server does not tell its time")  # noqa: EM101 - a sentence
    return judged(not found, found or "as OPENTEXT_TIMEZONE makes it")


@probe("content-filters-ignored")
async def filters(box: Sandbox) -> Observed:
    """Filter members by a name that no server knows."""
    reply = await _members(box, where_conformance="x")
    rows = reply.results if isinstance(reply.results, list) else []
    return judged(reply.is_success and bool(rows), f"an unknown filter: {reply.status}, {len(rows)} rows")


@probe("content-members-page")
async def page(box: Sandbox) -> Observed:
    """Ask for more members in a page than a server sends."""
    reply = await _members(box, limit="100")
    limit = ((reply.json.get("collection") or {}).get("paging") or {}).get("limit")
    return judged(isinstance(limit, int) and limit <= 20, f"asked for 100, the page holds {limit}")


@probe("content-members-by-address")
async def by_address(box: Sandbox) -> Observed:
    """Find a user by the address."""
    rows = [properties(row) for row in (await _members(box)).results or []]
    address = next((str(row["business_email"]) for row in rows if row.get("business_email")), "")
    if not address:
        raise CannotTellError("no user on the first page has an address")  # noqa: EM101 - a sentence
    reply = await _members(box, where_business_email=address)
    found = [str(properties(row).get("business_email")).lower() for row in reply.results or []]
    others = len([one for one in found if not one.startswith(address.lower())])
    return judged(address.lower() in found and not others, f"{reply.status}, {others} others came with it")


@probe("content-workspace-type")
async def type_told(box: Sandbox) -> Observed:
    """Read which type a workspace is of."""
    found = await _workspace(box)
    told = [name for name in ("wksp_type_name", "wnf_wksp_type_id") if found.get(name)]
    return judged(len(told) == 2, f"told: {', '.join(told) or 'nothing'}")


@probe("content-workspaces-expanded")
async def listed(box: Sandbox) -> Observed:
    """Look for the workspace in the list of all of its type."""
    found = await _workspace(box)
    query = (
        ("where_workspace_type_id", str(found.get("wnf_wksp_type_id"))),
        ("where_name", f"contains_{found.get('name')}"),
        ("expanded_view", "true"),
        ("fields", "properties"),
    )
    reply = await box.content("GET", "v2/businessworkspaces", query=query)
    there = box.workspace in [properties(row).get("id") for row in reply.results or []]
    return judged(there, f"{reply.status}, {'in' if there else 'not in'} the list")


@probe("content-roles-with-members")
async def roles(box: Sandbox) -> Observed:
    """Read a workspace's roles."""
    reply = await box.content("GET", f"v2/businessworkspaces/{box.workspace}/members", query=(("limit_members", 100),))
    rows = reply.results or []
    if reply.is_success and not rows:
        raise CannotTellError("the workspace has no role")  # noqa: EM101 - a sentence
    whole = reply.is_success and all(_has_members(row) and properties(row).get("name") for row in rows)
    return judged(whole, "each role with its name and members" if whole else f"{reply.status}, without name or members")


def _has_members(row: Json) -> bool:
    return isinstance(row.get("members", (row.get("data") or {}).get("members")), list)


@probe("content-deep-links")
async def deep_link(box: Sandbox) -> Observed:
    """Open the link that a task would carry, without being signed in."""
    reply = await box.systems.page(box.systems.opentext.node_url(box.workspace))
    return judged(reply.status < 400 or reply.status in (401, 403), f"the link to a node: {reply.status}")


@probe("content-holds-told")
async def holds(box: Sandbox) -> Observed:
    """Ask for a node's holds."""
    return await _module(box, f"v1/nodes/{box.workspace}/holds", "data")


@probe("content-records-told")
async def records(box: Sandbox) -> Observed:
    """Ask for a node's records classification."""
    return await _module(box, f"v1/nodes/{box.workspace}/rmclassifications", "data")


@probe("content-classes-told")
async def classes(box: Sandbox) -> Observed:
    """Ask for a node's classifications."""
    return await _module(box, f"v1/nodes/{box.workspace}/classifications", "data")


@probe("content-missing-told")
async def missing(box: Sandbox) -> Observed:
    """Ask for the documents that a workspace lacks."""
    return await _module(box, f"v2/businessworkspaces/{box.workspace}/missingdocuments", "results")


async def _ticket(box: Sandbox) -> str:
    proof = await box.systems.sign_in_anew()
    if not proof.bearer:
        return proof.value
    ticket = (await box.systems.unsigned("v1/auth", proof.headers)).headers.get("OTCSTicket", "")
    if not ticket:
        raise CannotTellError("no ticket is given for OTDS's token")  # noqa: EM101 - a sentence
    return ticket


async def _members(box: Sandbox, **more: str) -> Reply:
    return await box.content("GET", "v2/members", query=(("where_type", "0"), *more.items()))


async def _workspace(box: Sandbox) -> Json:
    query = (("fields", "properties"),)
    reply = await box.content("GET", f"v2/businessworkspaces/{box.workspace}", query=query)
    if not reply.is_success:
        message = f"the workspace can't be read: {reply.said}"
        raise CannotTellError(message)
    return properties(reply.results)


async def _module(box: Sandbox, path: str, name: str) -> Observed:
    reply = await box.content("GET", path)
    is_told = reply.is_success and name in reply.json
    return judged(is_told, "told" if is_told else reply.said)
