# Two commands for a newcomer, `make demo` and `make test`; the others are for people who work on the project.
# Nothing is needed but Python 3.10 or later and make: everything else goes into .venv, pinned with hashes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 12

$(READY): requirements/dev.txt pyproject.toml
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean: ## remove what make has set up or written
	rm -rf $(VENV) .engines demo build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis
