//! Masks what is read.

use super::refused;
use super::room::Bytes;
use crate::{Status, Stream};
use std::fmt;
use std::io::{self, Read};

/// Reads from a reader and gives out what it reads masked. Holds back up to a window of input.
pub struct Reader<R> {
    stream: Stream,
    inner: R,
    input: Bytes,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Masks with `stream`, which should be new or reset.
    #[must_use]
    pub fn new(stream: Stream, inner: R) -> Self {
        Self { stream, inner, input: Bytes::new(), ended: false }
    }

    /// The stream, for its report.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Gives back the stream and the reader, what is held back left out.
    #[must_use]
    pub fn into_parts(self) -> (Stream, R) {
        (self.stream, self.inner)
    }
}

impl<R: Read> Read for Reader<R> {
    /// # Errors
    /// Those of the reader below, and of kind `InvalidData` when the stream refuses the input: then all that was read is masked
    /// text.
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        if output.is_empty() {
            return Ok(0);
        }
        loop {
            let progress = match self.ended {
                true => self.stream.finish(output),
                false => self.stream.push(self.input.left(), output),
            };
            let progress = progress.map_err(refused)?;
            self.input.take(progress.consumed);
            if progress.produced > 0 || progress.status == Status::Done {
                return Ok(progress.produced);
            }
            if progress.status == Status::NeedsInput {
                let count = self.inner.read(self.input.room())?;
                self.input.filled(count);
                self.ended = count == 0;
            }
        }
    }
}

impl<R: fmt::Debug> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("stream", &self.stream).finish_non_exhaustive()
    }
}
