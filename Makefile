# Two commands: `make run` and `make test`. `make help` lists the rest.
PORT ?= 8000
PYTHON ?=
WORKERS ?= 2
HISTORIES ?= 100000
SEED := $(or $(SEED),$(shell date +%s))
# Each test run starts a dozen processes: what one of them compiled, the next need not.
PYTHONDONTWRITEBYTECODE :=
export PORT PYTHON WORKERS PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
pytest := $(python) -m pytest
live := LATCHKEY_LIVE=1 $(pytest)
unit := $(pytest) -n $(WORKERS) --dist worksteal
drill := LATCHKEY_HISTORIES=$(HISTORIES) LATCHKEY_SEED=$(SEED) $(unit) tests/attacks/test_histories.py

.DEFAULT_GOAL := help
.PHONY: help run test check test-sqlite test-postgres unit-sqlite unit-postgres
.PHONY: live-sqlite live-postgres drill drill-postgres bench bench-app engines lighthouse
.PHONY: screenshots format lock messages

help:
	@echo "make run            serve on http://localhost:$(PORT) (PORT=… for another port)"
	@echo "make test           every check, then every test on SQLite and PostgreSQL"
	@echo "make check          formatters, linters, types, imports, migrations, deployment"
	@echo "make test-sqlite    the tests on SQLite"
	@echo "make test-postgres  the tests on PostgreSQL (its own server)"
	@echo "make drill          100,000 histories of a thief and an owner, hours (HISTORIES=… SEED=…)"
	@echo "make drill-postgres  the same on PostgreSQL"
	@echo "make bench          measure the sign-in and the overview against PostgreSQL"
	@echo "make bench-app  measure the authenticator app in Chromium"
	@echo "make engines    the app's story in Firefox ESR and WebKitGTK, into docs/engines.md"
	@echo "make lighthouse  four marks for sign-in, overview and devices"
	@echo "make screenshots  every page in every look and language, in var/screenshots/index.html"
	@echo "make format         format Python and templates"
	@echo "make messages       gather what people read into locale/, and compile the translations"
	@echo "make lock           renew the hashed locks from pyproject.toml"

run: .venv/run.stamp
	@sh scripts/run.sh

test: .venv/dev.stamp .venv/node.stamp
	@sh scripts/chromium.sh
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory unit-sqlite
	@MAKE="$(MAKE)" sh scripts/together.sh
	@echo "Everything passed: the checks, and all tests on SQLite and on PostgreSQL."

check: .venv/dev.stamp .venv/node.stamp
	@$(python) scripts/checks.py

test-sqlite: unit-sqlite live-sqlite

test-postgres: unit-postgres live-postgres

unit-sqlite: .venv/dev.stamp
	@echo "== Tests on SQLite"
	@env -u DATABASE_URL $(unit)

live-sqlite: .venv/dev.stamp
	@echo "== Tests on SQLite, against the running site"
	@env -u DATABASE_URL $(live)

unit-postgres: .venv/dev.stamp
	@echo "== Tests on PostgreSQL"
	@$(python) scripts/postgres.py -- $(unit)

live-postgres: .venv/dev.stamp
	@echo "== Tests on PostgreSQL, against the running site"
	@$(python) scripts/postgres.py -- env $(live)

drill: .venv/dev.stamp
	@echo "== $(HISTORIES) histories; the same ones again with SEED=$(SEED)"
	@env -u DATABASE_URL $(drill)

drill-postgres: .venv/dev.stamp
	@echo "== $(HISTORIES) histories on PostgreSQL; the same ones again with SEED=$(SEED)"
	@$(python) scripts/postgres.py -- env $(drill)

bench: .venv/dev.stamp
	@$(python) scripts/postgres.py --durable -- $(python) -m tests.benchmarks

bench-app: .venv/dev.stamp
	@sh scripts/chromium.sh
	@$(python) -m tests.benchmarks.app

engines: .venv/dev.stamp
	@$(python) -m tests.engines

lighthouse: .venv/dev.stamp
	@sh scripts/chromium.sh
	@$(python) -m tests.lighthouse

screenshots: .venv/dev.stamp
	@sh scripts/chromium.sh
	@$(python) -m tests.browser.screenshots

format: .venv/dev.stamp
	@$(python) -m ruff check --quiet --fix-only .
	@$(python) -m ruff format --quiet .
	@find templates -name '*.html' -exec $(python) -m djade --target-version 5.2 {} +

messages: .venv/dev.stamp
	@$(python) scripts/messages.py

lock := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml
lock: .venv/dev.stamp
	@$(lock) --output-file requirements.txt
	@$(lock) --group dev --constraint requirements.txt --output-file requirements-dev.txt

.venv/run.stamp: requirements.txt
	@sh scripts/install.sh $< $@

.venv/dev.stamp: requirements-dev.txt
	@sh scripts/install.sh $< $@

.venv/node.stamp: package-lock.json package.json .venv/dev.stamp
	@sh scripts/tools.sh $@
