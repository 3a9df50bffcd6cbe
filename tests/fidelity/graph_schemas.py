"""
Hold requests against the strict schemas of what Microsoft Graph documents.

The two files beside this one say where they come from.
"""

import json
import re
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FILES = ("graph-openapi-v1.yaml", "graph-openapi-more.yaml")
URN = "urn:graph"
VERSION = "/v1.0"


@cache
def specification() -> dict[str, Any]:
    """Both files as one."""
    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}, "parameters": {}}}
    for name in FILES:
        read = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
        for path, operations in read["paths"].items():
            merged["paths"].setdefault(path, {}).update(operations)
        for kind, found in merged["components"].items():
            found.update(read["components"].get(kind, {}))
    return merged


@cache
def registry():
    resource = Resource.from_contents(specification(), default_specification=DRAFT4)
    return Registry().with_resource(URN, resource)


def schema_problems(name: str, body: object) -> list[str]:
    """Everything that is wrong with a body, by the schema of that name."""
    schema = {"$ref": f"{URN}#/components/schemas/{name}"}
    validator = OAS30Validator(schema, registry=registry(), format_checker=oas30_format_checker)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def request_problems(request: httpx.Request) -> list[str]:
    """Everything that is wrong with a request: address, parameters, headers, body."""
    operation = find_operation(request.method, request.url.path.removeprefix(VERSION))
    if operation is None:
        return [f"{request.method} {request.url.path} is not documented"]
    declared = [resolve(parameter) for parameter in operation.get("parameters", [])]
    return [
        *query_problems(request, {one["name"] for one in declared if one["in"] == "query"}),
        *(
            f"header {one['name']} is missing"
            for one in declared
            if one["in"] == "header" and one.get("required") and one["name"] not in request.headers
        ),
        *body_problems(request, operation.get("requestBody")),
    ]


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    """None: there is no such address, or no such method at it."""
    paths = specification()["paths"]
    matching = [name for name in paths if re.fullmatch(pattern(name), path)]
    # The fewest placeholders: /planner/tasks is no /planner/{something}.
    best = min(matching, key=lambda name: name.count("{"), default=None)
    found: dict[str, Any] | None = paths[best].get(method.lower()) if best else None
    return found


def pattern(template: str) -> str:
    """A placeholder holds one segment of a path."""
    return "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", template))


def resolve(parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: dict[str, Any] = specification()["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
    return found


def query_problems(request: httpx.Request, declared: set[str]) -> list[str]:
    return [f"parameter {name} is not documented" for name in request.url.params if name not in declared]


def body_problems(request: httpx.Request, described: dict[str, Any] | None) -> list[str]:
    if described is None:
        return ["a body is not documented"] if request.content else []
    if request.url.path.endswith("/sendMail") and request.headers.get("content-type") == "text/plain":
        # The OpenAPI says nothing of it: https://learn.microsoft.com/graph/api/user-sendmail, example "in MIME format".
        return [] if b64decode(request.content, validate=True) else ["a mail without MIME"]
    if request.headers.get("content-type") != "application/json":
        return ["the body is not sent as JSON"]
    schema = described["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return schema_problems(schema, json.loads(request.content))
