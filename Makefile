PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DATA ?= data
SOURCE ?= all
SIDE_BY_SIDE = --numprocesses 3 --dist loadfile --no-loadscope-reorder

.PHONY: help run test test-slow test-all check bench bench-parse bench-archive bench-stages bench-fetch bench-build bench-startup bench-schedule bench-nights fuzz screenshots gallery dictionary catalogue cron-example lock wheel clean

help: ## Show what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

run: .venv/run ## Import an earlier night of the built-in sample, then refresh it: fetch, parse, build, report, publish
	@mkdir -p build
	@$(BIN)/python -m pipeline.sample.earlier_night build/earlier-night.warc.gz
	$(BIN)/bma-projects import build/earlier-night.warc.gz --data-dir $(DATA) --quiet
	$(BIN)/bma-projects refresh --data-dir $(DATA)

test: .venv/dev ## Run a test of every promise, but not what repeats or waits (three to three and a half minutes on two cores)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'not slow and not alone'

test-slow: .venv/dev ## Run the tests that `make test` leaves out
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m 'slow and not alone'
	$(BIN)/python -m pytest -m alone

# Tests and benchmarks start many processes: where the environment forbids it to keep compiled modules, each would compile all.
test test-slow bench bench-fetch bench-nights bench-stages bench-startup: export PYTHONDONTWRITEBYTECODE =

test-all: .venv/pywb/done test test-slow ## Run all tests, as .ci/run does

check: .venv/dev ## Lint, type-check and check which package imports which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/bench ## Run all benchmarks and write benchmarks/RESULTS.md (most of an hour)
	$(BIN)/python -m benchmarks.run

bench-parse: .venv/bench ## Pages a second of the parser, beside bare Lexbor, lxml, parsel and BeautifulSoup
	$(BIN)/python -m benchmarks.bench_parse

bench-fetch: .venv/bench ## Pages a second of fetch with its archive, beside Scrapy
	$(BIN)/python -m benchmarks.bench_fetch

bench-build: .venv/bench ## Time and memory of the models at 10k, 100k and 1M projects, beside pandas
	$(BIN)/python -m benchmarks.bench_build

bench-archive: .venv/bench ## What WARC costs to write and to read, beside warcio and zlib
	$(BIN)/python -m benchmarks.bench_archive

bench-stages: .venv/bench ## The parse stage on one core and two, and a refresh of 20,000 unchanged pages
	$(BIN)/python -m benchmarks.bench_stages

bench-startup: .venv/bench ## How long the command line takes to start
	$(BIN)/python -m benchmarks.bench_startup

bench-schedule: .venv/dev ## Requests and freshness of the revisit schedule over a year of invented edits
	$(BIN)/python -m benchmarks.bench_schedule

bench-nights: .venv/bench ## Plan, parse and build after 10, 100 and 1,000 nights of 20,000 unchanged pages
	$(BIN)/python -m benchmarks.bench_nights

fuzz: .venv/dev ## Fuzz readers, values and the importer for ten minutes (FUZZ_SECONDS=n for another time)
	$(BIN)/python -m tests.fuzz.fuzz_parsers

screenshots: .venv/dev ## Take the screenshots of README and examples/ again (needs Chromium)
	$(BIN)/python -m docs.generate.screenshots
	$(BIN)/python -m docs.generate.gallery_screenshots

gallery: .venv/run ## Draw the pages of examples/ from the latest release into gallery/
	$(BIN)/python -m examples.silent_projects $(DATA)
	$(BIN)/python -m examples.budget_by_agency $(DATA)
	$(BIN)/python -m examples.edits_after_completion $(DATA)
	$(BIN)/python -m examples.districts $(DATA)

dictionary: .venv/dev ## Write docs/data-dictionary.md again from the files in sql/
	$(BIN)/python -m docs.generate.data_dictionary

catalogue: .venv/dev ## Write docs/issue-catalogue.md and docs/reference.md again from the code
	$(BIN)/python -m docs.generate.issue_catalogue
	$(BIN)/python -m docs.generate.reference

cron-example: .venv/run ## Print a crontab line that works as it stands (SOURCE=bs2568 for one source alone)
	@echo "$$(date -d 'TZ="Asia/Bangkok" 01:15' '+%M %H' 2>/dev/null || echo 15 1) * * *" \
		"cd '$(subst %,\%,$(CURDIR))' && $(BIN)/bma-projects refresh --quiet --source $(SOURCE)"

lock: .venv/dev ## Pin the newest allowed versions of everything again
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group install -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group install --group test --group check --group build -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group install --group bench -c requirements-dev.lock -o requirements-bench.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group install --extra cluster -c requirements-dev.lock -o requirements-cluster.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--group pywb -o requirements-pywb.lock

wheel: .venv/dev ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove what was built; data/ stays
	rm -rf .venv build dist gallery .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The checkout itself is installed in place, so that a change in it works at once.
.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

# A web archive for the tests: what pywb needs does not go with what we need, so that it has an environment of its own.
.venv/pywb/done: requirements-pywb.lock .venv/dev
	$(PYTHON) -m venv .venv/pywb
	.venv/pywb/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-pywb.lock
	touch $@

.venv/cluster: .venv/run requirements-cluster.lock
	$(PIP) install --require-hashes -r requirements-cluster.lock
	touch $@

.venv/bench: .venv/dev requirements-bench.lock
	$(PIP) install --require-hashes -r requirements-bench.lock
	touch $@
