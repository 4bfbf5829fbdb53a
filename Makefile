# Two commands are all a newcomer needs: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := services shared deploy tests
# Tests run in that many processes, each with servers of its own; a file's tests, or a group's, stay together.
PROCESSES ?= 2
PYTEST := $(BIN)/python -m pytest -q -n $(PROCESSES) --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run down demo check format test coverage keycloak bench faults fuzz contracts pins audit clean image sbom compose story compose-down manifests

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(READY): constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Acquis needs Python 3.11 or later: $(PYTHON) was not found. Set PYTHON=…"; exit 1; }
	@echo "Building $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: is its venv module installed?"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt || { \
		echo "The pinned packages could not be installed. Is a package index reachable (pip config list), and is there space on the disk?"; exit 1; }
	@touch $@

run: $(READY) ## everything on this machine, with the main job shown
	@$(BIN)/python -m deploy.local run

demo: $(READY) ## play the story once more on what `make run` started
	@$(BIN)/python -m deploy.local demo

down: $(READY) ## stop what `make run` started and remove what it made
	@$(BIN)/python -m deploy.local down

check: $(READY) ## format, lint, types, import walls, contracts, unit tests: a minute
	@$(BIN)/ruff format --check --quiet $(SOURCES) || { echo "Run 'make format'."; exit 1; }
	$(BIN)/ruff check --quiet $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m shared.contracts.write --check
	$(PYTEST) tests/unit tests/contracts

format: $(READY) ## format the code and mend what can be mended mechanically
	$(BIN)/ruff format --quiet $(SOURCES)
	$(BIN)/ruff check --quiet --fix $(SOURCES)

test: check ## every test, on real Kafka and PostgreSQL (environment variables, Docker, or the embedded default)
	$(PYTEST) tests/e2e tests/integration

coverage: $(READY) ## which lines and branches no integration test comes to; a third slower
	$(BIN)/coverage run -m pytest tests/integration
	$(BIN)/coverage report --fail-under=85

KEYCLOAK := .acquis/keycloak-26.7.0
$(KEYCLOAK):
	mvn --quiet dependency:copy -Dartifact=org.keycloak:keycloak-quarkus-dist:26.7.0:zip -DoutputDirectory=.acquis
	cd .acquis && $(PYTHON) -m zipfile -e keycloak-quarkus-dist-26.7.0.zip . && rm keycloak-quarkus-dist-26.7.0.zip
	chmod +x $@/bin/*.sh

keycloak: $(READY) $(KEYCLOAK) ## people and machines sign in at Keycloak itself (Maven, Java 17 or newer)
	ACQUIS_TEST_KEYCLOAK=$(CURDIR)/$(KEYCLOAK) $(PYTEST) tests/e2e/test_keycloak.py

bench: $(READY) ## latency and throughput beside a bare chain, as ratios
	@$(BIN)/python -m tests.bench

faults: $(READY) ## break all that many learners depend on, 200 times, and see that nothing is lost or doubled
	@$(BIN)/python -m tests.faults

fuzz: $(READY) ## send whatever the OpenAPI documents allow and forbid, large bodies too: some minutes
	ACQUIS_TEST_THOROUGH=yes $(PYTEST) tests/e2e/test_openapi_fuzzed.py

contracts: $(READY) ## write schemas, AsyncAPI and OpenAPI documents anew from the code
	$(BIN)/python -m shared.contracts.write
	$(BIN)/python -m deploy.local documents

pins: ## renew constraints.txt
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --all-extras --universal --upgrade \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --output-file constraints.txt

audit: $(READY) ## known weaknesses of the pinned packages, asked of PyPI
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv tool run pip-audit@2.10.1 --requirement constraints.txt --require-hashes --disable-pip --strict --progress-spinner off || { \
		echo "Not passed: a package has a known weakness (the table names the version without it; then make pins), or PyPI could not be asked."; exit 1; }

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
IMAGE ?= acquis:$(VERSION)
BUILD := docker build --file deploy/docker/Dockerfile --build-arg VERSION=$(VERSION) --build-arg REVISION=$(shell git rev-parse HEAD)
# Secrets of the installation that `make compose` starts; its data are encrypted with them.
SECRETS := .acquis/compose/secrets.env
# What to start besides: `make compose PROFILES=` leaves out what only watches.
PROFILES ?= watch
# Webhooks of the story go to this machine, which is no public address.
COMPOSE := COMPOSE_PROFILES=$(PROFILES) ACQUIS_IMAGE=$(IMAGE) NOTIFICATIONS_ALLOWED_TARGETS='["host.docker.internal:8091"]' \
	docker compose --env-file $(SECRETS) --file deploy/compose.yaml

image: ## the container image (Docker)
	$(BUILD) --tag $(IMAGE) .

sbom: ## what is in the image, as CycloneDX on standard output (Docker)
	@$(BUILD) --quiet --target sbom --tag acquis-sbom . >/dev/null
	@docker run --rm acquis-sbom

compose: image $(READY) ## everything in containers, with sign-in, dashboards and alerts (Docker)
	@$(BIN)/python -m deploy.docker.environment $(SECRETS)
	$(COMPOSE) up --detach --wait

story: compose ## play the story on what `make compose` starts
	$(BIN)/python -m deploy.docker.story $(SECRETS)

compose-down: ## stop the containers; their data stay in volumes
	$(COMPOSE) down

manifests: $(READY) ## build the Kubernetes manifests and check them, and the alert rules (kubectl, promtool)
	$(BIN)/python -m pip install --quiet kubernetes-validate==1.37.0
	$(BIN)/python -m deploy.k8s.check
	promtool check config --syntax-only deploy/observability/prometheus.yaml
	promtool check rules deploy/observability/rules/*.yaml
	promtool test rules deploy/observability/rules_test.yaml

clean: ## remove the virtual environment and caches; the data of `make run` stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
