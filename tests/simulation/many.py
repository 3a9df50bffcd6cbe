"""Many seeds, on both cores."""

import gc
import logging
import multiprocessing
import warnings
from collections.abc import Iterable, Iterator

from stduritemplate import StdUriTemplate

from tests.simulation.history import Result, play
from tests.simulation.ports import DOORS, PORTS

PROCESSES = 2
CHUNK = 10
CHUNKS_PER_PROCESS = 50
"""Then a new process takes its place: nobody collects garbage, as looking for it costs a tenth."""


def play_many(seeds: Iterable[int], *, full_stack: bool = False) -> Iterator[Result]:
    """Play seeds in processes of their own, and yield what became of them in the order of the seeds."""
    context = multiprocessing.get_context("fork")
    with context.Pool(PROCESSES, initializer=_begin, maxtasksperchild=CHUNKS_PER_PROCESS) as pool:
        yield from pool.imap(_full_stack if full_stack else _fast, seeds, chunksize=CHUNK)


def _begin() -> None:
    """Do without what costs time and tells nothing here: log lines, garbage collection, the same address twice."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    gc.disable()
    gc.freeze()
    expand, known = StdUriTemplate.expand, dict[tuple[str, str], str]()

    def remembered(template: str, substitutions: dict[str, object]) -> str:
        key = template, repr(substitutions)
        if key not in known:
            known[key] = expand(template, substitutions)
        return known[key]

    StdUriTemplate.expand = staticmethod(remembered)  # type: ignore[method-assign] # in these processes alone


def _fast(seed: int) -> Result:
    return play(seed, stack=PORTS)


def _full_stack(seed: int) -> Result:
    return play(seed, stack=DOORS)
