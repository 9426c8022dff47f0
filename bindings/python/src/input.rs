//! The texts that calls are handed: bytes, what lends bytes, and str.

use crate::buffer::Buffer;
use crate::error::{self, Offsets};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi::{self, Py_ssize_t};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::ffi::c_char;

unsafe extern "C" {
    /// Belongs to the limited API from Python 3.10 on; every CPython 3 has it.
    fn PyUnicode_AsUTF8AndSize(text: *mut ffi::PyObject, size: *mut Py_ssize_t) -> *const c_char;
}

/// The text of a str, without a copy when it is ASCII: Python keeps the UTF-8 of others with the object. `None` when it has a
/// lone surrogate.
pub(crate) fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Option<&'a str> {
    let mut len = 0;
    // SAFETY: attached to the interpreter, and `text` is a str.
    let start = unsafe { PyUnicode_AsUTF8AndSize(text.as_ptr(), &raw mut len) };
    if start.is_null() {
        drop(PyErr::take(text.py()));
        return None;
    }
    // SAFETY: `len` bytes that live, unchanged, as long as the str.
    let bytes = unsafe { std::slice::from_raw_parts(start.cast(), usize::try_from(len).unwrap_or(0)) };
    // SAFETY: Python says that they are UTF-8.
    Some(unsafe { std::str::from_utf8_unchecked(bytes) })
}

/// A text.
pub(crate) enum Input<'a, 'py> {
    Text(&'a Bound<'py, PyString>, &'a str),
    Bytes(&'a Bound<'py, PyBytes>),
    /// A copy of what another thread could change.
    Copied(Vec<u8>),
}

impl<'a, 'py> Input<'a, 'py> {
    /// # Errors
    /// `TypeError` for what is no text, `JsonError` for a str with a lone surrogate, which has no UTF-8.
    pub(crate) fn of(object: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyString>() {
            Ok(text) => match utf8(text) {
                Some(utf8) => Ok(Self::Text(text, utf8)),
                None => Err(error::surrogate(object.py(), first_surrogate(text)?)),
            },
            Err(_) => Self::bytes_of(object, "bytes, bytearray, memoryview or str"),
        }
    }

    /// The same, but no str.
    pub(crate) fn bytes_of(object: &'a Bound<'py, PyAny>, wanted: &str) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes));
        }
        match Buffer::of(object, false) {
            Ok(buffer) => Ok(Self::Copied(buffer.to_vec())),
            Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Err(wrong_type(object, wanted)),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(_, utf8) => utf8.as_bytes(),
            Self::Bytes(bytes) => bytes.as_bytes(),
            Self::Copied(bytes) => bytes,
        }
    }

    pub(crate) fn offsets(&self) -> Offsets<'_> {
        match self {
            Self::Text(_, utf8) => Offsets::Characters(utf8),
            _ => Offsets::Bytes,
        }
    }

    /// The input itself, where that cannot change; of bytes that were lent a copy.
    pub(crate) fn unchanged(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        match self {
            Self::Text(text, _) => text.as_any().clone(),
            Self::Bytes(bytes) => bytes.as_any().clone(),
            Self::Copied(bytes) => PyBytes::new(py, bytes).into_any(),
        }
    }

    /// `masked` as what the input was.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(crate) fn give(&self, py: Python<'py>, masked: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::Text(..) => Ok(PyString::from_bytes(py, masked)?.into_any()),
            _ => Ok(PyBytes::new(py, masked).into_any()),
        }
    }
}

/// Says which type was wanted, and which came.
pub(crate) fn wrong_type(object: &Bound<'_, PyAny>, wanted: &str) -> PyErr {
    let class = object.get_type().name().map_or_else(|_| "it".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{wanted} wanted, not {class}"))
}

fn first_surrogate(text: &Bound<'_, PyString>) -> PyResult<usize> {
    let bytes = surrogates_kept(text)?;
    let utf8 = bytes.as_bytes();
    let end = std::str::from_utf8(utf8).map_or_else(|error| error.valid_up_to(), str::len);
    Ok(error::characters(utf8.get(..end).unwrap_or(utf8)))
}

/// UTF-8 in which lone surrogates are written as if they were characters.
pub(crate) fn surrogates_kept<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    // SAFETY: attached to the interpreter, `text` is a str, and the names end with NUL.
    let encoded = unsafe {
        ffi::PyUnicode_AsEncodedString(text.as_ptr(), c"utf-8".as_ptr(), c"surrogatepass".as_ptr())
    };
    // SAFETY: a new reference, or NULL and an exception.
    let bytes = unsafe { Bound::from_owned_ptr_or_err(text.py(), encoded) }?;
    Ok(bytes.cast_into()?)
}
