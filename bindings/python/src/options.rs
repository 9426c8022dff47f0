//! Options that are words.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use spanmask::{Format, Framing, Oversize};

/// How many texts an input may hold.
#[derive(Clone, Copy, Default)]
pub(crate) struct FramingOption(pub(crate) Framing);

/// How a policy is written down.
#[derive(Clone, Copy)]
pub(crate) struct FormatOption(pub(crate) Format);

/// What happens to what is larger than the window of a stream.
#[derive(Clone, Copy)]
pub(crate) struct OversizeOption(pub(crate) Oversize);

fn word<T: Copy>(value: Borrowed<'_, '_, PyAny>, name: &str, words: &[(&str, T)]) -> PyResult<T> {
    let text = value.cast::<PyString>()?;
    let given = text.to_string_lossy();
    let known = words.iter().find(|(word, _)| *word == given);
    known.map(|&(_, meaning)| meaning).ok_or_else(|| {
        let all: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        PyValueError::new_err(format!("{name} is one of {}", all.join(", ")))
    })
}

impl<'a, 'py> FromPyObject<'a, 'py> for FramingOption {
    type Error = PyErr;
    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        word(value, "framing", &[("sequence", Framing::Sequence), ("one", Framing::One)]).map(Self)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for FormatOption {
    type Error = PyErr;
    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let words = [("yaml", Format::Yaml), ("json", Format::Json), ("toml", Format::Toml)];
        word(value, "format", &words).map(Self)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for OversizeOption {
    type Error = PyErr;
    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        word(value, "oversize", &[("error", Oversize::Error), ("mask", Oversize::Mask)]).map(Self)
    }
}
