# From a bare checkout: Python 3.11 or later, gcc, g++, make and the package index are enough.
.PHONY: demo test test-all lint bench survival install

UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
RUN := $(UV) run --no-sync
export UV_PYTHON_DOWNLOADS := never

demo: install
	$(RUN) chargehand demo

test: lint
	$(RUN) pytest -m "not slow"

test-all: lint
	$(RUN) pytest

lint: install
	$(RUN) ruff check app tests
	$(RUN) ruff format --check app tests
	$(RUN) lint-imports
	$(RUN) mypy

bench: install
	$(RUN) python -m tests.bench

survival: install
	$(RUN) python -m tests.bench.survival

install: $(UV)
	$(UV) sync --locked --all-extras --compile-bytecode --quiet
	$(RUN) python -m compileall -q app
	$(RUN) python -m app.planning.engine.warm

.uv/bin/uv: packaging/bootstrap.txt
	python3 -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r packaging/bootstrap.txt
