//! For the benchmark and the tests: not in the package that users get.

use crate::buffer::Buffer;
use crate::policy::Policy;
use crate::quiet;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use std::hint::black_box;
use std::time::Instant;

/// Masks each buffer in place by the core, as `mask_into` does for one: what that is compared with.
#[pyfunction]
pub(crate) fn _core(policy: &Bound<'_, Policy>, buffers: Vec<Bound<'_, PyByteArray>>) -> PyResult<u64> {
    let mut masker = policy.get().policy().masker();
    let mut all = Vec::with_capacity(buffers.len());
    for buffer in &buffers {
        all.push(Buffer::of(buffer, true)?);
    }
    let start = Instant::now();
    for buffer in &mut all {
        // SAFETY: the benchmark has one thread.
        let bytes = unsafe { buffer.bytes_mut() };
        let len = bytes.len();
        black_box(masker.mask_in_place(bytes, len).is_ok());
    }
    Ok(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

/// Panics, as a bug would; the message stands for text of an input.
#[pyfunction]
pub(crate) fn _panic(py: Python<'_>, text: String, detach: bool) -> PyResult<()> {
    quiet::run(py, detach, || panic!("{text}"))
}
