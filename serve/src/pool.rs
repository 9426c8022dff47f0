//! Maskers and streams that wait for their next body, each for one policy. A masker is taken only while it masks, so there are
//! never more of them than threads; idle ones are kept for the policies used last.

use crate::policies::Loaded;
use crate::settings::{Limits, Oversize};
use spanmask::{Framing, Masker, Stream, StreamOptions};
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

struct Pool<T> {
    /// Of the policy with this id; those used last are at the end.
    idle: Mutex<Vec<(u64, T)>>,
    most: usize,
}

impl<T> Pool<T> {
    fn new(most: usize) -> Self {
        Self { idle: Mutex::new(Vec::with_capacity(most)), most }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(u64, T)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, id: u64) -> Option<T> {
        let mut idle = self.idle();
        let at = idle.iter().rposition(|(of, _)| *of == id)?;
        Some(idle.remove(at).1)
    }

    fn put(&self, id: u64, one: T) {
        let mut idle = self.idle();
        let oldest = (idle.len() == self.most && self.most > 0).then(|| idle.remove(0));
        if self.most > 0 {
            idle.push((id, one));
        }
        // Giving memory back takes longer than the others should wait.
        drop(idle);
        drop(oldest);
    }
}

/// What is idle, and how it is made.
pub(crate) struct Pools {
    maskers: Pool<Masker>,
    streams: Pool<Stream>,
    options: StreamOptions,
}

impl Pools {
    /// For as many threads as there are.
    pub(crate) fn new(limits: &Limits) -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let oversize = match limits.oversize {
            Oversize::Policy => None,
            Oversize::Mask => Some(spanmask::Oversize::Mask),
            Oversize::Error => Some(spanmask::Oversize::Error),
        };
        Self {
            maskers: Pool::new(threads * 8),
            streams: Pool::new(threads),
            options: StreamOptions { window: limits.window.bytes(), framing: Framing::One, oversize },
        }
    }

    /// Masks with the masker of a policy.
    pub(crate) fn with_masker<T>(&self, of: &Loaded, work: impl FnOnce(&mut Masker) -> T) -> T {
        let mut masker = self.maskers.take(of.id).unwrap_or_else(|| {
            let mut masker = of.policy.masker();
            masker.set_framing(Framing::One);
            masker
        });
        let result = work(&mut masker);
        self.maskers.put(of.id, masker);
        result
    }

    /// A stream that begins anew.
    pub(crate) fn stream(&self, of: &Loaded) -> Stream {
        self.streams.take(of.id).unwrap_or_else(|| of.policy.stream_with(&self.options))
    }

    /// Takes a stream back.
    pub(crate) fn put_back(&self, of: &Arc<Loaded>, mut stream: Stream) {
        stream.reset();
        self.streams.put(of.id, stream);
    }

    /// Forgets what was made for other policies.
    pub(crate) fn keep_only(&self, policies: &[Arc<Loaded>]) {
        let in_use = |id: u64| policies.iter().any(|policy| policy.id == id);
        self.maskers.idle().retain(|(id, _)| in_use(*id));
        self.streams.idle().retain(|(id, _)| in_use(*id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_used_last_stay() {
        let pool = Pool::new(2);
        for (id, one) in [(1, 'a'), (2, 'b'), (1, 'c')] {
            pool.put(id, one);
        }
        assert_eq!(
            [pool.take(1), pool.take(1), pool.take(2), pool.take(2)],
            [Some('c'), None, Some('b'), None]
        );
        let none = Pool::new(0);
        none.put(1, 'a');
        assert_eq!(none.take(1), None);
    }
}
