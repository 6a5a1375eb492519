# make train   set up, train on Fashion-MNIST for one minute, end with the measured accuracy
# make test    set up, then lint, types and tests
# Everything else is listed by `make help`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help train test lint
.DEFAULT_GOAL := help

help:           ## this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 16

train: $(VENV)/.runtime  ## set up, train for one minute, score on the test set
	$(BIN)/convlens train --minutes 1

test: lint      ## set up, then lint, types and tests (a few minutes)
	$(BIN)/pytest

lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The stamps make a second call install nothing.
$(VENV)/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "convlens needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
