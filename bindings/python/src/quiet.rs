//! A panic becomes an exception, and shows nothing.

use crate::error;
use pyo3::prelude::*;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside a call: its panics are not told on standard error, where they could show input.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body`, without the GIL if `detach` says so. Whatever it was working on is not for use after a panic.
///
/// # Errors
/// `InternalError` for a panic.
pub(crate) fn run<T: Send>(py: Python<'_>, detach: bool, body: impl FnOnce() -> T + Send) -> PyResult<T> {
    let outer = INSIDE.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        keep_quiet();
        if detach { py.detach(body) } else { body() }
    }));
    INSIDE.set(outer);
    done.map_err(|panic| {
        // What a panic carries may hold input.
        drop(panic);
        error::internal(py)
    })
}

/// This module has a panic hook of its own, as it has a standard library of its own: no other Rust in the process is
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
