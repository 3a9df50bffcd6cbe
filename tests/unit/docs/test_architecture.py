"""The page about the inside of the product names what is there."""

import ast
import re

import pytest

from tests.repository import ROOT

PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py):(\w+)`", PAGE)))
FILES = sorted(set(re.findall(r"`((?:shared|tests|functions)/[\w/.]+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[f"{file}:{name}" for file, name in NAMED])
def test_each_function_that_the_page_names_exists(file, name):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }

    assert name in defined


@pytest.mark.parametrize("file", FILES)
def test_each_file_that_the_page_names_exists(file):
    assert (ROOT / file).exists()


def test_the_page_names_enough_to_be_held():
    assert len(NAMED) > 20
