"""What two evaluations want differently, in lines that people read."""

from datetime import timedelta

import pytest

from shared.decisions.differences import differences
from shared.models.wanted import PersonDecision, Wanted, WantedReference
from tests.build import NOW, wanted

BASE = wanted()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param((), (BASE,), "+ rule|review is wanted: Review", id="an item more"),
        pytest.param((BASE,), (), "- rule|review is not wanted any more", id="an item less"),
        pytest.param(
            (BASE,), (wanted(title="New"),), "~ rule|review title: Review → New", id="a field that says otherwise"
        ),
        pytest.param(
            (BASE,), (wanted(bucket=None),), "~ rule|review bucket: Review → none", id="a field without value"
        ),
        pytest.param(
            (BASE,),
            (wanted(references=(WantedReference(url="https://a.example", alias="A"),)),),
            "~ rule|review references: [] → [{'url': 'https://a.example', 'alias': 'A'}]",
            id="a list of parts",
        ),
        pytest.param(
            (BASE,),
            (wanted(people=(PersonDecision(asked="role:Legal", person="", outcome="nobody"),)),),
            "~ rule|review people: [] → [role:Legal → nobody (nobody)]",
            id="people",
        ),
    ],
)
def test_each_difference_is_one_line(before, after, said):
    assert [str(one) for one in differences(Wanted(tasks=before), Wanted(tasks=after))] == [said]


def test_when_to_look_again_comes_last():
    found = differences(
        Wanted(tasks=(BASE,), look_again=NOW), Wanted(tasks=(wanted(title="New"),), look_again=NOW + timedelta(days=1))
    )

    assert [one.item for one in found] == ["rule|review", "(next look)"]
