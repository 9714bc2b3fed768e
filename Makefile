# Two commands for a newcomer: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --basetemp=.pytest-tmp

.PHONY: demo test check test-long lint bench bench-short pictures form-pictures form-font messages lock test-tools clean

demo: .venv/.runtime
	$(BIN)/python run_kiosk.py demo

test: .venv/.dev lint
	$(PYTEST) -m "not long and not alone" -n 4 --dist worksteal --ignore tests/terminal
	$(PYTEST) -m "not long and not alone" -n 3 --dist worksteal tests/terminal
	$(PYTEST) -m "not long and alone" -n 2 --dist worksteal

check: .venv/.dev lint
	$(PYTEST) -m "not long and not alone" -k "not postgresql" -n 2 --dist worksteal tests/unit

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-long: .venv/.dev
	$(PYTEST) -m "long" --timeout=3600 -s

bench: .venv/.dev
	$(BIN)/python -m bench

bench-short: .venv/.dev
	$(BIN)/python -m bench --short

pictures: .venv/.dev
	$(BIN)/python -m docs.pictures

form-pictures: .venv/.dev
	$(BIN)/python -m docs.form_pictures

form-font: .venv/.dev
	$(BIN)/python -m docs.form_font

messages: .venv/.dev
	$(BIN)/pybabel extract --no-location --omit-header -o kiosk/locale/kiosk.pot kiosk

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

test-tools:
	apt-get install -y --no-install-recommends strace fonts-noto-cjk fonts-dejavu-core cups cups-client

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m compileall -q kiosk db run_kiosk.py
	touch $@

.venv/.dev: requirements-dev.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.lock
	touch $@ .venv/.runtime

clean:
	rm -rf .venv .demo .pytest-tmp .mypy_cache .ruff_cache .pytest_cache .hypothesis
