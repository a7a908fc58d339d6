# The project's commands. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help synth test snapshots lint

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --progress-bar on --require-hashes --no-deps

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

synth: $(VENV)/.installed ## Synthesize every workspace (or ENVIRONMENT=dev [ENVIRONMENT_SUFFIX=pr-42]) into cdktf.out
	@$(PY) main.py

test: $(VENV)/.installed-for-tests ## Run the whole suite
	$(PY) -m pytest

snapshots: $(VENV)/.installed-for-tests ## Record the synthesized JSON anew; review the difference with git
	$(PY) -m pytest tests/test_snapshots.py --update-snapshots -q

lint: $(VENV)/.installed-for-tests ## Check style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .

$(VENV)/.installed: Pipfile.lock install/requirements.py
	@echo "Installing the locked dependencies into $(VENV) (once, about a minute)"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) install/requirements.py Pipfile.lock default > $(VENV)/requirements.txt
	@$(PIP) -r $(VENV)/requirements.txt
	@touch $@

$(VENV)/.installed-for-tests: $(VENV)/.installed
	@echo "Installing the locked test dependencies into $(VENV) (once, about a minute)"
	@$(PY) install/requirements.py Pipfile.lock develop > $(VENV)/requirements.txt
	@$(PIP) -r $(VENV)/requirements.txt
	@touch $@
