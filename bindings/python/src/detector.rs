//! Detectors of the host: Python callables that are handed the text of a value.

use pyo3::exceptions::PyException;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use spanmask::{Detector, Detectors, Failed, Spans};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// Callables and their names.
type Named = Vec<(String, Py<PyAny>)>;

/// The callables of a policy. Whoever asks them holds the policy, too, and that alone shows them to the garbage collector.
#[derive(Clone, Default)]
pub(crate) struct Callables(Arc<Mutex<Named>>);

impl Callables {
    /// # Errors
    /// `TypeError` for names that are no str, and for what cannot be called.
    pub(crate) fn of(detectors: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut all = Vec::new();
        for (name, callable) in detectors.into_iter().flatten() {
            if !callable.is_callable() {
                return Err(crate::input::wrong_type(&callable, "a detector that can be called"));
            }
            all.push((name.cast::<PyString>()?.to_string(), callable.unbind()));
        }
        Ok(Self(Arc::new(Mutex::new(all))))
    }

    /// As a masker or stream takes them. What goes wrong is noted in `noted`.
    pub(crate) fn detectors(&self, noted: &Noted) -> Detectors {
        let names: Vec<String> = self.lock().iter().map(|(name, _)| name.clone()).collect();
        names.into_iter().enumerate().fold(Detectors::new(), |detectors, (index, name)| {
            detectors.with(name, Ask { callables: self.clone(), index, noted: noted.clone() })
        })
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let callables = match self.0.try_lock() {
            Ok(callables) => callables,
            Err(TryLockError::Poisoned(callables)) => callables.into_inner(),
            // Not looked at is taken as still in use.
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        callables.iter().try_for_each(|(_, callable)| visit.call(callable))
    }

    /// Asking fails from now on.
    pub(crate) fn clear(&self) {
        let callables = std::mem::take(&mut *self.lock());
        drop(callables);
    }

    fn get(&self, py: Python<'_>, index: usize) -> Option<Py<PyAny>> {
        self.lock().get(index).map(|(_, callable)| callable.clone_ref(py))
    }

    /// Nothing calls Python while it is held.
    fn lock(&self) -> MutexGuard<'_, Named> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What went wrong in the detectors of one call.
#[derive(Clone, Default)]
pub(crate) struct Noted(Arc<Mutex<Wrong>>);

#[derive(Default)]
struct Wrong {
    /// The first type of an exception. Its message may hold text of the input.
    class: Option<String>,
    /// What is no failure but ends the call: KeyboardInterrupt, SystemExit.
    interrupt: Option<PyErr>,
}

impl Noted {
    /// What was noted since it was asked last.
    pub(crate) fn take(&self) -> (Option<String>, Option<PyErr>) {
        let Wrong { class, interrupt } = std::mem::take(&mut *self.lock());
        (class, interrupt)
    }

    fn note(&self, py: Python<'_>, error: PyErr) -> Failed {
        let class = error.get_type(py).name().map_or_else(|_| String::new(), |name| name.to_string());
        let is_failure = error.is_instance_of::<PyException>(py);
        let mut wrong = self.lock();
        wrong.class.get_or_insert(class);
        if !is_failure {
            wrong.interrupt.get_or_insert(error);
        }
        Failed
    }

    fn interrupted(&self) -> bool {
        self.lock().interrupt.is_some()
    }

    /// Nothing calls Python while it is held.
    fn lock(&self) -> MutexGuard<'_, Wrong> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Ask {
    callables: Callables,
    index: usize,
    noted: Noted,
}

impl Detector for Ask {
    fn detect(&mut self, text: &str, spans: &mut Spans<'_>) -> Result<(), Failed> {
        if self.noted.interrupted() {
            return Err(Failed);
        }
        let asked = Python::try_attach(|py| {
            let callable = self.callables.get(py, self.index).ok_or(Failed)?;
            tell(callable.bind(py), text, spans).map_err(|error| self.noted.note(py, error))
        });
        asked.unwrap_or(Err(Failed))
    }
}

/// Asks; spans come as pairs that count characters.
fn tell(callable: &Bound<'_, PyAny>, text: &str, spans: &mut Spans<'_>) -> PyResult<()> {
    let mut pairs = Vec::new();
    for pair in callable.call1((text,))?.try_iter()? {
        let pair = pair?;
        let [start, end] =
            pair.extract::<(usize, usize)>().map(<[usize; 2]>::from).or_else(|_| pair.extract())?;
        pairs.push((start, end));
    }
    if text.is_ascii() {
        pairs.iter().for_each(|&(start, end)| spans.push(start, end));
        return Ok(());
    }
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    // What lies outside of the text stays outside.
    let place = |at: usize| places.get(at).copied().unwrap_or(usize::MAX);
    pairs.iter().for_each(|&(start, end)| spans.push(place(start), place(end)));
    Ok(())
}
