//! Policies.

use crate::buffer::Buffer;
use crate::detector::Callables;
use crate::error::{self, Offsets};
use crate::finding::{self, Finding};
use crate::input::{Input, wrong_type};
use crate::options::{FormatOption, FramingOption};
use crate::pool::{Pool, Worker, mask_copy};
use crate::report::Report;
use crate::source::{self, Outside};
use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyTuple};
use spanmask::Framing;
use std::path::PathBuf;

/// A compiled policy: immutable, for any number of threads at once.
#[pyclass(frozen, weakref, module = "spanmask")]
pub(crate) struct Policy {
    policy: spanmask::Policy,
    callables: Callables,
    pool: Pool,
}

#[pymethods]
impl Policy {
    #[new]
    #[pyo3(signature = (source, *, format=None, keys=None, literals=None, detectors=None, detector_timeout=None))]
    fn new(
        source: &Bound<'_, PyAny>,
        format: Option<FormatOption>,
        keys: Option<&Bound<'_, PyMapping>>,
        literals: Option<&Bound<'_, PyMapping>>,
        detectors: Option<&Bound<'_, PyAny>>,
        detector_timeout: Option<f64>,
    ) -> PyResult<Self> {
        let policy = source::compile(source, format, &Outside { keys, literals })?;
        Self::of(source.py(), policy, detectors, detector_timeout)
    }

    /// Loads a policy that was saved, or the text of one from a file.
    #[staticmethod]
    #[pyo3(signature = (source, *, keys=None, literals=None, detectors=None, detector_timeout=None))]
    fn load(
        source: &Bound<'_, PyAny>,
        keys: Option<&Bound<'_, PyMapping>>,
        literals: Option<&Bound<'_, PyMapping>>,
        detectors: Option<&Bound<'_, PyAny>>,
        detector_timeout: Option<f64>,
    ) -> PyResult<Self> {
        let policy = source::load(source, &Outside { keys, literals })?;
        Self::of(source.py(), policy, detectors, detector_timeout)
    }

    /// The compiled policy as an image, which `load` reads in a fraction of the time that compiling takes.
    #[pyo3(signature = (*, with_keys=false))]
    fn to_bytes<'py>(&self, py: Python<'py>, with_keys: bool) -> PyResult<Bound<'py, PyBytes>> {
        let image = if with_keys { self.policy.save_with_keys() } else { self.policy.save().map(Into::into) };
        image.map(|image| PyBytes::new(py, &image)).map_err(|fault| error::write(py, fault))
    }

    /// Writes the image to a file. With keys it is for its owner alone.
    #[pyo3(signature = (path, *, with_keys=false))]
    fn save(&self, py: Python<'_>, path: PathBuf, with_keys: bool) -> PyResult<()> {
        let image = self.to_bytes(py, with_keys)?;
        let files = py.import("spanmask._files")?;
        files.call_method1("write", (path, image, with_keys)).map(drop)
    }

    /// The ids of the rules, in order.
    #[getter]
    fn rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.policy.rules().collect::<Vec<_>>())
    }

    /// What is allowed but probably not meant.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.policy.warnings())
    }

    /// Masks a text: bytes give bytes, a str a str. What nothing matched in comes back itself.
    #[pyo3(
        signature = (data, *, framing=FramingOption::default(), report=None),
        text_signature = "($self, data, *, framing='sequence', report=None)"
    )]
    fn mask<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        framing: FramingOption,
        report: Option<&Report>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, input) = (data.py(), Input::of(data)?);
        self.work(py, framing.0, false, |worker| {
            let bytes = input.bytes();
            let len = worker
                .run(py, bytes.len(), input.offsets(), |masker, output| mask_copy(masker, bytes, output))?;
            let of = worker.masker.report();
            if let Some(report) = report {
                report.add(&of);
            }
            match of.parts() {
                0 => Ok(input.unchanged(py)),
                _ => input.give(py, worker.output.get(..len).unwrap_or(&[])),
            }
        })
    }

    /// Masks the first `length` bytes of a writable buffer, or all, in place; returns the length of the masked text.
    #[pyo3(
        signature = (buffer, length=None, *, framing=FramingOption::default(), report=None),
        text_signature = "($self, buffer, length=None, *, framing='sequence', report=None)"
    )]
    fn mask_into(
        &self,
        buffer: &Bound<'_, PyAny>,
        length: Option<usize>,
        framing: FramingOption,
        report: Option<&Report>,
    ) -> PyResult<usize> {
        let py = buffer.py();
        let mut buffer = Buffer::of(buffer, true).map_err(|error| not_writable(buffer, error))?;
        // SAFETY: the documentation of `mask_into` says that nothing else may use the buffer meanwhile.
        let bytes = unsafe { buffer.bytes_mut() };
        let length = length.unwrap_or(bytes.len());
        if length > bytes.len() {
            return Err(PyValueError::new_err("length is larger than the buffer"));
        }
        self.work(py, framing.0, false, |worker| {
            let masked = worker.run(py, length, Offsets::Bytes, |masker, _| {
                let masked = masker.mask_in_place(bytes, length)?;
                // What the text no longer needs held some of its end.
                if let Some(rest) = bytes.get_mut(masked..length) {
                    rest.fill(b' ');
                }
                Ok(masked)
            })?;
            if let Some(report) = report {
                report.add(&worker.masker.report());
            }
            Ok(masked)
        })
    }

    /// Masks what JSON could hold: dict, list, tuple, str, int, float, bool, None. What nothing matched in comes back itself.
    #[pyo3(signature = (value, *, default=None, report=None))]
    fn mask_object<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
        report: Option<&Report>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = value.py();
        self.work(py, Framing::One, true, |worker| {
            let masked = crate::object::mask(worker, value, default, report.is_some())?;
            if let Some(report) = report {
                report.add(&worker.masker.report());
            }
            Ok(masked)
        })
    }

    /// Finds what would be masked, and changes nothing.
    #[pyo3(
        signature = (data, *, framing=FramingOption::default(), report=None),
        text_signature = "($self, data, *, framing='sequence', report=None)"
    )]
    fn scan(
        &self,
        data: &Bound<'_, PyAny>,
        framing: FramingOption,
        report: Option<&Report>,
    ) -> PyResult<Vec<Finding>> {
        let (py, input) = (data.py(), Input::of(data)?);
        self.work(py, framing.0, false, |worker| {
            let bytes = input.bytes();
            let mut findings = worker.run(py, bytes.len(), input.offsets(), |masker, _| {
                let mut findings = Vec::new();
                masker.scan(bytes, &mut |found| findings.push(Finding::of(found)))?;
                Ok(findings)
            })?;
            finding::count(&mut findings, input.offsets());
            if let Some(report) = report {
                report.add(&worker.masker.report());
            }
            Ok(findings)
        })
    }

    fn __repr__(&self) -> String {
        let rules: Vec<_> = self.policy.rules().map(|rule| format!("'{rule}'")).collect();
        format!("<spanmask.Policy rules=[{}]>", rules.join(", "))
    }

    fn __copy__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: PyRef<'py, Self>, _memo: &Bound<'py, PyAny>) -> PyRef<'py, Self> {
        slf
    }

    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a policy is not pickled: hand on its text, or to_bytes() for Policy.load"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.callables.traverse(&visit)
    }

    fn __clear__(&self) {
        self.pool.clear();
        self.callables.clear();
    }
}

