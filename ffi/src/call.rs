//! The way into the library and out of it: whatever happens, a status comes back.

use crate::status::Status;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside a call: its panics are not told on standard error, where they could show input.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body`. What it was working on may be half done when it panics: handles keep that in mind by themselves, as
/// their locks are poisoned.
pub(crate) fn call(body: impl FnOnce() -> Result<(), Status>) -> Status {
    let outer = INSIDE.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        keep_quiet();
        body()
    }));
    INSIDE.set(outer);
    match done {
        Ok(Ok(())) => Status::SPANMASK_OK,
        Ok(Err(status)) => status,
        Err(_) => Status::SPANMASK_PANIC,
    }
}

/// This library has a panic hook of its own, as it has a standard library of its own: no other Rust in the process is
/// concerned.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let outer = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                outer(info);
            }
        }));
    });
}
