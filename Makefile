.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := .venv/bin/uv

help:  ## toon deze hulp
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: .venv/.run  ## installeer alles in deze map en start Samenplan met een verzonnen gemeente
	@$(PY) -m app demo --start

lint: .venv/.test
	@.venv/bin/ruff format -q --check . && .venv/bin/ruff check -q . && .venv/bin/mypy
	@.venv/bin/lint-imports --no-cache --no-logo > .venv/lagen || { cat .venv/lagen; false; }

check: lint  ## snelle ronde: opmaak, types, lagen, tests zonder servers
	@$(PY) -m pytest -m "not servers" -x

test: lint .venv/.browser .venv/.tools .venv/.servers  ## alles, ook het echte commando en de browser
	@$(PY) -m pytest -m "beside or not servers" -n 2 --dist loadfile
	@$(PY) -m pytest -m "servers and not beside"

cluster: .venv/.test .venv/.servers  ## alles verdeeld over processen, op een echte PostgreSQL en Kafka
	@$(PY) -m app.cluster

soak: .venv/.test .venv/.servers  ## uren van storingen onder belasting; niets bevestigds mag verloren gaan
	@$(PY) -m tests.system.storing

wedloop: .venv/.test .venv/.servers  ## tienduizend intrekkingen tegen lezers, op SQLite en op PostgreSQL; geen blik mag te laat zijn
	@SAMENPLAN_WEDLOOP=10000 $(PY) -m pytest -q tests/consent/test_race.py

onderbroken: .venv/.test .venv/.servers  ## tienduizend blikken met kill -9 ertussen, op SQLite en op PostgreSQL; sleutels en logregels blijven gelijk
	@SAMENPLAN_ONDERBROKEN=10000 $(PY) -m pytest -q tests/consent/test_onderbroken.py

tweede-mening: .venv/.test  ## een miljoen willekeurige vragen aan onze regels en aan dezelfde regels in Cedar
	@$(PY) -m tests.cedar 1000000

bench: .venv/.test .venv/.servers  ## metingen naast hun ijkpunt, in een tabel
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

.venv/.tools: tests/tools/package-lock.json infra/install.sh
	@sh infra/install.sh tools
	@touch $@

.venv/.servers: infra/testbed/pom.xml infra/testbed/jars.lock infra/install.sh
	@sh infra/install.sh servers
	@touch $@

.PHONY: help run lint check test cluster soak wedloop onderbroken tweede-mening bench lock
