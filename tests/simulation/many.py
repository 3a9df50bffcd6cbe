"""Many seeds, on both cores."""

import gc
import logging
import multiprocessing
import warnings
from collections.abc import Iterable, Iterator

from tests.simulation.history import Result, play
from tests.simulation.workers import direct

PROCESSES = 2
CHUNK = 10


def play_many(seeds: Iterable[int], *, full_stack: bool = False) -> Iterator[Result]:
    """Play seeds in processes of their own, and yield what became of them in the order of the seeds."""
    context = multiprocessing.get_context("fork")
    with context.Pool(PROCESSES, initializer=_quiet) as pool:
        yield from pool.imap(_full_stack if full_stack else _fast, seeds, chunksize=CHUNK)


def _quiet() -> None:
    """Do without log lines, which nobody reads here; a failure has its trace."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", DeprecationWarning)
    gc.freeze()


def _fast(seed: int) -> Result:
    return play(seed, wrap=direct)


def _full_stack(seed: int) -> Result:
    raise NotImplementedError(seed)
