//! Work for several threads, its results in the order of the work.

use crate::error::CliError;
use spanmask::{Framing, Masker, Policy};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

/// Makes maskers: one a thread.
pub(crate) struct Maskers<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) framing: Framing,
}

impl Maskers<'_> {
    pub(crate) fn one(&self) -> Masker {
        let mut masker = self.policy.masker();
        masker.set_framing(self.framing);
        masker
    }
}

/// Items go in, results come out in the same order. What is not taken out bounds what may be put in. Threads start
/// when there is work for them, and end with the line; what none has begun by then is not done.
pub(crate) struct Line<'scope, 'env, T, R, W> {
    scope: &'scope Scope<'scope, 'env>,
    maskers: &'scope Maskers<'env>,
    work: &'scope W,
    jobs: usize,
    threads: usize,
    queue: SyncSender<Order<T, R>>,
    shared: Arc<Shared<T, R>>,
    waiting: VecDeque<Receiver<R>>,
}

/// An item and where its result goes.
type Order<T, R> = (T, SyncSender<R>);

struct Shared<T, R> {
    queue: Mutex<Receiver<Order<T, R>>>,
    closed: AtomicBool,
}

impl<T, R> Shared<T, R> {
    fn next(&self) -> Option<Order<T, R>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.recv().ok().filter(|_| !self.closed.load(Ordering::Relaxed))
    }
}

impl<'scope, 'env, T, R, W> Line<'scope, 'env, T, R, W>
where
    T: Send + 'scope,
    R: Send + 'scope,
    W: Fn(&mut Masker, T) -> R + Sync,
{
    /// A line of at most `jobs` threads.
    pub(crate) fn new(
        scope: &'scope Scope<'scope, 'env>,
        maskers: &'scope Maskers<'env>,
        jobs: usize,
        work: &'scope W,
    ) -> Self {
        let (queue, orders) = sync_channel(Self::room(jobs));
        let shared = Arc::new(Shared { queue: Mutex::new(orders), closed: AtomicBool::new(false) });
        Self { scope, maskers, work, jobs, threads: 0, queue, shared, waiting: VecDeque::new() }
    }

    /// As many items wait for a thread, or are done and wait for those before them, as are worked on.
    fn room(jobs: usize) -> usize {
        jobs.saturating_mul(2)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= Self::room(self.jobs)
    }

    /// Puts an item in; waits for nothing unless the line is full.
    pub(crate) fn put(&mut self, item: T) {
        if self.threads < self.jobs && self.waiting.len() >= self.threads {
            self.start();
        }
        let (reply, result) = sync_channel(1);
        // This cannot fail, the line itself holds the other end.
        let _ = self.queue.send((item, reply));
        self.waiting.push_back(result);
    }

    /// The result of the first item that is still in; `None` when there is none.
    pub(crate) fn take(&mut self) -> Option<Result<R, CliError>> {
        let result = self.waiting.pop_front()?;
        // A thread that panicked has said so itself, and the scope panics when it ends.
        Some(result.recv().map_err(|_| CliError::Reported))
    }

    fn start(&mut self) {
        let (maskers, work, shared) = (self.maskers, self.work, Arc::clone(&self.shared));
        self.threads += 1;
        self.scope.spawn(move || {
            let mut masker = maskers.one();
            while let Some((item, reply)) = shared.next() {
                // Nobody waits for it when the command ends early.
                let _ = reply.send(work(&mut masker, item));
            }
        });
    }
}

impl<T, R, W> Drop for Line<'_, '_, T, R, W> {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
    }
}
