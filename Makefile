# make demo   an audit of the invented journals in sample_data/, and where its report is
# make test   lint, types, tests
# make browser      the pages in Debian's chromium: axe, a phone, paper, hostile journals (installs it where it can, else says so)
# make screenshots  the pictures of docs/screenshots/
# make bench  the engine against its rivals
# make lock   resolve the dependencies anew (UPGRADE=1: to the newest allowed)
# make clean  remove what the others made

SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test lint types pytest browser screenshots bench setup lock clean

DEMO_AS_OF ?= 2019-07-31
DEMO_OUT ?= reports/demo
PYTEST_ARGS ?= -n 2

# python3.11 if it answers (a pyenv shim may exist and not answer), else a python3 that is new enough.
ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for p in python3.11 python3; do $$p $(ENOUGH) 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
PIP := -m pip --quiet --no-input
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# A tool's environment must not leak into ours.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

demo: setup
	$(BIN)/auditor audit sample_data/journals --as-of $(DEMO_AS_OF) --out $(DEMO_OUT) --fail-on never
	@echo "The report: $(CURDIR)/$(DEMO_OUT)/index.html"

test: lint types pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

pytest: setup
	$(BIN)/python -m pytest $(PYTEST_ARGS)

browser: setup
	@if tools/chromium.sh; then $(BIN)/python -m pytest $(PYTEST_ARGS) -m browser tests/browser; fi

screenshots: setup
	tools/chromium.sh
	$(BIN)/python tools/screenshots.py

bench: setup .venv-bench/.locked
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/reading.py

setup: .venv/.installed

# Each environment is made anew when its lock changes, so that nothing dropped from the lock stays behind.
.venv/.locked: requirements/dev.txt
.venv-bench/.locked: requirements/bench.txt
.venv/.locked .venv-bench/.locked:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP) install --require-hashes -r $<
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(BIN)/python $(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# No registry's address may stand in a lock: whoever installs has their own.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
lock: setup
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) --group pyproject.toml:bench -c requirements/runtime.txt -o requirements/bench.txt

clean:
	rm -rf .venv .venv-bench .mypy_cache .pytest_cache .ruff_cache .hypothesis dist $(DEMO_OUT)
	find auditor tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
