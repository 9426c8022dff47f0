//! Masks what is written.

use super::refused;
use super::room::Bytes;
use crate::{Status, Stream};
use std::fmt;
use std::io::{self, ErrorKind, Write};

/// Masks what is written to it and hands it on to a writer. Holds back up to a window of input.
///
/// It must be finished ([`Self::finish`]): one that is dropped writes nothing more, and never anything that is not masked.
pub struct Writer<W> {
    stream: Stream,
    inner: W,
    ready: Bytes,
}

impl<W: Write> Writer<W> {
    /// Masks with `stream`, which should be new or reset.
    #[must_use]
    pub fn new(stream: Stream, inner: W) -> Self {
        Self { stream, inner, ready: Bytes::new() }
    }

    /// The stream, for its report.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// The writer below.
    #[must_use]
    pub fn get_ref(&self) -> &W {
        &self.inner
    }

    /// Ends the input and writes the rest; may be called again after an error of the writer below.
    ///
    /// # Errors
    /// Those of the writer, and of kind `InvalidData` when the stream refuses the input.
    pub fn try_finish(&mut self) -> io::Result<()> {
        loop {
            self.hand_on()?;
            let progress = self.stream.finish(self.ready.room()).map_err(refused)?;
            self.ready.filled(progress.produced);
            if progress.status == Status::Done {
                self.hand_on()?;
                return self.inner.flush();
            }
        }
    }

    /// The same; gives back the writer below.
    ///
    /// # Errors
    /// As [`Self::try_finish`].
    pub fn finish(mut self) -> io::Result<W> {
        self.try_finish()?;
        Ok(self.inner)
    }

    /// Gives back the stream and the writer, what is held back left out.
    #[must_use]
    pub fn into_parts(self) -> (Stream, W) {
        (self.stream, self.inner)
    }

    fn hand_on(&mut self) -> io::Result<()> {
        while !self.ready.left().is_empty() {
            match self.inner.write(self.ready.left()) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.ready.take(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.hand_on()?;
            let progress = self.stream.push(bytes, self.ready.room()).map_err(refused)?;
            self.ready.filled(progress.produced);
            if progress.consumed > 0 || bytes.is_empty() {
                return Ok(progress.consumed);
            }
            if progress.status == Status::Done {
                return Err(io::Error::other("the writer is finished"));
            }
        }
    }

    /// Writes what can be masked already: see [`Stream::flush`].
    fn flush(&mut self) -> io::Result<()> {
        loop {
            self.hand_on()?;
            let progress = self.stream.flush(self.ready.room()).map_err(refused)?;
            self.ready.filled(progress.produced);
            if progress.status != Status::NeedsOutput {
                self.hand_on()?;
                return self.inner.flush();
            }
        }
    }
}

impl<W: fmt::Debug> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("stream", &self.stream).finish_non_exhaustive()
    }
}
