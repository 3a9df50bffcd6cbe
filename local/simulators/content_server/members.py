"""
Answer about people: users, groups, workspace roles share one id space.

A filter that the server does not know is ignored without a word, and a page holds 20 at most whatever was asked.
"""

from collections.abc import Callable
from typing import Any

from local.in_process.transport import Answer
from local.simulators.content_server.exchange import Call, Page, RefusedCall, answer, chosen, fields_wanted, results
from local.simulators.content_server.model import User
from local.simulators.content_server.state import State

MOST = 20


def user_properties(user: User) -> dict[str, Any]:
    """Write a user in full."""
    return {
        "id": user.id,
        "name": user.login,
        "first_name": user.first,
        "last_name": user.last,
        "display_name": user.name,
        "name_formatted": user.name,
        "business_email": user.email or None,
        "type": 0,
        "type_name": "User",
        "deleted": False,
    }


def member_properties(state: State, member: int) -> dict[str, Any]:
    """
    Write a user, group or workspace role.

    Raises:
        KeyError: there is none of that id.
    """
    if member in state.users:
        return user_properties(state.users[member])
    if member in state.groups:
        name = state.groups[member].name
        return {"id": member, "name": name, "name_formatted": name, "type": 1, "type_name": "Group"}
    role = state.roles[member]
    return {"id": role.id, "name": role.name, "name_formatted": role.name, "type": 848, "leader": role.leader}


def brief(state: State, member: int) -> dict[str, Any]:
    """Write a member as workspaces list them: without e-mail."""
    full = member_properties(state, member)
    return {name: full[name] for name in ("id", "name", "name_formatted", "type", "type_name") if name in full}


def who_am_i(state: State, call: Call) -> Answer:
    """Answer `GET v1/auth`."""
    user = state.users[call.user]
    mine = {**user_properties(user), "privilege_system_admin_rights": user.is_admin, "time_zone": -1}
    return answer({"data": mine})


def read_member(state: State, call: Call) -> Answer:
    """Answer `GET v2/members/{id}`."""
    member = call.number(0)
    if member not in state.users and member not in state.groups and member not in state.roles:
        raise RefusedCall(500, f"Could not get a member for {member}")
    wanted = fields_wanted(call.every("fields")).get("properties", ())
    return results({"data": {"properties": chosen(member_properties(state, member), wanted)}})


def list_members(state: State, call: Call) -> Answer:
    """Answer `GET v2/members?where_...`."""
    found = _of_type(state, call.first("where_type"))
    for key, value in call.query:
        test = _filter(state, key)
        if test is None and key.startswith("where_") and not state.believed("content-filters-ignored"):
            _refuse_filter(key)
        if test is not None:
            found = [item for item in found if test(item, value.casefold())]
    return _page(state, call, found)


def list_group(state: State, call: Call) -> Answer:
    """Answer `GET v2/members/{id}/members`: direct members, groups among them."""
    group = state.groups.get(call.number(0))
    if group is None:
        raise RefusedCall(500, f"Invalid group {call.number(0)}")
    members = [member_properties(state, member) for member in group.members]
    kind = call.first("where_type")
    return _page(state, call, [item for item in members if kind in ("", str(item["type"]))])


def _of_type(state: State, kind: str) -> list[dict[str, Any]]:
    users = [user_properties(user) for user in state.users.values()] if kind in ("", "0") else []
    groups = [member_properties(state, group) for group in state.groups] if kind in ("", "1") else []
    return users + groups


def _refuse_filter(key: str) -> None:
    if key not in ("where_type", "where_business_email"):
        raise RefusedCall(400, f"Argument '{key}' is not known")


def _filter(state: State, key: str) -> Callable[[dict[str, Any], str], bool] | None:
    fields: dict[str, tuple[str, ...]] = {
        "where_name": ("name",),
        "where_first_name": ("first_name",),
        "where_last_name": ("last_name",),
    }
    fields["query"] = ("name", "first_name", "last_name", "business_email")
    if state.filters_by_email and state.believed("content-members-by-address"):
        fields["where_business_email"] = ("business_email",)
    names = fields.get(key)
    if names is None:
        return None
    return lambda item, value: any(str(item.get(name) or "").casefold().startswith(value) for name in names)


def _page(state: State, call: Call, found: list[dict[str, Any]]) -> Answer:
    most = MOST if state.believed("content-members-page") else 5 * MOST
    page = Page.of(call, len(found), default=MOST, most=most)
    wanted = fields_wanted(call.every("fields")).get("properties", ())
    rows = [{"data": {"properties": chosen(item, wanted)}} for item in found[page.start : page.stop]]
    return results(rows, collection={"paging": page.paging()})
