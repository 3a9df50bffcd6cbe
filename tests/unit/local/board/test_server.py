"""The board's doors: for its own pages alone, as text and data, with the operations page in its frame."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.board.page import OWN, SHARED, render_page
from local.board.server import application
from local.simulators.http_adapter import door
from shared.operations import page as operations
from tests.unit.local.board.scenes import InMemory, Inside

URL = "http://127.0.0.1:8080"


async def shell(_):
    return Response(operations.render_page().html, headers=dict(operations.render_page().headers))


async def operators_door(request):
    return JSONResponse({"key": request.headers["x-functions-key"], "cookie": request.headers.get("cookie", "")})


APP = Starlette(
    routes=[
        Route("/api/operations", shell),
        Route("/api/operations/{door}", operators_door, methods=["GET", "POST"]),
    ]
)


@pytest.fixture
def inside():
    return Inside()


@pytest.fixture
def stage(inside):
    return InMemory(inside, URL)


@pytest.fixture
async def board(stage):
    """Ask the board as a browser does, without a socket."""
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(APP)) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(application(stage, app)), base_url=URL) as client,
    ):
        yield client


async def test_an_act_is_done_said_and_told_in_the_feed(board, inside):
    answer = await board.post("/acts/complete", json={"person": "lwhite", "task": inside.task})

    assert (answer.status_code, answer.json()) == (200, {"said": "lwhite completed 'Read it'"})
    told = (await board.get("/state")).json()["feed"][-1]
    assert (told["who"], told["what"]) == ("Planner", "lwhite completed 'Read it'")


async def test_what_a_system_refuses_is_said_and_what_is_asked_wrongly_names_its_field(board, inside):
    refused = await board.post("/acts/complete", json={"person": "Admin", "task": inside.task})
    wrong = await board.post("/acts/forward", json={"seconds": -5})

    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (409, "Admin has no account in Planner")
    assert (wrong.status_code, wrong.json()["detail"].split(":")[0]) == (400, "seconds")


async def test_time_passes_and_trouble_is_made_and_mended(board, inside):
    before = inside.at
    for name, given in (("forward", {"seconds": 3600}), ("trouble", {"name": "away"}), ("mend", {})):
        assert (await board.post(f"/acts/{name}", json=given)).status_code == 200

    assert (inside.at - before).total_seconds() == 3600
    assert not any(one["stands"] for one in (await board.get("/state")).json()["troubles"])


async def test_while_a_scene_is_being_set_nobody_acts_and_no_other_is_begun(board, stage, inside):
    stage.is_ready, stage.system = False, None

    acts = {"complete": {"person": "lwhite", "task": inside.task}, "scene": {"name": "contracts"}, "mend": {}}
    assert {(await board.post(f"/acts/{name}", json=given)).status_code for name, given in acts.items()} == {409}
    assert (await board.get("/state")).json()["scene"]["is_ready"] is False


async def test_a_scene_that_does_not_exist_is_named_with_those_that_do(board):
    answer = await board.post("/acts/scene", json={"name": "opera"})

    assert answer.json()["detail"].startswith("there is no scene 'opera'; there are: contracts, onboarding, escalation")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Origin": "https://evil.example"}, 409, id="a foreign page"),
        pytest.param({"Host": "evil.example:8080"}, 400, id="a foreign name for this machine"),
        pytest.param({"Content-Type": "text/plain"}, 409, id="a form that needs no leave of the browser"),
    ],
)
async def test_a_foreign_page_can_do_nothing_here(board, inside, headers, status):
    body = f'{{"person": "lwhite", "task": "{inside.task}"}}'
    answer = await board.post("/acts/complete", content=body, headers={"Content-Type": "application/json"} | headers)

    assert answer.status_code == status
    assert inside.world.graph.tasks[inside.task]["percentComplete"] == 0


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"'])
async def test_an_act_that_is_no_json_object_is_refused(board, body):
    answer = await board.post("/acts/complete", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 409)


async def test_a_document_is_saved_and_never_run(board, inside):
    inside.world.content.node(inside.document).versions[-1].mime_type = "text/html"
    answer = await board.get(f"/documents/{inside.document}")

    assert answer.content == b"first"
    assert answer.headers["content-disposition"] == 'attachment; filename="Supply contract.docx"'
    assert (answer.headers["x-content-type-options"], answer.headers["content-security-policy"]) == (
        "nosniff",
        "sandbox",
    )
    assert (await board.get(f"/documents/{inside.space}")).status_code == 404


async def test_the_operations_page_is_shown_in_the_boards_frame_and_in_no_other(board):
    page = await board.get("/api/operations")

    assert page.text == operations.render_page().html
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "SAMEORIGIN"


async def test_its_doors_get_the_key_that_the_page_sends_and_nothing_else(board):
    answer = await board.get("/api/operations/status", headers={"x-functions-key": "k", "cookie": "c=1"})

    assert answer.json() == {"key": "k", "cookie": ""}
    foreign = {"x-functions-key": "k", "origin": "https://evil.example"}
    assert (await board.post("/api/operations/retry", json={}, headers=foreign)).status_code == 409


async def test_the_page_loads_nothing_and_runs_its_own_script_alone():
    page = render_page()

    assert re.findall(r"(?:src|href)=\"(?!#|data:)", page.html) == []
    assert "innerHTML" not in page.html
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 2
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_page_is_made_of_every_script_beside_it():
    here = render_page.__wrapped__.__globals__["HERE"]

    assert {path.name for path in here.glob("*.js")} == set(OWN)
    assert all((operations.HERE / name).is_file() for name in SHARED)


async def test_a_link_into_a_system_leads_people_to_the_board_and_programs_nowhere_else(stage, inside):
    systems = door(inside.world.content.handle, stage._page)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(systems), base_url="http://ecm") as client:
        opened = await client.get(f"/cs/cs/app/nodes/{inside.space}")
        asked = await client.get("/cs/cs/api/v1/ping")

    assert (opened.status_code, opened.headers["location"]) == (307, f"{URL}/#node/{inside.space}")
    assert asked.status_code == 200
