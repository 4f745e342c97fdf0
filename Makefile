# Two commands: `make up` runs the living city, `make test` proves the house.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# A house is many processes: what each of them imports is compiled once and kept.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up test setup front models servers service docs lint clean

up: .venv/runtime front models ## set up and run the house
	@$(BIN)/madang up $(ARGS)

test: setup ## set up and prove everything
	@$(BIN)/python tests/run.py $(ARGS)

setup: .venv/everything front models

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Madang needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q uv==0.13.9

.venv/runtime: .venv/bin/uv requirements.lock requirements-build.lock pyproject.toml
	@test -f .venv/everything || $(BIN)/uv pip install -q --require-hashes -r requirements.lock -r requirements-build.lock --python $(BIN)/python
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e . --python $(BIN)/python
	@touch $@

.venv/everything: .venv/bin/uv requirements-dev.lock pyproject.toml
	@$(BIN)/uv pip install -q --require-hashes -r requirements-dev.lock --python $(BIN)/python
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e . --python $(BIN)/python
	@touch $@ .venv/runtime

front: .venv/runtime ## build the front end where its sources changed
	@$(BIN)/python frontend/build.py

models: .venv/runtime ## make the cameras' models where they aren't there yet
	@$(BIN)/python models/build.py

service: .venv/everything ## make service CHAPTER=infrastructure NAME=parking KO=주차 EN=Parking
	@$(BIN)/python -m madang.project.scaffold "$(CHAPTER)" "$(NAME)" "$(KO)" "$(EN)"

docs: .venv/everything ## render the generated pages of docs/
	@$(BIN)/python -m madang.project.documents

lint: .venv/everything ## style, import contracts, types of the front end
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --config src/madang/project/contracts.ini --no-cache
	@$(BIN)/python frontend/build.py --check

lock: .venv/bin/uv ## pin every dependency anew, with hashes
	@for group in "" "-build" "-dev"; do \
	  $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --python-version 3.11 pyproject.toml $${group:+--group $${group#-}} -o requirements$$group.lock; done

clean:
	@rm -rf .venv frontend/node_modules src/madang/core/pages/static/dist src/madang/infrastructure/cctv/models
