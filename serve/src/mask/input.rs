//! The body of a request as it comes: within its limits of time and size, unpacked.

use bytes::{Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress, Status};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::time::Instant;

/// Bytes that are unpacked at a time.
const PIECE: usize = 64 << 10;
/// Of the window of gzip: 15 bits.
const GZIP: u8 = 15;

/// Why there is no more of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputError {
    /// More than may be.
    TooLarge,
    /// Nothing came for too long, or not all of it within its time.
    TooSlow,
    /// The caller went away, or broke HTTP.
    Left,
    /// Not gzip, or not all of it.
    Gzip,
}

/// How long a body may take, and how large it may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Between two pieces.
    pub(crate) stall: Duration,
    /// For all of it.
    pub(crate) until: Instant,
    /// Bytes, unpacked.
    pub(crate) largest: u64,
}

/// A body in pieces.
pub(crate) struct Input {
    body: Incoming,
    gzip: Option<Gzip>,
    patience: Patience,
    received: u64,
}

struct Gzip {
    decoder: Decompress,
    packed: Bytes,
    ended: bool,
}

impl Input {
    pub(crate) fn new(body: Incoming, gzip: bool, patience: Patience) -> Self {
        let gzip =
            gzip.then(|| Gzip { decoder: Decompress::new_gzip(GZIP), packed: Bytes::new(), ended: false });
        Self { body, gzip, patience, received: 0 }
    }

    /// Bytes so far, unpacked.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// The next piece; `None` behind the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, InputError> {
        let piece = match self.gzip {
            None => self.raw().await?,
            Some(_) => self.unpacked().await?,
        };
        self.received += piece.as_ref().map_or(0, Bytes::len) as u64;
        if self.received > self.patience.largest { Err(InputError::TooLarge) } else { Ok(piece) }
    }

    /// As it is on the wire.
    async fn raw(&mut self) -> Result<Option<Bytes>, InputError> {
        let Patience { stall, until, .. } = self.patience;
        loop {
            let until = until.min(Instant::now() + stall);
            let frame =
                tokio::time::timeout_at(until, self.body.frame()).await.map_err(|_| InputError::TooSlow)?;
            match frame {
                None => return Ok(None),
                // Trailers say nothing that matters here.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Ok(Some(data)),
                    _ => {}
                },
                Some(Err(_)) => return Err(InputError::Left),
            }
        }
    }

    async fn unpacked(&mut self) -> Result<Option<Bytes>, InputError> {
        loop {
            if let Some(gzip) = &mut self.gzip
                && let Some(piece) = gzip.piece()?
            {
                return Ok(Some(piece));
            }
            let packed = self.raw().await?;
            let Some(gzip) = &mut self.gzip else { return Ok(packed) };
            match packed {
                Some(packed) => gzip.packed = packed,
                None if gzip.ended => return Ok(None),
                None => return Err(InputError::Gzip),
            }
        }
    }

    /// Takes what is left and forgets it, so that an answer that came before the end of the body is not lost with it, and the
    /// connection may go on.
    pub(crate) async fn drain(mut self) {
        let until = Instant::now() + self.patience.stall;
        while let Ok(Some(Ok(_))) = tokio::time::timeout_at(until, self.body.frame()).await {}
    }
}

impl Gzip {
    /// What can be unpacked of the piece that is there; `None`: nothing. A file of gzip may have several members.
    fn piece(&mut self) -> Result<Option<Bytes>, InputError> {
        while !self.packed.is_empty() {
            if self.ended {
                self.decoder = Decompress::new_gzip(GZIP);
                self.ended = false;
            }
            let mut room = BytesMut::zeroed(PIECE);
            let (taken, given) = (self.decoder.total_in(), self.decoder.total_out());
            let status = self.decoder.decompress(&self.packed, &mut room, FlushDecompress::None);
            let status = status.map_err(|_| InputError::Gzip)?;
            let taken = self.decoder.total_in() - taken;
            let given = self.decoder.total_out() - given;
            self.packed = self.packed.split_off(usize::try_from(taken).unwrap_or(0));
            self.ended = status == Status::StreamEnd;
            room.truncate(usize::try_from(given).unwrap_or(0));
            if !room.is_empty() {
                return Ok(Some(room.freeze()));
            }
            if taken == 0 && !self.ended {
                return Err(InputError::Gzip);
            }
        }
        Ok(None)
    }
}
