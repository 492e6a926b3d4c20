.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := .venv/bin/uv

help:  ## toon deze hulp
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: .venv/.run  ## installeer alles in deze map en start Samenplan met een verzonnen gemeente
	@$(PY) -m app demo --start

check: .venv/.test  ## snelle ronde: opmaak, types, lagen, tests zonder servers
	@.venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports --no-cache | tail -3
	@$(PY) -m pytest -m "not servers" -x

test: .venv/.test .venv/.browser  ## alles, ook het echte commando en de browser
	@.venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports --no-cache | tail -3
	@$(PY) -m pytest

bench: .venv/.test  ## metingen naast hun ijkpunt, in een tabel
	@$(PY) -m bench

lock:  ## zet de versies opnieuw vast
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --group test pyproject.toml -o requirements-test.lock

.venv/bin/uv: infra/install.sh
	@sh infra/install.sh venv

.venv/.run: requirements.lock .venv/bin/uv
	@$(UV) pip install -q --python $(PY) --require-hashes -r requirements.lock
	@$(UV) pip install -q --python $(PY) --no-deps -e .
	@touch $@

.venv/.test: requirements.lock requirements-test.lock .venv/bin/uv
	@$(UV) pip install -q --python $(PY) --require-hashes -r requirements-test.lock
	@$(UV) pip install -q --python $(PY) --no-deps -e .
	@touch $@ .venv/.run

.venv/.browser: infra/install.sh
	@sh infra/install.sh chromium
	@touch $@

.PHONY: help run check test bench lock
