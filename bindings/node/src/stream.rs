//! Masking what comes in pieces.

use crate::detector::{self, Ask, asking};
use crate::fault::{Fault, guarded};
use crate::handle::{Handle, numbers};
use napi::Env;
use napi::bindgen_prelude::{BufferSlice, Either3, External, Null};
use napi_derive::napi;
use spanmask::{Error, Oversize, Progress, Status, Stream, StreamOptions};
use std::cell::RefCell;

/// A stream, until it is closed.
pub struct StreamHandle(RefCell<Option<Work>>);

struct Work {
    stream: Stream,
    /// Where output is gathered.
    room: Vec<u8>,
}

/// What one call masked: a buffer, or nothing yet, or what went wrong.
type Given<'e> = Either3<BufferSlice<'e>, Null, Fault>;

/// Room to begin with.
const ROOM: usize = 64 << 10;

/// Makes a stream.
#[napi(ts_return_type = "ExternalObject<StreamHandle> | Fault")]
pub fn open_stream(
    handle: &External<Handle>,
    window: u32,
    #[napi(ts_arg_type = "'error' | 'mask' | undefined")] oversize: Option<String>,
) -> napi::Either<External<StreamHandle>, Fault> {
    let oversize = oversize.map(|name| if name == "mask" { Oversize::Mask } else { Oversize::Error });
    let options = StreamOptions { window: window as usize, framing: handle.pool.framing, oversize };
    let made = guarded(|| {
        let detectors = detector::all(&handle.pool.detectors);
        Ok(handle.pool.policy.stream_with_detectors(&options, detectors)?)
    });
    match made {
        Ok(stream) => {
            let work = Work { stream, room: vec![0; ROOM] };
            // 3.5 bytes for each one of the window, and some 0.7 MB (`Policy::stream`).
            let size = window as usize / 2 * 7 + (700 << 10);
            napi::Either::A(External::new_with_size_hint(StreamHandle(RefCell::new(Some(work))), size))
        }
        Err(fault) => napi::Either::B(fault),
    }
}

/// Hands over a piece of the input; with `flush`, all that can be masked by now comes out.
#[napi(ts_return_type = "Buffer | null | Fault")]
pub fn push<'e>(
    env: &'e Env,
    stream: &External<StreamHandle>,
    piece: BufferSlice<'_>,
    flush: bool,
    #[napi(ts_arg_type = "Ask | undefined")] ask: Option<Ask<'_>>,
) -> napi::Result<Given<'e>> {
    let (mut left, mut taken) = (&*piece, false);
    stream.run(env, ask, |stream, room| {
        if taken {
            return stream.flush(room);
        }
        let progress = stream.push(left, room)?;
        left = left.get(progress.consumed..).unwrap_or_default();
        taken = progress.status == Status::NeedsInput;
        let status = if taken && flush { Status::NeedsOutput } else { progress.status };
        Ok(Progress { status, ..progress })
    })
}

/// Ends the input.
#[napi(ts_return_type = "Buffer | null | Fault")]
pub fn finish<'e>(
    env: &'e Env,
    stream: &External<StreamHandle>,
    #[napi(ts_arg_type = "Ask | undefined")] ask: Option<Ask<'_>>,
) -> napi::Result<Given<'e>> {
    stream.run(env, ask, Stream::finish)
}

/// The numbers of a stream so far, as those of a policy; then how many values were larger than the window. Nothing once it is
/// closed, or while it works.
#[napi]
pub fn stream_numbers(stream: &External<StreamHandle>) -> Option<Vec<f64>> {
    let held = stream.0.try_borrow().ok()?;
    let Work { stream, .. } = held.as_ref()?;
    Some([stream.oversized() as f64].into_iter().chain(numbers(stream.report())).collect())
}

/// Gives its memory back, unless it works just now.
#[napi]
pub fn close_stream(stream: &External<StreamHandle>) {
    if let Ok(mut held) = stream.0.try_borrow_mut() {
        *held = None;
    }
}

impl StreamHandle {
    /// Takes steps until one wants no more room.
    fn run<'e>(
        &self,
        env: &'e Env,
        ask: Option<Ask<'_>>,
        step: impl FnMut(&mut Stream, &mut [u8]) -> Result<Progress, Error>,
    ) -> napi::Result<Given<'e>> {
        let Ok(mut held) = self.0.try_borrow_mut() else { return Ok(Given::C(Fault::busy())) };
        let Some(mut work) = held.take() else { return Ok(Given::C(Fault::closed())) };
        let done = asking(ask, || guarded(|| work.gather(step).map(|len| (len, work))));
        let (len, work) = match done {
            Ok(done) => done,
            Err(fault) => return Ok(Given::C(fault)),
        };
        let given = match work.room.get(..len) {
            Some(masked @ [_, ..]) => Given::A(BufferSlice::copy_from(env, masked)?),
            _ => Given::B(Null),
        };
        *held = Some(work);
        Ok(given)
    }
}

impl Work {
    fn gather(
        &mut self,
        mut step: impl FnMut(&mut Stream, &mut [u8]) -> Result<Progress, Error>,
    ) -> Result<usize, Fault> {
        let mut len = 0;
        loop {
            let room = self.room.get_mut(len..).unwrap_or_default();
            let progress =
                step(&mut self.stream, room).map_err(|error| Fault::of(error, self.stream.policy()))?;
            len += progress.produced;
            if progress.status != Status::NeedsOutput {
                return Ok(len);
            }
            if len + ROOM / 2 > self.room.len() {
                self.room.resize(self.room.len() * 2, 0);
            }
        }
    }
}
