"""The documents tell what becomes of an item under each kind of change, and tell what is so."""

import pytest

from shared.models.link import LinkState
from tests.change_matrix import CHANGES, STATES, drawn, outcome, shown

OF_THE_FILE = ["the file is edited, and asks it no more", "its rule is removed"]


def test_the_documents_show_the_table_as_it_is():
    assert shown() == drawn(), "run: python -m tests.change_matrix"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("change", [*OF_THE_FILE, "it is not known"])
def test_neither_a_file_nor_what_is_not_known_completes_or_opens_a_task(state, change):
    assert "its task is" not in outcome(STATES[state], change)


def test_the_table_has_every_state_that_this_release_knows():
    assert {known.state for known in STATES.values()} == set(LinkState) - {LinkState.UNKNOWN}
    assert len(CHANGES) == 8
