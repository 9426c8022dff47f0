//! What stands behind a policy in JavaScript: the compiled policy, and maskers for it that are used again.

use crate::detector;
use crate::fault::{Fault, guarded};
use spanmask::{Framing, Masker, Policy};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

/// A policy as one thread of JavaScript holds it.
pub struct Handle {
    pub(crate) pool: Arc<Pool>,
    /// The numbers of the last call in this thread.
    pub(crate) last: RefCell<Vec<f64>>,
}

/// Maskers that wait. Tasks of other threads take from it, too.
pub(crate) struct Pool {
    pub(crate) policy: Policy,
    pub(crate) framing: Framing,
    /// Names of the detectors that JavaScript has.
    pub(crate) detectors: Vec<String>,
    idle: Mutex<Vec<Masker>>,
}

impl Pool {
    /// As many as Node has threads for tasks, unless told. Each takes some 0.7 MB, and up to 5.4 where texts have many parts.
    const MOST_IDLE: usize = 4;

    fn masker(&self) -> Result<Masker, Fault> {
        let mut masker = self.policy.masker_with(detector::all(&self.detectors))?;
        masker.set_framing(self.framing);
        Ok(masker)
    }

    /// Lends a masker to `body`. One that panics is not used again.
    pub(crate) fn with<R>(&self, body: impl FnOnce(&mut Masker) -> Result<R, Fault>) -> Result<R, Fault> {
        guarded(|| {
            let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut masker = waiting.map_or_else(|| self.masker(), Ok)?;
            let done = body(&mut masker);
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < Self::MOST_IDLE {
                idle.push(masker);
            }
            done
        })
    }
}

impl Handle {
    /// Bytes that the garbage collector is told that one holds: a masker, all of whose memory may be in use, and a small policy.
    /// With 2 MiB, memory grew by 160 MiB until the next collection.
    pub(crate) const SIZE: usize = 6 << 20;

    /// Fails when the policy asks a detector that is not there.
    pub(crate) fn new(policy: Policy, framing: Framing, detectors: Vec<String>) -> Result<Self, Fault> {
        let pool = Pool { policy, framing, detectors, idle: Mutex::default() };
        pool.with(|_| Ok(()))?;
        Ok(Self { pool: Arc::new(pool), last: RefCell::default() })
    }

    /// Lends a masker to `body`, and keeps the numbers of the call.
    pub(crate) fn with<R>(&self, body: impl FnOnce(&mut Masker) -> Result<R, Fault>) -> Result<R, Fault> {
        self.pool.with(|masker| {
            let done = body(masker)?;
            let mut last = self.last.borrow_mut();
            last.clear();
            last.extend(numbers(masker.report()));
            Ok(done)
        })
    }
}

/// Bytes masked, values, texts; then the parts of each rule.
pub(crate) fn numbers(report: spanmask::Report<'_>) -> impl Iterator<Item = f64> {
    let totals = [report.bytes_masked(), report.values(), report.texts()];
    totals.into_iter().chain(report.counts().map(|(_, count)| count)).map(|number| number as f64)
}
