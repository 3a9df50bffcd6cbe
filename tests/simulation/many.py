"""Many seeds, on both cores."""

import gc
import logging
import multiprocessing
import sys
import traceback
import warnings
from collections.abc import Iterable, Iterator
from functools import partial

from stduritemplate import StdUriTemplate

from tests.simulation.history import Result, play
from tests.simulation.mixes import mix_of
from tests.simulation.ports import DOORS, PORTS

PROCESSES = 2
CHUNK = 4
CHUNKS_PER_PROCESS = 125
"""Then a new process takes its place: nobody collects garbage, as looking for it costs a tenth."""


def play_many(seeds: Iterable[int], *, full_stack: bool = False, mix: str = "") -> Iterator[Result]:
    """
    Play seeds in processes of their own, and yield what became of them in the order of the seeds.

    Args:
        seeds: which.
        full_stack: through the simulators' HTTP doors.
        mix: name of a mix of what goes wrong; empty: each seed draws its own.
    """
    context = multiprocessing.get_context("fork")
    with context.Pool(PROCESSES, initializer=_begin, maxtasksperchild=CHUNKS_PER_PROCESS) as pool:
        yield from pool.imap(partial(_play, full_stack=full_stack, mix=mix), seeds, chunksize=CHUNK)


def _begin() -> None:
    """Do without what costs time and tells nothing here: log lines, garbage collection, the same address twice."""
    # Of a process that is forked for these nobody would take up the coverage, which doubles what it costs.
    sys.settrace(None)
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


def _play(seed: int, *, full_stack: bool, mix: str) -> Result:
    try:
        return play(seed, stack=DOORS if full_stack else PORTS, mix=mix_of(seed, mix))
    except Exception as error:  # noqa: BLE001 - a history that can't even be looked at has failed, and the next is played
        return Result(seed, [f"it broke: {type(error).__name__}: {error}"[:500]], "", {}, traceback.format_exc())
