//! How much is let in: requests at a time, and the bytes that their bodies take.

use crate::settings::Limits;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory is counted in units of so many bytes.
const UNIT: usize = 1024;
/// What a stream takes beside its window: the masker's memory, and pieces on their way in and out.
const BESIDE: usize = 3 << 19;

/// Leave to work on a request; given back when dropped.
pub(crate) type Slot = OwnedSemaphorePermit;

/// Memory for a body; given back when dropped.
#[derive(Debug)]
pub(crate) struct Hold(OwnedSemaphorePermit);

/// What is left of the limits.
pub(crate) struct Admission {
    in_flight: (usize, Arc<Semaphore>),
    memory: (usize, Arc<Semaphore>),
    stream: usize,
    /// What may have been gathered before a body turns out to be larger than the window.
    front: usize,
}

impl Admission {
    pub(crate) fn new(limits: &Limits) -> Self {
        let semaphore = |count: usize| (count, Arc::new(Semaphore::new(count)));
        Self {
            in_flight: semaphore(limits.in_flight.min(Semaphore::MAX_PERMITS)),
            memory: semaphore((limits.memory.bytes() / UNIT).min(Semaphore::MAX_PERMITS)),
            stream: limits.window.bytes() / 2 * 7 + BESIDE,
            front: limits.window.bytes() / 8 * 9 + (BESIDE / 3),
        }
    }

    /// A slot, when there is one.
    pub(crate) fn enter(&self) -> Option<Slot> {
        self.in_flight.1.clone().try_acquire_owned().ok()
    }

    /// So many bytes, when there are.
    pub(crate) fn hold(&self, bytes: usize) -> Option<Hold> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
        self.memory.1.clone().try_acquire_many_owned(units).ok().map(Hold)
    }

    /// Memory for so many streams in a row.
    pub(crate) fn hold_streams(&self, count: usize) -> Option<Hold> {
        self.hold(self.stream.saturating_mul(count))
    }

    /// Whether so many streams in a row can ever have their memory.
    pub(crate) fn fits(&self, streams: usize) -> bool {
        self.stream.saturating_mul(streams).saturating_add(self.front) / UNIT < self.memory.0
    }

    /// Requests that are being worked on, and the bytes that are taken.
    pub(crate) fn taken(&self) -> (usize, usize) {
        let taken = |(limit, left): &(usize, Arc<Semaphore>)| limit - left.available_permits();
        (taken(&self.in_flight), taken(&self.memory) * UNIT)
    }
}

impl Hold {
    /// Adds what another one holds.
    pub(crate) fn add(&mut self, other: Self) {
        self.0.merge(other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::units::Size;

    #[test]
    fn what_is_taken_comes_back() {
        let limits =
            Limits { in_flight: 2, memory: Size(10 << 20), window: Size(1 << 20), ..Limits::default() };
        let admission = Admission::new(&limits);
        let slots = [admission.enter().unwrap(), admission.enter().unwrap()];
        assert!(admission.enter().is_none());
        let mut hold = admission.hold(1).unwrap();
        hold.add(admission.hold(2049).unwrap());
        assert_eq!(admission.taken(), (2, 4096));
        assert!(admission.hold(10 << 20).is_none() && admission.hold(usize::MAX).is_none());
        drop((slots, hold));
        assert_eq!(admission.taken(), (0, 0));
        assert!(admission.fits(1) && !admission.fits(2));
        assert!(admission.hold_streams(2).is_some() && admission.hold_streams(3).is_none());
    }
}
