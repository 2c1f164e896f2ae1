# Everything starts here. `make help` lists what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS := deploy/requirements
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench load faults fuzz audit lock assets words clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

setup: $(VENV)/.runtime ## Set everything up and start nothing: for deploy/README.md

demo: $(VENV)/.runtime ## Set everything up and run the product with two demonstration organisations
	@$(BIN)/manage serve --demo --port $(PORT)

test: $(VENV)/.test $(VENV)/.chromium ## Set up and run all tests, browser included
	$(BIN)/pytest -n $(JOBS)

check: $(VENV)/.test ## Format, lint, types, import boundaries
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.test ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test ## Measure the goals, each against a floor in the same run; compare with the last
	$(BIN)/python -m tests.bench

load: $(VENV)/.test ## Use several organisations at once and restart servers under them (LOAD_SECONDS=120 LOAD_RATE=... LOAD_TENANTS=3)
	$(BIN)/python -m tests.load

faults: $(VENV)/.test ## Kill workers, restores and imports many times over; every run must end the same
	FAULT_RUNS=20 $(BIN)/pytest -n $(JOBS) -m "faults or not faults" tests/privacy/test_deletion_killed.py tests/privacy/test_deletion_outages.py tests/config/test_restoring.py

fuzz: $(VENV)/.test ## Attack 20,000 sets of tables, send the interfaces 200,000 requests that nobody would write, and hostile words everywhere
	FUZZ_REQUESTS=$${FUZZ_REQUESTS:-200000} $(BIN)/pytest -n $(JOBS) -m "fuzz or not fuzz" tests/privacy/test_disclosure.py tests/api/test_fuzz.py tests/kernel/test_bad_files.py tests/security

audit: ## Ask the public register of known holes about every pinned version (needs the network)
	@sh deploy/security/audit.sh

lock: $(VENV)/.bootstrap ## Compile the requirement files again
	@for name in bootstrap runtime test; do \
	  (cd $(REQUIREMENTS) && ../../$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url \
	   --no-emit-find-links --no-header --universal --python-version 3.11 $$name.in -o $$name.txt) || exit 1; \
	done

assets: $(VENV)/.test ## Compile styles, icons and fonts (needs Node.js; the result is committed)
	cd platform/web/assets && npm ci --no-fund --no-audit && npm run build
	$(BIN)/python platform/web/assets/fonts.py

words: $(VENV)/.test ## Enter new sentences into the catalogues of all languages and compile them
	$(BIN)/python -m web.words

clean: ## Remove what was set up and the local data
	rm -rf $(VENV) .local .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache platform/web/assets/node_modules

$(VENV)/.bootstrap: $(REQUIREMENTS)/bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $(REQUIREMENTS)/bootstrap.txt
	@touch $@

$(VENV)/.runtime: $(VENV)/.bootstrap $(REQUIREMENTS)/runtime.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(REQUIREMENTS)/runtime.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.runtime $(REQUIREMENTS)/test.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(REQUIREMENTS)/test.txt
	@touch $@

# A browser of the system; on Debian it is installed when it is missing.
$(VENV)/.chromium: $(VENV)/.test
	@command -v chromium || command -v chromium-browser || command -v google-chrome || \
	  { apt-get update -qq && apt-get install -y -qq chromium; } || \
	  { echo "Chromium is needed for the browser tests and could not be installed. Install it, then run make test again."; exit 1; }
	@touch $@
