# Each target makes the environment .venv by itself, and again when pyproject.toml changes.
# README.md has the same commands for a machine without make.

VENV := .venv
INSTALLED := $(VENV)/.installed
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$python" && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test test-long lint types check clean

help: ## say what the targets do
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

demo: $(INSTALLED) ## run a whole study on a simulated electrode and compare it with the truth
	$(VENV)/bin/voltome demo

test: $(INSTALLED) ## run the tests
	$(VENV)/bin/pytest -n auto --dist loadfile

test-long: $(INSTALLED) ## run the tests that take minutes each
	$(VENV)/bin/pytest -n auto --dist loadfile -m long

lint: $(INSTALLED) ## check style, format, and the imports between rooms
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports

types: $(INSTALLED) ## check the types
	$(VENV)/bin/mypy

check: lint types test ## lint, types and test

clean: ## remove the environments, caches and builds; results stay
	rm -rf .venv .venv-ci build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		found=$$("$(or $(PYTHON),python3)" --version 2>/dev/null) || found="none"; \
		echo "voltome needs Python 3.11 or newer; found: $$found." >&2; \
		echo "Install it, or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	$(VENV)/bin/pip install -e ".[dev]"
	@touch $@
