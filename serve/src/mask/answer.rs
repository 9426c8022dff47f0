//! The body of an answer.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;

/// A piece of an answer that is made while it is sent.
#[derive(Debug)]
pub(crate) enum Piece {
    Data(Bytes),
    /// It is whole. Whatever else ends it cuts it off.
    End,
}

/// What is sent.
#[derive(Debug)]
pub(crate) enum Answer {
    /// All of it is there; `None` once it is handed on.
    Whole(Option<Bytes>),
    /// It comes.
    Pieces(mpsc::Receiver<Piece>),
    /// It came whole.
    Ended,
}

/// The answer is not whole: the connection is closed without the last chunk, by which the caller knows.
#[derive(Debug)]
pub(crate) struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer was cut off")
    }
}

impl std::error::Error for CutOff {}

impl Answer {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(bytes.into()))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let this = self.get_mut();
        match this {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Pieces(pieces) => match ready!(pieces.poll_recv(context)) {
                Some(Piece::Data(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                Some(Piece::End) => {
                    *this = Self::Ended;
                    Poll::Ready(None)
                }
                // Whoever made it is gone, be it by a panic.
                None => Poll::Ready(Some(Err(CutOff))),
            },
            Self::Ended => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None) | Self::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Pieces(_) => SizeHint::default(),
            Self::Ended => SizeHint::with_exact(0),
        }
    }
}
