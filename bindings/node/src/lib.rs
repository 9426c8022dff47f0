//! The native half of the npm package `spanmask`; `lib/` is the half that users see.
//!
//! Functions on handles, no classes: a method of a class of napi-rs costs a microsecond more than a function, as much as
//! masking a short text. What goes wrong is returned as a [`fault::Fault`], from which `lib/errors.ts` makes errors.

// A fault is an object of JavaScript, made when a call fails; boxing it would only move that.
#![allow(clippy::result_large_err)]

pub mod detector;
pub mod fault;
pub mod handle;
pub mod mask;
pub mod policy;
pub mod stream;
pub mod task;
#[cfg(feature = "bench")]
pub mod timing;

/// Messages of panics could show input. This library has a standard library of its own, so the hook is for its panics only.
#[napi_derive::module_init]
fn keep_quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}
