# make run: install and open the school in the browser. make test: install and pass the tests. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check install messages record system systems book prove bench clean
.DEFAULT_GOAL := run

run: .venv/installed
	@$(BIN)/seodang open

test: .venv/tested
	@$(BIN)/python -m pytest -n auto --dist loadfile --maxprocesses 4 --ignore tests/web
	@$(BIN)/python -m pytest tests/web

check: .venv/checked
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/seodang check

install: .venv/installed

# Record the evidence of the book again (SLUGS: some questions only).
record: .venv/installed
	$(BIN)/seodang record $(or $(SLUGS),$(shell $(BIN)/seodang list --json | $(BIN)/python -c "import json, sys; print(*(q['slug'] for q in json.load(sys.stdin)))"))

# Measure one system (NAME=lstm), or all of them and write docs/systems.md.
system: .venv/tested
	@$(BIN)/python -m pytest tests/systems -m 'system(name="$(NAME)")'

systems: .venv/tested
	SEODANG_SYSTEMS_PAGE=docs/systems.md $(BIN)/python -m pytest tests/systems -m system -n 2 -rs

# Which eighth of the book is recorded again and compared: another one every week, all of it in eight.
PART ?= $(shell echo $$(( $$(date +%s) / 604800 % 8 + 1 )))/8

# What takes longer than a check of a change may; the output is kept.
prove: .venv/tested
	@mkdir -p docs/proofs
	@$(MAKE) --no-print-directory systems > docs/proofs/systems.txt 2>&1; code=$$?; tail -3 docs/proofs/systems.txt; exit $$code
	$(BIN)/python -m pytest -m slow --ignore tests/systems -n 2 --dist worksteal > docs/proofs/slow.txt; code=$$?; tail -3 docs/proofs/slow.txt; exit $$code
	$(BIN)/seodang book prove --part $(PART) > docs/proofs/book.txt; code=$$?; tail -3 docs/proofs/book.txt; exit $$code

# Every experiment of the book on fresh seeds, and the ledger of all claims: 41 minutes on two cores.
book: .venv/installed
	$(BIN)/seodang book run > docs/proofs/book_run.txt; code=$$?; tail -12 docs/proofs/book_run.txt; exit $$code

# Collect and compile what the program says in Korean.
messages: .venv/tested
	$(BIN)/python tests/messages.py

.venv/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Seodang needs Python 3.11 or newer; try make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/python pyproject.toml constraints.txt
	@echo "installing into .venv (PyTorch is large; a minute or two) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/tested: .venv/installed
	@$(PIP) install --constraint constraints.txt pytest pytest-timeout pytest-xdist hypothesis babel pandas httpx2 optuna playwright "psycopg[binary]"
	@touch $@

.venv/checked: .venv/tested
	@$(PIP) install --constraint constraints.txt ruff mypy
	@touch $@

clean:
	rm -rf .venv

# Time the engine beside what one would run instead; writes docs/benchmarks.md (PARTS: some sections only). Wants a quiet machine.
bench: .venv/peers
	$(BIN)/python -m benchmarks $(if $(PARTS),--only $(PARTS))

.venv/peers: .venv/tested
	@$(PIP) install --constraint constraints.txt "jax>=0.10" && touch $@ || echo "JAX could not be installed: its columns will be dashes"
