# Every command that a person or a continuous integration needs. Tools come from cargo, npm, PyPI, Debian and rustup at
# the versions below, into a folder outside the clone: a second run, and a second clone, install nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

TRUNK_VERSION := 0.21.14
# The tool must have the very version of the crate; the lock file knows it.
BINDGEN_VERSION := $(shell awk '/^name = "wasm-bindgen"$$/ {getline; gsub(/[^0-9.]/, ""); print}' Cargo.lock)
# The same of the tool that cuts the app into parts.
SPLIT_VERSION := $(shell awk '/^name = "wasm_split_helpers"$$/ {getline; gsub(/[^0-9.]/, ""); print}' Cargo.lock)
BINARYEN_VERSION := 132
# The mlflow client and pytest, with everything they bring: .ci/python.txt.
PYTHON_VERSION := $(shell sha256sum .ci/python.txt | cut -c 1-12)

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/throughline
TARGET := $(or $(CARGO_TARGET_DIR),target)
# The app builds in a folder of its own, so that `make dev` can build server and app at the same time.
WEB_TARGET := $(TARGET)/web
WASM := wasm32-unknown-unknown

TRUNK := $(CACHE)/trunk-$(TRUNK_VERSION)/bin/trunk
BINDGEN := $(CACHE)/wasm-bindgen-$(BINDGEN_VERSION)/bin/wasm-bindgen
SPLIT := $(CACHE)/wasm-split-$(SPLIT_VERSION)/bin/wasm-split-cli
BINARYEN := $(CACHE)/binaryen-$(BINARYEN_VERSION)/node_modules/.bin/wasm-opt
MLFLOW := $(CACHE)/python-$(PYTHON_VERSION)/ready
WASM_TARGET := $(shell rustc --print sysroot)/lib/rustlib/$(WASM)
export CHROMIUM := /usr/bin/chromium
E2E := e2e/node_modules/.package-lock.json

export PATH := $(dir $(TRUNK)):$(dir $(BINDGEN)):$(dir $(SPLIT)):$(dir $(BINARYEN)):$(PATH)
# The Python that has the pinned client: the client tests and the browser journeys log with it.
export MLFLOW_PYTHON := $(CACHE)/python-$(PYTHON_VERSION)/bin/python
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
# People watch cargo's progress; a log wants only what went wrong.
QUIET := $(if $(CI),--quiet)

PROGRAM := target/release/throughline
APP_SOURCES := $(shell find src/app src/charts src/data style public -type f 2>/dev/null) index.html Trunk.toml Cargo.toml Cargo.lock

##@ Use
.PHONY: demo build
demo: build ## build everything and serve the demo experiments on http://127.0.0.1:7400
	@$(PROGRAM) demo

build: dist/index.html ## one binary with the app inside: target/release/throughline
	@cargo build $(QUIET) --release -p server
	@test $(TARGET) = target || { mkdir -p $(dir $(PROGRAM)); ln -sf $(abspath $(TARGET))/release/throughline $(PROGRAM); }

# What the first page does not need is cut off into files that load later: src/app/parts.rs. Smaller twins lie beside
# every file that shrinks, so that the server never compresses the app.
dist/index.html: $(APP_SOURCES) .ci/split.mjs .ci/compress.mjs | build-tools
	@CARGO_TARGET_DIR=$(WEB_TARGET) trunk build --release --locked --features split --log warn
	@node .ci/split.mjs $(WEB_TARGET)/$(WASM)/app/app.wasm dist
	@node .ci/compress.mjs dist

##@ Work
.PHONY: dev test bench check fmt
dev: build-tools ## live reload: http://127.0.0.1:7480, its server on 7481, its data in target/dev-data
	@cargo build $(QUIET) -p server
	@trap 'kill $$(jobs -p)' EXIT; \
	cargo run $(QUIET) -p server -- serve --port 7481 --data target/dev-data & \
	CARGO_TARGET_DIR=$(WEB_TARGET) trunk serve

test: check unit client journeys ## everything: format, lints, unit and API tests, the mlflow client, the browser

fmt: ## format all Rust
	@cargo fmt --all

check: ## format and lints
	@cargo fmt --all --check
	@cargo clippy $(QUIET) --workspace --all-targets -- -D warnings

.PHONY: unit client journeys
unit: ## unit, property and API tests
	@cargo test $(QUIET) --workspace

client: build $(MLFLOW) ## the real mlflow client against the real binary
	@$(MLFLOW_PYTHON) src/server/tests/mlflow_client/run.py $(abspath $(PROGRAM))

journeys: build $(CHROMIUM) $(E2E) $(MLFLOW) ## what people do, in a real browser (one file: make journeys ONLY=zoom)
	@cd e2e && npx playwright test $(ONLY)

bench: build $(CHROMIUM) $(E2E) ## the figures of docs/bench.md, measured here
	@cargo run $(QUIET) --release -p server --example bench -- --program $(PROGRAM)
	@node e2e/bench/run.mjs

##@ Install
.PHONY: tools build-tools
tools: build-tools $(CHROMIUM) $(E2E) $(MLFLOW) ## whatever is missing of all the tools
	@:

build-tools: $(WASM_TARGET) $(TRUNK) $(BINDGEN) $(SPLIT) $(BINARYEN)
	@:

$(WASM_TARGET):
	@echo 'Installing the $(WASM) target'
	@rustup --quiet target add $(WASM)

# Trunk's own release profile takes 13 CPU-minutes; nobody waits for trunk itself.
$(TRUNK):
	@echo 'Installing trunk $(TRUNK_VERSION): some minutes, once'
	@env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
	  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=0 \
	  cargo install $(QUIET) --locked trunk --version $(TRUNK_VERSION) --no-default-features --features rustls \
	  --root $(CACHE)/trunk-$(TRUNK_VERSION)

# Without --locked: its lock file names a crate version that the registry no longer has.
$(BINDGEN):
	@echo 'Installing wasm-bindgen $(BINDGEN_VERSION): some minutes, once'
	@env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
	  cargo install $(QUIET) wasm-bindgen-cli --version $(BINDGEN_VERSION) --root $(CACHE)/wasm-bindgen-$(BINDGEN_VERSION)

$(SPLIT):
	@echo 'Installing wasm-split $(SPLIT_VERSION): about a minute, once'
	@env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
	  cargo install $(QUIET) --locked wasm_split_cli_support --version $(SPLIT_VERSION) --features build-binary \
	  --root $(CACHE)/wasm-split-$(SPLIT_VERSION)

$(BINARYEN):
	@echo 'Installing wasm-opt $(BINARYEN_VERSION)'
	@npm install --silent --no-audit --no-fund --prefix $(CACHE)/binaryen-$(BINARYEN_VERSION) binaryen@$(BINARYEN_VERSION).0.0

$(CHROMIUM):
	@echo 'Installing Chromium'
	@$(SUDO) apt-get update -qq
	@$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core

$(E2E): e2e/package.json e2e/package-lock.json
	@echo 'Installing Playwright'
	@npm ci --silent --no-audit --no-fund --prefix e2e
	@touch $@

# Debian keeps venv in a package of its own.
$(MLFLOW):
	@echo 'Installing the mlflow client'
	@python3 -c 'import ensurepip' 2>/dev/null || { $(SUDO) apt-get update -qq; $(SUDO) apt-get install -y -qq python3-venv; }
	@rm -rf $(dir $@) && python3 -m venv $(dir $@)
	@$(dir $@)bin/pip install --quiet --disable-pip-version-check --requirement .ci/python.txt
	@touch $@

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
