//! Streams.

use crate::call::call;
use crate::detector::{self, spanmask_detector};
use crate::error::{Fault, spanmask_error};
use crate::handle::{self, Handle, Held};
use crate::masker::framing;
use crate::policy::spanmask_policy;
use crate::raw::{self, Out, OutStruct, Struct};
use crate::report::{self, spanmask_report};
use crate::status::{Status, spanmask_status};
use spanmask_rs::{Oversize, Progress, Stream, StreamOptions};

/// Masks a text, or a sequence of them, that comes in pieces. It may go from thread to thread, but works for one at a time.
pub struct spanmask_stream {
    handle: Handle<Pieces>,
}

pub(crate) struct Pieces {
    stream: Stream,
    /// Its input has ended.
    finishing: bool,
}

impl Held for spanmask_stream {
    type Of = Pieces;
    fn handle(&self) -> &Handle<Pieces> {
        &self.handle
    }
}

/// What happens to a value, or an object that must be seen whole, that is larger than the window.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum spanmask_oversize {
    /// As the policy says (oversize: error or mask).
    SPANMASK_OVERSIZE_POLICY = 0,
    /// The stream fails: SPANMASK_OVERSIZE.
    SPANMASK_OVERSIZE_ERROR = 1,
    /// It is masked whole. No rule counts it.
    SPANMASK_OVERSIZE_MASK = 2,
}

/// What a stream wants next.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum spanmask_next {
    /// More input: all that was given is taken.
    SPANMASK_NEXT_INPUT = 0,
    /// More room: call again, with the rest of the input.
    SPANMASK_NEXT_OUTPUT = 1,
    /// Nothing: all is written.
    SPANMASK_NEXT_NOTHING = 2,
}

/// How a stream masks. All zero but struct_size is the same as no options.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_stream_options {
    /// sizeof(spanmask_stream_options), set by the caller.
    pub struct_size: usize,
    /// A spanmask_framing.
    pub framing: i32,
    /// A spanmask_oversize.
    pub oversize: i32,
    /// Bytes of the input that are looked at together: what is larger than that is oversize. 0 for 1 MiB; 32 at least. The
    /// stream takes 2.5 bytes for each one of them, and some 0.7 MB.
    pub window: usize,
    /// What answers for the rules with detect: host:NAME.
    pub detectors: *const spanmask_detector,
    /// How many detectors.
    pub detectors_len: usize,
}

// SAFETY: `repr(C)`, begins with its size; numbers may be 0, pointers NULL.
unsafe impl Struct for spanmask_stream_options {
    const FIRST: usize = size_of::<Self>();
}

impl spanmask_stream_options {
    const NONE: Self = Self {
        struct_size: size_of::<Self>(),
        framing: 0,
        oversize: 0,
        window: 0,
        detectors: std::ptr::null(),
        detectors_len: 0,
    };

    fn checked(&self) -> Result<StreamOptions, Status> {
        let oversize = match self.oversize {
            0 => None,
            1 => Some(Oversize::Error),
            2 => Some(Oversize::Mask),
            _ => return Err(Status::SPANMASK_ARGUMENT),
        };
        let window = match self.window {
            0 => StreamOptions::WINDOW,
            1..32 => return Err(Status::SPANMASK_ARGUMENT),
            window if window > isize::MAX as usize / 8 => return Err(Status::SPANMASK_ARGUMENT),
            window => window,
        };
        Ok(StreamOptions { window, framing: framing(self.framing)?, oversize })
    }
}

/// What a call did with its input and its room.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct spanmask_progress {
    /// sizeof(spanmask_progress), set by the caller.
    pub struct_size: usize,
    /// Bytes of the input that were taken; the others are to be given again.
    pub consumed: usize,
    /// Bytes at the front of the room that are masked text now.
    pub produced: usize,
    /// A spanmask_next.
    pub next: i32,
}

// SAFETY: `repr(C)`, begins with its size, and numbers may be 0.
unsafe impl Struct for spanmask_progress {
    const FIRST: usize = size_of::<Self>();
}

impl From<Progress> for spanmask_progress {
    fn from(Progress { consumed, produced, status }: Progress) -> Self {
        let next = match status {
            spanmask_rs::Status::NeedsInput => spanmask_next::SPANMASK_NEXT_INPUT,
            spanmask_rs::Status::NeedsOutput => spanmask_next::SPANMASK_NEXT_OUTPUT,
            spanmask_rs::Status::Done => spanmask_next::SPANMASK_NEXT_NOTHING,
        };
        Self { struct_size: 0, consumed, produced, next: next as i32 }
    }
}

/// Takes the memory that a stream needs, all of it now: pushing allocates nothing.
///
/// policy: may be freed while the stream lives. options: NULL for a window of 1 MiB. stream: gets the handle; the caller frees
/// it with spanmask_stream_free. SPANMASK_ARGUMENT when a number in options has no meaning; SPANMASK_NO_DETECTOR when the
/// policy names a detector of the host that options does not. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_open(
    policy: *const spanmask_policy,
    options: *const spanmask_stream_options,
    stream: *mut *mut spanmask_stream,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises room for a handle.
        let place = unsafe { Out::new(stream) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let policy = unsafe { raw::handle(policy) }?;
        // SAFETY: the caller promises NULL or options of their size.
        let options = unsafe { raw::read(options) }?.unwrap_or(spanmask_stream_options::NONE);
        // SAFETY: the caller promises the detectors that the options name.
        let detectors = unsafe { detector::read(options.detectors, options.detectors_len) }?;
        let made = policy.policy.stream_with_detectors(&options.checked()?, detectors);
        let stream = made.map_err(|_| Status::SPANMASK_NO_DETECTOR)?;
        raw::give(place, spanmask_stream { handle: Handle::new(Pieces { stream, finishing: false }) });
        Ok(())
    })
}

