"""Start `app_process`, hand it its calls, and read what was seen."""

import json
import os
import subprocess
import sys

from tests.repository import ROOT


def run(calls, environment):
    """Run the app in a process of its own that has these settings and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-m", "tests.integration.app_process"],
        input=json.dumps(calls),
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "log": done.stderr}
