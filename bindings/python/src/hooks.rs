//! For the benchmark and the tests: not in the package that users get.

use crate::buffer::Buffer;
use crate::policy::Policy;
use crate::quiet;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use std::hint::black_box;

/// Masks each buffer in place by the core, as `mask_into` does for one: what that is compared with.
#[pyfunction]
pub(crate) fn _core(policy: &Bound<'_, Policy>, buffers: Vec<Bound<'_, PyByteArray>>) -> PyResult<()> {
    let mut masker = policy.get().policy().masker();
    for buffer in &buffers {
        let mut buffer = Buffer::of(buffer, true)?;
        // SAFETY: the benchmark has one thread.
        let bytes = unsafe { buffer.bytes_mut() };
        let len = bytes.len();
        black_box(masker.mask_in_place(bytes, len).is_ok());
    }
    Ok(())
}

/// Panics, as a bug would; the message stands for text of an input.
#[pyfunction]
pub(crate) fn _panic(py: Python<'_>, text: String, detach: bool) -> PyResult<()> {
    quiet::run(py, detach, || panic!("{text}"))
}
