//! Strings and numbers as JSON, as `json.dumps` writes them (without `ensure_ascii`).

use crate::error;
use crate::input::{surrogates_kept, utf8};
use json_escape_simd::escape_into;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};
use std::io::Write;

/// 2 to the 49th. From here on some numbers have two shortest forms, of which Rust and Python choose different ones.
const LARGE: f64 = 562_949_953_421_312.0;

/// A string. Lone surrogates become lone escapes.
pub(super) fn text(out: &mut Vec<u8>, text: &Bound<'_, PyString>) -> PyResult<()> {
    match utf8(text) {
        Some(utf8) => escape_into(utf8, out),
        None => with_surrogates(out, surrogates_kept(text)?.as_bytes()),
    }
    Ok(())
}

/// A key. Numbers, booleans and None are written as `json.dumps` does; other keys, which name nothing, as an empty string.
pub(super) fn key(out: &mut Vec<u8>, key: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(name) = key.cast::<PyString>() {
        return text(out, name);
    }
    out.push(b'"');
    if key.is_none() {
        out.extend_from_slice(b"null");
    } else if let Ok(truth) = key.cast::<PyBool>() {
        out.extend_from_slice(if truth.is_true() { b"true" } else { b"false" });
    } else if let Ok(number) = key.cast::<PyInt>() {
        int(out, number)?;
    } else if let Ok(number) = key.cast::<PyFloat>() {
        float(out, number)?;
    }
    out.push(b'"');
    Ok(())
}

/// A whole number of any size.
pub(super) fn int(out: &mut Vec<u8>, number: &Bound<'_, PyInt>) -> PyResult<()> {
    if let Ok(small) = number.extract::<i64>() {
        // Writing into a vector cannot fail.
        let _ = write!(out, "{small}");
        return Ok(());
    }
    // SAFETY: attached to the interpreter, and `number` is an int.
    let digits = unsafe { pyo3::ffi::PyNumber_ToBase(number.as_ptr(), 10) };
    // SAFETY: a new reference, or NULL and an exception.
    let digits = unsafe { Bound::from_owned_ptr_or_err(number.py(), digits) }.map_err(|cause| {
        match cause.is_instance_of::<PyValueError>(number.py()) {
            true => error::object(number.py(), "number", "an int has more digits than Python writes"),
            false => cause,
        }
    })?;
    out.extend_from_slice(digits.cast::<PyString>()?.to_cow()?.as_bytes());
    Ok(())
}

/// A number as `repr` writes it. JSON has none that is not finite: what stands for one is a number, too, that rules can change.
pub(super) fn float(out: &mut Vec<u8>, number: &Bound<'_, PyFloat>) -> PyResult<()> {
    let (py, number) = (number.py(), number.value());
    if !number.is_finite() {
        out.extend_from_slice(if number < 0.0 { b"-1e999" } else { b"1e999" });
    } else if number.abs() >= LARGE {
        out.extend_from_slice(PyFloat::new(py, number).repr()?.to_cow()?.as_bytes());
    } else {
        short(out, number);
    }
    Ok(())
}

/// Rust writes the same digits, and an exponent in the same cases: 1e-5, where Python has 1e-05.
fn short(out: &mut Vec<u8>, number: f64) {
    let start = out.len();
    let _ = write!(out, "{number:?}");
    let Some(e) = out.iter().skip(start).position(|&byte| byte == b'e') else { return };
    let digits = out.split_off(start + e + 1);
    let power = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<i32>().ok()).unwrap_or(0);
    let _ = write!(out, "{power:+03}");
}

/// `bytes` is UTF-8 but for lone surrogates, which are three bytes each: ED, A0 to BF, and one more.
fn with_surrogates(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let mut rest = bytes;
    while !rest.is_empty() {
        let valid = match std::str::from_utf8(rest) {
            Ok(all) => all,
            Err(error) => rest
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or(""),
        };
        unquoted(out, valid);
        rest = rest.get(valid.len()..).unwrap_or(&[]);
        if let Some((&[_, second, third], behind)) = rest.split_first_chunk() {
            let unit = 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
            let _ = write!(out, "\\u{unit:04x}");
            rest = behind;
        }
    }
    out.push(b'"');
}

fn unquoted(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    escape_into(text, out);
    out.pop();
    out.remove(start);
}
