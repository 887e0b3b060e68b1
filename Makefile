# Everything a person or a build machine runs here. `make help` lists it.
#
# The environment is .venv. It is filled from the locks in requirements/ (exact versions, with hashes), and again
# only when a lock has changed. Needed beforehand: make and Python 3.11 or newer, with its venv module.

VENV := .venv
BIN := $(VENV)/bin
CODE := $(wildcard contractlang engine client tests bench tools)
# (docs/. because `docs` is a target.)
DOCS := $(shell find docs/. mkdocs.yml contracts engine/documents contractlang/words.py contractlang/wording.py contractlang/called.py -type f ! -name '*.pyc' 2>/dev/null)

# Debian packages the tests need, beside Python and make; `make system` installs them.
SYSTEM_PACKAGES := postgresql fonts-wqy-microhei chromium gcc python3-dev

# The interpreter that .venv is made with, and what is handed on to pytest: make pytest ARGS="-k window -x"
PYTHON ?=
ARGS ?=

# What `make findings` looks at, beside the law of which layers; make findings ANALYSED=sale, or voip-1+voip-2 for the two
ANALYSED := sale voip-1 voip-2 voip-1+voip-2
LAYERS := civil,consumer,sector,cyber,local:HN,local:CQ

READY := $(VENV)/.dev $(VENV)/.project

# mkdocs and its theme print notices about their own future into every build.
export NO_MKDOCS_2_WARNING := 1
export DISABLE_MKDOCS_2_WARNING := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup demo test check static pytest soak cluster peers beside bench native native-test findings cases format format-check lint types imports docs serve \
	vsix desk screenshots lock system clean

## help: list the targets
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "make %-13s %s\n", $$1, $$2 }'

# Running ------------------------------------------------------------------------------------------------------------

## demo: set up what the program needs, and run `contract demo`
demo: $(VENV)/.core $(VENV)/.project
	@$(BIN)/contract demo

## test: everything a change must pass: format, lint, types, import rules, docs, then the tests
test: static pytest

## check: the same as test
check: test

## static: everything in `make test` except the tests
static: format-check lint types imports docs

## pytest: only the tests; ARGS="-k window -x" is handed on, ARGS="-n auto" uses every core
pytest: $(READY)
	@$(BIN)/python -m pytest $(ARGS)

## soak: the long tests, which `make test` leaves out
soak: $(READY)
	@$(BIN)/python -m pytest -m soak $(ARGS)

## bench: measure the engine
bench: $(READY)
	@$(BIN)/python -m bench $(ARGS)

## findings: look anew for what the shipped agreements come to beside all the law (a quarter of a minute), and keep it for the pages
findings: $(READY)
	@for names in $(ANALYSED); do echo "findings: $$names"; \
		first=$${names%%+*}; others=$$(echo "$${names#$$first}" | tr + -); kept=contracts/$$first/findings$$others.json; \
		$(BIN)/contract analyse $$(echo $$names | tr + ' ') --layers $(LAYERS) --json >$$kept.new; \
		if [ ! -s $$kept.new ]; then rm -f $$kept.new; exit 1; fi; \
		mv $$kept.new $$kept; \
	done

## cases: rewrite the expected blocks of the literate cases; read the difference afterwards
cases: $(READY)
	@$(BIN)/python -m tests.rewrite_cases $(ARGS)

# One part of the checks at a time -----------------------------------------------------------------------------------

## format: bring the code into its one layout, and mend what lint can mend
format: $(READY)
	@$(BIN)/ruff check --quiet --fix-only $(CODE)
	@$(BIN)/ruff format $(CODE)

## format-check: fail if `make format` would change the layout of a file
format-check: $(READY)
	@echo "format:  ruff format" && $(BIN)/ruff format --quiet --diff $(CODE)

## lint: look for likely mistakes
lint: $(READY)
	@echo "lint:    ruff check" && $(BIN)/ruff check --quiet $(CODE)

## types: strict types for the program, checked types for tests and benchmarks
types: $(READY)
	@echo "types:   mypy" && $(BIN)/mypy --no-error-summary $(CODE)

