//! The callback: a body in, the same body masked out.
//!
//! A body that fits the window is gathered in one buffer, masked there, and sent from there. A larger one goes through streams:
//! the first piece of the answer is made before the status is said, so that what is wrong up to there has a status of its own;
//! behind it, an answer that cannot be finished is cut off.

mod answer;
mod call;
mod chain;
mod failure;
pub(crate) mod input;

pub(crate) use answer::Answer;
pub(crate) use failure::refused;

use crate::admission::{Admission, Hold, Slot};
use crate::metrics::Metrics;
use crate::policies::{Loaded, Policies};
use crate::pool::Pools;
use crate::settings::Settings;
use crate::spans::Spans;
use crate::tenant::{NotOneId, Tenant};
use answer::Piece;
use bytes::{Bytes, BytesMut};
use call::Call;
use chain::Chain;
use failure::Failure;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{HeaderMap, Request, Response, StatusCode, Version};
use input::{Input, InputError, Patience};
use spanmask::{Error, Masker, Status};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Bytes of a piece of an answer.
const PIECE: usize = 64 << 10;
/// Pieces that wait to be sent.
const AHEAD: usize = 4;
/// A body whose length is not said begins with a buffer of this size.
const FIRST: usize = 64 << 10;
/// Masking a body up to this size does not keep the others of its thread waiting.
const QUICK: usize = 256 << 10;
/// What Langfuse's worker, which tries again at once, and others who honour it are told to wait.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Masks bodies.
pub(crate) struct Callback {
    pub(crate) settings: Settings,
    pub(crate) policies: Arc<Policies>,
    pub(crate) pools: Arc<Pools>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) spans: Arc<Spans>,
}

impl Callback {
    /// The answer to a call, whoever calls.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        let mut call = Call::new(&self.metrics, &self.spans);
        let (head, body) = request.into_parts();
        let gzip = match self.encoding(&head.headers) {
            Ok(gzip) => gzip,
            Err(failure) => return self.refuse(call, body, failure),
        };
        let policies = match Tenant::of(&head.headers) {
            Ok(tenant) => self.policies.now().choose(tenant, &head.headers),
            Err(NotOneId(header)) => return self.refuse(call, body, Failure::Tenant(header)),
        };
        call.masked_by(&policies[0]);
        let announced = body.size_hint().exact();
        if announced.is_some_and(|length| length > self.settings.limits.body.0) {
            return self.refuse(call, body, Failure::Input(InputError::TooLarge));
        }
        let Some(slot) = self.admission.enter() else { return self.refuse(call, body, Failure::Busy) };
        let input = Input::new(body, gzip, self.patience());
        // How long it is unpacked, nobody has said.
        let announced = announced.filter(|_| !gzip);
        let can_be_cut = head.version >= Version::HTTP_11;
        Work { callback: self, policies, input, slot, call }.run(announced, can_be_cut).await
    }

    fn patience(&self) -> Patience {
        let timeouts = &self.settings.timeouts;
        let until = Instant::now() + timeouts.request;
        Patience { stall: timeouts.stall, until, largest: self.settings.limits.body.0 }
    }

    /// Whether the body is gzip.
    fn encoding(&self, headers: &HeaderMap) -> Result<bool, Failure> {
        let mut values = headers.get_all(CONTENT_ENCODING).iter();
        match (values.next().map(HeaderValue::as_bytes), values.next()) {
            (None, _) => Ok(false),
            (Some(value), None) if value.eq_ignore_ascii_case(b"identity") => Ok(false),
            (Some(value), None) if self.settings.limits.gzip && value.eq_ignore_ascii_case(b"gzip") => {
                Ok(true)
            }
            _ => Err(Failure::Encoding),
        }
    }

    fn refuse(&self, call: Call, body: Incoming, failure: Failure) -> Response<Answer> {
        refuse(call, Input::new(body, false, self.patience()), failure)
    }
}

/// Says no, and takes the rest of the body for a while.
fn refuse(mut call: Call, input: Input, failure: Failure) -> Response<Answer> {
    call.received = input.received();
    if failure != Failure::Input(InputError::Left) {
        tokio::spawn(input.drain());
    }
    call.failed(failure);
    failed(failure)
}

fn failed(failure: Failure) -> Response<Answer> {
    let mut response = reply(failure.status(), failure.json());
    if failure == Failure::Busy {
        response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    }
    response
}

