"""For all tests: properties are tried on the same examples at every run, however slow the machine is."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPEATED = frozenset(
    Path(__file__).parent / name
    for name in (
        "fidelity/test_nulls_and_types.py",
        "integration/test_adversaries.py",
        "integration/test_brake_at_scale.py",
        "integration/test_kill.py",
        "integration/test_mails.py",
        "integration/test_mapping_edits.py",
        "integration/test_outages.py",
        "integration/test_rebuild_states.py",
        "integration/test_scale.py",
        "integration/test_standing_failures.py",
        "year/test_year.py",
    )
)
"""Go by the same lines many times over; other tests count them. Coverage doubles what a test costs."""

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
    """Take no coverage where it is dear and brings nothing."""
    for item in items:
        if item.path in REPEATED:
            item.add_marker(pytest.mark.no_cover)
