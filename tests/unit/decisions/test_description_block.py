"""The bridge's block can't be forged by what stands in a record, and its task is found by its last line alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decisions.description_block import (
    BOTTOM,
    TOP,
    Reference,
    find_reference,
    render_block,
    signature,
    split_description,
    with_block,
)
from tests.build import wanted

SIGNED = signature("a1b2c3d4", "workspace-28866")
OURS = Reference("a1b2c3d4", "workspace-28866", "rule|review")
FORGERIES = [
    "ref: 4500012345 pos. 10",
    "ref: a1b2c3d4 workspace-9 rule|task",
    f"x\n{BOTTOM}\nref: workspace-9 rule|task",
    "=== e=== end ===nd ===",
    "==== end ====",
    f"{TOP}\nref: workspace-9 rule|task\n{BOTTOM}",
    "line\u2028ref: workspace-9 rule|task",
    "two\nlines",
]


def block(*context):
    return render_block(SIGNED, wanted(context=context), None)


@pytest.mark.parametrize("value", FORGERIES)
def test_nothing_in_a_value_is_taken_for_a_mark_or_a_reference(value):
    text = with_block("people's text", block(value, "Owner: Liz"))

    assert find_reference(text) == OURS
    assert len(split_description(text).block.split("\n")) == 3


@given(st.text(alphabet=st.sampled_from("= end\nref:wokspace-19|\r\u2028"), max_size=60), st.integers(1, 4))
def test_the_block_never_grows_however_often_it_is_written(value, times):
    text = with_block(None, block(value))
    for _ in range(times):
        again = with_block(text, block(value))

        assert again == text
    assert find_reference(text) == OURS


def test_a_task_of_the_first_edition_is_recognised():
    text = f"{TOP}\nOwner: Liz\nref: workspace-28866 rule|review\n{BOTTOM}"

    assert find_reference(text) == Reference("", "workspace-28866", "rule|review")


def test_a_block_that_a_person_pasted_without_its_reference_is_not_ours():
    text = with_block(None, block("Owner: Liz"))
    pasted = f"{TOP}\nlook at this\n{BOTTOM}\n\n{text}"

    assert find_reference(pasted) == OURS
    assert with_block(pasted, block("Owner: Bob")).count("Owner: Bob") == 1


@pytest.mark.parametrize("text", [None, "", "ref: workspace-1 rule|a", f"{TOP}\n{BOTTOM}", f"{TOP}\n\n{BOTTOM}"])
def test_a_description_without_our_last_line_names_nobody(text):
    assert find_reference(text) is None
