//! Reports: numbers, never text.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What calls masked, in numbers that add up.
#[pyclass(frozen, module = "spanmask")]
#[derive(Default)]
pub(crate) struct Report(Mutex<Numbers>);

#[derive(Default, Clone)]
struct Numbers {
    counts: Vec<(String, u64)>,
    bytes_masked: u64,
    values: u64,
    texts: u64,
}

#[pymethods]
impl Report {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Parts masked, by the id of the rule; rules that masked none are left out.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.lock().counts.clone();
        let dict = PyDict::new(py);
        for (rule, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            dict.set_item(rule, count)?;
        }
        Ok(dict)
    }

    /// Parts masked under all rules.
    #[getter]
    fn parts(&self) -> u64 {
        self.lock().counts.iter().map(|(_, count)| count).sum()
    }

    /// Bytes of the inputs that lay in masked parts.
    #[getter]
    fn bytes_masked(&self) -> u64 {
        self.lock().bytes_masked
    }

    /// String values of the texts (those of nested texts are part of them).
    #[getter]
    fn values(&self) -> u64 {
        self.lock().values
    }

    /// JSON texts in the inputs.
    #[getter]
    fn texts(&self) -> u64 {
        self.lock().texts
    }

    fn __repr__(&self) -> String {
        let (parts, Numbers { bytes_masked, values, texts, .. }) = (self.parts(), self.lock().clone());
        format!("Report(parts={parts}, bytes_masked={bytes_masked}, values={values}, texts={texts})")
    }
}

impl Report {
    /// Nothing calls Python while it is held.
    fn lock(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds the numbers of a call.
    pub(crate) fn add(&self, report: &spanmask::Report<'_>) {
        let mut numbers = self.lock();
        for (index, (rule, count)) in report.counts().enumerate() {
            numbers.add(index, rule, count);
        }
        numbers.bytes_masked += report.bytes_masked();
        numbers.values += report.values();
        numbers.texts += report.texts();
    }
}

impl Numbers {
    /// One policy after another has the same rule at the same `index`.
    fn add(&mut self, index: usize, rule: &str, count: u64) {
        let here = self.counts.get(index).is_some_and(|(known, _)| known == rule);
        let at = if here { Some(index) } else { self.counts.iter().position(|(known, _)| known == rule) };
        match at.and_then(|at| self.counts.get_mut(at)) {
            Some((_, sum)) => *sum += count,
            None => self.counts.push((rule.to_owned(), count)),
        }
    }
}
