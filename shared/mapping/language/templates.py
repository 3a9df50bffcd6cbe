"""
Templates: Jinja2 in its sandbox, compiled and checked when the mapping is read.

Text without `{{` or `{%` is no template and costs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import TemplateAssertionError
from pydantic import GetJsonSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from shared.errors import NeverError
from shared.mapping.language.template_probes import probes
from shared.mapping.language.template_sandbox import MAX_RENDERED, Bounding, refusal, sandbox
from shared.mapping.language.vocabulary import CONTEXT, LOOP_NAMES, Surroundings, did_you_mean, refuse


class RenderError(NeverError):
    """A template can't be rendered for this origin: the item is held, and says why."""


_ENVIRONMENT = sandbox()


def context_of(words: Mapping[str, Any]) -> dict[str, Any]:
    """Make the context of templates: what they are given, and Jinja2's own names."""
    return {**_ENVIRONMENT.globals, **words}


class Template:
    """
    A text of the mapping, compiled if it is a template.

    Equal when the source is. `names` are the names of the context that it uses, with members: `workspace.name`;
    `attributes` are the attributes of the record, as far as they are written out, and columns of the row: `row.Due`.
    """

    extra: frozenset[str] = frozenset()
    """Names that are known here besides the rule's own."""

    __slots__ = ("_compiled", "_computes", "attributes", "names", "source")

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
        self._computes = False
        self.names: frozenset[str] = frozenset()
        self.attributes: frozenset[str] = frozenset()
        if "{{" in source or "{%" in source:
            self._compile(known if known is not None else frozenset(CONTEXT))

    def _compile(self, known: frozenset[str]) -> None:
        try:
            tree = _ENVIRONMENT.parse(self.source)
            if (why := refusal(tree)) is not None:
                raise ValueError(why)
            self.names = frozenset(_names_used(tree))
            self.attributes = frozenset(_attributes_used(tree))
            self._computes = any(tree.find_all((nodes.Filter, nodes.BinExpr, nodes.Call, nodes.For, nodes.Test)))
            self._compiled = _ENVIRONMENT.from_string(Bounding().visit(tree))
        except TemplateAssertionError as error:
            allowed = ", ".join(sorted(name for name in _ENVIRONMENT.filters if not name.startswith("_")))
            message = f"no valid template: {error.message}; filters: {allowed}"
            raise ValueError(message) from error
        except TemplateSyntaxError as error:
            message = f"no valid template: {error.message}"
            raise ValueError(message) from error
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
            return self._filled(self._compiled, context)
        except NeverError:
            raise
        except Exception as error:  # a wall: what people write into a template may raise anything
            message = f"the template {self.source[:60]!r} can't be filled in: {str(error) or type(error).__name__}"
            raise RenderError(message) from error

    def _filled(self, compiled: Compiled, context: dict[str, Any]) -> str:
        # What `render` does, without copying the context for each template.
        parts = compiled.root_render_func(compiled.new_context(context, shared=True))
        # One that computes nothing ends by itself; another goes no further than is of use.
        made = "".join(self._bounded(parts) if self._computes else parts)
        if len(made) > MAX_RENDERED:
            raise self._too_long()
        return made.strip()

    def _bounded(self, parts: Iterable[str]) -> Iterator[str]:
        length = 0
        for part in parts:
            yield part
            if (length := length + len(part)) > MAX_RENDERED:
                raise self._too_long()

    def _too_long(self) -> RenderError:
        return RenderError(f"the template {self.source[:60]!r} gives more than {MAX_RENDERED} characters")

    def why_it_fails(self) -> str | None:
        """Say why it can't be filled in whatever a record holds; None: it can, or nobody can tell."""
        if self._compiled is None or not self._computes:
            return None
        why = None
        for context in probes():
            try:
                self._filled(self._compiled, context_of(context))
            except UndefinedError:
                # A record may hold what is not tried here: nobody can tell.
                return None
            except Exception as error:  # noqa: BLE001 - a wall: what people write into a template may raise anything
                why = str(error) or type(error).__name__
            else:
                return None
        return why

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
            made = cls(value, known | cls.extra)
        except ValueError as error:
            raise refuse(str(error)) from error
        if (why := made.why_it_fails()) is not None:
            message = f"this template can only fail: {why}"
            raise refuse(message)
        return made


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


def _attributes_used(tree: nodes.Template) -> Iterator[str]:
    """List the attributes that stand in brackets: `attributes["Contract.Value"]`, `row["Cost Center"]`, `row.Due`."""
    for item in tree.find_all(nodes.Getitem):
        name = item.arg.value if isinstance(item.arg, nodes.Const) else None
        if isinstance(item.node, nodes.Name) and isinstance(name, str):
            yield from {"attributes": (name,), "row": (f"row.{name}",)}.get(item.node.name, ())
    for member in tree.find_all(nodes.Getattr):
        if isinstance(member.node, nodes.Name) and member.node.name == "row":
            yield f"row.{member.attr}"


def _unknown(dotted: str, known: frozenset[str]) -> str | None:
    """Tell people what is wrong with a name; None: nothing."""
    name, _, member = dotted.partition(".")
    if name not in known:
        return f"{name!r} is not known here{did_you_mean(name, known)}; known: {', '.join(sorted(known))}"
    members = CONTEXT[name].members if name in CONTEXT else ()
    if name in CONTEXT and CONTEXT[name].has_columns:
        return None
    if member and member not in members:
        return (
            f"{dotted!r} does not exist{did_you_mean(member, members)}; {name} has: {', '.join(members) or 'no parts'}"
        )
    return None
