# Balie: `make demo` shows it, `make test` proves it, `make check` is what CI runs first.
# Everything is installed in .venv; nothing else of the machine is changed, but for browser tests,
# which need a Chromium, a PostgreSQL and a Redis (`make browser` installs Debian's when it may).

PYTHON ?= python3
BIN := .venv/bin
TRYTON := tests/backoffices/tryton

.PHONY: install demo demo-tryton test check proof proof-long bench bench-all bench-install docs format browser pictures clean

install: .venv/installed

.venv/installed: pyproject.toml
	@echo "Installing in .venv: a minute or two, the first time."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[scale,draw,dbos]" --group dev
	@touch $@

demo: install
	$(BIN)/balie run blueprints/lindeman --demo

demo-tryton: install
	$(TRYTON)/install.sh
	$(BIN)/python -m tests.backoffices.tryton.demo

test: install browser
	$(BIN)/pytest -m "not proof" -n auto --dist worksteal

check: install
	$(BIN)/ruff format --check src tests tools
	$(BIN)/ruff check src tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/ratchet.py
	$(BIN)/python -m django makemigrations --check --dry-run --settings balie.site.settings

proof: install browser
	tools/proof.sh

# By hand: connectors on servers that others wrote, and every page in every variant in a browser.
# They install what they need from npm and PyPI.
proof-long: install browser
	$(BIN)/pytest -m proof tests/backoffices/cap tests/backoffices/datasette
	$(BIN)/pytest -m proof -s tests/carrying -k "dbos or DBOS"
	GENERATED=300 $(BIN)/pytest -m proof tests/generated
	$(BIN)/pytest -m proof -s tests/screens
	SCREENS=all $(BIN)/pytest -m proof -s tests/screens/test_every_page.py

bench: install
	$(BIN)/python -m benchmarks

bench-all: install bench-install
	$(BIN)/python -m benchmarks --all

bench-install: install
	@benchmarks/install.sh

# The pages that are made of the program, then the site: var/site/index.html. A warning stops it.
docs: install
	$(BIN)/python -m balie.blueprint.explained docs/reference/checks
	$(BIN)/python tools/words_page.py
	$(BIN)/python tools/stored_page.py
	$(BIN)/python -m sphinx --fail-on-warning --nitpicky --quiet -c tools/site docs var/site

format: install
	$(BIN)/ruff format src tests tools
	$(BIN)/ruff check --fix src tests tools

browser:
	@tools/browser.sh

pictures: install browser
	$(BIN)/python -m tools.drawings
	$(BIN)/python -m tools.first_picture
	$(BIN)/python -m tools.return_pictures
	$(BIN)/python -m tools.linking_pictures
	$(BIN)/python -m tools.company_pictures

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
