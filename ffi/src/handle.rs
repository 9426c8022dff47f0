//! What stands behind a handle: something that works for one call at a time, and what went wrong in the last one.

use crate::error::Fault;
use crate::raw;
use crate::status::Status;
use std::sync::{Mutex, MutexGuard, TryLockError};

/// The lock is only ever tried: who does not get it is told so. A panic poisons it, so that nothing half done is used.
pub(crate) struct Handle<T>(Mutex<State<T>>);

pub(crate) struct State<T> {
    pub(crate) it: T,
    pub(crate) fault: Fault,
}

impl<T> Handle<T> {
    pub(crate) fn new(it: T) -> Self {
        Self(Mutex::new(State { it, fault: Fault::NONE }))
    }

    /// Takes the handle for one call.
    pub(crate) fn enter(&self) -> Result<MutexGuard<'_, State<T>>, Status> {
        self.0.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Status::SPANMASK_BUSY,
            TryLockError::Poisoned(_) => Status::SPANMASK_PANIC,
        })
    }

    /// Does `body`, and keeps what went wrong.
    pub(crate) fn run<R>(&self, body: impl FnOnce(&mut T) -> Result<R, Fault>) -> Result<R, Status> {
        let mut state = self.enter()?;
        let done = body(&mut state.it);
        state.fault = done.as_ref().err().copied().unwrap_or(Fault::NONE);
        done.map_err(|fault| fault.status)
    }
}

/// A type of handles that has one.
pub(crate) trait Held {
    type Of;
    fn handle(&self) -> &Handle<Self::Of>;
}

/// Frees a handle, unless a call works with it.
///
/// # Safety
/// `variable` is NULL, or leads to NULL or a live handle.
pub(crate) unsafe fn free<H: Held>(variable: *mut *mut H) -> Result<(), Status> {
    // SAFETY: the caller promises a variable.
    let held = unsafe { variable.as_ref() }.ok_or(Status::SPANMASK_NULL)?;
    // SAFETY: the caller promises that it holds NULL or a live handle.
    let held = unsafe { held.as_ref() };
    if held.is_some_and(|held| matches!(held.handle().enter(), Err(Status::SPANMASK_BUSY))) {
        return Err(Status::SPANMASK_BUSY);
    }
    // SAFETY: as above, and no call works with it.
    drop(unsafe { raw::take(variable) }?);
    Ok(())
}
