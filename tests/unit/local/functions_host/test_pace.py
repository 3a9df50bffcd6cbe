"""How quick the host stand-in is, where nobody says otherwise."""

import pytest

from local.functions_host.errors import HostError
from local.functions_host.pace import Pace, read_pace
from tests.repository import ROOT


def test_times_are_the_real_hosts_unless_a_setting_of_the_stand_in_says_otherwise():
    """600 s in hand, 25 s of refused storage, locks of 60 s looked for every 60 s, 10 s after SIGINT."""
    pace = read_pace({"MESSAGE_SECONDS": "1", "LOCAL_HOST_GRACE_SECONDS": "0.5"})

    seconds = {name: value and value.total_seconds() for name, value in pace}
    assert seconds == {
        "message_seconds": 600,
        "longest_pause_seconds": None,
        "refused_seconds": 25,
        "lock_seconds": 60,
        "lock_renewal_seconds": 30,
        "lock_look_seconds": 60,
        "grace_seconds": 0.5,
        "orphaned_seconds": 5,
    }


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"LOCAL_HOST_HIDDEN": "1"}, id="unknown"),
        pytest.param({"LOCAL_HOST_GRACE_SECONDS": "soon"}, id="no-number"),
        pytest.param({"LOCAL_HOST_LOCK_SECONDS": "5"}, id="shorter-than-a-lease"),
    ],
)
def test_a_setting_that_is_not_understood_is_named(given):
    with pytest.raises(HostError, match=next(iter(given)).removeprefix("LOCAL_HOST_").lower() + "|soon"):
        read_pace(given)


def test_every_setting_is_told_in_the_documentation():
    told = (ROOT / "docs" / "local-host.md").read_text()

    assert [name for name in Pace.model_fields if f"`LOCAL_HOST_{name.upper()}`" not in told] == []
