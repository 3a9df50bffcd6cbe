"""Read Bicep by its grammar: what a file declares, and what an expression is made of."""

from functools import cache

import tree_sitter
import tree_sitter_bicep

from tests.repository import ROOT

INFRA = ROOT / "infra"
FILES = ["main.bicep", *sorted(f"app/{file.name}" for file in (INFRA / "app").glob("*.bicep"))]
_KINDS = {
    "parameter_declaration": "params",
    "variable_declaration": "variables",
    "resource_declaration": "resources",
    "module_declaration": "modules",
    "output_declaration": "outputs",
    "user_defined_function": "functions",
    "type_declaration": "types",
}
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))


def text(node):
    """Return what stands in the file for this node."""
    return node.text.decode()


def parse(source):
    """Return the root of a text; a syntax error is one here too."""
    root = _PARSER.parse(source.encode()).root_node
    if root.has_error:
        message = "tree-sitter-bicep can't parse this"
        raise SyntaxError(message)
    return root


class Declaration:
    """One parameter, variable, resource, module, output, function or type, with its decorators."""

    def __init__(self, node, decorators):
        self.node, self.decorators = node, decorators
        self.name = text(next(child for child in node.named_children if child.type == "identifier"))

    @property
    def type(self):
        """What stands between the quotes of a resource or module."""
        return text(next(child for child in self.node.named_children if child.type == "string")).strip("'")

    @property
    def is_existing(self):
        return any(text(child) == "existing" for child in self.node.children)

    @property
    def expression(self):
        """The value, or None; of a resource or module, its body, without condition and loop."""
        *_, last = self.node.named_children
        return None if last.type in ("type", "primitive_type", "nullable_type") else _body(last)

    @property
    def condition(self):
        """The text of the condition, or None."""
        found = [child for child in self.node.named_children if child.type == "if_statement"]
        return text(found[0].named_children[0]) if found else None

    def decorator(self, name):
        """Return the texts of a decorator's arguments, or None."""
        for call in self.decorators:
            function, *rest = call.named_children
            if text(function) == name:
                return [text(argument) for argument in rest[0].named_children] if rest else []
        return None


def _body(node):
    """Return what stands under conditions and loops."""
    if node.type in ("if_statement", "for_statement"):
        return _body(node.named_children[-1])
    loops = [child for child in node.named_children if child.type == "for_statement"]
    return _body(loops[0]) if node.type == "array" and loops else node


@cache
def read(name):
    """Return kind → name → declaration of a file below infra/."""
    found: dict[str, dict[str, Declaration]] = {kind: {} for kind in _KINDS.values()}
    decorators = []
    for node in parse((INFRA / name).read_text()).named_children:
        if node.type == "decorators":
            decorators = [child.named_children[0] for child in node.named_children]
        elif node.type in _KINDS:
            declaration = Declaration(node, decorators)
            found[_KINDS[node.type]][declaration.name] = declaration
            decorators = []
    return found


def properties(node):
    """Return name → value node of an object; resources that stand in a resource are left out."""
    pairs = (child.named_children for child in node.named_children if child.type == "object_property")
    return {text(pair[0]).strip("'"): pair[-1] for pair in pairs if len(pair) > 1}


def at(node, path):
    """Return the node under a dotted path of properties."""
    for step in path.split("."):
        node = properties(node)[step]
    return node
