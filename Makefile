# Needs Python 3.11 or newer and make; everything else is installed into .venv on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK_UV := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help setup dashboard lab test lint format notebooks benchmarks screenshots lock clean

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

setup: $(READY) ## Install everything into .venv

# The lock pins every package with its hash, so a set-up today and one next year get the same files.
$(READY): requirements.lock pyproject.toml tco/dashboard/jupyter/server_config.json
	@$(PYTHON) -c 'import sys; sys.exit("tco needs Python 3.11 or newer; choose one with make PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

dashboard: $(READY) ## Open the pages in a browser (on this machine only)
	$(BIN)/python -m tco dashboard

lab: $(READY) ## Open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=notebooks

test: lint ## Run every check: style, types, tests, notebooks, pages in a browser
	# In order: pages in a browser, which take longest, begin first, so that no process is left alone with them.
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: $(READY) ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## Mend style where that needs no thought
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: $(READY) ## Run each notebook from a fresh kernel and strip its output
	for notebook in notebooks/*.ipynb; do $(BIN)/jupyter execute "$$notebook" || exit 1; done
	$(BIN)/nbstripout notebooks/*.ipynb

benchmarks: $(READY) ## Time the library on this machine
	for benchmark in benchmarks/*.py; do $(BIN)/python "$$benchmark" || exit 1; done

screenshots: $(READY) ## Draw the pictures of the README again
	$(BIN)/python docs/screenshots.py

lock: $(READY) ## Choose the newest packages that pyproject.toml allows (needs uv)
	$(LOCK_UV) --upgrade --extra dev --custom-compile-command 'make lock' --output-file requirements.lock --quiet pyproject.toml

clean: ## Remove what set-up and tests made
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