## imports: who may import whom (the rules are in pyproject.toml)
imports: $(READY)
	@echo "imports: import-linter" && { report=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$report"; exit 1; }; }

## docs: build the documentation into site/
docs: site/index.html
	@:

# (Under --quiet, --strict counts no warning.)
site/index.html: $(DOCS) $(VENV)/.dev
	@echo "docs:    mkdocs" && { report=$$($(BIN)/contract docs build --strict 2>&1) || { echo "$$report"; exit 1; }; }

## serve: show the documentation in a browser while you write it
serve: $(READY)
	@$(BIN)/contract docs serve

## cluster: install Ray and Spark beside the rest, and run their tests (Spark needs Java, 17 or newer)
cluster: $(READY) $(VENV)/.cluster
	@$(BIN)/python -m pytest -m soak tests/bulk/test_on_ray.py tests/bulk/test_on_spark.py $(ARGS)

$(VENV)/.cluster: $(VENV)/.dev requirements/cluster.txt
	@echo "setup:   what portfolios on many machines need" && { $(call install,requirements/cluster.txt); } && touch $@

## peers: install what the service is measured beside (Cedar, Casbin, ZEN), and measure them behind the same HTTP server
peers: $(READY) $(VENV)/.bench
	@$(BIN)/python -m bench.peers

## beside: install the same and more, and measure decisions and tables beside other engines in this process
beside: $(READY) $(VENV)/.bench
	@$(BIN)/python -m bench.beside $(ARGS)

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@echo "setup:   what the program is measured beside" && { $(call install,requirements/bench.txt); } && touch $@

## native: compile what decides and folds, as a second build in build/native (needs a C compiler; minutes)
native: $(READY)
	@echo "native:  build/native" && $(BIN)/python -m tools.native

## native-test: the same, and the tests of the engine and the service over it; ARGS="-k window" is handed on
native-test: native
	@cd build/native && ../../$(BIN)/python -m pytest -q tests/engine tests/commands tests/laws tests/bulk tests/service tests/test_scenarios.py tests/test_error_cases.py $(ARGS)

## vsix: pack the VS Code extension into dist/ (needs Node 20 and npm)
vsix:
	@command -v npm >/dev/null || { echo "vsix:    npm is needed, and is not there" >&2; exit 1; }
	@echo "vsix:    dist/contract-engine.vsix" && cd editors/vscode && npm ci --loglevel=error >/dev/null && \
		npm run --silent package >/dev/null
	@mkdir -p dist && mv editors/vscode/contract-engine.vsix dist/

## desk: bundle the page of `contract desk` into engine/workbench/page (needs Node 20 and npm)
desk:
	@command -v npm >/dev/null || { echo "desk:    npm is needed, and is not there" >&2; exit 1; }
	@echo "desk:    engine/workbench/page" && cd editors/desk && npm ci --loglevel=error >/dev/null && npm run --silent bundle

## screenshots: picture the main views of the desk for docs/desk.md (needs Chromium); then look at them
screenshots: $(READY)
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

# Setting up ---------------------------------------------------------------------------------------------------------

## setup: make .venv with everything for development
setup: $(READY)
	@:

# install FILES... adds packages and sync FILES... also removes all others; both with uv, or with pip where uv fails
# (uv does not read pip's settings, so pip may reach an index that uv cannot).
UV := $(BIN)/uv pip
UV_FLAGS := --quiet --compile-bytecode --python $(BIN)/python --no-build-isolation --require-hashes
PIP := $(BIN)/python -m pip install -qq --no-build-isolation --require-hashes
install = $(UV) install $(UV_FLAGS) $(1:%=-r %) || { echo "setup:   once more, with pip"; $(PIP) $(1:%=-r %); }
sync = $(UV) sync $(UV_FLAGS) $(1) || { echo "setup:   once more, with pip"; $(PIP) $(1:%=-r %); }
project = $(BIN)/python -m pip install -qq --no-deps --no-build-isolation --no-index --editable .

# Compiled once, so that no command spends its first tenths of a second on it.
compiled = $(BIN)/python -m compileall -q contractlang engine

# In the order they are made: one may lean on those before it.
LOCKS := tools core print test docs kernel traces cluster bench
TOOLS := requirements/tools.txt
CORE := requirements/core.txt
DEV := requirements/print.txt requirements/test.txt requirements/docs.txt requirements/kernel.txt requirements/traces.txt

# An interpreter and the installer.
$(VENV)/.tools: $(TOOLS)
	@set -e; found=; \
	for candidate in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14 python; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python" >&2; exit 1; fi; \
	echo "setup:   $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV); \
	$(BIN)/python -m pip install -qq --require-hashes -r $(TOOLS); \
	touch $@

# What the program needs.
$(VENV)/.core: $(VENV)/.tools $(CORE)
	@echo "setup:   what the program needs" && { $(call install,$(CORE)); } && touch $@

# What its tests and its documentation need. What no lock names any longer is removed; so is the program's link, so
# that it is laid again.
$(VENV)/.dev: $(VENV)/.core $(DEV)
	@echo "setup:   what tests and documentation need" && { $(call sync,$(TOOLS) $(CORE) $(DEV)); } && $(project) && $(compiled) \
		&& touch $(VENV)/.project $@

# The program itself, as a link to this checkout.
$(VENV)/.project: $(VENV)/.tools pyproject.toml
	@echo "setup:   the program" && $(project) && $(compiled) && touch $@

## lock: resolve requirements/*.in again; UPGRADE=1 moves every version that may move
lock: $(VENV)/.tools
	@for name in $(LOCKS); do \
		sources=requirements/$$name.in; \
		if [ $$name = core ]; then sources="pyproject.toml $$sources"; fi; \
		echo "lock:    requirements/$$name.txt"; \
		$(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
			$$sources --output-file requirements/$$name.txt >/dev/null || exit 1; \
	done
	@if grep -n '://' requirements/*.txt; then echo "lock: a lock must not hold an address" >&2; exit 1; fi

## system: install the Debian packages that the tests need
system:
ifeq ($(strip $(SYSTEM_PACKAGES)),)
	@echo "system:  no Debian package is needed yet"
else
	@missing=$$(for name in $(SYSTEM_PACKAGES); do dpkg -s $$name >/dev/null 2>&1 || echo $$name; done); \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
		$$as apt-get -qq update && \
		$$as env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing; \
	fi
endif

## clean: remove the environment and everything that was built
clean:
	@rm -rf $(VENV) site dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find contractlang engine client tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
