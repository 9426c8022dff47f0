//! Detectors that the host brings.

use crate::raw::{self, spanmask_text};
use crate::status::Status;
use spanmask_core::matcher::host::Asked;
use spanmask_rs::{Detector, Detectors, Failed, Spans};
use std::ffi::{c_char, c_void};

/// A part of a text: bytes start to end, end not included. It begins and ends where characters do.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_span {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
}

/// Tells what in a text is to be masked. text, len: the text of a value, decoded; UTF-8, without NUL. spans, capacity: room
/// for what it finds, in any order; overlaps are fine. count: to be set to how many there are. 0 when it could tell; anything
/// else when it failed, and so do more parts than fit, and parts that are none: the policy says what happens then.
///
/// It is called once or several times for a value, and must always tell the same of the same text. It must not use the handle
/// that asks (SPANMASK_BUSY), throw, or jump out.
pub type spanmask_on_text = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        text: *const c_char,
        len: usize,
        spans: *mut spanmask_span,
        capacity: usize,
        count: *mut usize,
    ) -> i32,
>;

/// A detector that the host brings, for rules with detect: host:NAME. The policy says how long a text it is handed and what
/// its failure means (max_bytes, fail).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_detector {
    /// NAME.
    pub name: spanmask_text,
    /// What answers. It is called in the thread of the call that masks.
    pub on_text: spanmask_on_text,
    /// Handed to on_text as it is. Must be good as long as the masker or stream lives.
    pub user: *mut c_void,
}

/// A callback, and its room.
struct Asks {
    on_text:
        unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut spanmask_span, usize, *mut usize) -> i32,
    user: *mut c_void,
    spans: Box<[spanmask_span]>,
}

// SAFETY: the contract lets a handle go from thread to thread, one at a time, and says that callbacks are called in the
// thread of the call: what `user` leads to must bear that.
unsafe impl Send for Asks {}

impl Detector for Asks {
    fn detect(&mut self, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed> {
        let Self { on_text, user, spans: room } = self;
        let mut count = 0;
        let (data, out, capacity) = (text.as_ptr().cast(), room.as_mut_ptr(), room.len());
        // SAFETY: whoever handed the callback in promised that it can be called so; text and room live until it returns.
        let failed = unsafe { on_text(*user, data, text.len(), out, capacity, &raw mut count) };
        let told = room.get(..count).filter(|_| failed == 0).ok_or(Failed)?;
        told.iter().for_each(|span| spans.push(span.start, span.end));
        Ok(())
    }
}

/// # Safety
/// Behind `detectors` lie `len` detectors whose callbacks can be called for as long as somebody asks them.
pub(crate) unsafe fn read(detectors: *const spanmask_detector, len: usize) -> Result<Detectors, Status> {
    let mut all = Detectors::new();
    // SAFETY: the caller promises the items.
    for detector in unsafe { raw::items(detectors, len) }? {
        // SAFETY: the caller promises the name.
        let name = unsafe { detector.name.read() }?;
        let on_text = detector.on_text.ok_or(Status::SPANMASK_NULL)?;
        let spans = vec![spanmask_span { start: 0, end: 0 }; Asked::SPANS].into_boxed_slice();
        all = all.with(name, Asks { on_text, user: detector.user, spans });
    }
    Ok(all)
}
