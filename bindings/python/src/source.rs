//! Where policies come from: texts, mappings, presets, files.

use crate::error;
use crate::input::{Input, wrong_type};
use crate::options::FormatOption;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyMapping, PyString};
use spanmask::{Document, Format, MapExternals, Policy, PolicyError, is_image};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What stands before the name of a preset, as in the command.
const PRESET: &str = "preset:";

/// What a policy names outside itself, as it was handed in.
pub(crate) struct Outside<'a, 'py> {
    pub(crate) keys: Option<&'a Bound<'py, PyMapping>>,
    pub(crate) literals: Option<&'a Bound<'py, PyMapping>>,
}

/// Compiles what `Policy(…)` is handed.
///
/// # Errors
/// `PolicyError`; `TypeError` for what is no policy.
pub(crate) fn compile(
    source: &Bound<'_, PyAny>,
    format: Option<FormatOption>,
    outside: &Outside<'_, '_>,
) -> PyResult<Policy> {
    let py = source.py();
    if let Ok(text) = source.cast::<PyString>() {
        let text = text.to_cow()?;
        if let Some(name) = text.strip_prefix(PRESET) {
            return told(py, py.detach(|| Policy::preset(name)));
        }
        if is_path(&text) {
            let message = "this is the name of a file: Policy.load reads files";
            return Err(error::new(py, "PolicyError", (message, "policy", ())));
        }
        let format = format.map_or(Format::Yaml, |FormatOption(format)| format);
        return document(py, &text, format, outside, None);
    }
    if source.cast::<PyMapping>().is_ok() {
        let text: String = py.import("json")?.call_method1("dumps", (source,))?.extract()?;
        return document(py, &text, Format::Json, outside, None);
    }
    Err(wrong_type(source, "a policy as str or dict (Policy.load reads files and images)"))
}

/// Loads what `Policy.load(…)` is handed: the bytes of an image, or the path of an image or a text.
///
/// # Errors
/// `ImageError`, `PolicyError`, `OSError`; `TypeError` for anything else.
pub(crate) fn load(source: &Bound<'_, PyAny>, outside: &Outside<'_, '_>) -> PyResult<Policy> {
    let py = source.py();
    let Ok(path) = source.extract::<PathBuf>() else {
        let input = Input::bytes_of(source, "a path or the bytes of an image")?;
        return image(py, input.bytes());
    };
    let bytes = Zeroizing::new(read(py, &path)?);
    if is_image(&bytes) {
        return image(py, &bytes);
    }
    let text = str::from_utf8(&bytes).map_err(|fault| {
        let message = format!("the policy is not UTF-8 (byte {})", fault.valid_up_to());
        error::new(py, "PolicyError", (message, "policy", ()))
    })?;
    document(py, text, Format::of_path(&path), outside, path.parent())
}

fn image(py: Python<'_>, bytes: &[u8]) -> PyResult<Policy> {
    py.detach(|| Policy::load(bytes)).map_err(|fault| error::image(py, fault))
}

fn told(py: Python<'_>, compiled: Result<Policy, PolicyError>) -> PyResult<Policy> {
    compiled.map_err(|problems| error::policy(py, &problems))
}

/// Whether somebody gave a path where a text is wanted.
fn is_path(text: &str) -> bool {
    let endings = [".yaml", ".yml", ".json", ".toml", ".image"];
    !text.contains(['\n', ':', '{']) && endings.iter().any(|ending| text.trim_end().ends_with(ending))
}

/// Files of literals are read from `folder`, unless they were handed in.
fn document(
    py: Python<'_>,
    text: &str,
    format: Format,
    outside: &Outside<'_, '_>,
    folder: Option<&Path>,
) -> PyResult<Policy> {
    let document = told_document(py, Document::parse(text, format))?;
    let mut externals = MapExternals::default();
    for name in document.external_keys() {
        if let Some(key) = given(outside.keys, name)? {
            externals = externals.with_key(name, key.to_vec());
        }
    }
    for name in document.external_literals() {
        let literals = match (given(outside.literals, name)?, folder) {
            (Some(literals), _) => Some(literals.to_vec()),
            (None, Some(folder)) => Some(read(py, &folder.join(name))?),
            (None, None) => None,
        };
        if let Some(literals) = literals {
            externals = externals.with_literals(name, literals);
        }
    }
    told(py, py.detach(|| Policy::compile(&document, &externals)))
}

fn told_document(py: Python<'_>, parsed: Result<Document, PolicyError>) -> PyResult<Document> {
    parsed.map_err(|problems| error::policy(py, &problems))
}

/// The bytes that a mapping has for a name.
fn given(mapping: Option<&Bound<'_, PyMapping>>, name: &str) -> PyResult<Option<Zeroizing<Vec<u8>>>> {
    let Some(mapping) = mapping else { return Ok(None) };
    let value = match mapping.get_item(name) {
        Ok(value) => value,
        Err(error) if error.is_instance_of::<PyKeyError>(mapping.py()) => return Ok(None),
        Err(error) => return Err(error),
    };
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Some(Zeroizing::new(text.to_cow()?.as_bytes().to_vec())));
    }
    match value.cast::<PyBytes>() {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes.as_bytes().to_vec()))),
        Err(_) => Err(wrong_type(&value, "str or bytes for a key or literals")),
    }
}

/// By Python's `open`, whose exceptions name the file.
fn read(py: Python<'_>, path: &Path) -> PyResult<Vec<u8>> {
    let file = py.import("io")?.call_method1("open", (path, "rb"))?;
    let bytes = file.call_method0("read");
    file.call_method0("close")?;
    bytes?.extract()
}
