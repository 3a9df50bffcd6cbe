"""The directory's client: few requests, remembered for a while, and never half an answer."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.clients.graph.directory import DirectoryClient
from shared.errors import NotFoundError, RefusedError, ThrottledError
from shared.models.people import Lookups
from tests.narrowing import sure
from tests.unit.clients.graph.graph_double import BASE, GraphDouble, always, page, said

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
LIZ = {"id": "id-liz", "mail": "liz@contoso.example", "userPrincipalName": "lwhite@contoso.example"}
DEKE = {"id": "id-deke", "mail": None, "userPrincipalName": "deke@contoso.example", "accountEnabled": True}
MEMBER = {"@odata.type": "#microsoft.graph.user"}


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class People:
    """A tenant with two people; Liz manages Deke; one group in two pages."""

    def __init__(self, users=(LIZ, DEKE)):
        self.users = users
        self.double = GraphDouble(GET=self.get)
        self.clock = Clock()
        self.client = DirectoryClient(self.double.connection(), self.clock)

    def get(self, request):
        path = request.url.path.removeprefix("/v1.0")
        if path == "/users":
            wanted = request.url.params["$filter"]
            return page(*(u for u in self.users if f"'{u['mail']}'" in wanted or u["userPrincipalName"] in wanted))
        if path == "/users/id-deke/manager":
            return httpx.Response(200, json=LIZ)
        if path == "/groups/g-1/transitiveMembers":
            return self.members(request)
        user = next((u for u in self.users if path == f"/users/{u['id']}"), None)
        return httpx.Response(200, json=user) if user else said(404, "Request_ResourceNotFound")

    def members(self, request):
        if "$skiptoken" in request.url.params:
            return page(DEKE | MEMBER)
        device = {"@odata.type": "#microsoft.graph.device", "id": "id-device"}
        return page(LIZ | MEMBER, device, next_link=f"{BASE}/v1.0/groups/g-1/transitiveMembers?$skiptoken=2")


def asking(*emails, managers=(), groups=(), plan_groups=()):
    return Lookups(
        emails=frozenset(emails),
        managers_of=frozenset(managers),
        groups=frozenset(groups),
        plan_groups=frozenset(plan_groups),
    )


async def test_people_are_found_by_mail_and_by_principal_name():
    people = People()

    answer = await people.client.answer(asking("liz@contoso.example", "deke@contoso.example", "who@contoso.example"))

    found = {address: user and user.id for address, user in answer.users.items()}
    assert found == {
        "liz@contoso.example": "id-liz",
        "deke@contoso.example": "id-deke",
        "who@contoso.example": None,
    }
    assert len(people.double.sent) == 1


async def test_an_apostrophe_can_not_leave_its_quotes():
    people = People()

    await people.client.answer(asking("o'brien@contoso.example"))

    condition = people.double.sent[0].url.params["$filter"]
    assert condition == "mail eq 'o''brien@contoso.example' or userPrincipalName eq 'o''brien@contoso.example'"


@pytest.mark.parametrize(
    ("others", "best"),
    [
        pytest.param([{"accountEnabled": False, "id": "a"}], "z", id="disabled"),
        pytest.param([{"userType": "Guest", "id": "a"}], "z", id="guest"),
        pytest.param(
            [{"mail": "other@contoso.example", "userPrincipalName": "x@contoso.example", "id": "a"}],
            "z",
            id="only by name",
        ),
        pytest.param([{"id": "a"}], "a", id="both alike"),
    ],
)
async def test_of_several_the_one_who_can_act_is_chosen(others, best):
    base = {"id": "z", "mail": "x@contoso.example", "userPrincipalName": "x1@contoso.example", "accountEnabled": True}
    people = People(users=[base | other for other in others] + [base])

    answer = await people.client.answer(asking("x@contoso.example"))

    assert sure(answer.users["x@contoso.example"]).id == best


async def test_managers_are_found_by_the_person_managed():
    people = People()

    answer = await people.client.answer(
        asking(managers=["deke@contoso.example", "liz@contoso.example", "who@x.example"])
    )

    managers = {address: user and user.id for address, user in answer.managers.items()}
    assert managers == {"deke@contoso.example": "id-liz", "liz@contoso.example": None, "who@x.example": None}
    assert len(people.double.sent) == 2


async def test_groups_give_their_people_on_all_pages():
    people = People()

    answer = await people.client.answer(asking(groups=["g-1"], plan_groups=["g-none"]))

    assert [user.id for user in answer.groups["g-1"]] == ["id-liz", "id-deke"]
    assert answer.groups["g-none"] == ()


async def test_what_is_known_is_not_asked_again_for_fifteen_minutes():
    people = People()
    lookups = asking("liz@contoso.example", managers=["deke@contoso.example"], groups=["g-1"])
    first = await people.client.answer(lookups)
    sent = len(people.double.sent)

    people.clock.now += timedelta(minutes=14, seconds=59)
    assert await people.client.answer(lookups) == first
    assert len(people.double.sent) == sent

    people.clock.now += timedelta(seconds=1)
    assert await people.client.answer(lookups) == first
    assert len(people.double.sent) == 2 * sent


async def test_who_was_missing_is_asked_for_again_after_five_minutes():
    people = People(users=())
    await people.client.answer(asking("liz@contoso.example", groups=["g-none"]))
    people.users = (LIZ,)

    people.clock.now += timedelta(minutes=4, seconds=59)
    assert (await people.client.answer(asking("liz@contoso.example"))).users["liz@contoso.example"] is None

    people.clock.now += timedelta(seconds=1)
    assert sure((await people.client.answer(asking("liz@contoso.example"))).users["liz@contoso.example"]).id == "id-liz"


async def test_a_user_is_read_by_id_and_remembered():
    people = People()

    assert (await people.client.user("id-liz")).mail == "liz@contoso.example"
    assert (await people.client.user("id-liz")).mail == "liz@contoso.example"
    assert len(people.double.sent) == 1
    with pytest.raises(NotFoundError):
        await people.client.user("id-nobody")


@pytest.mark.parametrize(("reply", "error"), [(said(429), ThrottledError), (said(403), RefusedError)])
async def test_half_an_answer_is_none(reply, error):
    """A person who could not be looked up is not a person who does not exist."""
    people = People()
    get = people.get
    people.double.replies["GET"] = lambda r: reply if "who@" in str(r.url) or "who%40" in str(r.url) else get(r)

    with pytest.raises(error):
        await people.client.answer(asking("liz@contoso.example", "who@contoso.example"))


async def test_nothing_asked_is_nothing_sent():
    double = GraphDouble(GET=always(said(500)))

    assert (await DirectoryClient(double.connection(), Clock()).answer(Lookups())).users == {}
    assert double.sent == []


async def test_what_was_answered_lately_is_at_hand_without_a_call():
    people = People()
    asked = asking(
        "liz@contoso.example",
        managers=("deke@contoso.example", "who@contoso.example"),
        groups=("g-1",),
    )
    answer = await people.client.answer(asked)
    sent = len(people.double.sent)

    remembered = people.client.remembered()
    people.clock.now += timedelta(minutes=20)

    assert remembered.groups == answer.groups
    assert remembered.managers.items() >= answer.managers.items()
    assert sure(remembered.users["liz@contoso.example"]).id == "id-liz"
    assert remembered.managers["who@contoso.example"] is None
    assert people.client.remembered().model_dump() == {"users": {}, "managers": {}, "groups": {}}
    assert len(people.double.sent) == sent
