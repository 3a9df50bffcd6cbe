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
    told = _TOLD.get(detail["type"], _in_other_words)
    return told(detail, detail.get("ctx", {}))


def _in_other_words(detail: ErrorDetails, context: dict[str, Any]) -> str:
    """Say what every other error means, without the library's words."""
    given = detail["input"]
    shown = f"{given!r} " if isinstance(given, str | int | float) and len(str(given)) <= 60 else "this "
    kind = detail["type"]
    for start, wanted in _WANTED.items():
        if kind.startswith(start):
            return f"{shown}is not allowed: it must be {wanted}"
    bounds = {name: context[name] for name in ("ge", "gt", "le", "lt", "min_length", "max_length") if name in context}
    said = ", ".join(f"{_BOUNDS[name]} {value}" for name, value in bounds.items())
    return f"{shown}is not allowed: {said or 'see docs/mapping.md for what is'}"


_WANTED = {
    "string_type": "text: put it in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a day such as 2027-06-01",
    "tuple_type": "a list: [one, another]",
    "list_type": "a list: [one, another]",
    "dict_type": "a map: {key: value}",
    "model": "a map: {key: value}",
    "dataclass": "a map: {key: value}",
}
"""What the library's errors want, by the beginning of their type."""
_BOUNDS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
    "min_length": "at least so many entries or characters:",
    "max_length": "at most so many entries or characters:",
}


def _pattern(detail: ErrorDetails, context: dict[str, Any]) -> str:
    pattern = context["pattern"]
    return f"{detail['input']!r} is not allowed: it must be {_PATTERNS.get(pattern, f'like {pattern}')}"


def _not_among(given: object, expected: str) -> str:
    if str(given) == expected and isinstance(given, str):
        return f"{given!r} is text: write {expected} without quotes"
    # pydantic hands on what is allowed as one text: 'a', 'b' or 'c'.
    words = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    return f"{given!r} is not allowed{did_you_mean(str(given), words)}; allowed: {', '.join(words)}"


_TOLD: dict[str, Callable[[ErrorDetails, dict[str, Any]], str]] = {
    "mapping": lambda detail, _: detail["msg"],
    "too_short": lambda _, context: f"too short: at least {context['min_length']} must stand here",
    "too_long": lambda _, context: f"too long: at most {context['max_length']} may stand here",
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
