//! What every function answers.

use std::ffi::{CStr, c_char};

use crate::call::call;
use crate::raw::Out;

/// What every function answers. The numbers are frozen: new ones may come, none is used again.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::upper_case_acronyms)]
pub enum spanmask_status {
    /// Done.
    SPANMASK_OK = 0,
    /// A pointer that must lead somewhere is NULL.
    SPANMASK_NULL = 1,
    /// The struct_size of a struct is that of no version of it, or it was filled by a newer program that asks for
    /// what this library does not have.
    SPANMASK_STRUCT_SIZE = 2,
    /// A number has no meaning here, a length is impossible, or a text is not UTF-8.
    SPANMASK_ARGUMENT = 3,
    /// Input and output share memory.
    SPANMASK_OVERLAP = 4,
    /// Another call works with this handle: in another thread, or the one whose callback this is.
    SPANMASK_BUSY = 5,
    /// The library failed at something it should not have. The handle is only good to be freed.
    SPANMASK_PANIC = 6,
    /// The policy has problems; the options say where they are told.
    SPANMASK_POLICY = 7,
    /// The input is not JSON; the error of the handle says why and where.
    SPANMASK_REFUSED = 8,
    /// The room does not suffice; the error of the handle says how many bytes do.
    SPANMASK_CAPACITY = 9,
    /// A callback wanted to stop.
    SPANMASK_CALLBACK = 10,
    /// A detector of the host failed, and the policy wants no text masked without it.
    SPANMASK_DETECTOR = 11,
    /// The policy names a detector of the host that was not handed in.
    SPANMASK_NO_DETECTOR = 12,
    /// The stream has been finished, and takes no more input before it is reset.
    SPANMASK_ORDER = 13,
    /// A value, or an object that must be seen whole, is larger than the window of the stream.
    SPANMASK_OVERSIZE = 14,
    /// The image of a policy is damaged, of another version, or none.
    SPANMASK_IMAGE = 15,
    /// The policy has keys, and may not be saved with them unless that is asked for.
    SPANMASK_KEYS = 16,
}

pub(crate) use spanmask_status as Status;

impl Status {
    pub(crate) fn text(self) -> &'static CStr {
        match self {
            Self::SPANMASK_OK => c"done",
            Self::SPANMASK_NULL => c"a pointer is NULL",
            Self::SPANMASK_STRUCT_SIZE => c"a struct has a size that is not known",
            Self::SPANMASK_ARGUMENT => c"an argument has no meaning",
            Self::SPANMASK_OVERLAP => c"input and output share memory",
            Self::SPANMASK_BUSY => c"the handle is in use",
            Self::SPANMASK_PANIC => c"the library failed",
            Self::SPANMASK_POLICY => c"the policy has problems",
            Self::SPANMASK_REFUSED => c"the input is not JSON",
            Self::SPANMASK_CAPACITY => c"the room does not suffice",
            Self::SPANMASK_CALLBACK => c"a callback wanted to stop",
            Self::SPANMASK_DETECTOR => c"a detector of the host failed",
            Self::SPANMASK_NO_DETECTOR => c"a detector of the host was not handed in",
            Self::SPANMASK_ORDER => c"the stream has been finished",
            Self::SPANMASK_OVERSIZE => c"larger than the window of the stream",
            Self::SPANMASK_IMAGE => c"the image of a policy is damaged, of another version, or none",
            Self::SPANMASK_KEYS => c"the policy has keys, which are saved only when asked for",
        }
    }

    const ALL: [Self; 17] = [
        Self::SPANMASK_OK,
        Self::SPANMASK_NULL,
        Self::SPANMASK_STRUCT_SIZE,
        Self::SPANMASK_ARGUMENT,
        Self::SPANMASK_OVERLAP,
        Self::SPANMASK_BUSY,
        Self::SPANMASK_PANIC,
        Self::SPANMASK_POLICY,
        Self::SPANMASK_REFUSED,
        Self::SPANMASK_CAPACITY,
        Self::SPANMASK_CALLBACK,
        Self::SPANMASK_DETECTOR,
        Self::SPANMASK_NO_DETECTOR,
        Self::SPANMASK_ORDER,
        Self::SPANMASK_OVERSIZE,
        Self::SPANMASK_IMAGE,
        Self::SPANMASK_KEYS,
    ];
}

/// Says in a few words what a status means.
///
/// Writes a text that ends with NUL and lives as long as the library; nobody frees it. SPANMASK_ARGUMENT for a number
/// that is no status. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_status_describe(status: i32, text: *mut *const c_char) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a pointer behind `text`.
        let text = unsafe { Out::new(text) }?;
        let known = Status::ALL.into_iter().find(|known| *known as i32 == status);
        text.set(known.ok_or(Status::SPANMASK_ARGUMENT)?.text().as_ptr());
        Ok(())
    })
}
