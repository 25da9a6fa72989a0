# The project's commands. A machine needs Python >= 3.11 and make; uv is brought from the package index when it is missing.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen
PHONES ?= 4
# Tests wait for phones as long as they compute: twice as many as a small machine has cores.
WORKERS ?= 4
ARGS ?=

# `make demo -- --headless 20 --json` works too: what follows the goal is handed on.
ifeq (demo,$(firstword $(MAKECMDGOALS)))
  DEMO_WORDS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
  # make takes `--phones=12` for a variable
  DEMO_SETTINGS := $(filter --%,$(MAKEOVERRIDES))
  ifneq (,$(DEMO_WORDS))
    $(eval .PHONY: $(DEMO_WORDS))
    $(eval $(DEMO_WORDS): ; @:)
  endif
endif

# What reaches every branch of a package, without the rest of the suite.
tests_of = $(shell grep -lE '^ *(from|import) $1' tests/unit/test_*.py tests/property/test_*.py tests/contract/test_*.py)
tests_of_policies = $(call tests_of,policies) tests/cases
tests_of_crypto = $(call tests_of,crypto) \
  $(wildcard $(foreach name,crypto vault keys tables_put_back proofs_whole proofs_keeper full_disk retention archive_disk walk_heads_log,\
  tests/integration/test_$(name)*.py))

.PHONY: demo test slow check coverage coverage-crypto coverage-policies bench faults screenshots setup clean wheel deb sbom
.DEFAULT_GOAL := help

help:
	@echo "make demo   the whole product on simulated phones (a terminal opens the console)"
	@echo "make test   the tests           make slow   those that take eight seconds and more"
	@echo "make check  lint, types, import rules, name guards"
	@echo "make coverage  branches of crypto/ and of policies/ that tests reach: each fails below 100 %; coverage-crypto and"
	@echo "               coverage-policies are the halves of it"
	@echo "make bench  benchmarks, with their ratios; JSON in benchmarks/results/"
	@echo "make faults kills, power cuts, full disks, old pages, flipped bits (docs/faults.md); JSON as well"
	@echo "make wheel deb sbom  what is handed out, in dist/: the same bytes from the same commit"

.uv/bin/uv:
	@echo "no uv here: installing it into .uv/" >&2
	@$(PYTHON) -c 'import sys; sys.exit("shopwarden needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .uv >/dev/null 2>&1 \
	  && .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9" \
	  || { rm -rf .uv && $(PYTHON) scripts/bring_uv.py .uv; }

setup: $(filter .uv/%,$(UV))
	@$(UV) sync --frozen --quiet

demo: setup
	@$(RUN) shopwarden demo --phones $(PHONES) $(ARGS) $(DEMO_WORDS) $(DEMO_SETTINGS)

test: setup
	@$(RUN) pytest -n $(WORKERS) --dist loadgroup -m "not slow" $(ARGS)

slow: setup
	@$(RUN) pytest -n $(WORKERS) --dist loadgroup -m slow $(ARGS)

check: setup
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@$(RUN) pytest -q tests/meta

coverage: coverage-crypto coverage-policies

coverage-crypto coverage-policies: coverage-%: setup
	@NUMBA_DISABLE_JIT=1 $(RUN) coverage run --data-file=.coverage.$* --source=$* -m pytest -q --hypothesis-seed=0 $(tests_of_$*) $(ARGS)
	@$(RUN) coverage report --data-file=.coverage.$* --show-missing --skip-covered --fail-under=100

bench: setup
	@$(RUN) python -m benchmarks $(ARGS)

faults: setup
	@$(RUN) python -m tests.campaigns $(ARGS)

wheel: setup
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(RUN) python -m hatchling build -t wheel -d dist

deb: setup
	@$(RUN) python -m scripts.build_deb --output dist $(ARGS)

sbom: setup
	@$(RUN) python -m scripts.sbom --output dist/shopwarden.cdx.json $(ARGS)

screenshots: setup
	@$(RUN) python -m scripts.screenshots

clean:
	rm -rf .venv .uv .pytest_cache .mypy_cache .ruff_cache .coverage*
