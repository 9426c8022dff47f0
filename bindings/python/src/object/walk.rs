//! Writes an object as JSON, and notes where each value's text lies.

use super::scalar;
use crate::error;
use crate::input::utf8;
use crate::pool::Worker;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

/// Containers within each other; the policy has a limit of its own, 1,024 unless told.
const DEPTH: usize = 4096;
/// Values. An object that shares its parts can have more of them than any memory holds.
const VALUES: usize = 1 << 23;
/// Bytes of JSON.
const BYTES: usize = 256 << 20;
/// Objects that `default` may give one for another.
const DEFAULTS: usize = 64;

/// What stands in the text for a string that is left out.
const EMPTY: &[u8] = b"\"\"";

/// What stands in the text for an object that `default` leaves as it is: a rule that masks whole values changes it.
const OPAQUE: &[u8] = b"\"?\"";

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Str,
    Int,
    Float,
    Bool,
    Null,
    /// What `default` left as it is.
    Opaque,
    List,
    Tuple,
    Dict,
}

/// A value, in the order of the text: a container stands before what it holds.
pub(super) struct Node {
    pub(super) object: Py<PyAny>,
    /// Its key, in a dict.
    pub(super) key: Option<Py<PyAny>>,
    /// What stands in its place in the result, if that is not `object`.
    pub(super) new: Option<Py<PyAny>>,
    /// The container that it is in. The root is in itself.
    pub(super) parent: u32,
    /// Behind the last value in it.
    pub(super) end: u32,
    /// Its text.
    pub(super) start: u32,
    pub(super) stop: u32,
    pub(super) kind: Kind,
    /// A container with something new in it.
    pub(super) dirty: bool,
}

/// A container that is being written.
struct Frame {
    node: usize,
    /// Its items among those that wait: `first` is the first, `next` the next.
    first: usize,
    next: usize,
}

/// What need not be written.
#[derive(Clone, Copy, Default)]
enum Spared {
    /// Somebody counts.
    #[default]
    Nothing,
    /// Strings in which nothing may be masked for what they say, while nothing is for where it stands.
    Quiet,
    /// Strings are masked by themselves, and nobody asks for keys.
    Strings {
        /// Neither numbers nor booleans are looked at.
        bare: bool,
        /// More containers within each other are too many.
        depth: usize,
    },
}

/// An item of a container: its key, in a dict, and its value.
type Item = (Option<Py<PyAny>>, Py<PyAny>);

/// An object on its way through masking, and the memory for that.
#[derive(Default)]
pub(crate) struct Walk {
    pub(super) text: Vec<u8>,
    pub(super) nodes: Vec<Node>,
    /// Values that are new before anything is masked: `default` gave them.
    pub(super) replaced: Vec<u32>,
    spared: Spared,
    /// Strings that were left out.
    left_out: Vec<u32>,
    /// Whether something was written that masking may change or refuse.
    pub(super) asks: bool,
    frames: Vec<Frame>,
    /// Items of the containers in `frames`, taken all at once: whatever happens to a container meanwhile, what is written is
    /// what it held then.
    waiting: Vec<Option<Item>>,
}

