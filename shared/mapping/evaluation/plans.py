"""Which plan a task belongs to."""

from shared.errors import NeverError
from shared.mapping.evaluation.choosing import chosen
from shared.mapping.evaluation.scope import Scene
from shared.mapping.language.rules import Mapping
from shared.mapping.language.sections import PlanSpec
from shared.mapping.language.task_parts import PlanChoice, WorkspacePlan
from shared.models.text import cut
from shared.models.wanted import PlanTarget


class UnsetError(NeverError):
    """A setting that the mapping refers to is not set here; the message tells people."""


TITLE = 255
"""Characters that a plan's title may have."""


def target(choice: PlanChoice, mapping: Mapping, scene: Scene) -> PlanTarget:
    """
    Resolve a plan: by name, as written out, or the workspace's own.

    Raises:
        RenderError: the title of the workspace's plan can't be filled in.
        UnsetError: the setting that names the plan or its group is not set.
        KeyError: no such name (refused when a file is read).
    """
    meant: str | PlanSpec | WorkspacePlan = chosen(choice, scene)
    spec = mapping.plans[meant] if isinstance(meant, str) else meant
    if spec.unset is not None:
        message = f"the setting {spec.unset} is not set: it names the plan or its group"
        raise UnsetError(message)
    if isinstance(spec, WorkspacePlan):
        return _own(spec, scene)
    title, group = spec.title, spec.group_id
    return PlanTarget(
        plan_id=spec.plan_id, title=title, group_id=group, make=spec.make, buckets=spec.buckets, labels=spec.labels
    )


def _own(choice: WorkspacePlan, scene: Scene) -> PlanTarget:
    node = scene.workspace.node_id if scene.workspace is not None else 0
    # The key names the making, so that no other name of the workspace, and no other title, makes a second plan.
    return PlanTarget(
        title=cut(choice.title.render(scene.words), TITLE),
        group_id=choice.group_id,
        make=True,
        buckets=choice.buckets,
        labels=choice.labels,
        key=own_plan_key(node),
    )


def own_plan_key(node_id: int) -> str:
    """Name the making of a workspace's own plan."""
    return f"workspace-{node_id}"
