//! The same between tokio's readers and writers.

use super::refused;
use super::room::Bytes;
use crate::{Status, Stream};
use std::fmt;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// As [`super::Reader`], of an [`AsyncRead`].
pub struct Reader<R> {
    stream: Stream,
    inner: R,
    input: Bytes,
    ended: bool,
}

impl<R> Reader<R> {
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

impl<R: AsyncRead + Unpin> AsyncRead for Reader<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        output: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if output.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            let room = output.initialize_unfilled();
            let progress = match this.ended {
                true => this.stream.finish(room),
                false => this.stream.push(this.input.left(), room),
            };
            let progress = progress.map_err(refused)?;
            this.input.take(progress.consumed);
            output.advance(progress.produced);
            if progress.produced > 0 || progress.status == Status::Done {
                return Poll::Ready(Ok(()));
            }
            if progress.status == Status::NeedsInput {
                let mut room = ReadBuf::new(this.input.room());
                ready!(Pin::new(&mut this.inner).poll_read(context, &mut room))?;
                let count = room.filled().len();
                this.input.filled(count);
                this.ended = count == 0;
            }
        }
    }
}

/// As [`super::Writer`], of an [`AsyncWrite`]. It must be shut down: one that is dropped writes nothing more.
pub struct Writer<W> {
    stream: Stream,
    inner: W,
    ready: Bytes,
}

impl<W> Writer<W> {
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

    /// Gives back the stream and the writer, what is held back left out.
    #[must_use]
    pub fn into_parts(self) -> (Stream, W) {
        (self.stream, self.inner)
    }
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    fn hand_on(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.ready.left().is_empty() {
            let count = ready!(Pin::new(&mut self.inner).poll_write(context, self.ready.left()))?;
            if count == 0 {
                return Poll::Ready(Err(ErrorKind::WriteZero.into()));
            }
            self.ready.take(count);
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Writer<W> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        loop {
            ready!(this.hand_on(context))?;
            let progress = this.stream.push(bytes, this.ready.room()).map_err(refused)?;
            this.ready.filled(progress.produced);
            if progress.consumed > 0 || bytes.is_empty() {
                return Poll::Ready(Ok(progress.consumed));
            }
            if progress.status == Status::Done {
                return Poll::Ready(Err(io::Error::other("the writer is shut down")));
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            ready!(this.hand_on(context))?;
            let progress = this.stream.flush(this.ready.room()).map_err(refused)?;
            this.ready.filled(progress.produced);
            if progress.status != Status::NeedsOutput {
                ready!(this.hand_on(context))?;
                return Pin::new(&mut this.inner).poll_flush(context);
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            ready!(this.hand_on(context))?;
            let progress = this.stream.finish(this.ready.room()).map_err(refused)?;
            this.ready.filled(progress.produced);
            if progress.status == Status::Done {
                ready!(this.hand_on(context))?;
                return Pin::new(&mut this.inner).poll_shutdown(context);
            }
        }
    }
}

impl<R: fmt::Debug> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl<W: fmt::Debug> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("stream", &self.stream).finish_non_exhaustive()
    }
}
