"""
The deployed package: how large it is, and what a cold start pays for importing the app from it.

A cold start finds no bytecode but what was deployed, and a folder that it can't write to. So the full environment is
measured as it would be deployed, unpruned and not compiled, and with bytecode of all that is imported. The package has
nothing to win against the latter but smaller folders to look through, and the limit leaves room for noise.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from local.azurite import running
from local.packaging.__main__ import MOST_MEGABYTES, build
from local.packaging.places import ROOT, SITE
from tests.benchmarks.ratios import Ratio
from tests.contracts import must

RUNS = 5
IMPORT = """
import importlib, sys, time
sys.path[:0] = sys.argv[1:3]
start = time.process_time()
for name in sys.argv[3:]:
    importlib.import_module(name)
print(time.process_time() - start)
"""
DOOR = ("function_app", "shared.wiring.queue_door", "shared.wiring.stores")
"""What an HTTP request waits for: the app, the queues, and the tables, which notifications and a later hint need."""
FIRST_HINT = """
import asyncio, json, sys, time
from types import SimpleNamespace
sys.path[:0] = sys.argv[1:3]
import function_app
import azure.functions as func
from functions.opentext_webhook import opentext_webhook
from shared import wiring
from shared.wiring import Wiring

async def hint():
    wired = Wiring({"AzureWebJobsStorage": sys.argv[3], "OPENTEXT_WEBHOOK_SECRETS": "an-invented-webhook-secret"})
    with wiring.use(wired):
        request = func.HttpRequest(
            "POST",
            "/api/opentext/events",
            headers={"X-Webhook-Secret": "an-invented-webhook-secret"},
            body=b'{"event": "workspace.created", "node_id": "28866"}',
        )
        context = SimpleNamespace(invocation_id="1", trace_context=SimpleNamespace(trace_parent=""))
        answer = await opentext_webhook.build().get_user_function()(request, context)
        spent = time.process_time()
        await wired.close()
    return answer.status_code, spent

status, spent = asyncio.run(hint())
packages = [name for name, module in sys.modules.items() if sys.argv[2] in str(module.__spec__)]
print(json.dumps([status, spent, packages]))
"""
"""From the start of the process: imports, stores, the queue's client, telemetry's spans."""
PACKAGES_ALONE = """
import importlib, sys, time
sys.path[:0] = sys.argv[1:3]
for name in sys.argv[3:]:
    importlib.import_module(name)
print(time.process_time())
"""
WORK = (
    "function_app",
    "shared.reconciler.reconcile",
    "shared.wiring.stores",
    "shared.wiring.outside",
    "azure.identity.aio",
)
"""What the first message of a queue waits for."""


def measure() -> list[Ratio]:
    """Compare three environments, in turns."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "package")
        size = build(Path(place, "bridge.zip"), folder) / 1e6
        ratios = [
            *compare(folder, DOOR, "importing app and stores"),
            *compare(folder, WORK, "importing what a reconcile needs"),
            first_hint(folder),
        ]
    return [Ratio("unpacked package", size, MOST_MEGABYTES, "MB"), *ratios]


def first_hint(folder: Path) -> Ratio:
    """Compare a cold worker's way to its first hint with importing the third-party modules in it, with bytecode."""
    ours, alone = [], []
    with running() as azurite:
        hint(folder, azurite.connection_string)  # makes the queue
        # In turns, so that a busy moment of the machine does not fall on one of them.
        for _ in range(RUNS):
            spent, packages = hint(folder, azurite.connection_string)
            ours.append(spent)
            alone.append(float(fresh(PACKAGES_ALONE, folder, *packages)))
    name = f"process start to the first hint queued / importing the {len(packages)} third-party modules in it"
    return Ratio(name, min(ours) / min(alone), 1.25)


def hint(folder: Path, connection_string: str) -> tuple[float, list[str]]:
    """Queue a hint in a fresh process; return its CPU seconds and the third-party modules that it loaded."""
    status, spent, packages = json.loads(fresh(FIRST_HINT, folder, connection_string))
    must(status == 202, f"the hint was answered with {status}")
    return spent, packages


def fresh(program: str, folder: Path, *arguments: str) -> str:
    """Run a program over the package, in an interpreter that has nothing else on its path."""
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", program, str(folder), str(folder / SITE)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return done.stdout


def compare(folder, modules, what):
    full = Path(next(path for path in sys.path if path.endswith("site-packages")))
    with tempfile.TemporaryDirectory() as nothing, tempfile.TemporaryDirectory() as all_of_it:
        # Caches that are elsewhere: Python finds no bytecode beside the sources. It writes into one of them, once.
        deployed, compiled = ("-B", "-X", f"pycache_prefix={nothing}"), ("-X", f"pycache_prefix={all_of_it}")
        cold(ROOT, full, modules, *compiled)
        turns = [
            (
                cold(folder, folder / SITE, modules, "-B"),
                cold(ROOT, full, modules, *deployed),
                cold(ROOT, full, modules, "-B", *compiled),
            )
            for _ in range(RUNS)
        ]
    package, unpruned, with_bytecode = (min(seconds) for seconds in zip(*turns, strict=True))
    return (
        Ratio(f"{what}: package / full environment, deployed", package / unpruned, 1),
        Ratio(f"{what}: package / full environment with bytecode", package / with_bytecode, 1.1),
    )


def cold(app, site, modules, *options):
    """CPU seconds of the imports in a fresh interpreter that has nothing else on its path."""
    command = [sys.executable, "-I", "-S", "-W", "ignore", *options, "-c", IMPORT, str(app), str(site), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command line
    return float(done.stdout)
