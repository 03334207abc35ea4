PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Twice as many as there are processors: many tests wait for a process or a clock.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
# Where it is set, as in many containers, every one of some thousand processes compiles the program anew.
export PYTHONDONTWRITEBYTECODE :=
ANSWER_MODES := without-nulls with-additions
IN_OTHER_WORDS := \
	tests/catalog/test_plan.py tests/catalog/test_saved_plans.py tests/cli/card \
	tests/cli/customer/test_create.py tests/cli/customer/test_portal.py \
	tests/cli/invoice tests/cli/refund tests/cli/sub/test_pause.py tests/cli/sub/test_pay.py tests/cli/sub/test_show.py \
	tests/cli/test_clock.py tests/cli/test_doctor.py tests/cli/test_output_document.py \
	tests/access/test_access.py tests/webhook_endpoints/test_endpoints.py tests/events/test_source.py

.PHONY: try test answers soak check lock ends oldest newest pythons package docs links bench clean

# Exactly what requirements/*.txt lock, by hash; `make lock` locks anew what pyproject.toml allows.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
EDITABLE = $(INSTALL) --no-deps --no-build-isolation --editable .
MISSING = { echo "The packages of $(1) could not be installed: pip says above which one, and why."; \
	echo "They come from the package registry that pip is set up for (pip config list), PyPI by default."; exit 1; }

$(BIN)/billing: pyproject.toml requirements/base.txt
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and $(PYTHON) is not on the PATH."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=... names it: make try PYTHON=python3.12"; exit 1; }
	@echo "Installing into $(VENV) (once) …"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@$(INSTALL) --no-deps --require-hashes -r requirements/base.txt || $(call MISSING,requirements/base.txt)
	@$(EDITABLE)
	@touch $@

$(VENV)/dev: $(BIN)/billing requirements/dev.txt
	@$(INSTALL) --no-deps --require-hashes -r requirements/dev.txt || $(call MISSING,requirements/dev.txt)
	@touch $@

# What other people run against Stripe (tests/strangers): the packages that npm's locks there name by hash.
$(VENV)/strangers/installed: $(VENV)/dev $(wildcard tests/strangers/*/package-lock.json)
	@sh scripts/strangers.sh $(VENV) node
	@touch $@

## Lock the dependencies anew: the newest that pyproject.toml allows, and the oldest that it declares.
lock:
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5'
	@$(LOCK) -o requirements/base.txt
	@$(LOCK) --extra dev -o requirements/dev.txt
	@$(LOCK) --extra dev --resolution lowest-direct -o requirements/oldest.txt
	@$(LOCK) --resolution lowest-direct -o requirements/oldest-base.txt

LOCK = $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-strip-extras \
	--upgrade --custom-compile-command "make lock" pyproject.toml requirements/build.in

## A minute: what must work, on the oldest versions that pyproject.toml declares and on the newest that it allows.
ends: requirements/oldest-base.txt
	@$(PYTHON) -m venv --clear $(VENV)-ends/oldest
	@$(VENV)-ends/oldest/bin/python -m pip install $(QUIET) --no-deps --require-hashes -r requirements/oldest-base.txt
	@$(VENV)-ends/oldest/bin/python -m pip install $(QUIET) --no-deps --no-build-isolation .
	@sh scripts/smoke.sh $(VENV)-ends/oldest/bin
	@$(PYTHON) -m venv --clear $(VENV)-ends/newest
	@$(VENV)-ends/newest/bin/python -m pip install $(QUIET) --upgrade .
	@sh scripts/smoke.sh $(VENV)-ends/newest/bin

QUIET := --quiet --disable-pip-version-check
SHORT_PASS := tests/cli/help tests/cli/test_root_options.py tests/cli/test_init.py tests/cli/test_trouble.py \
	tests/catalog/test_plan.py tests/catalog/test_saved_plans.py tests/cli/sub/test_show.py tests/pages/test_wheel.py

## Tests on the oldest versions that pyproject.toml declares, and on the newest that it allows.
oldest: requirements/oldest.txt
	@$(PYTHON) -m venv $(VENV)-oldest
	@$(VENV)-oldest/bin/python -m pip install $(QUIET) --no-deps --require-hashes -r requirements/oldest.txt
	@$(VENV)-oldest/bin/python -m pip install $(QUIET) --no-deps --no-build-isolation --editable .
	@$(VENV)-oldest/bin/python -m pytest -n $(WORKERS) $(SHORT_PASS)

newest:
	@$(PYTHON) -m venv $(VENV)-newest
	@$(VENV)-newest/bin/python -m pip install $(QUIET) --upgrade setuptools --editable '.[dev]'
	@$(VENV)-newest/bin/python -m pytest -n $(WORKERS) $(SHORT_PASS)

NEWER_PYTHONS ?= python3.13 python3.14

## `make test` on newer Pythons: those that are here, or else of Debian's trees, for root on Debian with debootstrap.
pythons:
	@for python in $(NEWER_PYTHONS); do sh scripts/newer_python.sh $$python $(VENV) || exit 1; done

## A wheel and a source archive, each installed into a fresh environment and tried there.
package:
	@sh scripts/package.sh $(PYTHON) build/package

## A catalog planned and applied to the local Stripe: no account, no network.
try: $(BIN)/billing
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh scripts/try.sh

test: $(VENV)/dev $(VENV)/strangers/installed
	@sh scripts/chromium.sh
	@sh scripts/shells.sh
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
	@$(MAKE) --no-print-directory answers

## Every command once more, with Stripe's answers said in another legal way (tests/answer_modes.py); half a minute.
answers: $(VENV)/dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --answers=otherwise $(IN_OTHER_WORDS)

## All cases of the tests that try a part of them in `make test`; SEED=123 tries those of an earlier run again.
soak: $(VENV)/dev $(VENV)/strangers/installed
	@sh scripts/strangers.sh $(VENV) node shop
	@$(BIN)/python -m pytest -n $(WORKERS) --soak -m soak -rs $(if $(SEED),--soak-seed $(SEED))
	@for mode in $(ANSWER_MODES); do \
		$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --answers=$$mode --ignore=tests/local_stripe --ignore=tests/end_to_end || exit 1; \
	done
	@$(MAKE) --no-print-directory package pythons
	@if $(PYTHON) -c 'import socket; socket.getaddrinfo("docs.stripe.com", 443)' 2>/dev/null; \
	then $(MAKE) --no-print-directory links; \
	else echo "docs.stripe.com cannot be reached: the links to other sites were not checked."; fi

## Lint, format and strict types; and what tests hold of sizes, words and imports, which takes seconds.
check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_sizes.py tests/test_wording.py tests/test_imports.py tests/local_stripe/test_layers.py

## The pages as a site in build/docs, with the command reference and the JSON Schema; man pages in build/man.
docs: $(VENV)/dev
	@$(BIN)/python scripts/reference.py docs/commands.md build/man
	@$(BIN)/python scripts/output_schema.py build/output.schema.json
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -b html docs build/docs
	@mv build/output.schema.json build/docs
	@echo "build/docs/index.html, build/docs/output.schema.json, build/man/man1"

## The links of the pages, those to other sites too.
links: docs
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -b linkcheck docs build/links

bench: $(VENV)/dev
	@$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(VENV)-* .billing build *.egg-info
