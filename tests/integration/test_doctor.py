"""The doctor asks for everything that the rules use: each missing thing is named, with what mends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.demo.world import create_contract
from local.in_process.system import START, Inside
from local.simulators.faults import Fault
from shared.models.messages import OriginMessage
from shared.operations.doctor import examine
from shared.operations.findings import Finding, Verdict
from shared.operations.probing import ROLES, probe_deeply
from tests.integration.operating import OperatedWiring
from tests.repository import ROOT

END = START + timedelta(days=400)


class Patient(OperatedWiring):
    """A bridge whose readiness has nothing to say."""

    def probes(self):
        return {}

    def notes(self):
        return ()


@pytest.fixture
async def inside():
    one = Inside(ROOT / "mapping.yaml")
    workspace = create_contract(one.world, "Supply", END)
    document = one.world.content.add_document(workspace, "Supply.docx", b"text", user="pwilliams")
    process = one.world.content.start_workflow(
        "Contract Approval", [document], initiator="pwilliams", managers=["bridge"], workspace=workspace
    )
    for origin in (f"workspace-{workspace}", f"workflow-{process}"):
        one.origins.messages.append(OriginMessage(origin=origin).model_dump_json())
    await one.drain()
    return one


async def found(inside):
    by_name: dict[str, list[Finding]] = {}
    for finding in await examine(Patient(inside), None):
        by_name.setdefault(finding.name, []).append(finding)
    return by_name


async def test_of_a_healthy_bridge_every_part_is_said_to_be_well(inside):
    told = await found(inside)

    assert [one.text for one in told["names"]] == ["every name of 3 rules is there"]
    assert told["performer"][0].text == "1 of 1 waiting steps can be read in a performer's name"
    assert told["roles"][0].verdict is Verdict.OK


async def test_a_name_of_the_mapping_that_is_not_there_fails_with_its_place(inside, tmp_path):
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text((ROOT / "mapping.yaml").read_text().replace("role:Finance", "role:Finanse"))
    inside.reload(mapping, "edited")

    failing = [one for one in (await found(inside))["names"] if one.verdict is Verdict.FAIL]

    assert any("Finanse" in one.text and "rules.0" in one.text and one.remedy for one in failing)


async def test_a_plan_that_is_gone_fails_by_its_name(inside):
    plan = next(key for key, body in inside.world.graph.plans.items() if body["title"] == "Finance")
    inside.world.graph.hide(plan)

    failing = [one.text for one in (await found(inside))["names"] if one.verdict is Verdict.FAIL]

    assert any("Finance" in text for text in failing)


async def test_subscriptions_that_are_missing_are_told_with_their_groups(inside):
    (one,) = (await found(inside))["subscriptions"]

    assert one.verdict is Verdict.WARN
    assert "none on groups/" in one.text


async def test_a_clock_that_differs_from_storages_is_told(inside):
    services = inside.services()
    await services.cursors.save("any", "1")
    fast = replace(services, now=lambda: inside.at + timedelta(minutes=7))

    (one,) = [finding for finding in await probe_deeply(fast) if finding.name == "clock"]

    assert (one.verdict, one.text) == (Verdict.WARN, "this machine's clock is 420 s before storage's")


async def test_one_part_that_can_not_be_asked_stops_no_other(inside):
    async def refused(method, path, query, headers, body):
        return 403, {"content-type": "application/json"}, b'{"error": {"code": "Forbidden", "message": "no"}}'

    inside.graph = refused
    inside.restart("again")

    told = await found(inside)

    assert told["subscriptions"][0].verdict is Verdict.FAIL
    assert told["performer"][0].verdict is Verdict.OK


async def test_a_performer_who_can_not_be_acted_for_is_told_and_the_rest_is_asked_all_the_same(inside):
    by_proxy = Inside(ROOT / "mapping.yaml", settings={"OTDS_IMPERSONATION": "proxy"}, world=inside.world)

    told = await found(by_proxy)

    assert told["performer"][0].text.startswith("no waiting step can be read in its performer's name")
    assert "every name of 3 rules is there" in [one.text for one in told["names"]]


async def test_a_refused_sign_in_of_the_integration_user_is_no_matter_of_the_step_that_was_asked_for(inside):
    by_proxy = Inside(ROOT / "mapping.yaml", settings={"OTDS_IMPERSONATION": "proxy"}, world=inside.world)
    refused = Fault.status(401, body=b'{"error": "Invalid username/password specified."}', times=1000)
    turned_away: list[str] = []

    def from_the_first_performer_on(method, path):
        if "proxies" in path or turned_away:
            turned_away.append(f"{method} {path}")
        return refused if turned_away else None

    inside.world.content.faults.hook = from_the_first_performer_on

    told = await found(by_proxy)

    assert any(one.text.startswith("the mapping: OpenText can't be asked") for one in told["names"])
    assert told["performer"][0].verdict is Verdict.OK
    # What was asked, and one sign-in.
    assert len(turned_away) == 2


@pytest.mark.parametrize(
    ("roles", "verdict", "said"),
    [
        pytest.param(frozenset(ROLES), Verdict.OK, "Tasks.ReadWrite.All", id="all"),
        pytest.param(
            frozenset({"User.Read.All"}), Verdict.FAIL, "the token lacks Tasks.ReadWrite.All, Group.Read.All", id="some"
        ),
    ],
)
async def test_the_roles_in_the_apps_token_are_compared_with_what_it_needs(inside, roles, verdict, said):
    services = inside.services()

    class Directory:
        """Shows a token's roles; the rest is the real one's."""

        async def roles(self):
            return roles

        answer = services.directory.answer

    told = await probe_deeply(replace(services, directory=Directory()))

    (one,) = [finding for finding in told if finding.name == "roles"]
    assert (one.verdict, said in one.text) == (verdict, True)
