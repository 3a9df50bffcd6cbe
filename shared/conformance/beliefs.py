"""
What is believed of Graph, Content Server and OTDS, as data: `docs/beliefs.yaml`.

A belief is a sentence about another system that some code of ours rests on. It has a source, a probe that asks for it,
and what to do where it does not hold.
"""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeAlias

import yaml
from pydantic import Field, TypeAdapter

from shared.mapping.language.vocabulary import Kind
from shared.models.base import Frozen

FILE = Path(__file__).parents[2] / "docs" / "beliefs.yaml"


SettingValue: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z_]+=[\w-]+$")]


class System(StrEnum):
    """Who is believed to behave so."""

    GRAPH = "graph"
    PLANNER = "planner"
    CONTENT_SERVER = "content-server"
    WORKFLOW = "workflow"
    OTDS = "otds"


class Needs(StrEnum):
    """What a probe has to be pointed at."""

    NOTHING = "nothing"
    """It reads, and reads what is there."""
    PLAN = "plan"
    """It writes in the sandbox plan."""
    WORKSPACE = "workspace"
    """It writes in the sandbox workspace."""
    WORKFLOW = "workflow-map"
    """It runs a workflow of the sandbox map, attached to the sandbox workspace."""


class Belief(Frozen):
    """One belief."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{3,60}$")
    system: System
    needs: Needs = Needs.NOTHING
    statement: str = Field(min_length=20, description="In a sentence.")
    source: str = Field(min_length=5, description="Where it was read.")
    depends: tuple[str, ...] = Field(min_length=1, description="`file:function` of ours that rests on it.")
    rules: tuple[Kind, ...] = Field(default=(), description="Kinds of rule that rest on it. Empty: whatever there is.")
    settings: tuple[SettingValue, ...] = Field(default=(), description="Settings, by value, under which it matters.")
    differs: str = Field(min_length=20, description="What breaks where it does not hold, and what to set or expect.")

    @property
    def writes(self) -> bool:
        """Whether its probe writes."""
        return self.needs is not Needs.NOTHING


@lru_cache
def read_beliefs() -> tuple[Belief, ...]:
    """
    Read all of them, in the order in which they stand.

    Raises:
        ValidationError: the file is not what this release ships.
    """
    return TypeAdapter(tuple[Belief, ...]).validate_python(yaml.safe_load(FILE.read_text(encoding="utf-8")))
