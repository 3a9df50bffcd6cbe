"""
The directory: users, managers, groups and their members; and mail sent for a user.

Source: https://learn.microsoft.com/graph/api/resources/user
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.policy import default
from typing import TypeAlias

from local.in_process.transport import Answer
from local.simulators.graph.failures import GraphError, Json, json_answer, no_content, refuse
from local.simulators.graph.pages import METADATA
from local.simulators.graph.request import Request
from local.simulators.graph.state import Group, Mail, State

_USUAL = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
"""What a user is shown with unless `$select` asks for more: neither accountEnabled nor userType."""

_EQUALS = re.compile(r"(mail|userPrincipalName|id|displayName) eq '((?:[^']|'')*)'", re.IGNORECASE)
_IN = re.compile(
    r"(mail|userPrincipalName|id|displayName) in \(('(?:[^']|'')*'(?:,\s*'(?:[^']|'')*')*)\)", re.IGNORECASE
)
_QUOTED = re.compile(r"'((?:[^']|'')*)'")

_Clause: TypeAlias = tuple[str, frozenset[str]]


def list_users(state: State, request: Request) -> Answer:
    """
    List users; `$filter` knows `eq` and `in`, joined by `or`.

    Raises:
        GraphError: 400, another filter.
    """
    clauses = _clauses(request.query.get("$filter", ""))
    fold = str.lower if state.believed("graph-users-any-case") else str
    found = [user for user in state.users.values() if _matches(user, clauses, fold)]
    return _page(request, [_shown(request, user) for user in found], context="users")


def read_user(state: State, request: Request, key: str) -> Answer:
    """
    Show a user by id or user principal name.

    Raises:
        GraphError: 404.
    """
    return _single(_shown(request, find_user(state, key)), context="users")


def read_manager(state: State, request: Request, key: str) -> Answer:
    """
    Show a user's manager.

    Raises:
        GraphError: 404, no such user, or nobody manages them.
    """
    if not state.believed("graph-no-manager-404"):
        return no_content()
    manager = state.managers.get(find_user(state, key)["id"])
    if manager is None:
        link = "manager"
        raise _unknown(link)
    return _single(_typed(_shown(request, state.users[manager]), "user"), context="directoryObjects")


def read_group(state: State, _request: Request, group_id: str) -> Answer:
    """
    Show a group.

    Raises:
        GraphError: 404.
    """
    return _single(_group_body(_find_group(state, group_id)), context="groups")


def list_members(state: State, request: Request, group_id: str) -> Answer:
    """
    List who is in a group directly: users, and groups as groups.

    Raises:
        GraphError: 404.
    """
    return _members(state, request, _find_group(state, group_id).members)


def list_transitive_members(state: State, request: Request, group_id: str) -> Answer:
    """
    List who is in a group or in the groups in it, each once.

    Raises:
        GraphError: 404.
    """
    return _members(state, request, _closure(state, _find_group(state, group_id)))


def send_mail(state: State, request: Request, key: str) -> Answer:
    """
    Accept a mail: 202 says no more than that. Two requests are two mails.

    Raises:
        GraphError: 400 without recipients, 404 without such a sender.

    Source: https://learn.microsoft.com/graph/api/user-sendmail
    """
    sender = find_user(state, key)
    if request.headers.get("content-type", "").startswith("text/plain"):
        state.outbox.append(_of_mime(state, request, sender["id"]))
        return no_content(202)
    message = request.read_object().get("message")
    if not isinstance(message, dict):
        refuse("The parameter 'message' is required.")
    to = _recipients(message)
    content = message.get("body")
    text = str(content.get("content") or "") if isinstance(content, dict) else ""
    mail = Mail(sender=sender["id"], to=to, subject=str(message.get("subject") or ""), text=text, at=state.now())
    state.outbox.append(mail)
    return no_content(202)


def _of_mime(state: State, request: Request, sender: str) -> Mail:
    """
    Read a mail in MIME, which is sent as base64.

    Raises:
        GraphError: 400, it is none, or has no recipients.
    """
    try:
        message = message_from_bytes(b64decode(request.body, validate=True), policy=default)
    except ValueError as error:
        raise GraphError(
            400, "Invalid base64 string for MIME content.", code="ErrorMimeContentInvalidBase64String"
        ) from error
    addresses = tuple(address.addr_spec for address in message["to"].addresses) if message["to"] is not None else ()
    if not addresses or not all("@" in address for address in addresses):
        raise GraphError(400, "At least one recipient is not valid.", code="ErrorInvalidRecipients")
    parts = {part: message.get_body((part,)) for part in ("plain", "html")}
    text, html = (str(part.get_content()) if part is not None else "" for part in parts.values())
    return Mail(
        sender=sender, to=addresses, subject=str(message["subject"] or ""), text=text, at=state.now(), html=html
    )


def _recipients(message: Json) -> tuple[str, ...]:
    """
    List every address that a mail goes to.

    Raises:
        GraphError: 400, there is none, or one is no address.
    """
    lists = [message.get(name) or [] for name in ("toRecipients", "ccRecipients", "bccRecipients")]
    entries = [entry for entries in lists for entry in (entries if isinstance(entries, list) else [entries])]
    to = tuple(_address(entry) for entry in entries)
    if not to or not all("@" in address for address in to):
        raise GraphError(400, "At least one recipient is not valid.", code="ErrorInvalidRecipients")
    return to


def _address(entry: object) -> str:
    told = entry.get("emailAddress") if isinstance(entry, dict) else None
    return str(told.get("address") or "") if isinstance(told, dict) else ""


def find_user(state: State, key: str) -> Json:
    """
    Find a user by id or user principal name, whatever its case.

    Raises:
        GraphError: 404.
    """
    wanted = key.lower()
    for user in state.users.values():
        if wanted in (user["id"].lower(), user["userPrincipalName"].lower()):
            return user
    raise _unknown(key)


def _clauses(text: str) -> list[_Clause]:
    if not text:
        return []
    rest = text.strip()
    found: list[_Clause] = []
    while match := _EQUALS.match(rest) or _IN.match(rest):
        values = _QUOTED.findall(match.group(0))
        found.append((match.group(1).lower(), frozenset(value.replace("''", "'") for value in values)))
        rest = rest[match.end() :]
        if not rest:
            return found
        if not rest.startswith(" or "):
            break
        rest = rest[4:]
    raise GraphError(400, "Unsupported or invalid query filter clause specified.", code="Request_UnsupportedQuery")


def _matches(user: Json, clauses: list[_Clause], fold: Callable[[str], str]) -> bool:
    names = ("id", "mail", "userPrincipalName", "displayName")
    values = {name.lower(): fold(str(user.get(name) or "")) for name in names}
    return not clauses or any(values[name] in map(fold, wanted) for name, wanted in clauses)


def _shown(request: Request, user: Json) -> Json:
    names = request.query.get("$select", "")
    wanted = [name.strip() for name in names.split(",")] if names else _USUAL
    return {name: user.get(name) for name in wanted}


def _typed(body: Json, kind: str) -> Json:
    return {"@odata.type": f"#microsoft.graph.{kind}", **body}


def _group_body(group: Group) -> Json:
    return {"id": group.id, "displayName": group.name, "groupTypes": ["Unified"], "mailEnabled": True}


def _members(state: State, request: Request, ids: Sequence[str]) -> Answer:
    found = [_member(state, request, member) for member in ids]
    if not state.believed("graph-members-typed"):
        found = [{name: part for name, part in member.items() if name != "@odata.type"} for member in found]
    if request.path.endswith("/microsoft.graph.user"):
        found = [member for member in found if member["@odata.type"] == "#microsoft.graph.user"]
    return _page(request, found, context="directoryObjects", links=state.believed("graph-pages-link-on"))


def _member(state: State, request: Request, member: str) -> Json:
    if member in state.users:
        return _typed(_shown(request, state.users[member]), "user")
    return _typed(_group_body(state.groups[member]), "group")


def _closure(state: State, group: Group) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(group.members)
    while waiting:
        member = waiting.pop(0)
        if member not in found:
            found[member] = None
            waiting += state.groups[member].members if member in state.groups else []
    return list(found)


def _page(request: Request, found: Sequence[Json], *, context: str, links: bool = True) -> Answer:
    """Answer with one page; the directory obeys `$top`, 100 if it is not given, 999 at most."""
    top, start = request.query.get("$top", "100"), request.page_token
    if not (top.isdigit() and 0 < int(top) <= 999):
        refuse("Invalid page size specified.")
    end = start + int(top)
    body: Json = {"@odata.context": METADATA + context}
    if end < len(found) and links:
        body["@odata.nextLink"] = request.link(str(end))
    return json_answer(json.dumps({**body, "value": found[start:end]}))


def _single(body: Json, *, context: str) -> Answer:
    return json_answer(json.dumps({"@odata.context": f"{METADATA}{context}/$entity", **body}))


def _find_group(state: State, group_id: str) -> Group:
    if group_id not in state.groups:
        raise _unknown(group_id)
    return state.groups[group_id]


def _unknown(key: str) -> GraphError:
    message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, message, code="Request_ResourceNotFound")
