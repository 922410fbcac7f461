# Fordring. `make` alone lists what there is.
SHELL := /bin/bash
UV_VERSION := 0.13.9
MEMBERS := $(sort $(wildcard libs/*/pyproject.toml services/*/pyproject.toml deploy/local/pyproject.toml))
RUN := .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help install lock up down status demo check format lint types layers docs test test-fast test-e2e test-kafka bench events openapi clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/.installed ## everything into .venv (needs python3 >= 3.11 with venv, nothing else)

.boot/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Fordring needs python3 >= 3.11; this is $$(python3 --version)."; exit 1; }
	python3 -m venv .boot || { echo "python3 has no venv: install the package python3-venv."; exit 1; }
	.boot/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: .boot/bin/uv requirements.lock pyproject.toml $(MEMBERS)
	.boot/bin/uv venv --quiet --allow-existing .venv
	.boot/bin/uv pip sync --quiet --python .venv/bin/python requirements.lock
	.boot/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation $(foreach member,$(MEMBERS),-e ./$(dir $(member)))
	@touch $@

lock: .boot/bin/uv ## pin all third-party packages anew, with hashes
	.boot/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		$(MEMBERS) --group pyproject.toml:dev -o requirements.lock
	sed -i.orig '/^-e file:/d' requirements.lock && rm requirements.lock.orig
	sh deploy/lock.sh

up: install ## the embedded stack, until Ctrl-C
	.venv/bin/fordring up

down: install ## stop the embedded stack
	.venv/bin/fordring down

status: install ## what runs, and where
	.venv/bin/fordring status

demo: install ## a portfolio that lives through months; ONCE=1 ends by itself
	.venv/bin/fordring demo $(if $(ONCE),--once)

check: format-check lint types layers docs ## format, lint, types, import layers, generated docs

format: install ## format the code
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

format-check: install
	.venv/bin/ruff format --check

lint: install ## ruff
	.venv/bin/ruff check

types: install ## pyright, strict
	.venv/bin/pyright

layers: install ## who may import whom
	.venv/bin/lint-imports

docs: install ## fail if generated docs differ from the code
	$(RUN) contracts.export --check
	$(RUN) gateway.export_openapi --check

test: test-fast test-e2e ## all tests on the embedded stack

test-fast: install ## libraries and services, on all cores
	$(RUN) pytest -n auto --maxprocesses 4 libs services

test-e2e: install ## the embedded stack, and situations on it
	$(RUN) pytest deploy/local tests-e2e

test-kafka: install ## the delivery guarantees on Apache Kafka 4 (needs Java >= 17 and Maven)
	.venv/bin/python deploy/kafka/run.py fetch
	FORDRING_TEST_BROKER=kafka $(RUN) pytest libs/delivery

bench: install ## ratios against the fastest known way, in one run
	.venv/bin/python bench/run.py

events: install ## write docs/events.md, docs/asyncapi.json and the schemas anew
	$(RUN) contracts.export

openapi: install ## write docs/api/openapi.json anew
	$(RUN) gateway.export_openapi

clean: ## forget the embedded stack's data
	rm -rf .local
