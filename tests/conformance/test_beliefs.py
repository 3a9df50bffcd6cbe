"""The list of beliefs: each has a probe, a switch in the simulators, and code of ours that rests on it."""

import ast
import re
from functools import cache

import pytest

from shared.conformance.beliefs import read_beliefs
from shared.conformance.requests import read_requests
from shared.conformance.run import PROBES
from tests.conformance.page import END, PAGE, START, listing
from tests.conformance.sent import sent
from tests.repository import ROOT

BELIEFS = read_beliefs()
SIMULATORS = "".join(path.read_text("utf-8") for path in (ROOT / "local/simulators").rglob("*.py"))


def test_each_belief_has_one_name_and_a_probe():
    ids = [belief.id for belief in BELIEFS]

    assert len(ids) >= 60
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(PROBES)


@cache
def defined(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    functions = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
    named = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return functions | {target.id for target in named if isinstance(target, ast.Name)}


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.id)
def test_the_code_that_rests_on_a_belief_exists(belief):
    places = [place.split(":") for place in belief.depends]

    assert [f"{file}:{name}" for file, name in places if name not in defined(file)] == []


def test_each_belief_can_be_switched_off_in_a_simulator():
    asked = set(re.findall(r'"((?:graph|planner|content|workflow|otds)-[a-z0-9-]+)"', SIMULATORS))

    assert {belief.id for belief in BELIEFS} - asked == set()


def test_the_page_lists_every_belief_from_the_data():
    text = PAGE.read_text(encoding="utf-8")

    assert text[text.index(START) : text.index(END) + len(END)] == f"{START}{listing()}{END}"


async def test_what_is_said_to_be_sent_is_what_a_probe_sends():
    assert {belief: tuple(requests) for belief, requests in (await sent()).items()} == read_requests()


async def test_probes_that_only_read_send_nothing_that_writes():
    reading = {belief.id for belief in BELIEFS if not belief.writes}
    written = {
        (belief, request)
        for belief, requests in read_requests().items()
        for request in requests
        if belief in reading and not request.startswith("GET ") and request != "POST $batch" and "otdsws" not in request
    }

    # A proxy's ticket is asked for by POST.
    assert {request for _, request in written} == {"POST v2/members/proxies/auth/{id}"}
