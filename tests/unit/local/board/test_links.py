"""The links that the bridge writes open on the board."""

import pytest

from local.board.links import find_page
from shared.clients.opentext.server import node_url, step_url
from shared.models.clouds import task_link
from shared.models.workflow import StepRef

BOARD, OPENTEXT, GRAPH = "http://127.0.0.1:8080", "http://127.0.0.1:8081", "http://127.0.0.1:8082"


@pytest.mark.parametrize(
    ("link", "page"),
    [
        pytest.param(node_url(f"{OPENTEXT}/cs/cs", 10011), "node/10011", id="a node"),
        pytest.param(
            step_url(
                f"{OPENTEXT}/cs/cs",
                StepRef(process_id=10021, subprocess_id=10021, task_id=1, visit="2026-11-30T09:00:00"),
            ),
            "workflow/10021",
            id="a step",
        ),
        pytest.param(task_link("P-1", "T_1-x", GRAPH), "task/T_1-x", id="a task"),
    ],
)
def test_what_the_bridge_writes_leads_to_the_board(link, page):
    path = link.removeprefix(OPENTEXT).removeprefix(GRAPH)

    assert find_page(BOARD, path) == f"{BOARD}/#{page}"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/cs/cs/api/v2/nodes/10011",
        "/cs/cs/app/nodes/x",
        "/v1.0/planner/tasks/T",
        "/webui/plan/p/view/board/task/<script>",
        "/cs/cs/app/nodes/1/../../x",
    ],
)
def test_what_is_asked_by_programs_stays_where_it_is(path):
    assert find_page(BOARD, path) is None
