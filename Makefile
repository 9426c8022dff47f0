# What CI calls, a person can type. `make check` is quick, `make test` is everything.

DENY_VERSION := 0.20.2
DENY         := .tools/bin/cargo-deny
# Targets that have no std: what builds for them cannot use any. One is without vector registers, one has 32 bits.
BARE         := x86_64-unknown-none thumbv7em-none-eabi
# An emulator runs the tests of its vector path. `.ci/run` installs what that needs.
ARM          := aarch64-unknown-linux-gnu
# What is off unless asked for.
FEATURES     := --features spanmask/tokio
# Builds C libraries. It takes a quarter of an hour to build itself, so nothing here does that but `make cargo-c`.
CARGO_C_VERSION := 0.10.21+cargo-0.95.0
CARGO_C      := $(or $(wildcard .tools/bin/cargo-cinstall),$(shell command -v cargo-cinstall))
# Where `make install` puts the C library.
PREFIX       ?= /usr/local
# How it builds it: as a release, or (`dev`) as for tests, which share what is built then.
PROFILE      := release
BUILT         = $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
DESTDIR      ?=
TARGET       := $(abspath $(or $(CARGO_TARGET_DIR),target))
STAGE        := $(TARGET)/stage
FUZZ_VERSION := 0.13.2
FUZZ_TARGETS := split paths reference image policy calls
# Seconds that each target of `make fuzz` runs.
FUZZ_SECONDS := 20
STATICCHECK_VERSION := v0.8.2
# The tests of the workspace but for what has a part of its own.
UNIT         := cargo test --workspace --exclude spanmask-ffi --exclude spanmask-python $(FEATURES) --locked
# Those of the C library, by name: what they share with the others is built as for those, with the features of the workspace.
C_TESTS      := cargo test --workspace --exclude spanmask-python $(FEATURES) --locked
# Seconds that a download may take before it counts as not reachable.
PATIENCE     := 60
PYTHON       := python3
VENV         := $(TARGET)/python-venv
# Where the SDKs are that the adapters are tested with.
ADAPTERS     := $(TARGET)/adapters
# STRICT=1: what cannot run here fails instead of being skipped.
STRICT       :=

.PHONY: check fmt fmt-check clippy doc no-std neon bare deny cargo-deny unit ffi conformance test ci toolchain bench \
	bench-peers header install install-plain cargo-c fuzz fuzz-clippy tsan go node python unit-lane \
	packages-lane bench-service soak-service service-build deploy-check adapters adapters-page adapters-lock \
	bench-adapters playground-check playground-pictures

check: fmt-check clippy doc no-std

test: toolchain
	$(call part,fmt-check)
	$(call part,clippy)
	$(call part,doc)
	$(call part,no-std)
	$(call part,deny)
	@$(MAKE) --no-print-directory -j2 unit-lane packages-lane

# Two lanes beside each other, as much of both runs on one core only.
unit-lane:
	$(call part,unit)
	$(call part,deploy-check)
	$(call part,playground-check)
	$(call part,neon)
	$(call part,bare)

packages-lane:
	$(call part,ffi)
	$(call part,go)
	$(call part,node)
	$(call part,python)
	$(call part,adapters)

ci: test

# Says what is left out, and fails when nothing may be.
skip = echo "SKIP: $(1)"; test -z "$(STRICT)" || exit 1

# Runs one target and says how long it took.
define part
	@start=$$(date +%s); echo "== $(1)"; $(MAKE) --no-print-directory $(1) && echo "== $(1): $$(( $$(date +%s) - start )) s"
endef

fmt:
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

fmt-check:
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check

clippy:
	cargo clippy --workspace --all-targets $(FEATURES) --locked -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps $(FEATURES) --locked

# One call for nearly the whole workspace, so that nothing is built twice for two sets of features. What is for Python has no
# tests in Rust, and is linked into Python alone.
unit:
	$(UNIT)

