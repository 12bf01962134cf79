# Two commands for a newcomer: `make demo` and `make test`. The others are for people who work on the project.
# Nothing is needed but Python 3.10 or later and make: everything else goes into folders here, pinned with hashes.
PYTHON ?= python3
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
RUNNER := .venv-runner
VENV := .venv
BIN := $(VENV)/bin
MUTANTS := .venv-mutants
SITE := .venv-site
PYTEST_ARGS ?=
JOBS ?= auto
SOAK_TESTS := tests/promise tests/test_benchmarks.py tests/unit/cohort/test_equality.py tests/site
BENCH ?= --with-querynator
# The unit tests, those of TLS among them, on which the promise for other versions of Python stands.
PYTHONS ?= python3.10 python3.13 python3.14

.DEFAULT_GOAL := help
.PHONY: help demo test test-pythons soak reliability messages mutants bench bench-full lint format types audit galaxy-lint engines image site release lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 12

demo: $(RUNNER)/ready ## run the main job on a stand-in service with the example input, and show the results
	@rm -rf demo
	$(RUNNER)/bin/cgi-runner run --sandbox --mutations examples/mutations.tsv --cnas examples/cnas.tsv \
	  --translocations examples/translocations.tsv --cancer-type cgi:CM --reference hg38 --title "Demo" --output demo

test: $(VENV)/ready ## run every test that this machine can run; says what was left out and why
	$(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadgroup $(PYTEST_ARGS)

test-pythons: ## run the unit tests, those of TLS among them, with each of PYTHONS that this machine has
	@for python in $(PYTHONS); do \
	  command -v $$python >/dev/null && $$python -c '' 2>/dev/null || { echo "$$python: not here, left out"; continue; }; \
	  $(MAKE) --no-print-directory PYTHON=$$python VENV=.venv-$$python .venv-$$python/ready && \
	  .venv-$$python/bin/python -m pytest --numprocesses=$(JOBS) --dist=loadgroup tests/unit $(PYTEST_ARGS) || exit 1; \
	done

soak: $(VENV)/ready ## the long part of the proofs: hundreds of kills, thousands of random lives and files
	CGI_SOAK=1 $(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadgroup $(SOAK_TESTS) $(PYTEST_ARGS)

reliability: $(VENV)/ready ## run every fault at every step, and write docs/reliability.tsv and its overview anew
	PYTHONPATH=tests $(BIN)/python -m promise.matrix

messages: $(VENV)/ready ## write every sentence and help page of the program into tests/cli/messages.golden
	PYTHONPATH=tests $(BIN)/python -m support.messages

mutants: $(MUTANTS)/ready ## put small faults into the code, one at a time, and count how many the tests notice (hours; SAMPLE=150: some)
	$(MUTANTS)/bin/python tests/promise/mutants.py $(GROUPS) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

bench: $(VENV)/ready ## measure what it costs, beside what people would use instead, and write docs/performance.md (20 min)
	$(BIN)/python -m benchmarks.run $(BENCH)

bench-full: $(VENV)/ready ## the same with what takes longer: 10,000,000 rows, the tests, all of CI (2 h)
	$(BIN)/python -m benchmarks.run --full $(BENCH)

lint: $(VENV)/ready ## look for faults in the code without running it
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/ready ## check the types, strictly
	$(BIN)/mypy

audit: $(VENV)/ready ## look for known vulnerabilities of pinned packages (AUDIT_DATABASE=all.zip: offline); says if it could not
	$(BIN)/python packaging/audit.py

format: $(VENV)/ready ## put the code into its one shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

galaxy-lint: ## lint the Galaxy suite as its reviewers do
	@tests/engines/galaxy/install_galaxy.sh
	@tests/engines/galaxy/lint_tools.sh

engines: ## set up what `make test` otherwise leaves out, each engine that tests/engines names (Debian, as root)
	@containers/engine.sh up
	@tests/engines/image/install_registry.sh
	@tests/engines/cwl/install_engines.sh toil
	@tests/engines/cwl/install_engines.sh slurm
	@tests/engines/snakemake/install_snakemake.sh
	@tests/engines/python/install_parsl.sh
	@tests/engines/nextflow/install_reftrace.sh
	@tests/engines/galaxy/install_galaxy.sh
	@$(PYTHON) -m benchmarks.querynator install
	@tests/engines/browser/install_browser.sh
	@tests/site/install_shells.sh
	@tests/engines/multiqc/install_multiqc.sh

site: $(SITE)/ready ## build the documentation (dist/site) and the manual page (dist/man); a warning is an error
	@rm -rf dist/site dist/man
	export SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} && \
	  $(SITE)/bin/python -m sphinx --fail-on-warning --keep-going --quiet -E -c docs -d build/site -b html . dist/site && \
	  $(SITE)/bin/python -m sphinx --quiet -E -c docs -d build/man -b man . dist/man

image: ## build the container image and its bill of materials (dist/*.spdx.json)
	@containers/build.sh

release: $(VENV)/ready ## make a release: checks, version, commit, tag, and all that is published in dist/ (VERSION=1.2.3)
	@[ -n "$(VERSION)" ] || { echo "make release VERSION=1.2.3" >&2; exit 2; }
	$(BIN)/python packaging/release.py $(VERSION) $(RELEASE_ARGS)

lock: ## write the locks anew from pyproject.toml (needs uv)
	uv pip compile $(LOCK) --extra sandbox -o requirements/runner.txt pyproject.toml
	uv pip compile $(LOCK) --group build -o requirements/build.txt
	uv pip compile $(LOCK) --extra sandbox --group dev --group cwl -o requirements/dev.txt pyproject.toml
	uv pip compile $(subst 3.10,3.11,$(LOCK)) --extra sandbox --group site -o requirements/site.txt pyproject.toml
	uv pip compile $(LOCK) --extra sandbox --group mutants -o requirements/mutants.txt pyproject.toml
	echo 'toil[cwl,wdl]>=9.6' | uv pip compile $(LOCK) - -o tests/engines/cwl/toil.txt
	echo parsl | uv pip compile $(LOCK) --extra sandbox -o tests/engines/python/parsl.txt pyproject.toml -
	printf '%s\n' reftrace protobuf | uv pip compile $(LOCK) --no-deps -o tests/engines/nextflow/reftrace.txt -
	printf '%s\n' snakemake snakemake-executor-plugin-slurm snakefmt | \
	  uv pip compile $(subst 3.10,3.11,$(LOCK)) -o tests/engines/snakemake/snakemake.txt -

clean: ## remove what make has set up or written
	rm -rf $(VENV) $(VENV)-python* $(RUNNER) $(MUTANTS) $(SITE) .mutants .engines demo build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

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

$(SITE)/ready: requirements/site.txt
	@echo "Setting up $(SITE), once ..."
	@$(PYTHON) -m venv --clear $(SITE)
	@$(SITE)/bin/python $(PIP_INSTALL) --require-hashes -r requirements/site.txt
	@touch $@
