"""Read what somebody asks for, and do it through the simulator that it is asked of."""

from collections.abc import Mapping
from typing import Any

from local.board import opentext_acts, planner_acts
from local.board.acts import Done, RefusedActError
from local.local_system import System
from local.simulators.content_server import NotTheirsError
from local.simulators.content_server.exchange import RefusedCall
from local.simulators.graph.failures import GraphError

KINDS = {**planner_acts.KINDS, **opentext_acts.KINDS}


def carry_out(system: System, name: str, given: Mapping[str, Any]) -> tuple[str, Done]:
    """
    Do what is asked for, in its person's name; return in which system, and what was done.

    Raises:
        RefusedActError: the system refuses it; says why.
        pydantic.ValidationError: it is not asked as it should be; names each field.
    """
    kind = KINDS.get(name)
    if kind is None:
        message = f"there is no act '{name}'; there are: {', '.join(KINDS)}"
        raise RefusedActError(message)
    asked = kind.asked.model_validate(given)
    try:
        return kind.system, kind.carry_out(system, asked)
    except (GraphError, RefusedCall, NotTheirsError) as refusal:
        message = f"{kind.system} refuses it: {refusal}"
        raise RefusedActError(message) from refusal
    except KeyError as missing:
        message = f"{missing.args[0]} is not there any more"
        raise RefusedActError(message) from missing