# The C library as users get it: installed, found by pkg-config and CMake, used by programs in C and C++. Then one that panics
# on purpose. Both are built as the tests of the workspace are: a release takes minutes.
ffi:
	rm -rf $(STAGE)
	$(MAKE) --no-print-directory install PREFIX=$(STAGE) DESTDIR= PROFILE=dev
	SPANMASK_PREFIX=$(STAGE) $(C_TESTS) --test conformance --test header --test programs --test c_examples
	$(C_TESTS) --features spanmask-ffi/test-hooks --test programs a_panic

# The Go package, with the library that `make ffi` has installed, or one of its own. The second run of tests has the race
# detector and looks after pointers; the cases, which one goroutine runs, need no third.
go:
	@if ! go list -f '{{context.ReleaseTags}}' runtime 2>/dev/null | grep -qw go1.25; then \
		$(call skip,no tests of the Go package: it needs Go 1.25 or later); exit 0; fi; \
	set -ex; cd bindings/go; \
	if [ -e $(STAGE)/lib/libspanmask.a ]; then go run ./internal/fetchlib -from $(STAGE); else go generate; fi; \
	test -z "$$(gofmt -l .)"; \
	go vet ./...; go vet -tags spanmask_coretime .; \
	go test ./...; \
	GOEXPERIMENT=cgocheck2 go test -race -skip 'Conformance|Suite|Traces|Memory' .; \
	if [ -e $(STAGE)/lib/pkgconfig/spanmask.pc ]; then \
		PKG_CONFIG_PATH=$(STAGE)/lib/pkgconfig go run -tags spanmask_pkgconfig ./examples/slog; fi; \
	if timeout $(PATIENCE) go mod download honnef.co/go/tools@$(STATICCHECK_VERSION); then \
		go run honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION) ./...; \
	else $(call skip,no staticcheck: it cannot be downloaded); fi; \
	cd bench; \
	if timeout $(PATIENCE) go mod download; then go vet . ; go run . -seconds 0 -copies 1; \
	else $(call skip,no comparison in Go: what it compares with cannot be downloaded); fi

# The npm package from a clone: installed by its lock file, which builds it, then tested.
node: export SPANMASK_PROFILE := dev
node:
	@if ! command -v npm >/dev/null; then \
		$(call skip,no tests of the npm package: there is no npm); exit 0; fi; \
	cd bindings/node && npm ci --no-audit --no-fund && npm test

# include/spanmask.h anew from ffi/src.
header:
	SPANMASK_WRITE_HEADER=1 cargo test -p spanmask-ffi --test header --locked is_generated

# Library, headers, spanmask.pc. With cargo-c where there is one; the plain way does the same on Linux.
install:
ifneq ($(CARGO_C),)
	$(CARGO_C) cinstall --profile $(PROFILE) --locked -p spanmask-ffi --target-dir $(TARGET) \
		--prefix $(PREFIX) --libdir $(PREFIX)/lib $(if $(DESTDIR),--destdir $(DESTDIR))
else
	$(MAKE) --no-print-directory install-plain
endif

install-plain: VERSION = $(shell cargo pkgid -p spanmask-ffi | sed 's/.*[\#@]//')
install-plain: ABI = $(shell echo $(VERSION) | sed -E 's/^(0\.[0-9]+).*/\1/; s/^([1-9][0-9]*)\..*/\1/')
install-plain: TO = $(DESTDIR)$(PREFIX)
install-plain:
	cargo rustc --profile $(PROFILE) --locked -p spanmask-ffi --lib -- -C link-arg=-Wl,-soname,libspanmask.so.$(ABI)
	install -d $(TO)/lib/pkgconfig $(TO)/include
	install -m 644 $(BUILT)/libspanmask.a $(TO)/lib/
	install -m 755 $(BUILT)/libspanmask.so $(TO)/lib/libspanmask.so.$(VERSION)
	ln -sf libspanmask.so.$(VERSION) $(TO)/lib/libspanmask.so.$(ABI)
	ln -sf libspanmask.so.$(VERSION) $(TO)/lib/libspanmask.so
	install -m 644 include/spanmask.h include/spanmask.hpp $(TO)/include/
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' ffi/spanmask.pc.in > $(TO)/lib/pkgconfig/spanmask.pc

