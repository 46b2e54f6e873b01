# Every command a person types. `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

.PHONY: help up test check bench bench-short bench-large bench-topics pictures faults faults-short fmt docs requirements tools

help:  ## This list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed 's/:.*  ## /\t/' | expand -t 16

up:  ## Run Webcare here, at first with a demo desk; Ctrl-C stops it
	@exec $(PYTHON) manage.py up $(ARGS)

# On servers of its own every process of a run has some; on given ones there is one.
BESIDE := $(if $(DATABASE_URL),,-n auto --maxprocesses 4 --dist worksteal)

test:  ## Run the whole suite
	@exec $(PYTHON) manage.py test $(BESIDE) $(ARGS)

check: tools  ## Lint, format, types, import contracts, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run --settings config.settings.test

faults: tools  ## Kill real processes and count what came through, in half an hour
	@exec $(PYTHON) manage.py test -m faults $(ARGS)

faults-short: tools  ## The same, smaller, in about eight minutes
	@exec $(PYTHON) manage.py test -m "faults and not slow" $(ARGS)

bench: tools  ## Measure everything beside raw and floor, in under ten minutes
	$(BIN)/python -m bench $(ARGS)

bench-short: tools  ## The same, smaller, in about two minutes
	$(BIN)/python -m bench --short $(ARGS)

bench-large: tools  ## The same over a million tickets, on a kept seed
	$(BIN)/python -m bench --large $(ARGS)

bench-topics: tools  ## Measure how topics are told apart; ARGS="FOLDER" has the public sets
	$(BIN)/python -m bench.topics $(ARGS)

pictures: tools  ## Make pictures of every page and of four scenes; ONLY=board fewer
	@exec $(PYTHON) manage.py test -m pictures -p no:randomly tests/pictures $(ARGS)

fmt: tools  ## Format and sort imports
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: tools  ## Write the API's schema to docs/openapi.yaml
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml \
		--settings config.settings.test

requirements: tools  ## Pin what requirements*.in ask for; ARGS=--upgrade for newer
	$(COMPILE) $(ARGS) requirements.in -o requirements.txt
	$(COMPILE) $(ARGS) requirements-embedded.in -o requirements-embedded.txt
	$(COMPILE) $(ARGS) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) $(ARGS) requirements-encoder.in -o requirements-encoder.txt

# The test set holds every tool; installed once, like `make test` does.
tools:
	@$(PYTHON) manage.py install
