"""Malformed requests at the operator's doors: a quick run of `python -m tests.fuzz_operations`."""

from tests.fuzz_operations import run


async def test_a_thousand_malformed_requests_are_refused_without_a_word_of_them():
    statuses, wrong = await run(1_000, seed=7)

    assert wrong == []
    assert statuses[400] > 500
