"""The doors of /api/operations, through the app's own function: who gets in, what they answer, what they do."""

import json
from contextlib import ExitStack
from datetime import timedelta

import pytest

from shared import wiring
from shared.models.doors import Health, HeldAnswer, StatusAnswer, TroublesAnswer
from shared.models.events import EventKind
from shared.models.holds import HoldCause
from shared.models.life import OriginAnswer, Teller
from shared.models.words import WaitedFor
from shared.operations.doors import DOORS
from tests.browser import scenes
from tests.operator_door import Door
from tests.repository import ROOT


@pytest.fixture
async def trouble():
    door = Door(await scenes.in_trouble())
    with ExitStack() as stack:
        stack.enter_context(wiring.use(door.wired))
        yield door


@pytest.fixture
async def quiet():
    door = Door(await scenes.at_rest(contracts=1))
    with ExitStack() as stack:
        stack.enter_context(wiring.use(door.wired))
        yield door


@pytest.fixture(scope="module")
async def resting():
    """A bridge to which nothing is done."""
    door = Door(await scenes.at_rest(contracts=1))
    with wiring.use(door.wired):
        yield door


@pytest.fixture(scope="module")
async def lived():
    """One approval's life, and its key."""
    return await scenes.one_life()


async def test_a_bridge_at_rest_needs_nobody(quiet):
    status = await quiet.get("status", StatusAnswer)

    assert not status.needs_person
    assert {one.health for one in status.systems} == {Health.WELL}
    assert (await quiet.get("troubles", TroublesAnswer)).total == 0


async def test_no_trouble_is_no_good_news_of_an_app_that_does_not_sweep(quiet):
    quiet.bridge.inside.at += timedelta(hours=1)

    status = await quiet.get("status", StatusAnswer)

    states = {one.subject: one.health for one in status.systems}
    assert states.pop("storage") is Health.WELL, "it has just answered"
    assert set(states.values()) == {Health.NOT_KNOWN}


async def test_each_system_says_how_it_stands(trouble):
    status = await trouble.get("status", StatusAnswer)

    states = {one.subject: one.health for one in status.systems}
    assert status.needs_person
    assert (states["graph"], states["sign-in-performer-1004"]) == (Health.PAUSED, Health.TROUBLED)
    assert states["opentext"] is Health.WELL


async def test_what_is_held_is_told_by_cause_with_the_oldest_and_what_heals_it(trouble):
    held = await trouble.get("held", HeldAnswer)

    refused = next(one for one in held.groups if one.cause is HoldCause.REFUSED)
    assert refused.count == 41
    assert held.now - refused.oldest == timedelta(hours=6)
    assert "replay --held" in refused.heals


async def test_a_list_of_thousands_comes_page_by_page_each_item_once(quiet):
    await scenes.many_held(quiet.bridge, 1_200)
    seen, after = [], ""
    while True:
        page = await quiet.get("held", HeldAnswer, cause="refused", limit="250", after=after)
        seen += [(one.origin, one.item) for one in page.items]
        if not (after := page.after):
            break

    assert len(seen) == len(set(seen)) == page.total == 1200


async def test_links_are_read_once_however_often_somebody_asks_and_the_rarer_the_more_there_are(quiet):
    await scenes.many_held(quiet.bridge, 10_000)
    await quiet.get("held")
    before = quiet.bridge.inside.calls["origins query"]

    for _ in range(5):
        await quiet.get("held")
    quiet.bridge.inside.at += timedelta(seconds=9)
    await quiet.get("held")
    at_once = quiet.bridge.inside.calls["origins query"]
    quiet.bridge.inside.at += timedelta(seconds=2)
    await quiet.get("held")

    assert at_once == before
    assert quiet.bridge.inside.calls["origins query"] > before


async def test_a_life_is_told_in_sentences_with_links_to_both_systems(lived):
    bridge, origin = lived
    door = Door(bridge)
    with wiring.use(door.wired):
        life = await door.get("origin", OriginAnswer, key=origin)

    assert life.name == "Contract Approval in Contoso Supply 4711"
    assert life.url.startswith("https://otcs.example/cs/cs/app/processes/")
    assert all(one.task_url.startswith("https://planner.cloud.microsoft/") for one in life.items)
    assert [one.teller for one in life.told if one.what == EventKind.REFUSED] == [Teller.REFUSED]
    assert [one.actor for one in life.told if one.what == EventKind.ASKED] == ["operator n.kaur@contoso.example"]
    assert life.next_looks
    assert life.told[0].sequence == life.entries