impl Policy {
    /// Makes a first masker, which shows whether every detector is there.
    fn of(
        py: Python<'_>,
        policy: spanmask::Policy,
        detectors: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
    ) -> PyResult<Self> {
        let within = |detectors| {
            py.import("spanmask._deadline")?
                .call_method1("within", (detectors, timeout))?
                .cast_into::<PyDict>()
                .map_err(PyErr::from)
        };
        let callables = Callables::of(detectors.map(within).transpose()?.as_ref())?;
        let policy = Self { policy, callables, pool: Pool::default() };
        policy.pool.give(py, Box::new(policy.worker(py)?));
        Ok(policy)
    }

    pub(crate) fn policy(&self) -> &spanmask::Policy {
        &self.policy
    }

    pub(crate) fn callables(&self) -> &Callables {
        &self.callables
    }

    fn worker(&self, py: Python<'_>) -> PyResult<Worker> {
        Worker::new(py, &self.policy, &self.callables)
    }

    /// Works with a worker of the pool. One that panicked does not come back.
    fn work<T>(
        &self,
        py: Python<'_>,
        framing: Framing,
        trusted: bool,
        body: impl FnOnce(&mut Worker) -> PyResult<T>,
    ) -> PyResult<T> {
        let mut worker = match self.pool.take(py) {
            Some(worker) => worker,
            None => Box::new(self.worker(py)?),
        };
        worker.masker.set_framing(framing);
        worker.masker.set_trusted(trusted);
        let done = body(&mut worker);
        self.pool.give(py, worker);
        done
    }
}

/// `TypeError` for what lends no memory, and for memory that is not to be written to.
fn not_writable(object: &Bound<'_, PyAny>, error: PyErr) -> PyErr {
    let py = object.py();
    if error.is_instance_of::<PyTypeError>(py) {
        return wrong_type(object, "bytearray, or another writable buffer,");
    }
    if error.is_instance_of::<PyBufferError>(py) {
        return PyTypeError::new_err("a writable, contiguous buffer wanted: bytearray, or memoryview of one");
    }
    error
}
