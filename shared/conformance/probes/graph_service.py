"""What Graph does whatever it is asked for: batches, dates, pages, the directory, subscriptions."""

import json
from datetime import timedelta
from urllib.parse import quote, urlsplit

from shared.conformance.observed import CannotTellError, Observed, judged
from shared.conformance.probes.planner_plans import read_plan
from shared.conformance.registry import probe
from shared.conformance.sandbox import Sandbox
from shared.conformance.systems import Json, Reply, shown

NOBODY = "00000000-0000-4000-8000-000000000000"
SUBSCRIBED = timedelta(hours=1)
LONGEST = timedelta(minutes=41_760)


@probe("graph-dates-its-answers")
async def dated(box: Sandbox) -> Observed:
    """Look at the date of an answer."""
    reply = await box.graph("GET", "users?$top=1&$select=id")
    date = reply.headers.get("Date")
    return judged(bool(date), "each answer has a Date" if date else "no Date")


@probe("graph-batch-by-id")
async def batched(box: Sandbox) -> Observed:
    """Send two reads in a batch, one of which fails."""
    reads = {"found": "/users?$top=1&$select=id", "lost": f"/users/{NOBODY}?$select=id"}
    reply = await _batch(box, reads)
    statuses = {str(one.get("id")): one.get("status") for one in reply.json.get("responses") or []}
    told = statuses == {"found": 200, "lost": 404}
    return judged(reply.status == 200 and told, f"{reply.status}: {shown(dict(sorted(statuses.items())))}")


@probe("graph-batch-of-twenty")
async def too_many(box: Sandbox) -> Observed:
    """Send one read more than a batch takes."""
    reply = await _batch(box, {str(number): "/users?$top=1&$select=id" for number in range(21)})
    return judged(reply.status == 400, f"a batch of 21: {reply.status}")


@probe("graph-users-any-case")
async def any_case(box: Sandbox) -> Observed:
    """Find a user by the address in capitals."""
    member = await _member(box)
    # In a filter of Graph a quote ends the text unless it is doubled.
    address = str(member["mail"]).upper().replace("'", "''")
    condition = quote(f"mail eq '{address}' or userPrincipalName eq '{address}'")
    reply = await box.graph("GET", f"users?$filter={condition}&$select=id,mail")
    found = [one.get("id") for one in reply.json.get("value") or []]
    return judged(member["id"] in found, f"{reply.status}, {len(found)} found")


@probe("graph-members-typed")
async def typed(box: Sandbox) -> Observed:
    """See whether members of a group say what they are."""
    reply = await _members(box, "?$select=id,mail&$top=5")
    kinds = sorted({str(one.get("@odata.type")) for one in reply.json["value"]})
    return judged("#microsoft.graph.user" in kinds and "None" not in kinds, f"types: {', '.join(kinds)}")


@probe("graph-pages-link-on")
async def pages(box: Sandbox) -> Observed:
    """Ask for one member a page, and look at the link to the next."""
    several = len((await _members(box, "?$select=id&$top=5")).json["value"])
    reply = await _members(box, "?$select=id&$top=1")
    link = str(reply.json.get("@odata.nextLink", ""))
    if several < 2:
        raise CannotTellError("the plan's group has fewer than two members")  # noqa: EM101 - a sentence
    seen = f"{len(reply.json['value'])} on a page, {'a' if link else 'no'} link to the next"
    return judged(bool(urlsplit(link).netloc) and len(reply.json["value"]) == 1, seen)


@probe("graph-no-manager-404")
async def no_user(box: Sandbox) -> Observed:
    """Ask for the manager of somebody who does not exist."""
    reply = await box.graph("GET", f"users/{NOBODY}/manager?$select=id")
    return judged(reply.status == 404 and "error" in reply.json, f"nobody's manager: {reply.status}")


@probe("graph-planner-not-told")
async def planner_not_told(box: Sandbox) -> Observed:
    """Ask to be told of changes of the plan's tasks."""
    reply = await _subscribe(box, f"/planner/plans/{box.plan}/tasks", SUBSCRIBED)
    return judged(not reply.is_success, f"a subscription to a plan's tasks: {reply.status}")


@probe("graph-subscription-longest")
async def too_long(box: Sandbox) -> Observed:
    """Ask to be told of a group for longer than is possible."""
    group = await _group(box)
    reply = await _subscribe(box, f"/groups/{group}", LONGEST + timedelta(days=2))
    return judged(reply.status == 400, f"a subscription for 31 days: {reply.status}")


async def _batch(box: Sandbox, reads: dict[str, str]) -> Reply:
    requests = [{"id": key, "method": "GET", "url": url} for key, url in reads.items()]
    return await box.graph("POST", "$batch", {"requests": requests})


async def _group(box: Sandbox) -> str:
    plan = await read_plan(box)
    group = (plan.get("container") or {}).get("containerId") or plan.get("owner")
    if not group:
        raise CannotTellError("the plan belongs to no group")  # noqa: EM101 - a sentence
    return str(group)


async def _members(box: Sandbox, query: str) -> Reply:
    reply = await box.graph("GET", f"groups/{await _group(box)}/transitiveMembers{query}")
    if not reply.is_success or not reply.json.get("value"):
        message = f"the group's members can't be read: {reply.said}"
        raise CannotTellError(message)
    return reply


async def _member(box: Sandbox) -> Json:
    for one in (await _members(box, "?$select=id,mail&$top=20")).json["value"]:
        if one.get("mail"):
            return dict(one)
    raise CannotTellError("no member of the plan's group has an address")  # noqa: EM101 - a sentence


async def _subscribe(box: Sandbox, resource: str, span: timedelta) -> Reply:
    """Ask for a subscription. Where it is given, it is taken away with the rest: its address carries the mark."""
    if not box.targets.notifications:
        raise CannotTellError("PUBLIC_BASE_URL is not set: there is no endpoint to name")  # noqa: EM101 - a sentence
    ends = box.now() + span
    body = {
        "changeType": "updated",
        "resource": resource,
        "notificationUrl": f"{box.targets.notifications}?conformance={box.mark.rsplit(' ', 1)[-1]}",
        "clientState": box.mark.rsplit(" ", 1)[-1],
        "expirationDateTime": ends.isoformat().replace("+00:00", "Z"),
    }
    reply = await box.graph("POST", "subscriptions", body)
    if "validation" in json.dumps(reply.json.get("error", "")).lower():
        message = f"our endpoint did not prove itself: {reply.said}"
        raise CannotTellError(message)
    return reply