cargo-c:
	cargo install --locked --root .tools --version $(CARGO_C_VERSION) cargo-c

# The Python package. It is built as the tests of the workspace are, whose dependencies it shares. pytest runs mypy, too.
python: export VIRTUAL_ENV := $(VENV)
python: export PATH := $(VENV)/bin:$(PATH)
python:
	@if ! $(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then \
		$(call skip,no Python package: its tests want Python 3.10 with venv); exit 0; fi; \
	set -e; \
	if ! cmp -s bindings/python/requirements.txt $(VENV)/requirements.txt; then \
		$(PYTHON) -m venv --clear $(VENV); \
		if ! pip install -q --disable-pip-version-check -r bindings/python/requirements.txt; then \
			$(call skip,no Python package: bindings/python/requirements.txt cannot be installed); exit 0; fi; \
		cp bindings/python/requirements.txt $(VENV)/; fi; \
	cd bindings/python; \
	maturin develop --quiet --features hooks; \
	pytest -q

# The adapters with the SDKs that they are for, and docs/hooks.md, which says what they saw. With the packages as `make python` and
# `make node` have built them, or built here.
adapters adapters-page: export SPANMASK_PROFILE := dev
adapters adapters-page: export STRICT := $(STRICT)
adapters adapters-page: export PYTHON := $(PYTHON)
adapters:
	bindings/adapters $(ADAPTERS)

adapters-page:
	bindings/adapters $(ADAPTERS) --write

# Pins anew what bindings/python/adapters/requirements.in asks for.
adapters-lock:
	cd bindings/python/adapters && $(ADAPTERS)/venv/bin/uv pip compile -q --no-annotate --universal -p 3.11 \
		--custom-compile-command "make adapters-lock" requirements.in -o requirements.txt

# What masking adds to what the SDKs spend. Wants a machine with nothing else to do, and builds for it.
bench-adapters:
	cd bindings/python && VIRTUAL_ENV=$(ADAPTERS)/venv $(ADAPTERS)/venv/bin/maturin develop --release --quiet
	PYTHONPATH=bindings/python/python $(ADAPTERS)/venv/bin/python bench/adapters/cost.py

conformance:
	cargo test -p spanmask-conformance --locked

# All engines on the same bytes; the record and the charts of the README. Wants a machine with nothing else to do.
bench: bench-peers
	cargo build --release --locked -p spanmask-ffi
	cargo run --release --locked -p spanmask-bench -- compare --record bench/results

# Engines of other languages, and one whose dependencies stay out of our lock file.
bench-peers:
	@mkdir -p target/peers
	@if pkg-config --exists libhs; then \
		$(CC) -O2 -o target/peers/vectorscan bench/peers/vectorscan.c $$(pkg-config --cflags --libs libhs); \
	else \
		$(call skip,no vectorscan: apt-get install libvectorscan-dev); fi
	@if cargo build --release --locked --manifest-path bench/peers/dd-sds/Cargo.toml --target-dir target/peers-build; then \
		cp target/peers-build/release/dd-sds target/peers/; \
	else \
		$(call skip,no dd-sensitive-data-scanner: it does not build here); fi

# The pinned toolchain of rust-toolchain.toml, and the other targets when they can be had.
toolchain:
	@cargo --version >/dev/null 2>&1 || rustup toolchain install
	@if command -v rustup >/dev/null; then for target in $(BARE) $(ARM); do \
		rustup target list --installed | grep -qx $$target || timeout $(PATIENCE) rustup target add $$target || true; done; fi

# With a bare target there is no std to link, for the core or for anything it depends on, so checking is the proof.
no-std:
	@for target in $(BARE); do \
		if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx $$target; then \
			$(call skip,no build for $$target: rustup target add $$target); continue; fi; \
		for features in --no-default-features ""; do \
			echo "cargo check -p spanmask-core --target $$target $$features"; \
			RUSTFLAGS="-D warnings" cargo check -p spanmask-core --target $$target $$features --locked || exit 1; done; done

# The core on another kind of CPU: as its target is, and with the multiplication that comes with AES.
neon: export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER := aarch64-linux-gnu-gcc
neon: export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER := qemu-aarch64 -L /usr/aarch64-linux-gnu
neon:
	@case "$$(uname -m)" in aarch64 | arm64) echo "the unit tests run it here"; exit 0;; esac; \
	if ! command -v qemu-aarch64 >/dev/null || ! command -v aarch64-linux-gnu-gcc >/dev/null; then \
		$(call skip,no tests of NEON: apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross); exit 0; fi; \
	if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx $(ARM); then \
		$(call skip,no tests of NEON: rustup target add $(ARM)); exit 0; fi; \
	for features in +neon +neon,+aes; do \
		echo "cargo test -p spanmask-core --lib --target $(ARM) with $$features"; \
		RUSTFLAGS="-D warnings -C target-feature=$$features" \
			cargo test -p spanmask-core --lib --target $(ARM) --locked || exit 1; done

