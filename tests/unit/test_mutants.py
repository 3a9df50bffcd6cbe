"""The changes that once went unnoticed can still be made: a renamed line is said at once, not after hours."""

from tests.mutants.named import CHANGES, named


def test_each_change_that_is_named_has_its_place_in_the_code():
    assert len(list(named())) == len(CHANGES)