impl Walk {
    /// Lets go of all objects.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.waiting.clear();
        self.replaced.clear();
        self.left_out.clear();
        self.nodes.clear();
        self.text.clear();
    }

    /// Keeps about so many bytes of memory.
    pub(crate) fn tidy(&mut self, kept: usize) {
        if self.text.capacity() > 2 * kept || self.nodes.capacity() * size_of::<Node>() > kept {
            *self = Self::default();
        }
    }

    /// Writes `root` and all that is in it. Strings that `worker` masks by themselves are new then, and written as empty ones; it
    /// `counts` only what it masks as JSON.
    pub(super) fn write<'py>(
        &mut self,
        worker: &mut Worker,
        root: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
        counts: bool,
    ) -> PyResult<()> {
        let py = root.py();
        self.spared = match worker.masker.texts() {
            _ if counts => Spared::Nothing,
            Some(texts) => Spared::Strings { bare: !texts.asks_for_numbers(), depth: texts.depth() },
            None => Spared::Quiet,
        };
        self.asks = !matches!(self.spared, Spared::Strings { bare: true, .. });
        self.value(worker, root.clone(), None, 0, default)?;
        while let Some(frame) = self.frames.last_mut() {
            let Some(item) = self.waiting.get_mut(frame.next) else {
                self.close();
                continue;
            };
            let Some((key, value)) = item.take() else { return Err(error::internal(py)) };
            if frame.next > frame.first {
                self.text.push(b',');
            }
            frame.next += 1;
            let parent = frame.node;
            match &key {
                Some(_) if matches!(self.spared, Spared::Strings { .. }) => {
                    self.text.extend_from_slice(b"\"\":")
                }
                Some(key) => {
                    scalar::key(&mut self.text, key.bind(py))?;
                    self.text.push(b':');
                }
                None => {}
            }
            self.value(worker, value.into_bound(py), key, parent, default)?;
        }
        Ok(())
    }

    /// The last container is written.
    fn close(&mut self) {
        let (Some(frame), end) = (self.frames.pop(), place(self.nodes.len())) else { return };
        self.waiting.truncate(frame.first);
        let Some(node) = self.nodes.get_mut(frame.node) else { return };
        self.text.push(if node.kind == Kind::Dict { b'}' } else { b']' });
        (node.end, node.stop) = (end, place(self.text.len()));
    }

    fn value<'py>(
        &mut self,
        worker: &mut Worker,
        mut value: Bound<'py, PyAny>,
        key: Option<Py<PyAny>>,
        parent: usize,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let (py, start) = (value.py(), self.text.len());
        if start > BYTES || self.nodes.len() >= VALUES {
            return Err(too_large(py));
        }
        let (mut tries, mut new) = (0, None);
        let kind = loop {
            if let Ok(text) = value.cast::<PyString>() {
                new = self.string(worker, text, key.as_ref())?;
                break Kind::Str;
            }
            if let Some(kind) = self.known(&value)? {
                break kind;
            }
            let given = default.ok_or_else(|| no_json(&value))?.call1((&value,))?;
            if given.is(&value) {
                self.text.extend_from_slice(OPAQUE);
                break Kind::Opaque;
            }
            tries += 1;
            if tries > DEFAULTS {
                return Err(error::object(py, "depth", "default gives one object for another without end"));
            }
            value = given;
        };
        let node = self.nodes.len();
        if tries > 0 {
            self.replaced.push(place(node));
        }
        let (stop, end) = (place(self.text.len()), place(node + 1));
        let (parent, start) = (place(parent), place(start));
        let object = value.unbind();
        self.nodes.push(Node { object, key, new, parent, end, start, stop, kind, dirty: false });
        Ok(())
    }

    /// Masks a string, or writes it to be masked with what stands around it.
    fn string(
        &mut self,
        worker: &mut Worker,
        value: &Bound<'_, PyString>,
        key: Option<&Py<PyAny>>,
    ) -> PyResult<Option<Py<PyAny>>> {
        let py = value.py();
        match (self.spared, utf8(value)) {
            (Spared::Strings { .. }, Some(text)) => {
                self.text.extend_from_slice(EMPTY);
                let Some(masked) = worker.mask_text(py, text, self.frames.len())? else { return Ok(None) };
                let new = PyString::from_bytes(py, masked).map_err(|_| error::internal(py))?;
                Ok(Some(new.into_any().unbind()))
            }
            (Spared::Quiet, Some(text)) if !names_attribute(py, key) && !worker.may_match(py, text)? => {
                self.left_out.push(place(self.nodes.len()));
                self.text.extend_from_slice(EMPTY);
                Ok(None)
            }
            _ => {
                self.asks = true;
                scalar::text(&mut self.text, value)?;
                Ok(None)
            }
        }
    }

    /// Writes what was left out; whether there was something.
    ///
    /// # Errors
    /// `ObjectError` when that is too much.
    pub(super) fn put_back(&mut self, py: Python<'_>) -> PyResult<bool> {
        // Behind each string, by how much the text has become longer.
        let mut longer = Vec::with_capacity(self.left_out.len());
        let (mut whole, mut done) = (Vec::with_capacity(2 * self.text.len()), 0);
        for &index in &self.left_out {
            let node = self.nodes.get(index as usize).ok_or_else(|| error::internal(py))?;
            let (start, stop) = (node.start as usize, node.stop as usize);
            whole.extend_from_slice(self.text.get(done..start).unwrap_or(&[]));
            scalar::text(&mut whole, node.object.bind(py).cast()?)?;
            if whole.len() > BYTES {
                return Err(too_large(py));
            }
            done = stop;
            longer.push((stop, whole.len() - stop));
        }
        if longer.is_empty() {
            return Ok(false);
        }
        whole.extend_from_slice(self.text.get(done..).unwrap_or(&[]));
        self.text = whole;
        let moved = |at: u32| {
            let before = longer.partition_point(|(stop, _)| *stop <= at as usize);
            let more = before.checked_sub(1).and_then(|last| longer.get(last)).map_or(0, |(_, more)| *more);
            place(at as usize + more)
        };
        for node in &mut self.nodes {
            (node.start, node.stop) = (moved(node.start), moved(node.stop));
        }
        self.left_out.clear();
        Ok(true)
    }

    /// Writes what else JSON has; what there is most of is asked for first.
    fn known(&mut self, value: &Bound<'_, PyAny>) -> PyResult<Option<Kind>> {
        let kind = if let Ok(dict) = value.cast::<PyDict>() {
            self.open(value, b'{')?;
            // Without a GIL, nobody changes it while its items are taken. The same holds below.
            with_critical_section(value, || {
                self.waiting
                    .extend(dict.iter().map(|(key, value)| Some((Some(key.unbind()), value.unbind()))));
            });
            Kind::Dict
        } else if let Ok(list) = value.cast::<PyList>() {
            self.open(value, b'[')?;
            with_critical_section(value, || {
                self.waiting.extend(list.iter().map(|value| Some((None, value.unbind()))));
            });
            Kind::List
        } else if value.is_none() {
            self.text.extend_from_slice(b"null");
            Kind::Null
        } else if let Ok(truth) = value.cast::<PyBool>() {
            self.bare(|text| {
                text.extend_from_slice(if truth.is_true() { b"true" } else { b"false" });
                Ok(())
            })?;
            Kind::Bool
        } else if let Ok(number) = value.cast::<PyInt>() {
            self.bare(|text| scalar::int(text, number))?;
            Kind::Int
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.bare(|text| scalar::float(text, number))?;
            Kind::Float
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.open(value, b'[')?;
            self.waiting.extend(tuple.iter().map(|value| Some((None, value.unbind()))));
            Kind::Tuple
        } else {
            return Ok(None);
        };
        Ok(Some(kind))
    }

    /// Writes a number or boolean, if somebody looks at it.
    fn bare(&mut self, write: impl FnOnce(&mut Vec<u8>) -> PyResult<()>) -> PyResult<()> {
        if matches!(self.spared, Spared::Strings { bare: true, .. }) {
            self.text.push(b'0');
            return Ok(());
        }
        write(&mut self.text)
    }

    /// Begins a container, whose node is the next one.
    fn open(&mut self, value: &Bound<'_, PyAny>, bracket: u8) -> PyResult<()> {
        let py = value.py();
        if self
            .frames
            .iter()
            .any(|frame| self.nodes.get(frame.node).is_some_and(|node| node.object.is(value)))
        {
            return Err(error::object(py, "cycle", "an object contains itself"));
        }
        let depth = if let Spared::Strings { depth, .. } = self.spared { depth } else { DEPTH };
        if self.frames.len() >= depth {
            return Err(super::too_deep(py));
        }
        let first = self.waiting.len();
        self.frames.push(Frame { node: self.nodes.len(), first, next: first });
        self.text.push(bracket);
        Ok(())
    }
}

/// Whether a value under this key may be the name of an attribute.
fn names_attribute(py: Python<'_>, key: Option<&Py<PyAny>>) -> bool {
    let key = key.and_then(|key| key.bind(py).cast::<PyString>().ok());
    key.is_some_and(|key| utf8(key).is_none_or(|key| key == "key"))
}

fn too_large(py: Python<'_>) -> PyErr {
    error::object(py, "size", "more than 8 million values or 256 MiB of text")
}

/// What `json.dumps` says in this case, and what to do.
fn no_json(value: &Bound<'_, PyAny>) -> PyErr {
    let class = value.get_type().name().map_or_else(|_| "this type".to_owned(), |name| name.to_string());
    let message = format!("an object of type {class} is no JSON: say with default= what stands for it");
    error::object(value.py(), "type", &message)
}

/// Texts have less than 4 GiB, and objects fewer values.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