# Masks on a Cortex-M4, without a heap, in an emulator.
bare:
	@if ! command -v qemu-system-arm >/dev/null; then \
		$(call skip,no masking on a Cortex-M4: apt-get install qemu-system-arm); exit 0; fi; \
	if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx thumbv7em-none-eabi; then \
		$(call skip,no masking on a Cortex-M4: rustup target add thumbv7em-none-eabi); exit 0; fi; \
	cd examples/bare && timeout 600 cargo run --release --locked </dev/null

# Licences, bans and sources need no network. Advisories need a git clone. The tool takes minutes to build, so only
# `make cargo-deny` does that.
deny:
	@if ! $(DENY) --version 2>/dev/null | grep -qx "cargo-deny $(DENY_VERSION)"; then \
		$(call skip,no check of licences: make cargo-deny installs what it needs); exit 0; fi; \
	$(DENY) --locked check licenses bans sources || exit 1; \
	if timeout $(PATIENCE) $(DENY) fetch db >/dev/null 2>&1; then \
		$(DENY) --locked check --disable-fetch advisories; \
	else \
		$(call skip,advisories: their database cannot be fetched); fi

cargo-deny:
	cargo install --locked --root .tools --version $(DENY_VERSION) cargo-deny

# Lints of fuzz/, a workspace of its own. `make fuzz` begins with it; `make check` does not, as libFuzzer is built for it.
FUZZ_CLIPPY := cargo clippy --manifest-path fuzz/Cargo.toml --all-targets --locked -- -D warnings
fuzz-clippy:
	$(FUZZ_CLIPPY)

