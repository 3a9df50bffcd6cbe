"""
Users, managers, groups and mail.

Source: https://learn.microsoft.com/graph/api/resources/user
"""

from urllib.parse import quote

import pytest

from tests.fidelity.graph_caller import START, Caller


async def found(app, condition):
    reply = await app.get(f"/users?$filter={quote(condition)}")
    assert reply.status == 200, reply.body
    return [user["id"] for user in reply.json["value"]]


async def test_users_are_found_by_mail_or_principal_name_whatever_the_case():
    """Source: user-list, $filter with eq and in, joined by or."""
    app = Caller()
    guest = app.graph.add_user("eve@fabrikam.example", upn="eve_fabrikam.example#EXT#@contoso.example", guest=True)
    odd = app.graph.add_user("o'hara@contoso.example")

    assert await found(app, "mail eq 'ADA@contoso.example' or userPrincipalName eq 'nobody'") == [app.ada]
    assert await found(app, "userPrincipalName eq 'eve_fabrikam.example#EXT#@contoso.example'") == [guest]
    assert await found(app, "mail eq 'o''hara@contoso.example'") == [odd]
    assert await found(app, "mail in ('ada@contoso.example', 'bob@contoso.example')") == [app.ada, app.bob]
    assert await found(app, "mail eq 'nobody@contoso.example'") == []


@pytest.mark.parametrize(
    "condition", ["mail eq ada", "department eq 'x'", "mail eq 'x' and mail eq 'y'", "mail ne 'x'"]
)
async def test_a_filter_that_is_not_known_is_refused(condition):
    """400, not everybody."""
    assert (await Caller().get(f"/users?$filter={quote(condition)}")).status == 400


async def test_a_user_is_read_by_id_or_principal_name():
    """Source: user-get; the account's state is shown only if it is selected."""
    app = Caller()
    app.graph.disable_user(app.bob)

    by_id, by_name = await app.get(f"/users/{app.ada}"), await app.get("/users/Ada@contoso.example")
    bob = (await app.get(f"/users/{app.bob}?$select=id,accountEnabled,userType")).json

    assert by_id.json == by_name.json
    assert "accountEnabled" not in by_id.json
    assert (bob["accountEnabled"], bob["userType"]) == (False, "Member")
    assert (await app.get("/users/nobody@contoso.example")).code == "Request_ResourceNotFound"


async def test_a_manager_is_a_user_or_404():
    """Source: user-list-manager."""
    app = Caller()
    app.graph.set_manager(app.bob, app.ada)

    assert (await app.get(f"/users/{app.bob}/manager?$select=id,mail")).json["mail"] == "ada@contoso.example"
    assert (await app.get(f"/users/{app.ada}/manager")).status == 404


async def test_members_are_direct_or_transitive_each_once():
    """Source: group-list-members, group-list-transitivemembers."""
    app = Caller()
    eve = app.graph.add_user("eve@contoso.example")
    inner = app.graph.add_group("Inner", [eve, app.ada])
    app.graph.add_member(inner, app.group)
    app.graph.add_member(app.group, inner)

    async def ids(path):
        return [member["id"] for member in (await app.get(f"/groups/{app.group}/{path}")).json["value"]]

    assert await ids("members") == [app.ada, app.bob, inner]
    assert sorted(await ids("transitiveMembers")) == sorted([app.ada, app.bob, eve, inner, app.group])
    assert sorted(await ids("transitiveMembers/microsoft.graph.user")) == sorted([app.ada, app.bob, eve])
    assert (await app.get("/groups/none/members")).status == 404


async def test_members_come_in_pages_of_the_size_asked_for():
    """Source: group-list-members; the directory obeys $top, unlike Planner."""
    app = Caller()
    first = (await app.get(f"/groups/{app.group}/members?$top=1&$select=id")).json
    second = (await app.get(first["@odata.nextLink"])).json

    assert first["value"] == [{"@odata.type": "#microsoft.graph.user", "id": app.ada}]
    assert [member["id"] for member in second["value"]] == [app.bob]
    assert "@odata.nextLink" not in second
    assert (await app.get(f"/groups/{app.group}/members?$top=1000")).status == 400


def mail(*to):
    recipients = [{"emailAddress": {"address": address}} for address in to]
    return {
        "message": {"subject": "Done", "body": {"contentType": "Text", "content": "It is"}, "toRecipients": recipients}
    }


async def test_a_mail_is_accepted_and_nothing_is_said_of_it():
    """Source: user-sendmail, 202; two requests are two mails."""
    app = Caller()
    replies = [await app.post(f"/users/{app.ada}/sendMail", mail("bob@contoso.example")) for _ in range(2)]
    sent = app.graph.outbox

    assert [(reply.status, reply.body) for reply in replies] == [(202, b""), (202, b"")]
    assert len(sent) == 2
    assert (sent[0].sender, sent[0].to, sent[0].subject, sent[0].text) == (
        app.ada,
        ("bob@contoso.example",),
        "Done",
        "It is",
    )
    assert sent[0].at == START


@pytest.mark.parametrize(
    ("sender", "body", "status"),
    [
        ("ada@contoso.example", mail(), 400),
        ("ada@contoso.example", mail("nobody"), 400),
        ("ada@contoso.example", {}, 400),
        ("nobody@contoso.example", mail("bob@contoso.example"), 404),
    ],
)
async def test_a_mail_without_a_proper_sender_and_recipient_is_refused(sender, body, status):
    """Source: user-sendmail."""
    app = Caller()

    assert (await app.post(f"/users/{sender}/sendMail", body)).status == status
    assert app.graph.outbox == []
