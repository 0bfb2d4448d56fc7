# make run    build everything and serve it      PORT=8080 DATA=./data
# make test   everything, on both databases, in a real browser
# make bench  measure, print a table, write bench/results.json
# make soak   the long form of the loss-and-kill proof      SOAK=1800
# make docs-shots  take the pictures of the user guide again
# make api    refresh openapi.json and the console's types from the server's code
# make lint   what a machine can find; make fmt lays out the code

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

PORT ?= 8080
DATA ?= ./data

stamps := target/stamps
# What is told and the kept description are compared with the code where tests are built: see crates/describe.
described := zhike-server/described
with_services := scripts/services.sh with

# What the front end is made of; what is fetched or built does not count.
web_sources := $(shell find web \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: run build test test-web test-rust test-browser bench soak docs-shots api lint fmt clean

run: build
	@echo
	@echo "  Zhike is starting: open http://127.0.0.1:$(PORT)/"
	@echo
	@exec target/release/zhike serve --listen 127.0.0.1:$(PORT) --data "$(DATA)"

# Cargo knows better than make what is out of date, and is quick to say that nothing is.
build: $(stamps)/web
	cargo build --release --locked --package zhike-server

web/node_modules/.package-lock.json: web/package-lock.json
	node scripts/complete-lock.mjs $< --check
	cd web && npm ci --no-audit --no-fund
	@touch $@

e2e/node_modules/.package-lock.json: e2e/package-lock.json
	node scripts/complete-lock.mjs $< --check
	cd e2e && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
	@touch $@

$(stamps)/web: web/node_modules/.package-lock.json $(web_sources)
	cd web && npm run build
	@mkdir -p $(@D) && touch $@

# --- tests -----------------------------------------------------------------

# One PostgreSQL and one NATS for the whole run, stopped whatever happens. What fails does not keep
# the rest from being tried.
test:
	scripts/install-deps.sh
	+$(with_services) $(MAKE) --no-print-directory -j1 -k test-web test-rust test-browser

test-web: web/node_modules/.package-lock.json
	cd web && npm test

# The front end first: the server's tests fetch it from the server.
test-rust: $(stamps)/web
	cargo test --locked --workspace --no-fail-fast --features $(described)

# In the binary that ships when it is up to date, else in the one the Rust tests built, else in a new one.
test-browser: $(stamps)/web e2e/node_modules/.package-lock.json
	@for binary in target/release/zhike target/debug/zhike ""; do \
	  [ -x "$$binary" ] && [ -z "$$(find Cargo.toml Cargo.lock crates $(stamps)/web -type f -newer $$binary -print -quit)" ] && break; \
	done; \
	if [ -z "$$binary" ]; then cargo build --locked --package zhike-server && binary=target/debug/zhike || exit 1; fi; \
	echo "browser tests against $$binary"; \
	cd e2e && ZHIKE_BIN="$$PWD/../$$binary" npm test

# --- measurements ------------------------------------------------------------

bench: build
	scripts/install-deps.sh
	$(with_services) cargo run --release --locked --package zhike-bench -- $(BENCH)

# For so many seconds; ZHIKE_PROOF_SEED=… repeats the plan of a run that failed.
SOAK ?= 1800

soak:
	scripts/install-deps.sh
	$(with_services) env CI=true ZHIKE_PROOF_SECONDS=$(SOAK) \
	  cargo test --locked --package zhike-server --test api proof -- --nocapture
	$(with_services) env ZHIKE_DIALOGUES=1000 \
	  cargo test --locked --package zhike-server --test api crosswoz -- --nocapture

# --- the user guide's pictures ---------------------------------------------------

docs-shots: build e2e/node_modules/.package-lock.json
	node scripts/docs-shots.mjs

# --- what is made from code and kept -------------------------------------------

api: web/node_modules/.package-lock.json
	cargo run --locked --quiet --package zhike-server --features $(described) -- openapi >target/openapi.json
	mv target/openapi.json openapi.json
	cd web && npm run api:generate

# --- form ----------------------------------------------------------------------

lint: web/node_modules/.package-lock.json e2e/node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cd web && npm run lint && npm run typecheck
	cd e2e && npm run typecheck

fmt:
	cargo fmt --all

clean:
	rm -rf target web/node_modules e2e/node_modules web/apps/*/dist e2e/results
