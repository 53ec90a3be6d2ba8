# Two commands: `make run` and `make test`. `make help` lists the rest.
PORT ?= 8000
PYTHON ?=
WORKERS ?= 2
HISTORIES ?= 100000
STEPS ?= 100000
SET_UPS ?= 100000
SIZES ?= 200000 1000000
SEED := $(or $(SEED),$(shell date +%s))
# Each test run starts a dozen processes: what one of them compiled, the next need not.
PYTHONDONTWRITEBYTECODE :=
export PORT PYTHON WORKERS PYTHONDONTWRITEBYTECODE

python := .venv/bin/python
pytest := $(python) -m pytest
live := LATCHKEY_LIVE=1 $(pytest)
unit := $(pytest) -n $(WORKERS) --dist worksteal
drill := LATCHKEY_HISTORIES=$(HISTORIES) LATCHKEY_CASE_STEPS=$(STEPS) LATCHKEY_SET_UPS=$(SET_UPS) \
	LATCHKEY_SEED=$(SEED) $(unit) --hypothesis-seed=$(SEED) tests/attacks/test_histories.py \
	tests/attacks/test_recovery_case_model.py tests/attacks/test_two_losses.py

figures := LATCHKEY_FIGURES=1 $(live) tests/attacks tests/accounts tests/devices \
	-k "at_once or parallel or timing or fairness"

.DEFAULT_GOAL := help
.PHONY: help run test quick check test-sqlite test-postgres unit-sqlite unit-postgres
.PHONY: live-sqlite live-postgres drill drill-postgres figures bench bench-staff bench-app engines lighthouse
.PHONY: screenshots format assets lock messages

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name words; do \
		printf 'make %-15s %s\n' "$$name" "$$words"; done

run: .venv/run.stamp ## serve on http://localhost:8000 (PORT=… for another port)
	@sh scripts/run.sh

test: .venv/dev.stamp .venv/node.stamp ## every check, then every test on SQLite and PostgreSQL
	@sh scripts/chromium.sh
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory unit-sqlite
	@MAKE="$(MAKE)" sh scripts/test_parallel.sh
	@echo "Everything passed: the checks, and all tests on SQLite and on PostgreSQL."

quick: check ## the checks, and the rolled-back tests on SQLite without the histories
	@echo "== Tests on SQLite, without the histories"
	@env -u DATABASE_URL $(unit) --deselect tests/attacks/test_histories.py

check: .venv/dev.stamp .venv/node.stamp ## formatters, linters, types, imports, migrations, deployment
	@$(python) scripts/checks.py

test-sqlite: unit-sqlite live-sqlite ## the tests on SQLite

test-postgres: unit-postgres live-postgres ## the tests on PostgreSQL (its own server)

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

drill: .venv/dev.stamp ## 100,000 histories of thief and owner, steps of a recovery case, set-ups, hours (HISTORIES=… STEPS=… SET_UPS=… SEED=…)
	@echo "== $(HISTORIES) histories; the same ones again with SEED=$(SEED)"
	@env -u DATABASE_URL $(drill)

drill-postgres: .venv/dev.stamp ## the same on PostgreSQL
	@echo "== $(HISTORIES) histories on PostgreSQL; the same ones again with SEED=$(SEED)"
	@$(python) scripts/postgres.py -- env $(drill)

figures: .venv/dev.stamp ## run races, floods and timings on both databases, and list what they showed
	@env -u DATABASE_URL $(figures)
	@$(python) scripts/postgres.py -- env $(figures)

bench: .venv/dev.stamp ## measure the sign-in and the overview against PostgreSQL
	@$(python) scripts/postgres.py --durable -- $(python) -m tests.benchmarks

bench-staff: .venv/dev.stamp ## measure the staff pages with 1,000,000 accounts (SIZES=…), half an hour
	@$(python) scripts/postgres.py --durable -- $(python) -m tests.benchmarks.staff $(SIZES)

bench-app: .venv/dev.stamp ## measure the authenticator app in Chromium
	@sh scripts/chromium.sh
	@$(python) -m tests.benchmarks.app

engines: .venv/dev.stamp ## the app's story in Firefox ESR and WebKitGTK, into docs/engines.md
	@$(python) -m tests.engines

lighthouse: .venv/dev.stamp ## four marks for sign-in, overview and devices
	@sh scripts/chromium.sh
	@$(python) -m tests.lighthouse

screenshots: .venv/dev.stamp ## every page in every look and language, in var/screenshots/index.html
	@sh scripts/chromium.sh
	@$(python) -m tests.browser.screenshots

format: .venv/dev.stamp ## format Python and templates
	@$(python) -m ruff check --quiet --fix-only .
	@$(python) -m ruff format --quiet .
	@find templates -name '*.html' -exec $(python) -m djade --target-version 5.2 {} +

assets: .venv/dev.stamp ## build what is generated: the joined style sheet, the app's list and its hash
	@$(python) scripts/bundle_css.py
	@$(python) scripts/precache.py

messages: .venv/dev.stamp ## gather what people read into locale/, and compile the translations
	@$(python) scripts/messages.py

lock := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml
lock: .venv/dev.stamp ## renew the hashed locks from pyproject.toml
	@$(lock) --output-file requirements.txt
	@$(lock) --group dev --constraint requirements.txt --output-file requirements-dev.txt

.venv/run.stamp: requirements.txt
	@sh scripts/install.sh $< $@

.venv/dev.stamp: requirements-dev.txt
	@sh scripts/install.sh $< $@

.venv/node.stamp: package-lock.json package.json .venv/dev.stamp
	@sh scripts/tools.sh $@
