# The same commands for people and for CI. What a target needs it makes itself, once; the steps are in scripts/.

HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
PYTEST ?=
WORKERS ?= 3
BENCH ?=

VENV := .venv
PY := $(VENV)/bin/python

SERVER := $(VENV)/.server-installed
TOOLS := $(VENV)/.tools-installed
PEERS := $(VENV)/.peers-installed
NODE := node_modules/.installed
FRONT := web/static/build/manifest.json
FRONT_SOURCES := $(shell find web rooms accounts -type f -not -name '*.py' -not -path '*/build/*' \
	-not -path '*/__pycache__/*' -not -path '*/templates/*') package.json tsconfig.json

.PHONY: run install test check bench format lock clean .venv front machine

install: $(SERVER) $(FRONT)

run: install
	@$(PY) scripts/run.py --host $(HOST) --port $(PORT) --data $(DATA)

test: machine check
	@scripts/front_end.sh test $(VENV)
	$(PY) -m pytest --numprocesses=$(WORKERS) --dist=loadfile $(PYTEST)

check: $(TOOLS) $(FRONT)
	@scripts/check.sh

bench: $(PEERS) $(FRONT) machine
	$(PY) -m bench $(BENCH)

format: $(TOOLS)
	$(VENV)/bin/ruff check --fix --exit-zero --quiet .
	$(VENV)/bin/ruff format .

lock:
	scripts/lock.sh

clean:
	rm -rf web/static/build $(VENV) node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv: $(TOOLS)
front: $(FRONT)

machine:
	@scripts/machine.sh

$(SERVER): requirements.txt scripts/environment.sh
	@scripts/environment.sh $(VENV) requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt $(SERVER)
	@scripts/environment.sh $(VENV) requirements-dev.txt
	@touch $@

$(PEERS): bench/requirements.txt $(TOOLS)
	@scripts/environment.sh $(VENV) bench/requirements.txt
	@touch $@

$(NODE): package-lock.json requirements-node.txt | $(SERVER)
	@scripts/front_end.sh install $(VENV)
	@touch $@

$(FRONT): $(NODE) $(FRONT_SOURCES)
	@scripts/front_end.sh build $(VENV)
	@touch $@
