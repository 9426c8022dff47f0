//! What lies below an adapter and is hard to get along with.

use std::io::{ErrorKind, Read, Result, Write};

/// Reads or writes little at a time and now and then nothing, as a plan says: 0 for not ready, 1 for interrupted, and otherwise
/// that many bytes at most. The plan is gone through again and again.
#[derive(Debug)]
pub(crate) struct Rough<T> {
    pub(crate) inner: T,
    pub(crate) flushed: usize,
    pub(crate) shut: bool,
    plan: Vec<u8>,
    at: usize,
}

impl<T> Rough<T> {
    pub(crate) fn new(inner: T, plan: &[u8]) -> Self {
        // So that there is an end of it.
        let plan = [plan, &[2]].concat();
        Self { inner, flushed: 0, shut: false, plan, at: 0 }
    }

    /// How many bytes now.
    pub(crate) fn step(&mut self) -> Result<usize> {
        let step = self.plan[self.at % self.plan.len()];
        self.at += 1;
        match step {
            0 => Err(ErrorKind::WouldBlock.into()),
            1 => Err(ErrorKind::Interrupted.into()),
            len => Ok(usize::from(len)),
        }
    }
}

impl Read for Rough<&[u8]> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        assert!(!self.shut, "it is asked again behind its end");
        let len = self.step()?.min(room.len());
        let read = self.inner.read(&mut room[..len])?;
        self.shut = read == 0;
        Ok(read)
    }
}

impl Write for Rough<Vec<u8>> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let len = self.step()?.min(bytes.len());
        self.inner.write(&bytes[..len])
    }

    fn flush(&mut self) -> Result<()> {
        self.step()?;
        self.flushed += 1;
        Ok(())
    }
}

/// A reader that fails.
pub(crate) struct Fails;

impl Read for Fails {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        Err(ErrorKind::ConnectionReset.into())
    }
}

/// Does it until it is ready.
pub(crate) fn insist<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match work() {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            done => return done,
        }
    }
}
