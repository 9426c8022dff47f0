//! What C programs see: misuse, threads, allocations, a panic.

mod support;

use std::path::Path;
use support::{Way, root, run};

const EVERY_WAY: [Way; 4] = [Way::Shared, Way::Static, Way::Sanitized, Way::Valgrind];

#[test]
fn misuse_has_a_status() {
    for way in EVERY_WAY {
        run("misuse.c", way, &[], &[]);
    }
}

#[test]
fn many_threads_equal_one() {
    let input = root().join("examples/trace.json");
    for way in [Way::Shared, Way::Sanitized] {
        run("threads.c", way, &[], &[&input]);
    }
    // The library is not instrumented: ThreadSanitizer sees its writes, by memset and memcpy, but not its locks.
    run("threads.c", Way::Threads, &[], &[&input, Path::new("apart")]);
}

#[test]
fn masking_allocates_nothing() {
    let input = root().join("examples/trace.json");
    let wrap = "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=posix_memalign";
    run("allocations.c", Way::Static, &[wrap], &[&input]);
}

/// Standard error stays empty, too.
#[cfg(feature = "test-hooks")]
#[test]
fn a_panic_is_a_status() {
    for way in EVERY_WAY {
        run("panic.c", way, &[], &[]);
    }
}
