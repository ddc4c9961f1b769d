# Everything runs in .venv, which is made from requirements.txt once and brought up to date whenever that changes.
# Needs only make and Python 3.11 or newer: `make PYTHON=python3.13 run` picks one.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
ARGS ?=

.PHONY: help setup run test prove check bench screenshots format clean

help:
	@echo 'make run      start todurable on your own list   (make run ARGS="list --json")'
	@echo 'make test     run all tests                      (make test ARGS="-k journal")'
	@echo 'make prove    try everything to lose a change (ten minutes)'
	@echo 'make check    formatting, lint, types, import contracts'
	@echo 'make bench    what everything costs, beside SQLite, an empty app and rivals'
	@echo 'make screenshots  the pictures and the table of keys in README.md'
	@echo 'make format   format the code and fix what can be fixed'
	@echo 'make setup    only make or update .venv'
	@echo 'make clean    remove .venv and caches'

setup: $(INSTALLED)

run: setup
	@$(BIN)/todurable $(ARGS)

# A process for each core; whoever is done takes over tests of the others.
PYTEST := $(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

test: setup
	$(PYTEST) $(ARGS)

# Everything by which we prove that no change is lost, at full size; docs/durability.md says what each part shows.
PROOF := $(addprefix tests/test_,$(addsuffix .py,crash_enumeration fault_injection damage_table model mutants \
  real_kills real_disks kill_soak))

prove: setup
	$(PYTEST) --quiet --prove --soak-seconds=15 $(PROOF) $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup
	$(BIN)/python -m bench $(ARGS)

screenshots: setup
	PYTHONPATH=. $(BIN)/python docs/screenshots.py $(ARGS)

format: setup
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The project itself is installed as a link to this directory; --no-build-isolation: its builder is in requirements.txt.
$(INSTALLED): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { \
	  echo 'todurable needs Python 3.11 or newer; there is no $(PYTHON) here. Install it, or: make PYTHON=/path/to/python3' >&2; \
	  exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else \
	  "todurable needs Python 3.11 or newer; $(PYTHON) is %d.%d. Try: make PYTHON=python3.13" % sys.version_info[:2])'
	@echo 'Setting up $(VENV) (a minute or so, only when requirements change)'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(INSTALLED)
