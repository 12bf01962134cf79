# Two commands for a newcomer: `make demo` and `make test`. The others are for people who work on the project.
# Nothing is needed but Python 3.10 or later and make: everything else goes into folders here, pinned with hashes.
PYTHON ?= python3
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
RUNNER := .venv-runner
VENV := .venv
BIN := $(VENV)/bin
MUTANTS := .venv-mutants
PYTEST_ARGS ?=
BENCH ?= --with-querynator

.DEFAULT_GOAL := help
.PHONY: help demo test soak reliability mutants bench lint format types galaxy-lint engines image lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 12

demo: $(RUNNER)/ready ## run the main job on a stand-in service with the example input, and show the results
	@rm -rf demo
	$(RUNNER)/bin/cgi-runner run --sandbox --mutations examples/mutations.tsv --cnas examples/cnas.tsv \
	  --translocations examples/translocations.tsv --cancer-type CM --title "Demo" --output demo
	@echo; echo "The melanoma's drugs, approved for its own tumour type (from demo/biomarkers.tsv):"
	@awk -F '\t' 'NR == 1 || ($$1 == "melanoma-1" && $$8 == "YES") {print $$1 "\t" $$2 "\t" $$4 "\t" $$6 "\t" $$7}' \
	  demo/biomarkers.tsv | expand -t 12,30,90,102

test: $(VENV)/ready ## run every test that this machine can run; says what was left out and why
	$(BIN)/python -m pytest $(PYTEST_ARGS)

soak: $(VENV)/ready ## the long part of the proofs: hundreds of kills, thousands of random lives and files
	CGI_SOAK=1 $(BIN)/python -m pytest tests/reliability $(PYTEST_ARGS)

reliability: $(VENV)/ready ## run every fault at every step, and write the tables of docs/reliability.md anew
	PYTHONPATH=tests $(BIN)/python -m reliability.matrix

mutants: $(MUTANTS)/ready ## put small faults into the code, one at a time, and count how many the tests notice (an hour)
	$(MUTANTS)/bin/python tests/reliability/mutants.py $(GROUPS)

bench: $(VENV)/ready ## measure what it costs, beside what people would use instead, and write docs/performance.md (15 min)
	$(BIN)/python -m benchmarks.run $(BENCH)

lint: $(VENV)/ready ## look for faults in the code without running it
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/ready ## check the types, strictly
	$(BIN)/mypy

format: $(VENV)/ready ## put the code into its one shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

galaxy-lint: ## lint the Galaxy suite as its reviewers do
	@tests/galaxy/install_galaxy.sh
	@tests/galaxy/lint_tools.sh

engines: ## set up what `make test` otherwise leaves out: container engine, Galaxy, Toil, Slurm (Debian, as root)
	@containers/engine.sh up
	@tests/cwl/install_engines.sh toil
	@tests/cwl/install_engines.sh slurm
	@tests/galaxy/install_galaxy.sh

image: ## build the container image and its bill of materials (dist/*.spdx.json)
	@containers/build.sh

lock: ## write the locks anew from pyproject.toml (needs uv)
	uv pip compile $(LOCK) --extra sandbox -o requirements/runner.txt pyproject.toml
	uv pip compile $(LOCK) --group build -o requirements/build.txt
	uv pip compile $(LOCK) --extra sandbox --group dev --group cwl -o requirements/dev.txt pyproject.toml
	uv pip compile $(LOCK) --extra sandbox --group mutants -o requirements/mutants.txt pyproject.toml

clean: ## remove what make has set up or written
	rm -rf $(VENV) $(RUNNER) $(MUTANTS) .mutants .engines demo build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

LOCK := --quiet --universal --python-version 3.10 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

$(RUNNER)/ready: requirements/runner.txt requirements/build.txt pyproject.toml
	@echo "Setting up $(RUNNER), once ..."
	@$(PYTHON) -m venv --clear $(RUNNER)
	@$(RUNNER)/bin/python $(PIP_INSTALL) --require-hashes -r requirements/runner.txt -r requirements/build.txt
	@$(RUNNER)/bin/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready: requirements/dev.txt pyproject.toml
	@echo "Setting up $(VENV), once ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(MUTANTS)/ready: requirements/mutants.txt pyproject.toml
	@echo "Setting up $(MUTANTS), once ..."
	@$(PYTHON) -m venv --clear $(MUTANTS)
	@$(MUTANTS)/bin/python $(PIP_INSTALL) --require-hashes -r requirements/mutants.txt
	@touch $@
