"""
What a probe sends, as data: `docs/conformance-requests.yaml`, noted from the simulators.

A system that behaves otherwise may be asked less: what a probe sends next depends on what was answered.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from shared.conformance.beliefs import Belief

FILE = Path(__file__).parents[2] / "docs" / "conformance-requests.yaml"

MADE = {
    "POST planner/tasks": ("task", "tasks"),
    "POST planner/buckets": ("bucket", "buckets"),
    "POST v2/nodes": ("folder or document", "folders and documents"),
    "POST v2/draftprocesses/startwf": ("workflow", "workflows"),
}
"""Requests that make something, and what it is called."""


@lru_cache
def read_requests() -> dict[str, tuple[str, ...]]:
    """Read what each probe sends, by belief: method, and path without ids."""
    return TypeAdapter(dict[str, tuple[str, ...]]).validate_python(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def count_made(beliefs: Iterable[Belief]) -> dict[str, int]:
    """Count what the probes of these beliefs would make at most, by what it is called."""
    sent = read_requests()
    counted = Counter(request for belief in beliefs for request in sent[belief.id] if request in MADE)
    return {MADE[request][number != 1]: number for request, number in counted.items()}
