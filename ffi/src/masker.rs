//! Maskers.

use crate::call::call;
use crate::detector::{self, spanmask_detector};
use crate::error::spanmask_error;
use crate::finding::{self, spanmask_on_finding};
use crate::handle::{self, Handle, Held};
use crate::policy::spanmask_policy;
use crate::raw::{self, Out, OutStruct, Struct};
use crate::report::{self, spanmask_report};
use crate::status::{Status, spanmask_status};
use spanmask_rs::{Framing, Masker};
use std::ffi::c_void;

/// The memory that masking with one policy needs. It may go from thread to thread, but works for one at a time.
pub struct spanmask_masker {
    handle: Handle<Masker>,
}

impl Held for spanmask_masker {
    type Of = Masker;
    fn handle(&self) -> &Handle<Masker> {
        &self.handle
    }
}

/// How many texts an input may hold.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum spanmask_framing {
    /// Any number, also none: JSON Lines, or just one behind the other.
    SPANMASK_FRAMING_SEQUENCE = 0,
    /// Exactly one.
    SPANMASK_FRAMING_ONE = 1,
}

/// How to mask. All zero but struct_size is the same as no options.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_masker_options {
    /// sizeof(spanmask_masker_options), set by the caller.
    pub struct_size: usize,
    /// A spanmask_framing.
    pub framing: i32,
    /// What answers for the rules with detect: host:NAME.
    pub detectors: *const spanmask_detector,
    /// How many detectors.
    pub detectors_len: usize,
}

// SAFETY: `repr(C)`, begins with its size; numbers may be 0, pointers NULL.
unsafe impl Struct for spanmask_masker_options {
    const FIRST: usize = size_of::<Self>();
}

impl spanmask_masker_options {
    const NONE: Self =
        Self { struct_size: size_of::<Self>(), framing: 0, detectors: std::ptr::null(), detectors_len: 0 };
}

pub(crate) fn framing(number: i32) -> Result<Framing, Status> {
    match number {
        0 => Ok(Framing::Sequence),
        1 => Ok(Framing::One),
        _ => Err(Status::SPANMASK_ARGUMENT),
    }
}

/// Takes the memory that masking needs, some 0.7 MB, and up to 5.4 where texts have many parts, all now: masking allocates nothing.
///
/// policy: may be freed while the masker lives. options: NULL for inputs of any number of texts. masker: gets the
/// handle; the caller frees it with spanmask_masker_free. SPANMASK_ARGUMENT when the framing does not exist;
/// SPANMASK_NO_DETECTOR when the policy names a detector of the host that options does not. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_open(
    policy: *const spanmask_policy,
    options: *const spanmask_masker_options,
    masker: *mut *mut spanmask_masker,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a handle.
        let place = unsafe { Out::new(masker) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let policy = unsafe { raw::handle(policy) }?;
        // SAFETY: the caller promises NULL or options of their size.
        let options = unsafe { raw::read(options) }?.unwrap_or(spanmask_masker_options::NONE);
        // SAFETY: the caller promises the detectors that the options name.
        let detectors = unsafe { detector::read(options.detectors, options.detectors_len) }?;
        let framing = framing(options.framing)?;
        let made = policy.policy.masker_with(detectors);
        let mut masker = made.map_err(|_| Status::SPANMASK_NO_DETECTOR)?;
        masker.set_framing(framing);
        raw::give(place, spanmask_masker { handle: Handle::new(masker) });
        Ok(())
    })
}

/// Masks a text where it lies.
///
/// buffer, capacity: the room; len: how much of it is the input. masked_len: gets the length of the result, which
/// begins where the input did; what lies behind it is not for use. len may be 0, and buffer NULL when capacity is 0.
///
/// When the call fails, the buffer is as it was: SPANMASK_REFUSED for what is not JSON, SPANMASK_CAPACITY when the
/// result does not fit, SPANMASK_DETECTOR, SPANMASK_ARGUMENT when len is more than capacity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_mask_in_place(
    masker: *mut spanmask_masker,
    buffer: *mut u8,
    len: usize,
    capacity: usize,
    masked_len: *mut usize,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a number.
        let place = unsafe { Out::new(masked_len) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let masker = unsafe { raw::handle(masker) }?;
        // SAFETY: the caller promises `capacity` bytes to us alone.
        let buffer = unsafe { raw::room(buffer, capacity) }?;
        if len > capacity {
            return Err(Status::SPANMASK_ARGUMENT);
        }
        place.set(masker.handle.run(|masker| Ok(masker.mask_in_place(buffer, len)?))?);
        Ok(())
    })
}

