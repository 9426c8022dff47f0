//! Workers: maskers with what calls need besides, kept for the next call.

use crate::detector::{Callables, Noted};
use crate::error::{self, Offsets};
use crate::object::Walk;
use crate::quiet;
use pyo3::prelude::*;
use spanmask::{Error, Masker};
use std::sync::{Mutex, PoisonError};

/// Texts of so many bytes are masked without the GIL: giving it up and getting it back costs more than masking less does,
/// and another thread may keep it for milliseconds.
const DETACHED: usize = 16 << 10;

/// Bytes of scratch memory that a worker keeps between calls.
const KEPT: usize = 4 << 20;

/// Workers that wait for a call. There are as many as there were calls at the same time, up to [`Self::MOST`].
#[derive(Default)]
pub(crate) struct Pool(
    #[expect(clippy::vec_box, reason = "a worker is some 2 KB to move")] Mutex<Vec<Box<Worker>>>,
);

impl Pool {
    const MOST: usize = 32;

    /// Takes and gives back with the GIL held, so that a fork never happens in between.
    pub(crate) fn take(&self, _: Python<'_>) -> Option<Box<Worker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    pub(crate) fn give(&self, _: Python<'_>, mut worker: Box<Worker>) {
        if worker.broken {
            return;
        }
        worker.tidy();
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < Self::MOST {
            idle.push(worker);
        } else {
            drop(idle);
            drop(worker);
        }
    }

    pub(crate) fn clear(&self) {
        let workers = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        drop(workers);
    }
}

/// A masker and scratch memory: for one call at a time.
pub(crate) struct Worker {
    pub(crate) masker: Masker,
    /// A masked text.
    pub(crate) output: Vec<u8>,
    /// An object on its way.
    pub(crate) walk: Walk,
    noted: Noted,
    /// Whether the policy asks detectors: Python is needed while it masks.
    asks: bool,
    /// It panicked.
    broken: bool,
}

impl Worker {
    /// # Errors
    /// `PolicyError` when the policy asks a detector that is not there.
    pub(crate) fn new(py: Python<'_>, policy: &spanmask::Policy, callables: &Callables) -> PyResult<Self> {
        let noted = Noted::default();
        let masker =
            policy.masker_with(callables.detectors(&noted)).map_err(|error| error::policy(py, &error))?;
        let asks = policy.host_detectors().next().is_some();
        Ok(Self { masker, output: Vec::new(), walk: Walk::default(), noted, asks, broken: false })
    }

    /// Does something with the masker and a text of `size` bytes, without the GIL when that is worth it.
    ///
    /// # Errors
    /// What masking refuses, and what interrupts a detector.
    pub(crate) fn run<T: Send>(
        &mut self,
        py: Python<'_>,
        size: usize,
        offsets: Offsets<'_>,
        body: impl FnOnce(&mut Masker, &mut Vec<u8>) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let Self { masker, output, .. } = self;
        self.broken = true;
        let done = quiet::run(py, size >= DETACHED && !self.asks, || body(masker, output))?;
        self.broken = false;
        let (failure, interrupt) = if self.asks { self.noted.take() } else { (None, None) };
        match interrupt {
            Some(interrupt) => Err(interrupt),
            None => done.map_err(|error| error::masking(py, self.masker.policy(), error, offsets, failure)),
        }
    }

    /// The text of a string value within `depth` containers, masked; `None` when it stays as it is. For policies that have
    /// [`Masker::texts`].
    ///
    /// # Errors
    /// Of the core.
    pub(crate) fn mask_text(&mut self, py: Python<'_>, text: &str, depth: usize) -> PyResult<Option<&[u8]>> {
        let len = self.run(py, text.len(), Offsets::Bytes, |masker, output| {
            let masked = masker.texts().map(|mut texts| texts.mask(text, depth, output)).transpose()?;
            Ok(masked.flatten().map(<[u8]>::len))
        })?;
        Ok(len.and_then(|len| self.output.get(..len)))
    }

    /// Whether a string value must be masked together with what stands around it ([`Masker::may_match`]).
    ///
    /// # Errors
    /// Of the core.
    pub(crate) fn may_match(&mut self, py: Python<'_>, text: &str) -> PyResult<bool> {
        self.run(py, text.len(), Offsets::Bytes, |masker, _| Ok(masker.may_match(text)))
    }

    fn tidy(&mut self) {
        if self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
        self.walk.tidy(KEPT);
    }
}

/// Masks `input` into the front of `output`, which grows when it must; the length of the result.
pub(crate) fn mask_copy(masker: &mut Masker, input: &[u8], output: &mut Vec<u8>) -> Result<usize, Error> {
    let room = input.len() + input.len() / 8 + 256;
    if output.len() < room {
        *output = vec![0; room];
    }
    match masker.mask_into(input, output) {
        Err(Error::Capacity { needed }) => {
            *output = vec![0; needed];
            masker.mask_into(input, output)
        }
        done => done,
    }
}
