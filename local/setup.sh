#!/bin/sh
# Make the virtual environment, and install what requirements-dev.txt pins. Run by `make setup`, from the repository.
set -eu

venv=.venv
if ! "$venv/bin/python" -c '' >/dev/null 2>&1; then
    python=$(sh local/find-python.sh)
    echo "Making $venv with $("$python" --version) ($python)"
    "$python" -m venv --clear "$venv"
fi

# Not compiled: of 20,000 files few are ever imported, and those are compiled then.
install() {
    "$venv/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check "$@"
}

echo "Installing what requirements-dev.txt pins (the first time takes some minutes)"
# What is deployed is tested in the versions that are deployed: the lock's, but for the one that differs by Python.
constraints=$(mktemp)
trap 'rm -f "$constraints"' EXIT
sed -n 's/^\([a-z0-9-]*==[^ ]*\) .*/\1/p' requirements-deployed.txt | grep -v '^azure-functions==' > "$constraints"
install -r requirements-dev.txt -c "$constraints"
if "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))'; then
    # Published for 3.13 and later alone, but it runs on 3.11 and 3.12, where it is used for tests and the local host
    # only. A line of a requirements file can't carry these options.
    install --ignore-requires-python --no-deps azure-functions-runtime==1.3.0
fi
