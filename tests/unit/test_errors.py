"""The tree of errors is drawn as it is."""

import re

from shared import errors
from tests.narrowing import sure

BRANCH = re.compile(r"^((?:[│├└ ][─ ]{2} )+)(\w+Error)\b", re.MULTILINE)
"""Each level takes four characters."""


def drawn():
    """Map each error that the module's docstring draws to the one that it hangs from."""
    above: list[str] = ["Exception"]
    for indent, name in BRANCH.findall(sure(errors.__doc__)):
        depth = len(indent) // 4
        yield name, above[depth - 1]
        above[depth:] = [name]


def test_the_tree_that_is_drawn_is_the_tree_that_there_is():
    there = {
        name: sure(one.__base__).__name__
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, errors.BridgeError)
    }

    assert dict(drawn()) == there
