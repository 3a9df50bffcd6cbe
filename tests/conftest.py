"""For all tests: properties are tried on the same examples at every run; coverage is taken where it counts."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
LONG = frozenset(
    TESTS / name
    for name in (
        "browser",
        "fidelity/test_nulls_and_types.py",
        "simulation",
        "year",
        *(
            f"integration/test_{name}.py"
            for name in (
                "backfill",
                "bridge",
                "brake_at_scale",
                "completed_unseen",
                "discovery",
                "escalation",
                "evidence_recording",
                "host_http",
                "host_queues",
                "host_timers",
                "kept_demo",
                "kill",
                "late_details",
                "mapping_edits",
                "outages",
                "outages_told",
                "purged_workflows",
                "quiet_telemetry",
                "real_host_deaths",
                "real_host_doors",
                "real_host_pace",
                "rebuild_states",
                "refused_writes",
                "rolling_deployment",
                "scale",
                "standing_failures",
                "stopped_parts",
                "store_origins",
                "trace",
                "wrong_clocks",
            )
        ),
    )
)
"""Folders and files that run long. They come first: none of them is left alone at the end."""
UNCOUNTED = LONG - {TESTS / "simulation", TESTS / "integration/test_evidence_recording.py"}
"""They reach next to nothing of `shared/` that no other does, and coverage doubles what a test costs."""

settings.register_profile(
    "same everywhere",
    derandomize=True,
    database=None,
    deadline=None,
    # A busy machine is no fault of the test.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same everywhere")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what runs long; otherwise the order stays as it was."""
    items.sort(key=lambda item: not _is_in(LONG, item.path))


@cache
def _is_in(named: frozenset[Path], path: Path) -> bool:
    return not named.isdisjoint((path, *path.parents))


@pytest.fixture(scope="module", autouse=True)
def counting(request: pytest.FixtureRequest) -> Iterator[None]:
    """
    Take no coverage of a file where it is dear and brings nothing.

    Where it is asked which test runs which line (`--cov-context`), each file counts: coverage that stands still
    can't be told of a test.
    """
    taken = Coverage.current()
    if taken is None or request.config.getoption("cov_context", None) or not _is_in(UNCOUNTED, request.path):
        yield
        return
    taken.stop()
    yield
    taken.start()
