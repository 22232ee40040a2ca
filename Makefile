# One command for people, hooks and CI. Needs python3 (3.11 or newer, with venv) and make; all else is fetched, locked.
PYTHON ?= python3
SCALE ?= prefecture
BIN := .venv/bin
PY := $(BIN)/python
NPM := $(shell command -v npm || echo $(BIN)/npm)
TEMPLATES := templates $(wildcard */templates)
# Tools that import the settings need addresses, not servers.
NOWHERE := DJANGO_SETTINGS_MODULE=config.settings.dev DATABASE_URL=postgresql://web@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0
COMPILE := $(BIN)/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --python-version 3.11 --universal -q

.PHONY: help setup demo test test-fast check bench fmt messages lock
.DEFAULT_GOAL := help

help:
	@echo "make setup      install everything into .venv and node_modules"
	@echo "make demo       the whole system at http://127.0.0.1:8000 (PORT=…), Ctrl-C ends it"
	@echo "make test       all tests; test-fast: without the browser"
	@echo "make check      format, lint, types, layers, templates, migrations, generated docs"
	@echo "make bench      measure (SCALE=province: what docs/benchmarks.md keeps); fmt: format; messages: translations; lock: new hashed requirements"

setup: $(BIN)/.installed static/vendor/LICENSES.txt

$(BIN)/.installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; make setup PYTHON=/path/to/python3 names another"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo "venv is missing: apt-get install python3-venv"; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json .npmrc | $(BIN)/.installed
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(NPM) ci --loglevel=error
	@touch $@

static/vendor/LICENSES.txt: node_modules/.installed config/assets.py
	@$(PY) -m config.assets

demo: setup
	@exec $(PY) -m config.serve

test: setup
	@$(PY) -m pytest -n 2

test-fast: setup
	@$(PY) -m pytest -n 2 -m "not e2e"

# Everything runs, even when one part fails; what failed is listed at the end.
check: setup
	@failed=; run() { echo "== $$*"; "$$@" || failed="$$failed  $$*;"; }; \
	run $(BIN)/ruff format --check .; \
	run $(BIN)/ruff check .; \
	run env $(NOWHERE) $(BIN)/mypy; \
	run $(BIN)/lint-imports; \
	run $(BIN)/djlint --lint --quiet $(TEMPLATES); \
	run $(PY) -W "ignore:Got an error checking" manage.py makemigrations --check --dry-run; \
	run $(PY) manage.py state_diagrams --check; \
	if [ -n "$$failed" ]; then echo "Failed:"; echo "$$failed" | tr ';' '\n'; exit 1; fi; echo "All checks passed."

bench: setup
	@$(PY) -m bench --scale $(SCALE) $(ARGS)

fmt: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: setup
	$(PY) manage.py makemessages --locale en --no-location --no-obsolete
	$(PY) manage.py compilemessages --locale en

lock: $(BIN)/.installed
	$(COMPILE) -o requirements/base.txt
	$(COMPILE) --group dev -o requirements/dev.txt
