//! What was masked, in numbers.

use crate::raw::Struct;
use spanmask_rs::Masker;

/// What the last call masked, in numbers.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_report {
    /// sizeof(spanmask_report), set by the caller.
    pub struct_size: usize,
    /// Rules of the policy; spanmask_masker_count tells the parts of each.
    pub rules: usize,
    /// Parts that were masked, under all rules.
    pub parts: u64,
    /// Bytes of the input that lay in them.
    pub bytes_masked: u64,
    /// String values of the texts; those of nested texts are part of them.
    pub values: u64,
    /// JSON texts in the input.
    pub texts: u64,
}

// SAFETY: `repr(C)`, begins with its size, and numbers may be 0.
unsafe impl Struct for spanmask_report {
    const FIRST: usize = size_of::<Self>();
}

impl spanmask_report {
    pub(crate) fn of(masker: &Masker) -> Self {
        let report = masker.report();
        Self {
            struct_size: 0,
            rules: report.counts().count(),
            parts: report.parts(),
            bytes_masked: report.bytes_masked(),
            values: report.values(),
            texts: report.texts(),
        }
    }
}
