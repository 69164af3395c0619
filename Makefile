# Decides the project's daily commands; `make help` lists them. Each sets up what it needs by itself.

VENV ?= .venv
PYTHON ?=
JOBS ?= 3
ARGS ?=
BENCH ?= store startup fold asof sweep imports exports browser judgement.ukraine judgement.news judgement.syria judgement.wikipedia \
	judgement.wars

BIN = $(VENV)/bin
INSTALL = PYTHON='$(PYTHON)' sh .ci/install '$(VENV)'

.PHONY: help demo test lint format types layers smoke check docs bench lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "PYTHON=python3.12 chooses the Python, VENV=.venv-3.12 the environment, ARGS='…' goes to pytest."

demo: ## the story of December 2024, replayed: what changed at each step, and why
	@$(INSTALL) base
	@$(BIN)/tracker demo --dir demo
	@echo
	@echo "The command is $(BIN)/tracker; '. $(BIN)/activate' puts it on your PATH."

test: ## all tests, on SQLite and on a real PostgreSQL (ARGS='-k belief' for some)
	@$(INSTALL) dev
	@sh .ci/postgres '$(VENV)'
	@sh .ci/libreoffice
	@sh .ci/browser '$(VENV)'
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: ## ruff: mistakes and format
	@$(INSTALL) dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: ## let ruff repair what it can
	@$(INSTALL) dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: ## mypy, strict, on source, tests and benchmarks
	@$(INSTALL) dev
	@$(BIN)/mypy

layers: ## import-linter: who may import whom
	@$(INSTALL) dev
	@$(BIN)/lint-imports

smoke: ## build the wheel, install it alone, use it in an empty directory
	@$(INSTALL) dev
	@sh .ci/smoke '$(VENV)'

check: lint types layers test smoke ## everything that continuous integration checks

docs: ## write the generated parts of docs/ again
	@$(INSTALL) dev
	@$(BIN)/python docs/generate.py

bench: ## the benchmarks, as ratios (BENCH=store for one)
	@PYTHON='$(PYTHON)' sh .ci/install '$(VENV)-bench' bench
	@sh .ci/postgres '$(VENV)-bench'
	@sh .ci/browser '$(VENV)-bench'
	@missed=0; for name in $(BENCH); do '$(VENV)-bench/bin/python' -m "benchmarks.$$name" || missed=1; done; \
		exit $$missed # all of them are run, also where one misses a bar

# The oldest Python decides, so that one lock suits all; the public index alone, so that no lock
# depends on where it was made. pip-compile keeps what is pinned; UPGRADE=--upgrade takes the newest.
COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND='make lock' \
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(UPGRADE)

lock: ## resolve requirements/*.in into hashed locks (UPGRADE=--upgrade for newer ones)
	@$(INSTALL) dev
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "locks are made on Python 3.11, the oldest supported"; \
		echo "Try: make lock PYTHON=python3.11 VENV=.venv-lock"; exit 2; }
	$(COMPILE) --extra postgres --extra polygons --extra xlsx --extra parquet -o requirements/base.txt pyproject.toml requirements/base.in
	$(COMPILE) -o requirements/dev.txt requirements/dev.in
	$(COMPILE) -o requirements/bench.txt requirements/bench.in
	$(COMPILE) -o requirements/pgserver.txt requirements/pgserver.in

clean: ## remove environments, caches and builds (demo/ stays, it may hold your claims)
	rm -rf .venv .venv-* '$(VENV)' '$(VENV)-bench' dist build *.egg-info \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
