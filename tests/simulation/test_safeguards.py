"""Each safeguard that the simulation is tried without stands once where the entry says, and the rest still parses."""

import ast

import pytest

from tests.repository import ROOT
from tests.simulation.safeguards import SABOTAGES, apply


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=SABOTAGES)
def test_a_safeguard_that_is_taken_out_is_there_and_leaves_a_program(sabotage, tmp_path):
    copy = tmp_path / sabotage.file
    copy.parent.mkdir(parents=True)
    copy.write_text((ROOT / sabotage.file).read_text())

    apply(sabotage, tmp_path)

    assert ast.parse(copy.read_text())
    assert copy.read_text() != (ROOT / sabotage.file).read_text()
