# The commands of this project; `make help` lists them. They need Python 3.11 or newer, and make.

VENV := .venv
PORT ?= 8000
# Test processes at the same time; each has its own database and servers.
TEST_PROCESSES ?= 2

BIN := $(VENV)/bin
PYTHON_IN := $(BIN)/python
PIP := $(PYTHON_IN) -m pip --disable-pip-version-check --no-input install --no-deps --require-hashes
UV := uv==0.13.8

TRANSLATIONS := $(wildcard webapp/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(TRANSLATIONS:.po=.mo)

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults lock messages clean system-packages always

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/runtime.stamp $(COMPILED) ## Serve the site at http://127.0.0.1:8000 (PORT=… for another port)
	@PORT=$(PORT) exec $(PYTHON_IN) -m tools.serve --end-with-parent

test: system-packages check $(COMPILED) ## Everything that must pass: checks, then the tests on SQLite and on PostgreSQL
	@echo "== tests on SQLite"
	@TEST_DATABASE=sqlite $(PYTHON_IN) -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --ignore tests/faults
	@echo "== tests on PostgreSQL"
	@TEST_DATABASE=postgresql $(PYTHON_IN) -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --ignore tests/faults -m "not once"
	@# These kill processes and count seconds: they want the machine to themselves.
	@echo "== faults on SQLite"
	@TEST_DATABASE=sqlite $(PYTHON_IN) -m pytest tests/faults
	@echo "== faults on PostgreSQL"
	@TEST_DATABASE=postgresql $(PYTHON_IN) -m pytest tests/faults

check: $(VENV)/dev.stamp $(COMPILED) ## Lint, types, import contracts, migrations, templates, locks
	@echo "== locks in step with pyproject.toml"
	@$(PYTHON_IN) -m tools.lock --check
	@echo "== ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	@echo "== mypy"
	@$(BIN)/mypy
	@echo "== import contracts"
	@$(BIN)/lint-imports
	@echo "== templates"
	@$(BIN)/djlint webapp --lint --quiet
	@echo "== migrations give the tables of the models"
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  export INSTANCE_DIR="$$folder" DATABASE_URL= BASE_URL= && \
	  $(BIN)/flask --app wsgi db upgrade && $(BIN)/flask --app wsgi db check

bench: $(VENV)/runtime.stamp $(COMPILED) ## How long a basket and a page take, beside bare Flask and Jinja (a minute or two)
	@$(PYTHON_IN) -m bench.basket
	@# glibc trims its heap at moments of its own choice, and SQLite's times then come in two kinds.
	@MALLOC_TRIM_THRESHOLD_=134217728 $(PYTHON_IN) -m bench.pages

faults: system-packages $(VENV)/dev.stamp $(COMPILED) ## Break everything and count what is lost (FAULTS=middle|long|short ROWS=F1,F13 WRITE=docs/reliability.md)
	@FAULTS=$(FAULTS) $(PYTHON_IN) -m tests.faults --rows "$(ROWS)" $(if $(WRITE),--write "$(WRITE)")

lock: $(VENV)/pyvenv.cfg ## Make requirements/*.txt from the lists in pyproject.toml (UPGRADE=1 for newer versions)
	@$(PYTHON_IN) -m pip --disable-pip-version-check install --quiet $(UV)
	@$(PYTHON_IN) -m tools.lock $(if $(UPGRADE),--upgrade)

messages: $(VENV)/runtime.stamp ## Bring the catalogues in webapp/translations in step with the code
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k _l --no-location --sort-output -o $(VENV)/messages.pot webapp
	@$(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete -i $(VENV)/messages.pot -d webapp/translations

clean: ## Remove what was installed and built; instance/, the data, stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(COMPILED)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/system_packages.sh

# A virtual environment that does not run (its Python was removed, the folder was moved) is made anew.
ifneq ($(shell $(PYTHON_IN) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null),True)
$(VENV)/pyvenv.cfg: always
endif
$(VENV)/pyvenv.cfg:
	@PYTHON="$(PYTHON)" sh tools/make_venv.sh $(VENV)

# A stamp is newer than the lock it was made from when everything in that lock is installed.
$(VENV)/runtime.stamp: requirements/runtime.txt $(VENV)/pyvenv.cfg
	@echo "Installing what the site needs (about half a minute)"
	@$(PIP) -r requirements/runtime.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/runtime.stamp
	@echo "Installing what the checks and tests need (about half a minute)"
	@$(PIP) -r requirements/dev.txt
	@touch $@

%.mo: %.po $(VENV)/runtime.stamp
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
