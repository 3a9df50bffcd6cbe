# Every target does its own set-up; a second run skips what is there. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types style start screenshots bench mutants simulate scale package lock audit clean

# What is set up and what is checked need not wait for each other.
MAKEFLAGS += --jobs=2

# Where it is set, each host that a test starts would compile all of the app anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTHON_READY := .venv/.installed
AZURITE_READY := .tools/azurite/.installed
BROWSER_READY := .tools/browser/.ready
CORE := shared/decisions/*,shared/mapping/evaluation/*,shared/models/*

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/\1|\2/' | column -t -s '|' 2>/dev/null \
		|| grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST)

setup: $(PYTHON_READY) $(AZURITE_READY) ## install everything into .venv and .tools (PYTHON=... chooses the interpreter)

demo: setup ## play a story on this machine (STORY=name; KEEP=1 leaves everything running, with a board to play on)
	KEEP=$(KEEP) $(BIN)/python -m local.demo $(STORY)

# Twice as many as the cores that CI has: real hosts and browsers are waited for half of their time.
WORKERS := 4

test: setup $(BROWSER_READY) lint ## everything that must hold: lint, all tests, and the floors of their branch coverage
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/coverage report --format=total --fail-under=95
	$(BIN)/coverage report --format=total --fail-under=98 --include='$(CORE)'

check: $(PYTHON_READY) lint ## the quick part, under a minute: lint and unit tests
	$(BIN)/python -m pytest -q tests/unit

lint: types style ## format, ruff, mypy, import contracts, the house, dead code, the mapping

types: $(PYTHON_READY)
	$(BIN)/mypy .

style: $(PYTHON_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python -m tests.house
	$(BIN)/vulture
	$(BIN)/python manage.py mapping check mapping.yaml

start: setup ## a board to play on, with host, storage and simulators, until Ctrl-C (APP=0: without the app; WORLD=report.json: differing as conform saw)
	APP=$(APP) $(BIN)/python -m local.start $(if $(WORLD),--world $(WORLD))

screenshots: $(BROWSER_READY) $(AZURITE_READY) ## draw the board and the operations page into docs/images, to be looked at
	SCREENSHOTS=docs/images $(BIN)/python -m pytest -q tests/browser/test_screenshots.py tests/browser/test_board.py

bench: setup ## measure, as ratios within one run
	$(BIN)/python -m tests.benchmarks

mutants: $(PYTHON_READY) ## change single lines of the engine, and see which changes no test notices (SEED, SAMPLE)
	$(BIN)/python -m tests.mutants $(if $(SEED),--seed $(SEED)) $(if $(SAMPLE),--sample $(SAMPLE))

simulate: $(PYTHON_READY) ## play thousands of seeded histories with faults
	$(BIN)/python -m tests.simulation

scale: setup ## count calls for 1,000 to 100,000 open links
	$(BIN)/python -m local.scale

package: setup ## build the zip that is deployed, and test it
	$(BIN)/python -m local.packaging

lock: $(PYTHON_READY) ## renew requirements-deployed.txt from requirements.txt (UPGRADE=1: everything that may be newer)
	$(BIN)/python -m local.packaging.lock $(if $(UPGRADE),--upgrade)

audit: $(PYTHON_READY) ## licences and known vulnerabilities of what is deployed (asks PyPI; fails when it can't)
	$(BIN)/python -m local.packaging.licences
	$(BIN)/pip-audit --strict --disable-pip --requirement requirements-deployed.txt

clean: ## remove all that the targets made, .venv and .tools too
	rm -rf .venv .tools build .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON_READY): requirements.txt requirements-dev.txt requirements-deployed.txt local/setup.sh
	sh local/setup.sh
	@touch $@

$(BROWSER_READY): local/browser/package.json local/browser/package-lock.json | $(PYTHON_READY)
	$(BIN)/python -m local.browser
	@mkdir -p $(@D) && touch $@

$(AZURITE_READY): local/azurite/package.json local/azurite/package-lock.json | $(PYTHON_READY)
	$(BIN)/python -m local.azurite install
	@touch $@