async def test_an_older_page_of_a_life_goes_on_where_the_first_ended(lived):
    bridge, origin = lived
    door = Door(bridge)
    with wiring.use(door.wired):
        first = await door.get("origin", OriginAnswer, key=origin, limit="4")
        rest = await door.get("origin", OriginAnswer, key=origin, limit="100", before=str(first.before))

    assert [one.sequence for one in (*first.told, *rest.told)] == list(range(first.entries, 0, -1))
    assert rest.before == 0


async def test_an_origin_that_nobody_ever_looked_at_is_said_to_be_unknown(quiet):
    assert not (await quiet.get("origin", OriginAnswer, key="workspace-999999")).is_known


async def test_looking_again_is_queued_in_the_operators_name_and_kept(quiet):
    status, done = await quiet.post("look", origin="workspace-28866")

    assert (status, done["count"]) == (200, 1)
    (message,) = quiet.queued()
    assert (message.origin, message.waited_for, message.asked_by) == ("workspace-28866", WaitedFor.OPERATOR, "operator")
    (kept,) = (await quiet.get("interventions"))["interventions"]
    assert (kept["by"], kept["subject"]) == ("operator", "workspace-28866")


async def test_the_history_tells_once_that_an_operator_asked(quiet):
    origin = (await scenes.known(quiet.bridge, "workspace"))[0]
    await quiet.post("look", origin=origin)
    message = quiet.queued()[-1]
    await quiet.bridge.rest()
    await quiet.bridge.services.queues.send_origin(message.told())
    await quiet.bridge.rest()

    life = await quiet.get("origin", OriginAnswer, key=origin)

    assert [one.what for one in life.told].count(EventKind.ASKED) == 1


async def test_who_it_was_is_believed_only_where_entra_stands_in_front(quiet):
    said = {"x-ms-client-principal-name": "n.kaur@contoso.example"}
    await quiet.ask("POST", "look", {"origin": "workspace-1"}, headers=said)
    quiet.wired.entra = True
    await quiet.ask("POST", "look", {"origin": "workspace-2"}, headers=said)

    assert [message.asked_by for message in quiet.queued()] == ["operator", "operator n.kaur@contoso.example"]


async def test_what_many_would_feel_is_done_only_when_that_is_confirmed(quiet):
    for number in range(11):
        await scenes.held(quiet.bridge, f"workspace-{60000 + number}", 1, HoldCause.REFUSED)

    status, asked = await quiet.post("retry", cause="refused")
    assert (status, asked["count"], asked["needs_confirmation"]) == (409, 11, True)
    assert quiet.queued() == []

    status, done = await quiet.post("retry", cause="refused", confirmed=True)
    assert (status, done["count"]) == (200, 11)
    assert {(one.frees, one.waited_for) for one in quiet.queued()} == {(HoldCause.REFUSED, WaitedFor.OPERATOR)}


async def test_a_brake_is_released_only_when_that_is_confirmed(trouble):
    assert (await trouble.post("brake", rule=scenes.BRAKED))[0] == 409
    status, _ = await trouble.post("brake", rule=scenes.BRAKED, confirmed=True)

    assert status == 200
    assert (await trouble.get("brakes"))["brakes"] == []
    assert (await trouble.post("brake", rule=scenes.BRAKED, confirmed=True))[0] == 404, "nothing is held any more"


async def test_a_gate_is_opened_and_an_unknown_one_is_not_there(trouble):
    status, _ = await trouble.post("gate", name="graph")
    names = [one["name"] for one in (await trouble.get("gates"))["gates"]]

    assert (status, names) == (200, ["sign-in-performer-1004"])
    assert (await trouble.post("gate", name="graph"))[0] == 404


