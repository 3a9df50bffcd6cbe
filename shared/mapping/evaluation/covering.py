"""Which items a rule is asked about: by what their keys begin with."""

from dataclasses import dataclass

from shared.mapping.evaluation.scope import Scene
from shared.mapping.evaluation.verdict import Verdict
from shared.mapping.language.conditions import Condition
from shared.mapping.language.rules import BaseRule
from shared.mapping.language.tasks import KeyedTask, TaskSpec
from shared.models.keys import item_key


@dataclass(frozen=True)
class Judged:
    """A condition of a rule, or of one of its tasks, that was asked, and its answer."""

    rule: BaseRule
    spec: TaskSpec | None
    """None: the rule's own `when`."""
    scene: Scene
    verdict: Verdict

    @property
    def when(self) -> Condition | None:
        """The condition."""
        return self.rule.when if self.spec is None else self.spec.when

    @property
    def covers(self) -> str:
        """What the keys of the items begin with that it decides about."""
        return covers_of(self.rule, self.scene) if self.spec is None else key_of(self.rule, self.spec, self.scene)


def covers_of(rule: BaseRule, scene: Scene) -> str:
    """Name the items of a rule in a scene by what their keys begin with."""
    if scene.step is None and scene.missing is None:
        return rule.id
    return key_of(rule, rule.specs[0], scene)


def key_of(rule: BaseRule, spec: TaskSpec, scene: Scene) -> str:
    """Name the item of a task in a scene; with a recurrence, what the keys of its occurrences begin with."""
    if isinstance(spec, KeyedTask):
        return item_key(rule.id, spec.key, *((scene.row.name,) if scene.row is not None else ()))
    if scene.step is not None:
        ref = scene.step.ref
        return item_key(rule.id, ref.subprocess_id, ref.task_id, ref.visit)
    return item_key(rule.id, scene.missing.node_id if scene.missing is not None else scene.origin.number)
