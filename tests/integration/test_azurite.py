"""The emulator that the other integration tests stand on: several may run, and none is left behind."""

import os
import select
import subprocess
import sys

from local.azurite import running

PARENT = "from local.azurite import start; print(start().process.pid, flush=True); input()"


def test_two_run_side_by_side_and_stop(azurite):
    with running() as second:
        assert second.connection_string != azurite.connection_string

    assert second.process.returncode is not None
    assert azurite.process.poll() is None


def test_it_ends_with_a_killed_parent():
    """A test run that is killed can't clean up. Linux."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 - ours
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()

        ended, _, _ = select.select([child], [], [], 10)

        os.close(child)
        assert ended
