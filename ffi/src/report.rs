//! What was masked, in numbers.

use crate::raw::{self, OutStruct, Struct};
use crate::status::Status;
use spanmask_rs::Report;

/// What the last call masked, in numbers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_report {
    /// sizeof(spanmask_report), set by the caller.
    pub struct_size: usize,
    /// Rules of the policy.
    pub rules: usize,
    /// Parts that were masked, under all rules.
    pub parts: u64,
    /// Bytes of the input that lay in them.
    pub bytes_masked: u64,
    /// String values of the texts; those of nested texts are part of them.
    pub values: u64,
    /// JSON texts in the input.
    pub texts: u64,
    /// Of a stream: strings and objects that were larger than its window, and masked whole. No rule counts them.
    pub oversized: u64,
}

// SAFETY: `repr(C)`, begins with its size, and numbers may be 0.
unsafe impl Struct for spanmask_report {
    const FIRST: usize = size_of::<Self>();
}

/// Writes totals, and as many counts as there is room for.
///
/// # Safety
/// `place` leads to a struct of its size; behind `counts` lies room for `counts_len` numbers.
pub(crate) unsafe fn write(
    report: &Report<'_>,
    oversized: u64,
    place: *mut spanmask_report,
    counts: *mut u64,
    counts_len: usize,
) -> Result<(), Status> {
    // SAFETY: the caller promises a struct of its size.
    let place = unsafe { OutStruct::new(place) }?;
    // SAFETY: the caller promises room for so many numbers.
    let room = unsafe { raw::room(counts, counts_len) }?;
    room.iter_mut().zip(report.counts()).for_each(|(place, (_, count))| *place = count);
    place.set(&spanmask_report {
        struct_size: 0,
        rules: report.counts().count(),
        parts: report.parts(),
        bytes_masked: report.bytes_masked(),
        values: report.values(),
        texts: report.texts(),
        oversized,
    });
    Ok(())
}
