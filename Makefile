# What CI calls, a person can type. `make check` is quick, `make test` is everything.

DENY_VERSION := 0.20.2
DENY         := .tools/bin/cargo-deny
# A target that has no std: what builds for it cannot use any.
BARE         := x86_64-unknown-none
# Seconds that a download may take before it counts as not reachable.
PATIENCE     := 60

.PHONY: check fmt fmt-check clippy doc no-std deny unit conformance test ci toolchain

check: fmt-check clippy doc no-std

test: toolchain
	$(call part,fmt-check)
	$(call part,clippy)
	$(call part,doc)
	$(call part,no-std)
	$(call part,deny)
	$(call part,unit)
	$(call part,conformance)

ci: test

# Runs one target and says how long it took.
define part
	@start=$$(date +%s); echo "== $(1)"; $(MAKE) --no-print-directory $(1) && echo "== $(1): $$(( $$(date +%s) - start )) s"
endef

fmt:
	cargo fmt --all

fmt-check:
	cargo fmt --all --check

clippy:
	cargo clippy --workspace --all-targets --locked -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

unit:
	cargo test --workspace --exclude spanmask-conformance --locked

conformance:
	cargo test -p spanmask-conformance --locked

# The pinned toolchain of rust-toolchain.toml, and the bare target when it can be had.
toolchain:
	@cargo --version >/dev/null 2>&1 || rustup toolchain install
	@if command -v rustup >/dev/null && ! rustup target list --installed | grep -qx $(BARE); then \
		timeout $(PATIENCE) rustup target add $(BARE) || echo "$(BARE) cannot be installed here"; fi

# With the bare target there is no std to link, for the core or for anything it depends on, so building is the proof.
# Without it: SKIP, and the weaker check that nothing compiled for this host refers to a symbol of std.
no-std:
	@if ! command -v rustup >/dev/null || rustup target list --installed | grep -qx $(BARE); then \
		cargo build -p spanmask-core --no-default-features --target $(BARE) --locked && \
		cargo build -p spanmask-core --target $(BARE) --locked; \
	else \
		echo "SKIP: no build for $(BARE): the target is not installed (rustup target add $(BARE))"; \
		cargo build -p spanmask-core --no-default-features --locked --target-dir target/no-std && \
		if nm -u target/no-std/debug/deps/*.rlib 2>/dev/null | grep -E '3std[0-9]|_std[0-9]'; then \
			echo "the core refers to std"; exit 1; fi; \
	fi

# Licences, bans and sources need no network. Advisories need a git clone; where it cannot be had, that part says SKIP.
deny: $(DENY)
	$(DENY) --locked check licenses bans sources
	@if timeout $(PATIENCE) $(DENY) fetch db >/dev/null 2>&1; then \
		$(DENY) --locked check --disable-fetch advisories; \
	else \
		echo "SKIP: advisories: the advisory database cannot be fetched"; \
	fi

# By version, so that a new pin installs again.
$(DENY): Makefile
	@if ! $(DENY) --version 2>/dev/null | grep -qx "cargo-deny $(DENY_VERSION)"; then \
		cargo install --locked --root .tools --version $(DENY_VERSION) cargo-deny; fi
	@touch $(DENY)
