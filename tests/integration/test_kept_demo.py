"""`make demo KEEP=1` prints one address and three commands; both work until Ctrl-C, which leaves nothing behind."""

import asyncio
import os
import re
import shlex
import signal
import sys

import httpx
import pytest

from local.demo.settings_file import FILE
from local.local_system import ROOT

LONG = 60
LAST = "Ctrl-C ends it."


async def run(*command):
    """Run a command of the repository; return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await asyncio.wait_for(process.communicate(), LONG)
    return process.returncode, printed.decode()


@pytest.fixture
async def demo():
    """Start the demo with no story; give its process and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.demo", "nothing"),
        cwd=ROOT,
        env={**os.environ, "KEEP": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        printed = await asyncio.wait_for(process.stdout.readuntil(LAST.encode()), LONG)
        yield process, printed.decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_board_opens_and_the_commands_work_until_ctrl_c(demo):
    process, printed = demo
    (url,) = re.findall(r"^Open +(\S+)$", printed, re.MULTILINE)
    commands = [shlex.split(line) for line in re.findall(r"^ +(\S+ manage\.py --settings .+)$", printed, re.MULTILINE)]

    async with httpx.AsyncClient(timeout=LONG) as http:
        page, state = await http.get(url), await http.get(f"{url}state")
    code, told = await run(*commands[0])
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.wait(), LONG)

    assert (page.status_code, state.json()["scene"]["name"]) == (200, "nothing")
    assert [command[4] for command in commands] == ["status", "gate", "doctor"], "nothing is there yet to ask why of"
    assert (code, "Nothing is in the way." in told) == (0, True), told
    assert process.returncode == 0
    assert not FILE.exists()
