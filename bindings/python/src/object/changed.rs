//! Compares the text that was written with the masked one: which values are new.
//!
//! Outside of strings, numbers and booleans both texts are the same. No such value is the beginning of another one that could
//! stand in its place but for numbers, of which `0` alone is new, and that is shorter. So where the texts first differ, they do
//! within the first value that changed; behind that value, they run in step again.

use super::walk::{Kind, Node, Walk};
use crate::error;
use memchr::memchr2;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

/// Notes what is new in the nodes.
///
/// # Errors
/// `InternalError` when `masked` has another structure.
pub(super) fn note(py: Python<'_>, walk: &mut Walk, masked: &[u8]) -> PyResult<()> {
    let Walk { text, nodes, .. } = walk;
    // How far both have been compared, and the first node that begins behind that.
    let (mut at, mut masked_at, mut node) = (0, 0, 0);
    let mut decoded = Vec::new();
    loop {
        let (left, masked_left) = (text.get(at..).unwrap_or(&[]), masked.get(masked_at..).unwrap_or(&[]));
        let Some(same) = first_difference(left, masked_left) else { return Ok(()) };
        let place = at + same;
        node += nodes.get(node..).unwrap_or(&[]).partition_point(|node| node.start as usize <= place);
        let found = node.checked_sub(1).and_then(|index| nodes.get_mut(index));
        let Some(found) = found.filter(|found| found.start as usize >= at && place < found.stop as usize)
        else {
            return Err(error::internal(py));
        };
        let start = masked_at + (found.start as usize - at);
        let (new, len) = read(py, found, masked.get(start..).unwrap_or(&[]), &mut decoded)?;
        found.new = Some(new);
        (at, masked_at) = (found.stop as usize, start + len);
    }
}

/// `None` when they are the same.
fn first_difference(a: &[u8], b: &[u8]) -> Option<usize> {
    const STEP: usize = 256;
    let same = a.chunks(STEP).zip(b.chunks(STEP)).take_while(|(a, b)| a == b).count() * STEP;
    let differ = |(a, b): (&u8, &u8)| a != b;
    let (rest, of) = (a.get(same..).unwrap_or(&[]), b.get(same..).unwrap_or(&[]));
    let found = rest.iter().zip(of).position(differ).map(|at| same + at);
    found.or_else(|| (a.len() != b.len()).then_some(a.len().min(b.len())))
}

/// The new value at the front of `masked`, and the length of its text. `decoded` is memory for the text of strings.
fn read(py: Python<'_>, node: &Node, masked: &[u8], decoded: &mut Vec<u8>) -> PyResult<(Py<PyAny>, usize)> {
    Ok(match node.kind {
        Kind::Str | Kind::Opaque => string(py, masked, decoded)?,
        Kind::Int if masked.starts_with(b"0") => (PyInt::new(py, 0).into_any().unbind(), 1),
        Kind::Float if masked.starts_with(b"0") => (PyFloat::new(py, 0.0).into_any().unbind(), 1),
        Kind::Bool if masked.starts_with(b"false") => {
            (PyBool::new(py, false).to_owned().into_any().unbind(), 5)
        }
        _ => return Err(error::internal(py)),
    })
}

fn string(py: Python<'_>, masked: &[u8], decoded: &mut Vec<u8>) -> PyResult<(Py<PyAny>, usize)> {
    if let Some(len) = short_escapes(masked, decoded) {
        let text = PyString::from_bytes(py, decoded).map_err(|_| error::internal(py))?;
        return Ok((text.into_any().unbind(), len));
    }
    // It may have a lone surrogate, which UTF-8 cannot hold.
    let len = string_len(masked).ok_or_else(|| error::internal(py))?;
    let loads = py.import("json")?.getattr("loads")?;
    let text = loads.call1((masked.get(..len),)).map_err(|_| error::internal(py))?;
    Ok((text.unbind(), len))
}

/// Decodes the string at the front of `text`, and tells its length, quotes included; `None` if it has an escape of four digits.
fn short_escapes(text: &[u8], decoded: &mut Vec<u8>) -> Option<usize> {
    decoded.clear();
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        let (plain, behind) = rest.split_at_checked(memchr2(b'"', b'\\', rest)?)?;
        decoded.extend_from_slice(plain);
        at += plain.len() + 1;
        let [b'\\', letter, ..] = behind else { return Some(at) };
        decoded.push(match letter {
            b'"' | b'\\' | b'/' => *letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            _ => return None,
        });
        at += 1;
    }
}

/// The length of the string at the front of `text`, quotes included.
fn string_len(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at) {
            Some(b'"') => return Some(at + 1),
            _ => at += 2,
        }
    }
}
