# make train   set up, train on Fashion-MNIST for one minute, end with the measured accuracy
# make test    set up, then lint, types and tests
# Everything else is listed by `make help`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --quiet --disable-pip-version-check

.PHONY: help train test lint faults bench race byhand page check harm docs
.DEFAULT_GOAL := help

help:            ## this list
	@awk -F ':.*## *' '/^[a-z]+:.*## / { printf "%-9s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

train: $(VENV)/.runtime  ## set up, train for one minute, score on the test set
	$(BIN)/convlens train --minutes 1

test: lint $(VENV)/.browser  ## set up, then lint, types and tests (some minutes)
	$(BIN)/pytest

lint: $(VENV)/.development $(VENV)/.npm  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if [ -x node_modules/.bin/tsc ]; then echo tsc && node_modules/.bin/tsc --project tsconfig.json; \
	  else echo "the types of the page's JavaScript are not checked: that needs npm"; fi

faults: $(VENV)/.development  ## kills while saving, flipped bits, cut files, wild inputs, own pictures (about half an hour)
	$(BIN)/python bench/faults_data.py
	$(BIN)/python bench/faults_checkpoints.py
	$(BIN)/python bench/kills.py --random 100
	$(BIN)/python bench/own_pictures.py

bench: $(VENV)/.development  ## accuracy over seeds, the budget, the step's speed (about half an hour; run it alone)
	$(BIN)/python bench/limit.py
	$(BIN)/python bench/accuracy.py

race: $(VENV)/.runtime  ## convlens beside other libraries, three seeds each (many hours; goes on where it stopped; run it alone)
	$(BIN)/python -m bench.race

byhand: $(VENV)/.development  ## random networks and single values by hand against PyTorch (about half an hour)
	$(BIN)/python bench/chains.py
	$(BIN)/python bench/pixels.py

page: $(VENV)/.development  ## the page's sums in a browser against PyTorch (about ten minutes)
	$(BIN)/python bench/page_sums.py

check: $(VENV)/.development  ## the finder of mistakes on planted ones, beside other tools, and on wild input (about half an hour)
	$(BIN)/python bench/check_corpus.py
	$(BIN)/python bench/check_against.py
	$(BIN)/python bench/check_robustness.py

harm: $(VENV)/.development  ## what each silent mistake costs on Fashion-MNIST (about an hour; goes on where it stopped)
	$(BIN)/python bench/harm.py

docs: $(VENV)/.development  ## the rules' pages, made from their files
	$(BIN)/python -m convlens.checking.pages docs/rules

# The stamps make a second call install nothing.
$(VENV)/.runtime: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "convlens needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "installing convlens into $(VENV) (PyTorch is large: some minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime
	@echo "installing the tools for tests"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

# Only the check of the page's types comes from npm; the page itself needs nothing. Without npm it is skipped, and says so.
$(VENV)/.npm: $(VENV)/.development package.json
	@{ command -v npm >/dev/null && npm install --silent --no-audit --no-fund; } || echo "TypeScript was not installed"
	@touch $@

# The browser tests use a Chromium that is there, or else the one that Playwright brings. Where none can be had they are
# skipped, and say so.
$(VENV)/.browser: $(VENV)/.development
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1 \
	  || $(BIN)/playwright install chromium \
	  || echo "no browser could be installed; its tests will be skipped"
	@touch $@
