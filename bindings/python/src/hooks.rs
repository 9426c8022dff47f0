//! For the benchmark and the tests: not in the package that users get.

use crate::policy::Policy;
use crate::quiet;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::hint::black_box;
use std::time::Instant;

/// How long the core takes to mask a copy of `data` in place, `calls` times, in nanoseconds: what Python's calls are compared
/// with. Copying is not counted.
#[pyfunction]
pub(crate) fn _time_core(
    policy: &Bound<'_, Policy>,
    data: &Bound<'_, PyBytes>,
    calls: usize,
) -> PyResult<Vec<u64>> {
    let (text, mut masker) = (data.as_bytes(), policy.get().policy().masker());
    let mut buffer = vec![0; 2 * text.len() + 4096];
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        buffer.get_mut(..text.len()).unwrap_or(&mut []).copy_from_slice(text);
        let start = Instant::now();
        black_box(masker.mask_in_place(black_box(&mut buffer), text.len()).is_ok());
        times.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(times)
}

/// Panics, as a bug would; the message stands for text of an input.
#[pyfunction]
pub(crate) fn _panic(py: Python<'_>, text: String, detach: bool) -> PyResult<()> {
    quiet::run(py, detach, || panic!("{text}"))
}