async def test_letters_are_sent_again_and_what_is_no_message_stays(trouble):
    status, done = await trouble.post("replay", all=True)

    assert (status, done["count"], len(done["left"])) == (200, 2, 1)
    (left,) = (await trouble.get("dead-letters"))["letters"]
    assert not left["can_replay"]
    assert (await trouble.post("drop", key=left["key"]))[0] == 200
    assert (await trouble.get("dead-letters"))["total"] == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("{origin}", "its key", id="its key"),
        pytest.param("{number}", "of that number", id="its number"),
        pytest.param("https://otcs.example/cs/cs/app/nodes/{number}?x=1", "of that number", id="a link to its node"),
        pytest.param(
            "https://planner.cloud.microsoft/webui/plan/p/view/board/task/{task}", "Planner", id="a link to its task"
        ),
        pytest.param("{task}", "Planner", id="the id of its task"),
    ],
)
async def test_an_origin_is_found_by_what_an_operator_has_at_hand(quiet, text, why):
    origin = (await scenes.known(quiet.bridge, "workspace"))[0]
    links = await quiet.bridge.services.origins.find_links(origin)
    task = next(iter(links.values())).task_id
    asked = text.format(origin=origin, number=origin.removeprefix("workspace-"), task=task)

    (found,) = (await quiet.get("find", text=asked))["origins"]

    assert found["key"] == origin
    assert why in found["why"]


async def test_the_charts_add_up_what_all_workers_did(quiet):
    points = (await quiet.get("series", hours="6"))["points"]

    assert len(points) == 73
    assert sum(one["looks"] for one in points) > 1000
    assert any(one["lag_median"] for one in points)
    assert any(one["lag_median"] is None for one in points), "where nothing was sent on there is no lag"


FORM, TEXT = {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "text/plain"}
LOOK = {"origin": "workspace-1"}
REFUSED = {
    "a cause that is none": (("GET", "held"), {"query": {"cause": "nonsense"}}, 400, "cause"),
    "too small a page": (("GET", "held"), {"query": {"limit": "0"}}, 400, "limit"),
    "no key of an origin": (("GET", "origin"), {"query": {"key": "workspace-x"}}, 400, "key"),
    "no key at all": (("GET", "origin"), {}, 400, "key"),
    "a field that the door does not take": (("GET", "status"), {"query": {"more": "1"}}, 400, ""),
    "a key in the address": (("GET", "status"), {"query": {"code": "a-key"}}, 400, "code"),
    "no such door": (("GET", "nonsense"), {}, 404, None),
    "an act by GET": (("GET", "look"), {}, 405, None),
    "a reading by POST": (("POST", "status"), {}, 405, None),
    "a form": (("POST", "look"), {"body": b"origin=workspace-1", "headers": FORM}, 400, "content-type"),
    "a form that pretends": (
        ("POST", "look"),
        {"body": json.dumps(LOOK).encode(), "headers": TEXT},
        400,
        "content-type",
    ),
    "no object": (("POST", "look"), {"body": b"[" * 9000}, 400, ""),
    "too long a body": (("POST", "look"), {"body": b"{" + b" " * 20000 + b"}"}, 400, ""),
    "fields in the address": (("POST", "look"), {"fields": LOOK, "query": {"x": "1"}}, 400, ""),
    "half a character": (("POST", "look"), {"body": b'{"origin": "\\ud800"}'}, 400, "origin"),
    "a word for true": (("POST", "retry"), {"fields": {"confirmed": "yes"}}, 400, "confirmed"),
    "neither one letter nor all": (("POST", "replay"), {}, 400, "key"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
async def test_what_a_door_does_not_take_is_refused_with_field_and_cure(resting, case):
    door, given, status, field = case

    answer = await resting.ask(*door, **given)

    body = json.loads(answer.get_body())
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert [one["field"] for one in body.get("errors", [])] == ([] if field is None else [field])
    assert body["detail"]
    assert resting.queued() == []


def test_the_list_of_doors_names_each_and_no_other():
    listed = (ROOT / "docs" / "operations-api.md").read_text("utf-8")
    named = {
        tuple(line.split("`")[1].split()) for line in listed.splitlines() if line.startswith(("| `GET", "| `POST"))
    }

    assert named == {*DOORS, ("GET", "evidence")}