/// Masks a text into other memory.
///
/// input, len: the text, which stays as it is. output, capacity: room for the result; it may not share memory with the
/// input. masked_len: gets the length of the result. Pointers of nothing may be NULL.
///
/// When the call fails, output is not for use: SPANMASK_REFUSED for what is not JSON, SPANMASK_CAPACITY when the result
/// does not fit, SPANMASK_OVERLAP when input and output share memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_mask_into(
    masker: *mut spanmask_masker,
    input: *const u8,
    len: usize,
    output: *mut u8,
    capacity: usize,
    masked_len: *mut usize,
) -> spanmask_status {
    call(|| {
        if raw::overlap(input, len, output, capacity) {
            return Err(Status::SPANMASK_OVERLAP);
        }
        // SAFETY: the caller promises room for a number.
        let place = unsafe { Out::new(masked_len) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let masker = unsafe { raw::handle(masker) }?;
        // SAFETY: the caller promises `len` bytes.
        let input = unsafe { raw::bytes(input, len) }?;
        // SAFETY: the caller promises `capacity` bytes to us alone, and they are no part of the input.
        let output = unsafe { raw::room(output, capacity) }?;
        place.set(masker.handle.run(|masker| Ok(masker.mask_into(input, output)?))?);
        Ok(())
    })
}

/// Finds what would be masked, without masking it.
///
/// input, len: the text. on_finding: is told each part, in order; may be NULL. user: handed to it as it is. masked_len:
/// gets the length that the masked text would have.
///
/// SPANMASK_REFUSED for what is not JSON, after some findings maybe. SPANMASK_CALLBACK when on_finding wanted to stop.
/// The callback must not use this masker (SPANMASK_BUSY), throw, or jump out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_scan(
    masker: *mut spanmask_masker,
    input: *const u8,
    len: usize,
    on_finding: spanmask_on_finding,
    user: *mut c_void,
    masked_len: *mut usize,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a number.
        let place = unsafe { Out::new(masked_len) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let masker = unsafe { raw::handle(masker) }?;
        // SAFETY: the caller promises `len` bytes.
        let input = unsafe { raw::bytes(input, len) }?;
        // SAFETY: the caller promises that the callback can be called.
        place.set(masker.handle.run(|masker| unsafe { finding::scan(masker, input, on_finding, user) })?);
        Ok(())
    })
}

/// Gives the numbers of the last call that masked or scanned.
///
/// report: gets the totals. counts, counts_len: room for the parts of each rule, in the order of the policy; as many are
/// written as there is room for. May be NULL when counts_len is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_report(
    masker: *const spanmask_masker,
    report: *mut spanmask_report,
    counts: *mut u64,
    counts_len: usize,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises NULL or a live handle.
        let state = unsafe { raw::handle(masker) }?.handle.enter()?;
        // SAFETY: the caller promises a struct of its size, and room for the counts.
        unsafe { report::write(&state.it.report(), 0, report, counts, counts_len) }
    })
}

/// Gives what went wrong in the last call that masked or scanned: why and where an input was refused, how many bytes
/// a result needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_error(
    masker: *const spanmask_masker,
    error: *mut spanmask_error,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a struct of its size.
        let place = unsafe { OutStruct::new(error) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let masker = unsafe { raw::handle(masker) }?;
        place.set(&masker.handle.enter()?.fault.show());
        Ok(())
    })
}

/// Frees a masker and sets the variable that held it to NULL; does nothing when it is NULL already. SPANMASK_BUSY, and
/// nothing is freed, while a call works with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_masker_free(masker: *mut *mut spanmask_masker) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a variable that holds NULL or a live handle.
        unsafe { handle::free(masker) }
    })
}
