#!/bin/sh
# Print the newest Python of 3.11 to 3.13 that can make a virtual environment. PYTHON, when set, is the only candidate.
# Each is tried by running it: a python3.13 on PATH may be a version manager's shim that has nothing behind it.
set -u

works() {
    "$1" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

pyenv="${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions"
candidates="${PYTHON:-}"
if [ -z "$candidates" ]; then
    for version in 3.13 3.12 3.11; do
        candidates="$candidates python$version $pyenv/$version.*/bin/python$version"
    done
    candidates="$candidates python3 python"
fi

# The pattern of pyenv's folders is left as it is when nothing matches, and then does not run.
for candidate in $candidates; do
    if works "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done
echo "No Python 3.11, 3.12 or 3.13 that runs and has venv (on Debian: the package python3-venv)." >&2
echo "Tried: $candidates" >&2
exit 1