/// An answer that is not masked text: JSON, unless its headers are told otherwise.
pub(crate) fn reply(status: StatusCode, body: impl Into<Bytes>) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

fn masked(answer: Answer) -> Response<Answer> {
    let mut response = Response::new(answer);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// A body that is being worked on.
struct Work<'a> {
    callback: &'a Callback,
    policies: Vec<Arc<Loaded>>,
    input: Input,
    slot: Slot,
    call: Call,
}

/// What was gathered of a body.
struct Gathered {
    buffer: Vec<u8>,
    hold: Hold,
    whole: bool,
}

/// A buffer that counts until it is sent.
struct Owned {
    buffer: Vec<u8>,
    _hold: Hold,
    _slot: Slot,
}

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Work<'_> {
    async fn run(mut self, announced: Option<u64>, can_be_cut: bool) -> Response<Answer> {
        let gathered = match self.gather(announced).await {
            Ok(gathered) => gathered,
            Err(failure) => return refuse(self.call, self.input, failure),
        };
        self.call.received = self.input.received();
        if gathered.whole {
            return self.in_place(gathered);
        }
        if !can_be_cut {
            return refuse(self.call, self.input, Failure::OldHttp);
        }
        match self.callback.admission.hold_streams(self.policies.len()) {
            Some(hold) => self.stream(gathered, hold).await,
            None => refuse(self.call, self.input, Failure::Busy),
        }
    }

    /// Gathers the body, or the front of one that is larger than the window: some of it, or none when that is known already.
    async fn gather(&mut self, announced: Option<u64>) -> Result<Gathered, Failure> {
        let admission = &self.callback.admission;
        let window = self.callback.settings.limits.window.bytes();
        let larger = announced.is_some_and(|length| length > window as u64);
        let first =
            if larger { 0 } else { announced.map_or(FIRST.min(window), |length| room(length as usize)) };
        let mut hold = admission.hold(first).ok_or(Failure::Busy)?;
        let mut buffer = Vec::with_capacity(first);
        if larger {
            return Ok(Gathered { buffer, hold, whole: false });
        }
        loop {
            let Some(piece) = self.input.next().await? else {
                return Ok(Gathered { buffer, hold, whole: true });
            };
            let needed = buffer.len() + piece.len();
            if needed > buffer.capacity() {
                let grown = room(needed.max(buffer.capacity() * 2).min(window.max(needed)));
                hold.add(admission.hold(grown - buffer.capacity()).ok_or(Failure::Busy)?);
                buffer.reserve_exact(grown - buffer.len());
            }
            buffer.extend_from_slice(&piece);
            if needed > window {
                return Ok(Gathered { buffer, hold, whole: false });
            }
        }
    }

    /// Masks a body that is there.
    fn in_place(self, gathered: Gathered) -> Response<Answer> {
        let Gathered { mut buffer, mut hold, .. } = gathered;
        let mut work = || self.mask(&mut buffer, &mut hold);
        let result =
            if self.call.received > QUICK as u64 { tokio::task::block_in_place(work) } else { work() };
        if let Err(failure) = result {
            self.call.failed(failure);
            return failed(failure);
        }
        self.call.masked(buffer.len() as u64);
        masked(Answer::whole(Bytes::from_owner(Owned { buffer, _hold: hold, _slot: self.slot })))
    }

    fn mask(&self, buffer: &mut Vec<u8>, hold: &mut Hold) -> Result<(), Failure> {
        let Callback { pools, metrics, settings, .. } = self.callback;
        for policy in &self.policies {
            pools.with_masker(policy, |masker| {
                match settings.dry_run {
                    true => masker.scan(buffer, &mut |_| {}).map(drop)?,
                    false => self.one(masker, buffer, hold)?,
                }
                policy.count(&masker.report());
                metrics.masked.inc_by(masker.report().bytes_masked());
                Ok::<_, Failure>(())
            })?;
        }
        Ok(())
    }

    /// Masks in place, with more room when the result needs it.
    fn one(&self, masker: &mut Masker, buffer: &mut Vec<u8>, hold: &mut Hold) -> Result<(), Failure> {
        let len = buffer.len();
        buffer.resize(buffer.capacity(), 0);
        let masked = match masker.mask_in_place(buffer, len) {
            Err(Error::Capacity { needed }) => {
                let more = needed - buffer.len();
                hold.add(self.callback.admission.hold(more).ok_or(Failure::Busy)?);
                buffer.reserve_exact(more);
                buffer.resize(needed, 0);
                masker.mask_in_place(buffer, len)
            }
            other => other,
        };
        buffer.truncate(masked?);
        Ok(())
    }

    /// Masks a body while it comes.
    async fn stream(self, gathered: Gathered, hold: Hold) -> Response<Answer> {
        let Gathered { buffer, hold: gathered, .. } = gathered;
        let Callback { pools, metrics, settings, .. } = self.callback;
        let mut flow = Flow {
            chain: Chain::new(&self.policies, pools),
            metrics: metrics.clone(),
            piece: Bytes::from(buffer),
            input: self.input,
            dry_run: settings.dry_run,
            ended: false,
            sent: 0,
            call: self.call,
            _slot: self.slot,
            _hold: (hold, gathered),
        };
        match flow.next().await {
            Err(failure) => refuse(flow.call, flow.input, failure),
            Ok(first) => {
                let (sender, pieces) = mpsc::channel(AHEAD);
                tokio::spawn(flow.run(first, sender));
                masked(Answer::Pieces(pieces))
            }
        }
    }
}

