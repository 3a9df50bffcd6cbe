"""A task's link leads into the cloud of the tenant."""

import pytest

from shared.models.clouds import task_link

PUBLIC = "https://planner.cloud.microsoft/webui/plan/P-1/view/board/task/T-1"


@pytest.mark.parametrize(
    ("graph", "link"),
    [
        ("", PUBLIC),
        ("https://graph.microsoft.com", PUBLIC),
        ("http://127.0.0.1:8082", "http://127.0.0.1:8082/webui/plan/P-1/view/board/task/T-1"),
        ("http://localhost:8082/", "http://localhost:8082/webui/plan/P-1/view/board/task/T-1"),
        ("https://graph.example", PUBLIC),
        ("https://graph.microsoft.us", "https://tasks.office365.us/Home/Task/T-1"),
        ("https://dod-graph.microsoft.us", "https://tasks.osi.apps.mil/Home/Task/T-1"),
    ],
)
def test_a_link_is_the_clouds_own(graph, link):
    assert task_link("P-1", "T-1", graph) == link


def test_ids_are_encoded():
    assert task_link("a/b", "c?d").endswith("/plan/a%2Fb/view/board/task/c%3Fd")
