# Everything here needs only make and Python 3.11 or newer; the rest is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test check bench pictures clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */\1\t/' | expand -t 12

demo: .venv/ready  ## look around: a made-up day with customers who answer
	@$(BIN)/jobline demo

test: .venv/ready  ## run every test, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest -n auto

check: .venv/ready  ## what has to be green: format, lint, types, import contracts, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: .venv/ready  ## measure against the limits; prints ratios
	@$(BIN)/python -m bench

pictures: .venv/ready  ## draw the pictures of the README anew
	@$(BIN)/python -m docs.pictures

clean:  ## remove what was installed and made
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis snapshot_report.html

.venv/ready: pyproject.toml constraints.txt install.py
	@$(PYTHON) install.py
