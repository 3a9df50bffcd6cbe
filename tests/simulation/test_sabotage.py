"""What is taken away to prove the simulation is still there to be taken."""

import pytest

from tests.repository import ROOT
from tests.simulation.sabotage import SABOTAGES


@pytest.mark.parametrize("name", SABOTAGES)
def test_each_sabotage_changes_one_place_of_the_product(name):
    sabotage = SABOTAGES[name]

    assert (ROOT / sabotage.file).read_text("utf-8").count(sabotage.old) == 1
    assert sabotage.new != sabotage.old
