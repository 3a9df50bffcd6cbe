"""
Members: users, groups and workspace roles in one id space.

Source: OTCS REST, v2/members.
"""

import pytest

from tests.fidelity.content_server_caller import Caller


def rows(reply):
    return [row["data"]["properties"] for row in reply.results]


async def test_a_user_is_found_by_email():
    """OpenText facts 2, Users."""
    caller = Caller()
    found = rows(await caller.get("v2/members?where_type=0&where_business_email=liz@contoso.example"))
    assert [(row["name"], row["type"]) for row in found] == [("liz", 0)]


async def test_a_filter_matches_beginnings_so_the_answer_must_be_compared():
    """OpenText facts 2, Users: always compare the returned e-mail."""
    caller = Caller()
    caller.server.add_user("eliza", email="liz@contoso.example.org")
    found = rows(await caller.get("v2/members?where_business_email=liz@contoso.example"))
    assert [row["name"] for row in found] == ["liz", "eliza"]


async def test_a_server_may_not_know_the_email_filter_at_all():
    """OpenText facts 2, Users: unsupported where_* is ignored."""
    caller = Caller()
    caller.server.switch(email_filter=False)
    found = rows(await caller.get("v2/members?where_type=0&where_business_email=liz@contoso.example"))
    assert len(found) == 5


async def test_a_page_holds_20_members_whatever_was_asked():
    """OpenText facts 2 and 7: servers clamp the limit and echo what they did."""
    caller = Caller()
    for number in range(30):
        caller.server.add_user(f"user{number:02}")
    first = await caller.get("v2/members?where_type=0&limit=100")
    second = await caller.get("v2/members?where_type=0&limit=100&page=2")

    assert (len(first.results), len(second.results)) == (20, 15)
    paging = first.json["collection"]["paging"]
    assert (paging["limit"], paging["page_total"], paging["total_count"]) == (20, 2, 35)


@pytest.mark.parametrize("query", ["limit=0", "page=0", "limit=many"])
async def test_limits_and_pages_start_at_one(query):
    """OpenText facts 7: paging is 1-based."""
    assert (await Caller().get(f"v2/members?{query}")).status == 400


async def test_only_the_fields_that_were_asked_for_come():
    """OpenText facts 2, Users: `fields=properties{...}`."""
    found = rows(await Caller().get("v2/members?where_name=liz&fields=properties{id,business_email}"))
    assert [set(row) for row in found] == [{"id", "business_email"}]


async def test_a_member_is_read_by_id_with_email():
    """OpenText facts 2, Users: users (type 0), groups (1) and workspace roles (848) share one id space."""
    caller = Caller()
    role = caller.server.role(caller.workspace, "Legal")
    user, group, place = [
        (await caller.get(f"v2/members/{number}")).results["data"]["properties"]
        for number in (caller.user("liz"), caller.legal, role.id)
    ]
    assert user["business_email"] == "liz@contoso.example"
    assert (user["type"], group["type"], place["type"]) == (0, 1, 848)
    assert (await caller.get("v2/members/99")).error == (500, "Could not get a member for 99")


async def test_a_group_lists_its_direct_members_groups_among_them():
    """OpenText facts 3: members may be groups → expand."""
    caller = Caller()
    outer = caller.server.add_group("Everyone", ["Legal", "nina"])
    found = rows(await caller.get(f"v2/members/{outer}/members"))
    assert [(row["name"], row["type"]) for row in found] == [("Legal", 1), ("nina", 0)]
    assert (await caller.get(f"v2/members/{caller.user('liz')}/members")).status == 500


async def test_who_am_i_says_it_under_data():
    """OpenText facts 1d, `GET /v1/auth`."""
    data = (await Caller().get("v1/auth", by="liz")).json["data"]
    assert (data["name"], data["display_name"], data["business_email"]) == ("liz", "Liz White", "liz@contoso.example")


async def test_assignments_mix_steps_with_other_kinds():
    """OpenText facts 4d: filter workflow rows by workflow_id; only one's own come."""
    caller = Caller()
    process = caller.approval()
    caller.server.add_reminder("liz", "Call Bob")
    found = [row["data"]["assignments"] for row in (await caller.get("v2/members/assignments", by="liz")).results]

    assert [(row["type"], row["workflow_id"]) for row in found] == [(31214, None), (153, process)]
    assert found[1]["workflow_subworkflow_task_id"] == 1
    assert (await caller.get("v2/members/assignments", by="deke")).results == []
