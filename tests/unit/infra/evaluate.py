"""
Work out the expressions of main.bicep for given parameters, as far as its guards and names need them.

It is no Resource Manager: it knows the functions in `_FUNCTIONS` and refuses any other, checks the decorators of
parameters, and stands in for `uniqueString` with a hash of its own, of which only sameness counts.
"""

import hashlib
import ipaddress
import operator
from collections.abc import Callable
from typing import Any

from tests.unit.infra.bicep import parse, read, text

SUBSCRIPTION = "/subscriptions/0f8e2c3a-1111-2222-3333-444455556666"


class Refused(Exception):  # noqa: N818 - the template's word
    """What `fail()` said, or what a decorator of a parameter does not allow."""


def _unique(*values):
    return hashlib.sha256("|".join(values).encode()).hexdigest()[:13]


def _network(prefix):
    return ipaddress.ip_network(prefix, strict=False)


def _cidr(prefix):
    network = _network(prefix)
    return {"network": str(network.network_address), "cidr": network.prefixlen}


def _subnet(prefix, bits, index):
    return str(list(_network(prefix).subnets(new_prefix=bits))[index])


def _fail(message):
    raise Refused(message)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "cidrSubnet": _subnet,
    "contains": lambda whole, part: part in whole,
    "empty": lambda value: not value,
    "endsWith": str.endswith,
    "environment": lambda: {"name": "AzureCloud"},
    "fail": _fail,
    "filter": lambda items, keep: [item for item in items if keep(item)],
    "join": lambda items, by: by.join(items),
    "length": len,
    "map": lambda items, change: [change(item) for item in items],
    "parseCidr": _cidr,
    "range": lambda start, count: list(range(start, start + count)),
    "replace": str.replace,
    "split": str.split,
    "startsWith": str.startswith,
    "subscription": lambda: {"id": SUBSCRIPTION},
    "substring": lambda value, start, count: value[start : start + count],
    "take": lambda value, count: value[:count],
    "toLower": str.lower,
    "union": lambda one, other: one | other,
    "uniqueString": _unique,
}
_OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Template:
    """main.bicep with the values of its parameters; what has no default must be given."""

    def __init__(self, **given):
        self.file = read("main.bicep")
        self.known = {}
        for name, parameter in self.file["params"].items():
            value = given[name] if name in given else self.value(parameter.expression, {})
            _check(parameter, value)
            self.known[name] = value
        assert set(given) <= set(self.known), "a parameter that main.bicep does not have"

    def __getitem__(self, name):
        """Return a variable."""
        if name not in self.known:
            self.known[name] = self.value(self.file["variables"][name].expression, {})
        return self.known[name]

    def value(self, node, local):
        """Return what an expression comes to; `local` holds the arguments of a function or lambda."""
        return getattr(self, f"_{node.type}")(node, local)

    def _identifier(self, node, local):
        return local[text(node)] if text(node) in local else self[text(node)]

    def _number(self, node, _):
        return int(text(node))

    def _boolean(self, node, _):
        return text(node) == "true"

    def _string(self, node, local):
        whole, end, parts = node.text, 1, []
        for part in node.named_children:
            # The grammar has no node for blanks at the edge of a string.
            parts.append(whole[end : part.start_byte - node.start_byte].decode())
            end = part.end_byte - node.start_byte
            if part.type == "interpolation":
                parts.append(str(self.value(part.named_children[0], local)))
            else:
                parts.append(text(part).removeprefix("\\" if part.type == "escape_sequence" else ""))
        return "".join(parts) + whole[end:-1].decode()

    def _array(self, node, local):
        return [self.value(child, local) for child in node.named_children if child.type != "comment"]

    def _object(self, node, local):
        pairs = [child.named_children for child in node.named_children if child.type == "object_property"]
        return {text(key).strip("'"): self.value(value, local) for key, *_, value in pairs}

    def _parenthesized_expression(self, node, local):
        return self.value(node.named_children[0], local)

    def _unary_expression(self, node, local):
        assert text(node).startswith("!")
        return not self.value(node.named_children[0], local)

    def _binary_expression(self, node, local):
        left, right = node.named_children
        sign = node.children[1].type
        if sign == "&&":
            return self.value(left, local) and self.value(right, local)
        if sign == "||":
            return self.value(left, local) or self.value(right, local)
        return _OPERATORS[sign](self.value(left, local), self.value(right, local))

    def _ternary_expression(self, node, local):
        condition, yes, no = node.named_children
        return self.value(yes if self.value(condition, local) else no, local)

    def _member_expression(self, node, local):
        owner, name = node.named_children
        if owner.type == "lambda_expression":
            # The grammar takes `one => one.name` for `(one => one).name`.
            return lambda given: self.value(owner, local)(given)[text(name)]
        return self.value(owner, local)[text(name)]

    def _lambda_expression(self, node, local):
        argument, body = node.named_children
        return lambda given: self.value(body, local | {text(argument): given})

    def _call_expression(self, node, local):
        function, arguments = node.named_children
        values = [self.value(child, local) for child in arguments.named_children]
        if declared := self.file["functions"].get(text(function)):
            names = [text(one.named_children[0]) for one in declared.node.named_children[1].named_children]
            return self.value(declared.node.named_children[-1], dict(zip(names, values, strict=True)))
        return _FUNCTIONS[text(function)](*values)


def _check(parameter, value):
    """Raise as Resource Manager does when a decorator does not allow the value."""
    allowed = parameter.decorator("allowed")
    if allowed and f"{value}" not in {entry.strip("'") for entry in _entries(allowed[0])}:
        raise Refused(f"{parameter.name}: {value} is not allowed")
    size = len(value) if isinstance(value, str) else value
    bounds = [
        ("minLength", operator.lt),
        ("maxLength", operator.gt),
        ("minValue", operator.lt),
        ("maxValue", operator.gt),
    ]
    for bound, is_beyond in bounds:
        limit = parameter.decorator(bound)
        if limit and is_beyond(size, int(limit[0])):
            raise Refused(f"{parameter.name}: {value} is beyond its {bound} of {limit[0]}")


def _entries(array):
    (declaration,) = parse(f"var x = {array}").named_children
    return [text(child) for child in declaration.named_children[-1].named_children]
