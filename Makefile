PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto

.PHONY: try test soak check bench clean

$(BIN)/billing: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and $(PYTHON) is not on the PATH."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=... names it: make try PYTHON=python3.12"; exit 1; }
	@echo "Installing into $(VENV) (once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev: $(BIN)/billing
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

## A catalog planned and applied to the local Stripe: no account, no network.
try: $(BIN)/billing
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/try.sh

test: $(VENV)/dev
	@sh scripts/chromium.sh
	@$(BIN)/python -m pytest -n $(WORKERS)

## All cases of the tests that try a part of them in `make test`.
soak: $(VENV)/dev
	@$(BIN)/python -m pytest -n $(WORKERS) --soak -m soak

## Lint, format and strict types.
check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/dev
	@$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .billing build *.egg-info
