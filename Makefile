# Every task of daily work. A new machine needs Python 3.11, make and a C library; tests also Java 17 and Maven.
.DEFAULT_GOAL := help
.PHONY: help install demo serve test bench saboteurs soak lint docs lock tools-check python-check kafka-jars clean
SHELL := /bin/bash -euo pipefail

PYTHON ?= $(shell command -v python3.11 || command -v python3)
RUN := .venv/bin
PIP := $(RUN)/python -m pip --disable-pip-version-check install --quiet --no-input
ARGS ?=
# Two processes, each with servers of its own (AT_ONCE="-n 4 …" where there are more cores); the tests
# of a file stay together and in their order.
AT_ONCE ?= -n logical --maxprocesses=2 --dist loadfile --no-loadscope-reorder

COMPILE := $(RUN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links

help:  ## show the tasks
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

install: .venv/runtime.stamp  ## make .venv from the hash-pinned requirements.txt

demo: .venv/runtime.stamp  ## play the whole story on this machine (ARGS=--exit ends by itself)
	@$(RUN)/claims-ledger demo $(ARGS)

serve: .venv/runtime.stamp  ## an empty installation on this machine, data kept (ARGS=claims: one service)
	@$(RUN)/claims-ledger serve $(ARGS)

test: tools-check .venv/dev.stamp kafka-jars  ## all tests, on a real PostgreSQL and a real Kafka
	@$(RUN)/python -m pytest $(AT_ONCE) $(ARGS)

bench: tools-check .venv/dev.stamp kafka-jars  ## print the figures beside their raw limits
	@$(RUN)/python -m tests.bench $(ARGS)

saboteurs: tools-check .venv/dev.stamp kafka-jars  ## break every invariant once and see its test fail
	@LEDGER_SABOTEURS=all $(RUN)/python -m pytest tests/test_saboteurs.py $(ARGS)

soak: tools-check .venv/dev.stamp kafka-jars  ## the long tests in full size
	@$(RUN)/python -m tests.soak $(ARGS)

lint: .venv/dev.stamp  ## style, types, and which part may import which
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy --strict --explicit-package-bases services shared tests
	@$(RUN)/lint-imports

docs: .venv/dev.stamp  ## write all generated documents again
	@$(RUN)/python -m tests.documents

lock: .venv/dev.stamp  ## pin the newest versions of all dependencies, with hashes
	@$(COMPILE) --upgrade pyproject.toml --group build -o requirements.txt
	@$(COMPILE) --upgrade --group dev -c requirements.txt -o requirements-dev.txt

tools-check: python-check  ## check the tools of the tests and say how to get each
	@version=$$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' || true); \
	 if [ "$${version:-0}" -lt 17 ]; then \
	   echo "Java 17 or later is missing: apt-get install openjdk-17-jre-headless" >&2; exit 1; fi
	@command -v mvn >/dev/null || \
	 { echo "Maven is missing (it fetches Kafka's jars): apt-get install maven" >&2; exit 1; }

python-check:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	 { echo "Python 3.11 or later is missing: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	 { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }

kafka-jars: .venv/dev.stamp
	@$(RUN)/python -c 'from tests.kafka_broker import ensure_jars; ensure_jars()'

clean:  ## remove what was built; documents, data and sources stay
	@rm -rf build .venv deploy/kafka/lib deploy/kafka/target

.venv/runtime.stamp: requirements.txt pyproject.toml | python-check
	@echo "installing into .venv, once"
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --no-deps -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/runtime.stamp
	@$(PIP) --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
