.DEFAULT_GOAL := help
SHELL := /bin/bash
PRODUCTS := relocation-enqueue relocation-worker

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Installs the Debian packages that are missing (as root, or with sudo)
	@deploy/install-packages

build: deps ## Builds both programs for use
	for product in $(PRODUCTS); do swift build -c release --static-swift-stdlib --product $$product || exit 1; done

# It builds nothing, so that root need not.
PREFIX ?= /usr/local
install: ## Installs what `make build` has built, with manual pages, completions, units: PREFIX=/usr/local DESTDIR=
	@PROGRAMS=.build/release PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' deploy/package/install

deb: build ## Builds Debian packages into .build/packages
	@deploy/package/deb

demo: deps ## Imports the sample export end to end on SQLite with a private Redis, and shows the result
	@deploy/demo

demo-postgres: deps ## Organizations into a private PostgreSQL: a failure, its retry, the page
	@deploy/demo-postgres

APART := ^(PackageTests|SafetyTests|FaultTests|StepsTests|EventsTests|EventSinksTests|ImportTests)
test: deps ## Runs all tests; they start their own Redis and PostgreSQL
	swift build --build-tests
	@# Six processes: tests hold the threads of their process' cooperative pool while they wait for programs. They run without
	@# the package manager, which locks its own database while it starts.
	@tests="$$(swift build --show-bin-path)/relocationPackageTests.xctest --testing-library swift-testing --parallel"; \
	export RELOCATION_TEST_PATIENCE=5 FAILED="$$(mktemp)"; trap 'rm -f "$$FAILED"' EXIT; \
	pids=; for group in "--filter ^EndToEndTests\.[A-O]" "--filter ^EndToEndTests\.[PQ]" "--filter ^EndToEndTests\.R" "--filter ^EndToEndTests\.[S-Z]" "--filter $(APART)" "--skip ^EndToEndTests|$(APART)|WorkerRuntimeTests|TortureTests"; do \
	    Tests/summarized $$tests $$group & pids="$$pids $$!"; \
	done; code=0; for pid in $$pids; do wait $$pid || code=1; done; cat "$$FAILED" >&2; exit $$code
	@# Apart, because they watch the cooperative pool.
	Tests/summarized swift test --skip-build --filter WorkerRuntimeTests
	Tests/summarized swift test --skip-build --filter TortureTests

versions: build ## Verifies versions and rewrites docs/versions.md: REDIS=redis://… with RELOCATION_PARITY_DIR set
	swift build --build-tests
	RELOCATION_HIDING=all swift test --skip-build --filter 'NewerDestinationTests|HidingTests' | tee .build/versions.log
	-python3 $$RELOCATION_PARITY_DIR/parity/versions.py run --enqueue .build/release/relocation-enqueue \
	    --worker .build/release/relocation-worker --redis $(REDIS) --sqlite --json > .build/versions.json
	Tests/versions-table .build/versions.json .build/versions.log

faults: deps ## Disturbs an import at every step in every way, on all databases
	RELOCATION_FAULTS=all swift test --filter '^FaultTests\.'

SEEDS ?= 200
seeds: deps ## Imports at random, plans and undoes: SEEDS=200 of each, half of them on each database
	RELOCATION_UNDO_SEEDS=$(SEEDS) RELOCATION_PLAN_SEEDS=$(SEEDS) \
	    swift test --filter 'importsGoInReverse|aPlanAgreesRowForRow'

fuzz: deps ## Fuzzes every reader of foreign bytes: RUNS inputs each (1000000) from SEED
	@Tests/Fuzz/run

# Without the tests that start our programs, which are not built with a sanitizer, and without two tests that measure
# memory and response time, which a sanitizer distorts. librdkafka's threads come from thrd_create, which the thread sanitizer
# does not know: it crashes there.
UNIT := EndToEndTests|SafetyTests|^FaultTests\.|TortureTests|(Postgres|Page)Tests/memory|aFrozenServerIsGivenUp
sanitize: deps ## Runs the unit tests under the address and the thread sanitizer
	for kind in address thread; do \
	    swift build --build-tests --sanitize=$$kind --scratch-path .build-$$kind || exit 1; \
	    skipped="$(UNIT)"; [ $$kind = thread ] && skipped="$$skipped|EventSinksTests"; \
	    for tests in "--parallel --skip WorkerRuntimeTests --skip $$skipped" "--filter WorkerRuntimeTests"; do \
	        ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=1 \
	            swift test --skip-build --sanitize=$$kind --scratch-path .build-$$kind $$tests || exit 1; \
	    done; \
	done

lint: ## Checks the format
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

format: ## Formats the sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

model: deps ## Checks a model of the queue's protocol: spin visits every state (half an hour)
	@Tests/Model/check

check: lint test ## The gate: format, build without warnings, all tests
	@Tests/Model/check --short

bench: deps ## Measures against named limits and rewrites the figures in Benchmarks/README.md
	@Benchmarks/run

TORTURE := $(if $(SEED),--seed $(SEED)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(DATABASE),--database $(DATABASE)) \
	$(if $(JSON),--json $(JSON)) $(TORTURE_OPTIONS)

torture: deps ## Breaks workers and servers while they import: SEED=7 FAULTS=2000 DATABASE=postgres|sqlite JSON=file
	for product in $(PRODUCTS) Torture; do swift build -c release --static-swift-stdlib --product $$product || exit 1; done
	.build/release/Torture $(TORTURE)

soak: deps ## Passes TASKS=100000 tasks through the queue and watches that nothing grows: DATABASE=postgres|sqlite
	for product in $(PRODUCTS) Torture; do swift build -c release --static-swift-stdlib --product $$product || exit 1; done
	.build/release/Torture soak $(if $(TASKS),--tasks $(TASKS)) $(if $(DATABASE),--database $(DATABASE))

.PHONY: help deps build install deb demo demo-postgres test versions faults seeds fuzz sanitize lint format model check bench torture
.PHONY: soak
