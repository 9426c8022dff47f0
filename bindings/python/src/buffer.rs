//! Memory that an object lends: bytearray, memoryview, mmap, array.
//!
//! `PyObject_GetBuffer` belongs to the limited API from Python 3.11 on. Every CPython 3 has it, and `Py_buffer` has had this
//! layout in all of them, so it is declared here for 3.9 and 3.10.

use pyo3::exceptions::PyBufferError;
use pyo3::ffi::{Py_ssize_t, PyObject};
use pyo3::prelude::*;
use std::ffi::{c_char, c_int, c_void};

#[repr(C)]
struct RawBuffer {
    buf: *mut c_void,
    obj: *mut PyObject,
    len: Py_ssize_t,
    itemsize: Py_ssize_t,
    readonly: c_int,
    ndim: c_int,
    format: *mut c_char,
    shape: *mut Py_ssize_t,
    strides: *mut Py_ssize_t,
    suboffsets: *mut Py_ssize_t,
    internal: *mut c_void,
}

unsafe extern "C" {
    fn PyObject_GetBuffer(object: *mut PyObject, view: *mut RawBuffer, flags: c_int) -> c_int;
    fn PyBuffer_Release(view: *mut RawBuffer);
}

/// One run of bytes.
const SIMPLE: c_int = 0;
/// One that may be written to.
const WRITABLE: c_int = 1;

/// Memory that stays where it is, and as long as it is, until this is dropped.
pub(crate) struct Buffer<'py> {
    raw: Box<RawBuffer>,
    py: Python<'py>,
}

impl<'py> Buffer<'py> {
    /// The bytes of `object`; writable if that is asked for.
    ///
    /// # Errors
    /// `TypeError` when it lends none, `BufferError` when they are not contiguous, or must not be written to.
    pub(crate) fn of(object: &Bound<'py, PyAny>, writable: bool) -> PyResult<Self> {
        let mut raw = Box::new(RawBuffer {
            buf: std::ptr::null_mut(),
            obj: std::ptr::null_mut(),
            len: 0,
            itemsize: 0,
            readonly: 0,
            ndim: 0,
            format: std::ptr::null_mut(),
            shape: std::ptr::null_mut(),
            strides: std::ptr::null_mut(),
            suboffsets: std::ptr::null_mut(),
            internal: std::ptr::null_mut(),
        });
        let flags = if writable { WRITABLE } else { SIMPLE };
        // SAFETY: attached to the interpreter, as `object` shows; the view is ours, and stays where it is in its box.
        match unsafe { PyObject_GetBuffer(object.as_ptr(), &raw mut *raw, flags) } {
            0 => Ok(Self { raw, py: object.py() }),
            _ => Err(PyErr::take(object.py()).unwrap_or_else(|| PyBufferError::new_err("no buffer"))),
        }
    }

    fn len(&self) -> usize {
        usize::try_from(self.raw.len).unwrap_or(0)
    }

    /// A copy of the bytes.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        if self.len() == 0 {
            return Vec::new();
        }
        // SAFETY: the exporter promises `len` bytes at `buf` until the view is released.
        unsafe { std::slice::from_raw_parts(self.raw.buf.cast(), self.len()) }.to_vec()
    }

    /// The bytes themselves, of a buffer that was asked for as writable.
    ///
    /// # Safety
    /// Nobody else may read or write them as long as the slice lives: what `mask_into` asks of its callers.
    pub(crate) unsafe fn bytes_mut(&mut self) -> &mut [u8] {
        if self.raw.readonly != 0 || self.len() == 0 {
            return &mut [];
        }
        // SAFETY: the exporter promises `len` bytes at `buf`, writable, until the view is released; the caller of this
        // function promises that they are ours alone.
        unsafe { std::slice::from_raw_parts_mut(self.raw.buf.cast(), self.len()) }
    }
}

impl Drop for Buffer<'_> {
    fn drop(&mut self) {
        let Self { raw, py: _attached } = self;
        // SAFETY: the view was filled by `PyObject_GetBuffer`, is released once, and the thread is attached.
        unsafe { PyBuffer_Release(&raw mut **raw) }
    }
}
