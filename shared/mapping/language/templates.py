"""
Templates: Jinja2 in its sandbox, compiled and checked when the mapping is read.

Text without `{{` or `{%` is no template and costs nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2 import Template as Compiled
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from shared.errors import NeverError
from shared.mapping.language.vocabulary import CONTEXT, LOOP_NAMES, Surroundings, did_you_mean, refuse

MAX_RENDERED = 20_000
"""Characters. More is a template gone wrong, not a task."""

_FORBIDDEN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Macro, nodes.CallBlock)


class RenderError(NeverError):
    """A template can't be rendered for this origin: the item is held, and says why."""


_GROWING = frozenset({"center", "expandtabs", "format", "format_map", "ljust", "rjust", "replace", "zfill"})
"""Methods of text that can make a lot of it from a little."""


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, without what makes a lot of text from a little: text times a billion is no title."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401 - jinja2's own
        return super().is_safe_attribute(obj, attr, value) and not (isinstance(obj, str) and attr in _GROWING)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - jinja2's own
        if operator == "**" or not isinstance(left, int | float) or not isinstance(right, int | float):
            message = f"{operator} is allowed between numbers only, and ** not at all"
            raise SecurityError(message)
        return super().call_binop(context, operator, left, right)


def _finalize(value: object) -> object:
    """Render what people read: nothing for None, a comma-separated list for several values."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(_finalize(part)) for part in value)
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value


def _date(value: date | None, pattern: str = "%Y-%m-%d") -> str:
    """Filter: a date or time in strftime's pattern; "" for none."""
    return "" if value is None or value == "" else value.strftime(pattern)


def _environment() -> _Environment:
    made = _Environment(undefined=StrictUndefined, autoescape=False, finalize=_finalize)  # plain text, no HTML
    for name in ("center", "format", "indent", "pprint", "wordwrap", "xmlattr"):
        del made.filters[name]
    del made.globals["lipsum"]
    made.filters["date"] = _date
    return made


_ENVIRONMENT = _environment()


def context_of(words: Mapping[str, Any]) -> dict[str, Any]:
    """Make the context of templates: what they are given, and Jinja2's own names."""
    return {**_ENVIRONMENT.globals, **words}


class Template:
    """
    A text of the mapping, compiled if it is a template.

    Equal when the source is. `names` are the names of the context that it uses, with members: `workspace.name`.
    """

    extra: frozenset[str] = frozenset()
    """Names that are known here besides the rule's own."""

    __slots__ = ("_compiled", "names", "source")

    def __init__(self, source: str, known: frozenset[str] | None = None) -> None:
        """
        Compile.

        Args:
            known: names of the context that may be used. None: all.

        Raises:
            ValueError: no template, or one that names what does not exist; the message is for people.
        """
        self.source = source
        self._compiled: Compiled | None = None
        self.names: frozenset[str] = frozenset()
        if "{{" in source or "{%" in source:
            self._compile(known if known is not None else frozenset(CONTEXT))

    def _compile(self, known: frozenset[str]) -> None:
        try:
            tree = _ENVIRONMENT.parse(self.source)
            self._compiled = _ENVIRONMENT.from_string(tree)
        except TemplateSyntaxError as error:
            message = f"no valid template: {error.message}"
            raise ValueError(message) from error
        if (bad := next(tree.find_all(_FORBIDDEN), None)) is not None:
            message = f"{type(bad).__name__.lower()} is not allowed in a template"
            raise ValueError(message)
        self.names = frozenset(_names_used(tree))
        if problems := [text for name in sorted(self.names) if (text := _unknown(name, known))]:
            raise ValueError("; ".join(problems))

    def render(self, context: dict[str, Any]) -> str:
        """
        Fill in.

        Args:
            context: as `context_of` made it.

        Raises:
            RenderError: what the template asks for is not there for this origin.
        """
        if self._compiled is None:
            return self.source
        try:
            # What `render` does, without copying the context for each template.
            text = "".join(self._compiled.root_render_func(self._compiled.new_context(context, shared=True)))
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            message = f"the template {self.source[:60]!r} can't be filled in: {error}"
            raise RenderError(message) from error
        if len(text) > MAX_RENDERED:
            message = f"the template {self.source[:60]!r} gives more than {MAX_RENDERED} characters"
            raise RenderError(message)
        return text.strip()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:  # noqa: ANN401 - pydantic's own
        """Read from text, write back as text."""
        return core_schema.with_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(_source)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Show as text in the JSON Schema."""
        return {"type": "string"}

    @classmethod
    def _validate(cls, value: object, info: ValidationInfo) -> "Template":
        if isinstance(value, Template):
            return value
        if not isinstance(value, str):
            message = "must be text: put it in quotes"
            raise refuse(message)
        kind = info.context.kind if isinstance(info.context, Surroundings) else None
        known = frozenset(name for name, entry in CONTEXT.items() if kind is None or kind in entry.kinds)
        try:
            return cls(value, known | cls.extra)
        except ValueError as error:
            raise refuse(str(error)) from error


class ItemTemplate(Template):
    """A template about an item that exists: it also knows `task`."""

    extra = frozenset({"task"})
    __slots__ = ()


def _source(template: Template) -> str:
    return template.source


def _names_used(tree: nodes.Template) -> Iterator[str]:
    """List the names that a template takes from its context, with members where they are written out."""
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")} | LOOP_NAMES
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in own:
            yield name.name
    for member in tree.find_all(nodes.Getattr):
        if isinstance(member.node, nodes.Name) and member.node.name not in own:
            yield f"{member.node.name}.{member.attr}"


def _unknown(dotted: str, known: frozenset[str]) -> str | None:
    """Tell people what is wrong with a name; None: nothing."""
    name, _, member = dotted.partition(".")
    if name not in known:
        return f"{name!r} is not known here{did_you_mean(name, known)}; known: {', '.join(sorted(known))}"
    members = CONTEXT[name].members if name in CONTEXT else ()
    if member and member not in members:
        return (
            f"{dotted!r} does not exist{did_you_mean(member, members)}; {name} has: {', '.join(members) or 'no parts'}"
        )
    return None
