//! Masks what JSON could hold, as objects.
//!
//! Plain version: write the object as JSON, mask that, read it back. Departures:
//!
//! 1. While it is written, each value is noted with the place of its text ([`walk`]). Where nothing matched, that is all.
//! 2. Otherwise both texts are compared: they differ within strings, numbers and booleans only. Only values whose text changed
//!    are read ([`changed`]), and only containers around them made anew ([`rebuild`]).
//! 3. Where the policy can (`Masker::texts`) and nobody counts, strings are masked by themselves, and empty ones are written
//!    instead. If nobody looks at numbers either, that text is of no interest.
//! 4. Where it can't, empty ones are written for strings in which nothing may be masked for what they say. If values had to be
//!    looked at for where they stand, these are put back, and it is all masked again.
//! 5. We wrote the text ourselves, so its grammar need not be checked again (`set_trusted`).

mod changed;
mod rebuild;
mod scalar;
mod walk;

use crate::error::{self, Offsets};
use crate::pool::{Worker, mask_copy};
use pyo3::prelude::*;
use spanmask::Masker;
pub(crate) use walk::Walk;

/// Masks `value`; `default` says what stands for objects that JSON cannot hold. What nothing matched in comes back itself.
/// `counts`: somebody will ask the worker for a report.
///
/// Linear in the text of the object, in which what is shared by several containers stands several times.
///
/// # Errors
/// `ObjectError` for what is no JSON and what is too large, and what `default` raises.
pub(crate) fn mask<'py>(
    worker: &mut Worker,
    value: &Bound<'py, PyAny>,
    default: Option<&Bound<'py, PyAny>>,
    counts: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let mut walk = std::mem::take(&mut worker.walk);
    let masked = walk.write(worker, value, default, counts).and_then(|()| masked(worker, &mut walk, value));
    walk.clear();
    worker.walk = walk;
    masked
}

fn masked<'py>(
    worker: &mut Worker,
    walk: &mut Walk,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = value.py();
    if walk.asks {
        let mut len = text(worker, py, &walk.text)?;
        if worker.masker.looked_by_place() && walk.put_back(py)? {
            len = text(worker, py, &walk.text)?;
        }
        if worker.masker.report().parts() > 0 {
            changed::note(py, walk, worker.output.get(..len).unwrap_or(&[]))?;
        }
    }
    rebuild::rebuild(py, walk, value)
}

/// Masks the text that was written; the length of what it is then.
fn text(worker: &mut Worker, py: Python<'_>, text: &[u8]) -> PyResult<usize> {
    let refused = |error: PyErr| if error::is_json(py, &error) { too_deep(py) } else { error };
    let body = |masker: &mut Masker, output: &mut Vec<u8>| mask_copy(masker, text, output);
    worker.run(py, text.len(), Offsets::Bytes, body).map_err(refused)
}

/// The only thing that can be wrong with a text that was written here.
fn too_deep(py: Python<'_>) -> PyErr {
    error::object(py, "depth", "more containers within each other than the policy allows (limits: depth)")
}
