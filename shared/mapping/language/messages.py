"""What pydantic found, in words that tell an administrator what is allowed."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from shared.mapping.language.vocabulary import did_you_mean

_PATTERNS = {
    r"^[a-z0-9-]{1,60}$": "lower-case letters, digits and hyphens, at most 60",
    r"^[^@\s]+@[^@\s]+$": "an e-mail address",
    r"^([^.]+\.[^.].*|\d+_\d+(_\d+_\d+)?)$": "Category.Attribute",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time such as 17:00",
}


def message_of(detail: ErrorDetails, model: Any) -> str:  # noqa: ANN401 - a model or a union of models
    """Say what is wrong and what is allowed; for a near miss, what was probably meant."""
    if detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        allowed = sorted(allowed_keys(model, detail["loc"][:-1]))
        return f"unknown key {key!r}{did_you_mean(key, allowed)}; allowed: {', '.join(allowed)}"
    told = _TOLD.get(detail["type"], _as_pydantic_does)
    return told(detail, detail.get("ctx", {}))


def _as_pydantic_does(detail: ErrorDetails, _: dict[str, Any]) -> str:
    given = detail["input"]
    shown = f" (here: {given!r})" if isinstance(given, str | int | float) and len(str(given)) <= 60 else ""
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}{shown}"


def _pattern(detail: ErrorDetails, context: dict[str, Any]) -> str:
    pattern = context["pattern"]
    return f"{detail['input']!r} is not allowed: it must be {_PATTERNS.get(pattern, f'like {pattern}')}"


def _not_among(given: object, expected: str) -> str:
    words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    return f"{given!r} is not allowed{did_you_mean(str(given), words)}; allowed: {', '.join(words)}"


_TOLD: dict[str, Callable[[ErrorDetails, dict[str, Any]], str]] = {
    "mapping": lambda detail, _: detail["msg"],
    "missing": lambda detail, _: f"the key {detail['loc'][-1]!r} is missing",
    "union_tag_not_found": lambda _, context: f"the key {str(context['discriminator']).strip(chr(39))!r} is missing",
    "union_tag_invalid": lambda _, context: _not_among(context["tag"], str(context["expected_tags"])),
    "literal_error": lambda detail, context: _not_among(detail["input"], str(context["expected"])),
    "enum": lambda detail, context: _not_among(detail["input"], str(context["expected"])),
    "string_pattern_mismatch": _pattern,
}


def allowed_keys(model: Any, location: tuple[int | str, ...]) -> set[str]:  # noqa: ANN401 - a model or a union
    """List the keys that a file may have at a place."""
    models = set(models_in(model))
    for part in location:
        if tagged := {model for model in models if part in _tags(model)}:
            models = tagged
        elif inner := {found for model in models for found in _inside(model, part)}:
            models = inner
    return {info.alias or name for model in models for name, info in model.model_fields.items()}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any annotation
    """List the models that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("on") or model.model_fields.get("per")
    return get_args(field.annotation) if field is not None else ()


def _inside(model: type[BaseModel], part: int | str) -> Iterator[type[BaseModel]]:
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            yield from models_in(info.annotation)