/// Room for a body of this length, and for what replacements add to most of them.
fn room(len: usize) -> usize {
    len.saturating_add(len / 16 + 256)
}

/// A body on its way through streams.
struct Flow {
    chain: Chain,
    metrics: Arc<Metrics>,
    input: Input,
    /// What the streams have not taken.
    piece: Bytes,
    dry_run: bool,
    /// Nothing follows.
    ended: bool,
    sent: u64,
    call: Call,
    _slot: Slot,
    _hold: (Hold, Hold),
}

impl Flow {
    /// Hands on one piece after the other. What ends this before [`Piece::End`] cuts the answer off.
    async fn run(mut self, first: Option<Bytes>, sender: mpsc::Sender<Piece>) {
        let mut piece = first;
        while let Some(data) = piece {
            self.sent += data.len() as u64;
            let next = match sender.send(Piece::Data(data)).await {
                Ok(()) => self.next().await.map_err(Some),
                Err(_) => Err(None),
            };
            piece = match next {
                Ok(piece) => piece,
                Err(failure) => {
                    self.count();
                    return self.call.cut_off(failure, self.sent);
                }
            };
        }
        self.count();
        // The counters are right when the caller has the last byte.
        self.call.masked(self.sent);
        let _ = sender.send(Piece::End).await;
    }

    fn count(&mut self) {
        self.call.received = self.input.received();
        let (masked, oversized) = self.chain.count();
        self.metrics.masked.inc_by(masked);
        self.metrics.oversized.inc_by(oversized);
    }

    /// The next piece of the answer; `None` behind the last one.
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        if self.dry_run {
            return self.next_unchanged().await;
        }
        let mut output = BytesMut::zeroed(PIECE);
        loop {
            let progress = self.work(&mut output)?;
            if progress.0 > 0 {
                output.truncate(progress.0);
                return Ok(Some(output.freeze()));
            }
            match progress.1 {
                Status::Done => return Ok(None),
                Status::NeedsInput => self.read().await?,
                Status::NeedsOutput => {}
            }
        }
    }

    /// The next piece of the body as it came, once the streams have taken it.
    async fn next_unchanged(&mut self) -> Result<Option<Bytes>, Failure> {
        if self.piece.is_empty() && !self.ended {
            self.read().await?;
        }
        let as_it_came = self.piece.clone();
        let mut output = BytesMut::zeroed(PIECE);
        loop {
            match self.work(&mut output)? {
                (_, Status::Done) => return Ok((!as_it_came.is_empty()).then_some(as_it_came)),
                (_, Status::NeedsInput) if !self.ended => return Ok(Some(as_it_came)),
                _ => {}
            }
        }
    }

    async fn read(&mut self) -> Result<(), Failure> {
        match self.input.next().await? {
            Some(piece) => self.piece = piece,
            None => self.ended = true,
        }
        Ok(())
    }

    /// One step of the streams: what they gave out, and what they want.
    fn work(&mut self, output: &mut [u8]) -> Result<(usize, Status), Error> {
        let Self { chain, piece, ended, .. } = self;
        let progress = chain.push(piece, *ended, output)?;
        bytes::Buf::advance(piece, progress.consumed);
        Ok((progress.produced, progress.status))
    }
}
