//! Streams.

use crate::detector::Noted;
use crate::error::{self, Offsets};
use crate::input::Input;
use crate::options::{FramingOption, OversizeOption};
use crate::policy::Policy;
use crate::quiet;
use crate::report::Report;
use pyo3::exceptions::PyValueError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use spanmask::{Error, Progress, Status, StreamOptions};
use std::sync::{Mutex, MutexGuard, TryLockError};

/// Bytes that are given out at once.
const ROOM: usize = 64 << 10;
/// The least window of the core.
const LEAST: usize = 32;
/// Pieces of so many bytes are masked without the GIL. What waits in the window is masked with them, so even small ones may
/// take long.
const DETACHED: usize = 4 << 10;

/// Masks what comes in pieces.
#[pyclass(frozen, weakref, module = "spanmask")]
pub(crate) struct Stream {
    /// Shows the detectors to the garbage collector, and parts with them when that says so.
    policy: Py<Policy>,
    state: Mutex<State>,
}

struct State {
    stream: spanmask::Stream,
    noted: Noted,
    asks: bool,
    room: Box<[u8]>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// `finish` was called.
    Finished,
    /// A call ended before its output could be given out.
    Broken,
}

#[pymethods]
impl Stream {
    #[new]
    #[pyo3(
        signature = (policy, *, window=StreamOptions::WINDOW, framing=FramingOption::default(), oversize=None),
        text_signature = "(policy, *, window=1048576, framing='sequence', oversize=None)"
    )]
    fn new(
        policy: Bound<'_, Policy>,
        window: usize,
        framing: FramingOption,
        oversize: Option<OversizeOption>,
    ) -> PyResult<Self> {
        if !(LEAST..=isize::MAX as usize / 8).contains(&window) {
            return Err(PyValueError::new_err("window is at least 32 bytes"));
        }
        let options = StreamOptions { window, framing: framing.0, oversize: oversize.map(|of| of.0) };
        let (noted, of) = (Noted::default(), policy.get());
        let stream = of
            .policy()
            .stream_with_detectors(&options, of.callables().detectors(&noted))
            .map_err(|fault| error::policy(policy.py(), &fault))?;
        let asks = of.policy().host_detectors().next().is_some();
        let room = vec![0; ROOM].into_boxed_slice();
        let state = State { stream, noted, asks, room, phase: Phase::Open };
        Ok(Self { policy: policy.unbind(), state: Mutex::new(state) })
    }

    /// Takes a piece of the input; gives out what is masked by then.
    fn push<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let py = data.py();
        let input = Input::bytes_of(data, "bytes, bytearray or memoryview")?;
        let mut state = self.enter(py)?;
        state.open(py)?;
        let mut left = input.bytes();
        state.give(py, left.len(), move |stream, room| {
            let progress = stream.push(left, room)?;
            left = left.get(progress.consumed..).unwrap_or(&[]);
            Ok(progress)
        })
    }

    /// Gives out all that can be masked already.
    fn flush<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut state = self.enter(py)?;
        state.open(py)?;
        state.give(py, DETACHED, spanmask::Stream::flush)
    }

    /// Ends the input; gives out the rest.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut state = self.enter(py)?;
        state.open(py)?;
        state.give(py, DETACHED, spanmask::Stream::finish)
    }

    /// Begins anew, whatever happened before.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        let mut state = self.enter(py)?;
        state.stream.reset();
        state.phase = Phase::Open;
        Ok(())
    }

    /// The policy that it masks with.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.policy.clone_ref(py)
    }

    /// The numbers since the beginning. They run ahead of what was given out.
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Report> {
        let report = Report::default();
        report.add(&self.enter(py)?.stream.report());
        Ok(report)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.policy)
    }

    /// Strings and objects that were larger than the window, and masked whole.
    #[getter]
    fn oversized(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.enter(py)?.stream.oversized())
    }
}

impl Stream {
    /// One call at a time; also a detector that uses the stream that asks it.
    fn enter(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => {
                Err(error::stream(py, "busy", "the stream is in use: it works for one thread at a time"))
            }
        }
    }
}

impl State {
    fn open(&self, py: Python<'_>) -> PyResult<()> {
        match self.phase {
            Phase::Open => Ok(()),
            Phase::Finished => {
                Err(error::stream(py, "finished", "the stream is finished: reset() begins anew"))
            }
            Phase::Broken => Err(error::stream(py, "broken", "a call was interrupted: reset() begins anew")),
        }
    }

    /// Calls `step` until it wants something else than room. What was masked before a fault is given out; the next call
    /// tells of the fault.
    fn give<'py>(
        &mut self,
        py: Python<'py>,
        size: usize,
        mut step: impl FnMut(&mut spanmask::Stream, &mut [u8]) -> Result<Progress, Error> + Send,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let phase = std::mem::replace(&mut self.phase, Phase::Broken);
        let Self { stream, room, noted, asks, .. } = self;
        let (output, end) = quiet::run(py, size >= DETACHED && !*asks, || {
            let mut output = Vec::new();
            loop {
                match step(stream, room) {
                    Ok(Progress { produced, status, .. }) => {
                        output.extend_from_slice(room.get(..produced).unwrap_or(&[]));
                        if status != Status::NeedsOutput {
                            return (output, Ok(status));
                        }
                    }
                    Err(fault) => return (output, Err(fault)),
                }
            }
        })?;
        let (failure, interrupt) = if *asks { noted.take() } else { (None, None) };
        if let Some(interrupt) = interrupt {
            return Err(interrupt);
        }
        self.phase = if end == Ok(Status::Done) { Phase::Finished } else { phase };
        match end {
            Err(fault) if output.is_empty() => {
                Err(error::masking(py, self.stream.policy(), fault, Offsets::Bytes, failure))
            }
            _ => Ok(PyBytes::new(py, &output)),
        }
    }
}