# 64 threads with one policy under ThreadSanitizer, the standard library instrumented too: by the Rust API, and by the C library
# from a C program. No part of `make test`: all of it is built again for this.
tsan: TSAN_TARGET := x86_64-unknown-linux-gnu
tsan: TSAN := $(TARGET)/tsan
tsan: export CARGO_TARGET_DIR := $(TSAN)
tsan: export RUSTFLAGS := -Zsanitizer=thread
tsan:
	@if [ "$$(uname -sm)" != "Linux x86_64" ]; then $(call skip,no ThreadSanitizer: only on Linux x86_64); exit 0; fi; \
	sources="$$(rustc +nightly --print sysroot 2>/dev/null)/lib/rustlib/src/rust/library/Cargo.lock"; \
	if ! test -f "$$sources"; then \
		$(call skip,no ThreadSanitizer: rustup toolchain install nightly --component rust-src); exit 0; fi; \
	set -ex; \
	cargo +nightly test -Zbuild-std --target $(TSAN_TARGET) -p spanmask-conformance --test threads --locked; \
	cargo +nightly rustc -Zbuild-std --target $(TSAN_TARGET) -p spanmask-ffi --lib --crate-type staticlib --locked; \
	$(CC) -std=c99 -O1 -g -fsanitize=thread -D_POSIX_C_SOURCE=200809L -Iinclude -c ffi/tests/c/threads.c -o $(TSAN)/threads.o; \
	$(CC) $(TSAN)/threads.o $(TSAN)/$(TSAN_TARGET)/debug/libspanmask.a \
		"$$(rustc +nightly --print target-libdir)"/librustc-*_rt.tsan.a -lpthread -lm -ldl -lrt -o $(TSAN)/threads; \
	$(TSAN)/threads examples/trace.json

# Each target for a short time, from seeds that are written first (fuzz/README.md). No part of `make test`: the core, its
# dependencies and the standard runtime are built with sanitizers, which alone takes minutes.
fuzz: export PATH := $(CURDIR)/.tools/bin:$(PATH)
fuzz:
	@if ! cargo +nightly --version >/dev/null 2>&1; then \
		$(call skip,no fuzzing: rustup toolchain install nightly); exit 0; fi; \
	if ! cargo-fuzz --version 2>/dev/null | grep -qx "cargo-fuzz $(FUZZ_VERSION)" \
		&& ! cargo install --locked --root .tools --version $(FUZZ_VERSION) cargo-fuzz; then \
		$(call skip,no fuzzing: cargo-fuzz $(FUZZ_VERSION) cannot be installed); exit 0; fi; \
	set -e; \
	$(FUZZ_CLIPPY); \
	cargo run --manifest-path fuzz/Cargo.toml --locked --example corpus; \
	cargo +nightly fuzz build; \
	for target in $(FUZZ_TARGETS); do \
		echo "== fuzz $$target"; \
		cargo +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=60 -print_final_stats=1; done

# The masking service beside that of Langfuse's documentation, on this machine; then (`make soak-service`) ten minutes of
# steady load. Each wants a machine with nothing else to do.
SERVICE_PYTHON := $(TARGET)/service-python
SOAK_SECONDS   := 600

bench-service: service-build
	@test -x $(SERVICE_PYTHON)/bin/uvicorn || { python3 -m venv $(SERVICE_PYTHON) && \
		$(SERVICE_PYTHON)/bin/pip install -q -r bench/service/requirements.txt; }
	$(TARGET)/release/examples/service compare $(TARGET)/release/spanmask $(SERVICE_PYTHON)/bin/python

soak-service: service-build
	$(TARGET)/release/examples/service soak $(TARGET)/release/spanmask $(SOAK_SECONDS)

service-build:
	cargo build --release --locked -p spanmask-cli
	cargo build --release --locked -p spanmask-serve --example service

# What runs the service: dashboard, alerts, manifests, unit. With the program that the tests have built.
deploy-check:
	$(UNIT) --no-run
	deploy/check $(TARGET)/debug/spanmask

# The page to try policies out, in a browser that npm brings. With the program that the tests have built.
playground-check: export SPANMASK := $(TARGET)/debug/spanmask
playground-check:
	@if ! command -v npm >/dev/null; then $(call skip,no browser for the playground: there is no npm); exit 0; fi; \
	set -e; \
	$(UNIT) --no-run; \
	cd serve/browser; \
	if timeout $(PATIENCE) npm ci --no-audit --no-fund; then npm test; \
	else $(call skip,no browser for the playground: serve/browser/package-lock.json cannot be installed); fi

# The same, and the pictures of docs/ anew.
playground-pictures: export SCREENSHOTS := $(CURDIR)/docs
playground-pictures: playground-check
