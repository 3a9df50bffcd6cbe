"""
`python infra/az_commands.py`: hold each `az` command of documents, scripts and workflows against the CLI's own help.

Wants `az` on the path, or AZ=... that names one (pip install azure-cli==2.91.0 in an environment of its own: 700 MB).
Signs in nowhere. Prints what the CLI does not know, and exits 1 then.
"""  # noqa: INP001 - a script beside the template, no part of the app

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
READ = ("README.md", "docs/*.md", "infra/*.sh", "infra/*.py", ".github/workflows/*.yml")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_COMMAND = re.compile(r"(?:^|[\s`(!])az ((?:[a-z][a-z0-9-]* ?)+)([^|;&`)]*)")
_OPTION = re.compile(r"(?:^|\s)(--[a-z][a-z-]*|-[a-z])(?=[\s=]|$)")


def list_commands(text: str) -> Iterator[tuple[str, set[str]]]:
    """Go through the commands in a text: words, and the options that each is given."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        for words, rest in _COMMAND.findall(_QUOTED.sub("Q", line)):
            # Without an option it may be prose about the tool, and there is nothing to hold.
            if options := set(_OPTION.findall(rest)):
                yield words.strip(), options


def ask(words: str) -> set[str] | None:
    """Return the options that the CLI's help of a command names. None: it does not know the command."""
    command = [os.environ.get("AZ", "az"), *words.split(), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - words of our own files
    if done.returncode != 0 or "\nArguments" not in done.stdout:
        return None
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)(?=[\s:\[]|$)", done.stdout))


def main() -> int:
    """Print each command with what is wrong with it; return 1 when anything is."""
    given: dict[str, set[str]] = defaultdict(set)
    for file in sorted(path for pattern in READ for path in ROOT.glob(pattern) if path != Path(__file__)):
        for words, options in list_commands(file.read_text()):
            given[words] |= options
    wrong = 0
    for words, options in sorted(given.items()):
        known = ask(words)
        missing = sorted(options - known) if known is not None else []
        wrong += known is None or bool(missing)
        said = (
            "the CLI does not know it" if known is None else f"does not know {', '.join(missing)}" if missing else "ok"
        )
        print(f"az {words}: {said}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
