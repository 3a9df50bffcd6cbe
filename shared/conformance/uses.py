"""What of the mapping and the settings in force rests on a belief. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.conformance.beliefs import Belief
from shared.mapping.language.rules import Mapping as Rules
from shared.settings import Settings


@dataclass(frozen=True)
class Uses:
    """What is in force."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Names and values of settings that beliefs turn on."""
    rules: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind of rule → ids of the rules of that kind."""

    def of(self, belief: Belief) -> str:
        """Say what rests on a belief here."""
        said = [self._of_setting(one) for one in belief.settings]
        if belief.rules:
            named = [rule for kind in belief.rules for rule in self.rules.get(kind, ())]
            kinds = " or ".join(belief.rules)
            said.append(f"rules {', '.join(named)} rest on it" if named else f"no rule is about a {kinds}")
        return "; ".join(said) or "the bridge itself rests on it"

    def _of_setting(self, wanted: str) -> str:
        name, _, value = wanted.partition("=")
        set_to = self.settings.get(name, "")
        return f"{name}={set_to} is in force" + ("" if set_to == value else f", so {value} is not used")


def uses_of(mapping: Rules, settings: Settings) -> Uses:
    """Read off a mapping and settings what is in force."""
    kinds: dict[str, list[str]] = {}
    for rule in mapping.rules:
        kinds.setdefault(rule.on, []).append(rule.id)
    in_force = {
        "OPENTEXT_AUTH": settings.opentext_auth,
        "OPENTEXT_ACT_AS": settings.opentext_act_as.value,
        "OTDS_IMPERSONATION": settings.otds_impersonation,
    }
    return Uses(in_force, {kind: tuple(found) for kind, found in kinds.items()})
