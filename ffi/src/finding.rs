//! Findings, told by callback.

use crate::call::call;
use crate::error::Fault;
use crate::raw::{self, Out, spanmask_text};
use crate::status::{Status, spanmask_status};
use spanmask_core::report::Path;
use spanmask_rs::{Finding, Masker};
use std::ffi::{c_char, c_void};
use std::fmt::{self, Write};

/// Where a value stands. Lives until the callback returns.
pub struct spanmask_path<'a> {
    path: Path<'a>,
    len: usize,
}

/// A part that would be masked. All of it lives until the callback returns. It never holds what is masked, but its path
/// holds names of members, which are part of the input.
#[repr(C)]
pub struct spanmask_finding<'a> {
    /// sizeof(spanmask_finding) of the library.
    pub struct_size: usize,
    /// Index of the rule that masks it.
    pub rule: usize,
    /// Id of this rule.
    pub rule_id: spanmask_text,
    /// Offset in the input of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    /// Levels of JSON escapes over its text: 1 in a string value, one more for each nested text around it.
    pub level: u32,
    /// Where its value stands: spanmask_path_write.
    pub path: *const spanmask_path<'a>,
    /// Bytes of this path, written out.
    pub path_len: usize,
}

/// Is told each part that would be masked. 0 to go on; anything else to stop. It must not throw or jump out.
pub type spanmask_on_finding =
    Option<unsafe extern "C" fn(user: *mut c_void, finding: *const spanmask_finding<'_>) -> i32>;

/// # Safety
/// `on_finding` can be called with `user`.
pub(crate) unsafe fn scan(
    masker: &mut Masker,
    input: &[u8],
    on_finding: spanmask_on_finding,
    user: *mut c_void,
) -> Result<usize, Fault> {
    let mut stopped = false;
    let len = masker.scan(input, &mut |finding| {
        if let Some(on_finding) = on_finding
            && !stopped
        {
            // SAFETY: the caller promises that it can be called.
            stopped = unsafe { tell(finding, on_finding, user) } != 0;
        }
    })?;
    if stopped { Err(Fault::of(Status::SPANMASK_CALLBACK)) } else { Ok(len) }
}

/// # Safety
/// `on_finding` can be called with `user`.
unsafe fn tell(
    finding: &Finding<'_>,
    on_finding: unsafe extern "C" fn(*mut c_void, *const spanmask_finding<'_>) -> i32,
    user: *mut c_void,
) -> i32 {
    let mut len = Length(0);
    // Counting cannot fail.
    let _ = write!(len, "{}", finding.path);
    let path = spanmask_path { path: finding.path, len: len.0 };
    let finding = spanmask_finding {
        struct_size: size_of::<spanmask_finding<'_>>(),
        rule: finding.index,
        rule_id: spanmask_text::lend(finding.rule),
        start: finding.start,
        end: finding.end,
        level: u32::from(finding.level),
        path: &raw const path,
        path_len: len.0,
    };
    // SAFETY: the caller promises that it can be called; the finding lives until it returns.
    unsafe { on_finding(user, &raw const finding) }
}

struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// What is left of a buffer.
struct Rest<'a>(&'a mut [u8]);

impl Write for Rest<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (front, rest) = std::mem::take(&mut self.0).split_at_mut_checked(text.len()).ok_or(fmt::Error)?;
        front.copy_from_slice(text.as_bytes());
        self.0 = rest;
        Ok(())
    }
}

/// Writes the path of a finding, as RFC 9535 normalizes them, on through nested texts: $['a'][0]. UTF-8, no NUL.
///
/// buffer, capacity: room for path_len bytes. len: gets path_len. SPANMASK_CAPACITY when the room does not suffice. Only
/// in the callback that was told the finding.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_path_write(
    path: *const spanmask_path<'_>,
    buffer: *mut c_char,
    capacity: usize,
    len: *mut usize,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a number.
        let place = unsafe { Out::new(len) }?;
        // SAFETY: the caller promises NULL or a path that lives.
        let path = unsafe { raw::handle(path) }?;
        // SAFETY: the caller promises `capacity` bytes to us alone.
        let buffer = unsafe { raw::room(buffer.cast(), capacity) }?;
        let buffer = buffer.get_mut(..path.len).ok_or(Status::SPANMASK_CAPACITY)?;
        write!(Rest(buffer), "{}", path.path).map_err(|_| Status::SPANMASK_CAPACITY)?;
        place.set(path.len);
        Ok(())
    })
}