/// Takes what it can of a piece of the input, and writes what it can of the masked text.
///
/// input, len: the piece. output, capacity: room, which may not share memory with it. progress: says how much was taken and
/// written, and what is wanted next. However the input is cut, the output is that of spanmask_masker_mask_in_place.
///
/// SPANMASK_REFUSED for what is not JSON, SPANMASK_OVERSIZE for what is larger than the window, SPANMASK_DETECTOR; all that
/// was written is masked text, and every call fails in the same way until spanmask_stream_reset. SPANMASK_ORDER behind
/// spanmask_stream_finish. SPANMASK_OVERLAP when input and output share memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_push(
    stream: *mut spanmask_stream,
    input: *const u8,
    len: usize,
    output: *mut u8,
    capacity: usize,
    progress: *mut spanmask_progress,
) -> spanmask_status {
    call(|| {
        if raw::overlap(input, len, output, capacity) {
            return Err(Status::SPANMASK_OVERLAP);
        }
        // SAFETY: the caller promises `len` bytes.
        let input = unsafe { raw::bytes(input, len) }?;
        // SAFETY: the caller promises a live stream, the room and the struct.
        unsafe {
            give(stream, output, capacity, progress, |pieces, output| match pieces.finishing {
                true => Err(Fault::of(Status::SPANMASK_ORDER)),
                false => Ok(pieces.stream.push(input, output)?),
            })
        }
    })
}

/// Writes what can be masked already, for whoever waits for it: pushing alone may hold back a window of the input, also texts
/// that have ended. What is left is a value, or an object that must be seen whole, that has not ended.
///
/// As spanmask_stream_push without an input; to be called again while progress says SPANMASK_NEXT_OUTPUT. It costs a walk over
/// what is held back, so it is for a pause in the input, not for every piece.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_flush(
    stream: *mut spanmask_stream,
    output: *mut u8,
    capacity: usize,
    progress: *mut spanmask_progress,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a live stream, the room and the struct.
        unsafe {
            give(stream, output, capacity, progress, |pieces, output| match pieces.finishing {
                true => Err(Fault::of(Status::SPANMASK_ORDER)),
                false => Ok(pieces.stream.flush(output)?),
            })
        }
    })
}

/// Ends the input and writes the rest: to be called until progress says SPANMASK_NEXT_NOTHING. The next input begins with
/// spanmask_stream_reset.
///
/// As spanmask_stream_push without an input. SPANMASK_REFUSED, too, when the input ends too early.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_finish(
    stream: *mut spanmask_stream,
    output: *mut u8,
    capacity: usize,
    progress: *mut spanmask_progress,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a live stream, the room and the struct.
        unsafe {
            give(stream, output, capacity, progress, |pieces, output| {
                pieces.finishing = true;
                Ok(pieces.stream.finish(output)?)
            })
        }
    })
}

/// # Safety
/// `stream` is NULL or a live handle; behind `output` lie `capacity` bytes for us alone; `progress` leads to a struct of its
/// size.
unsafe fn give(
    stream: *mut spanmask_stream,
    output: *mut u8,
    capacity: usize,
    progress: *mut spanmask_progress,
    body: impl FnOnce(&mut Pieces, &mut [u8]) -> Result<Progress, Fault>,
) -> Result<(), Status> {
    // SAFETY: the caller promises a struct of its size.
    let place = unsafe { OutStruct::new(progress) }?;
    // SAFETY: the caller promises NULL or a live handle.
    let stream = unsafe { raw::handle(stream) }?;
    // SAFETY: the caller promises `capacity` bytes to us alone.
    let output = unsafe { raw::room(output, capacity) }?;
    place.set(&stream.handle.run(|pieces| body(pieces, output))?.into());
    Ok(())
}

/// Begins anew, whatever happened before; but for a panic.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_reset(stream: *mut spanmask_stream) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises NULL or a live handle.
        let stream = unsafe { raw::handle(stream) }?;
        stream.handle.run(|pieces| {
            pieces.stream.reset();
            pieces.finishing = false;
            Ok(())
        })
    })
}

/// Gives the numbers since the beginning; they run ahead of what was written. As spanmask_masker_report.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_report(
    stream: *const spanmask_stream,
    report: *mut spanmask_report,
    counts: *mut u64,
    counts_len: usize,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises NULL or a live handle.
        let state = unsafe { raw::handle(stream) }?.handle.enter()?;
        let (of, oversized) = (state.it.stream.report(), state.it.stream.oversized());
        // SAFETY: the caller promises a struct of its size, and room for the counts.
        unsafe { report::write(&of, oversized, report, counts, counts_len) }
    })
}

/// Gives what went wrong in the last call that pushed, flushed, finished or reset. As spanmask_masker_error; offsets count
/// from the beginning of the stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_error(
    stream: *const spanmask_stream,
    error: *mut spanmask_error,
) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a struct of its size.
        let place = unsafe { OutStruct::new(error) }?;
        // SAFETY: the caller promises NULL or a live handle.
        let stream = unsafe { raw::handle(stream) }?;
        place.set(&stream.handle.enter()?.fault.show());
        Ok(())
    })
}

/// Frees a stream, as spanmask_masker_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spanmask_stream_free(stream: *mut *mut spanmask_stream) -> spanmask_status {
    call(|| {
        // SAFETY: the caller promises a variable that holds NULL or a live handle.
        unsafe { handle::free(stream) }
    })
}
