//! Masking what comes in pieces: input and output room in; how much of either was used, and what is wanted next, out.
//!
//! Plain version: gather everything, mask it as one text, give it out. Departures:
//!
//! 1. The input is gathered in a *window*. When enough of that is filled, it is read from where the last reading stopped,
//!    up to the last token that is whole. What lies before is masked and given out; the rest moves to the front.
//! 2. An object that must be seen whole (`when` rules, names of attributes) is like a token in this.
//! 3. It is swept, as in place; where that has doubts, or comes nowhere, its tokens are walked.
//! 4. What is larger than the window is an error, or masked unread ([`Oversize`]).
//!
//! What is left when a reading stops is one token or object, cut off (a sweep may leave some bytes more). Before the next one
//! there is twice as much, or the window is full, and then that token is whole, or too large. So what is read again is at most
//! about as much as is new, and each byte is read a few times at most. Where there is no room for all edits of a value (one for 32 bytes
//! of the window), the value is walked again for the next ones: at most 32 times for parts, and 256 for digests, whatever
//! the size of the window. So time is linear in the input.

mod cut;
mod unread;

use crate::error::{Error, Reason};
use crate::mask::{Framing, Masker, Pace};
use crate::matcher::host::Host;
use crate::policy::Policy;
use crate::report::Tally;
use crate::rewrite::Giving;
use crate::scan::diagnose::{InString, diagnose_part};
use crate::scan::grammar::Grammar;
use crate::scan::{Cause, NotJson, Pause};
use crate::table::Room;
use cut::{whole_characters, whole_tokens};

/// What happens to a value, or an object that must be seen whole, that is larger than the window. A name or a number that is
/// so is an error always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Oversize {
    /// [`Error::Oversize`].
    #[default]
    Error,
    /// It is masked whole: a string becomes the token of the stream, and so does each string in such an object (numbers become
    /// `0`, booleans `false`; what the profile or the policy protects there stays). It is checked all the same. No rule counts
    /// it.
    Mask,
}

/// What a stream wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// More input: all that could be given out has been.
    NeedsInput,
    /// More room for output.
    NeedsOutput,
    /// Nothing: all is given out, and the stream takes nothing more until it is reset.
    Done,
}

/// What a call did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that were taken; the others must be given again.
    pub consumed: usize,
    /// Bytes at the front of the output that are masked text.
    pub produced: usize,
    /// What to do next.
    pub status: Status,
}

/// What a stream does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// How many texts the input may hold.
    pub framing: Framing,
    /// What happens to what is larger than the window.
    pub oversize: Oversize,
}

/// Masks a text, or a sequence of them, that comes in pieces. Its calls allocate nothing.
///
/// All calls take the same policy, that for which the masker was made.
pub struct Stream<'m> {
    masker: Masker<'m>,
    settings: Settings,
    window: Room<'m, u8>,
    /// How much of the window is filled.
    len: usize,
    /// Offset of the window in the stream.
    base: u64,
    grammar: Grammar,
    pace: Pace,
    giving: Giving,
    /// It is read once so much of it is filled, or when it is full and more comes.
    enough: usize,
    /// What the window keeps begins here, once all is given out.
    keep: usize,
    /// Edits of the value at the window's start that have been given out.
    pass: usize,
    /// Within a string that is masked unread.
    unread: Option<InString>,
    oversized: u64,
    finishing: bool,
    ended: bool,
    failed: Option<Error>,
}

/// A window is read in so many steps, if nothing is left over: the bytes of one are still in a cache near by when they are
/// given out.
const STEPS: usize = 16;
/// A step has so many bytes at least.
const LEAST: usize = 1024;

/// Why the window is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is full, and more comes.
    Full,
    /// There is enough to go on with, or somebody wants what there is.
    Enough,
    /// Nothing follows.
    Last,
}

impl<'m> Stream<'m> {
    /// The least window, in bytes: it holds every number that a 64-bit type prints as, with the byte behind it, so that only
    /// names and values can be too large.
    pub const MIN_WINDOW: usize = 32;

    /// A stream with the memory of `masker` and this window. `None` if the window is smaller than [`Self::MIN_WINDOW`].
    #[must_use]
    pub fn new(masker: Masker<'m>, window: Room<'m, u8>, settings: Settings) -> Option<Self> {
        (window.len() >= Self::MIN_WINDOW).then(|| Self::of(masker, window, settings))
    }

    fn of(masker: Masker<'m>, window: Room<'m, u8>, settings: Settings) -> Self {
        let mut stream = Self {
            grammar: Grammar::new(masker.containers(), false),
            masker,
            settings,
            window,
            len: 0,
            base: 0,
            pace: Pace::default(),
            giving: Giving::default(),
            enough: 0,
            keep: 0,
            pass: 0,
            unread: None,
            oversized: 0,
            finishing: false,
            ended: false,
            failed: None,
        };
        stream.reset();
        stream
    }

    /// Memory for `policy` and a window of this many bytes ([`Self::MIN_WINDOW`] at least): some 700 KB, and 2.5 bytes for each
    /// one of the window.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn with_window(policy: &Policy<'_>, window: usize, settings: Settings) -> Self {
        let window = window.max(Self::MIN_WINDOW);
        let edits = (window / 32).max(256);
        let masker = Masker::with_edits(policy, crate::arch::Path::detect(), edits);
        Self::of(masker, Room::filled(0, window), settings)
    }

    /// Says who answers for the detectors of the host, as [`Masker::set_host`].
    pub fn set_host(&mut self, host: &'m mut (dyn Host + Send)) {
        self.masker.set_host(host);
    }

    /// The same, with one of its own.
    #[cfg(feature = "alloc")]
    pub fn own_host(&mut self, host: alloc::boxed::Box<dyn Host + Send>) {
        self.masker.own_host(host);
    }

    /// Begins anew, whatever happened. Allocates nothing.
    pub fn reset(&mut self) {
        self.masker.begin();
        self.len = 0;
        self.base = 0;
        self.grammar = Grammar::new(self.masker.containers(), self.settings.framing == Framing::Sequence);
        self.pace = Pace::default();
        self.giving = Giving::default();
        (self.keep, self.pass) = (0, 0);
        self.plan();
        self.unread = None;
        self.oversized = 0;
        (self.finishing, self.ended) = (false, false);
        self.failed = None;
    }

    /// Begins anew with other settings.
    pub fn reset_with(&mut self, settings: Settings) {
        self.settings = settings;
        self.reset();
    }

    /// The counts since the beginning.
    #[must_use]
    pub fn tally(&self) -> &Tally<'_> {
        self.masker.tally()
    }

    /// Strings and objects that were masked unread, because they are larger than the window.
    #[must_use]
    pub fn oversized(&self) -> u64 {
        self.oversized
    }

    /// Takes what it can of `input`, writes what it can into `output`. With [`Status::NeedsInput`] all of `input` is taken.
    /// Behind [`Self::finish`] it takes nothing, and [`Status::NeedsOutput`] means that call.
    ///
    /// Time is linear in what is taken and produced, over all calls.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON, [`Error::Oversize`] and [`Error::Detector`], whichever comes first, with offsets
    /// in the stream. All that has been produced is masked text, and every call fails with the same error until the stream is
    /// reset.
    pub fn push(&mut self, policy: &Policy<'_>, input: &[u8], output: &mut [u8]) -> Result<Progress, Error> {
        let (mut consumed, mut produced) = (0, 0);
        let status = self.run(policy, output, &mut produced, |stream| {
            if stream.finishing {
                return Err(stream.rest());
            }
            consumed += stream.take(input.get(consumed..).unwrap_or(&[]));
            match stream.len {
                len if len >= stream.enough && len < stream.window.len() => Ok(Why::Enough),
                _ if consumed < input.len() => Ok(Why::Full),
                _ => Err(Status::NeedsInput),
            }
        })?;
        Ok(Progress { consumed, produced, status })
    }

    /// Writes what can be masked already: all but a last value (or object that must be seen whole) that has not ended. Costs a
    /// walk over what the window holds. [`Status::NeedsInput`] says that there is no more.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn flush(&mut self, policy: &Policy<'_>, output: &mut [u8]) -> Result<Progress, Error> {
        let mut produced = 0;
        let mut left = None;
        let status = self.run(policy, output, &mut produced, |stream| {
            if stream.finishing {
                return Err(stream.rest());
            }
            // As long as it gets shorter.
            let more = stream.len > 0 && left != Some((stream.len, stream.giving.read()));
            left = Some((stream.len, stream.giving.read()));
            if more { Ok(Why::Enough) } else { Err(Status::NeedsInput) }
        })?;
        Ok(Progress { consumed: 0, produced, status })
    }

    /// Ends the input, and writes the rest: to be called until it says [`Status::Done`].
    ///
    /// # Errors
    /// As [`Self::push`]; the input may end too early.
    pub fn finish(&mut self, policy: &Policy<'_>, output: &mut [u8]) -> Result<Progress, Error> {
        self.finishing = true;
        let mut produced = 0;
        let status = self.run(policy, output, &mut produced, |stream| {
            if stream.ended { Err(Status::Done) } else { Ok(Why::Last) }
        })?;
        Ok(Progress { consumed: 0, produced, status })
    }

    /// Gives out, and reads the window when all is given out, until `next` says that there is no need to.
    fn run(
        &mut self,
        policy: &Policy<'_>,
        output: &mut [u8],
        produced: &mut usize,
        mut next: impl FnMut(&mut Self) -> Result<Why, Status>,
    ) -> Result<Status, Error> {
        loop {
            if let Some(error) = self.failed {
                // What is in the output already must be told of first.
                return if *produced > 0 { Ok(Status::NeedsOutput) } else { Err(error) };
            }
            *produced += self.give(policy, output.get_mut(*produced..).unwrap_or(&mut []));
            if !self.giving.is_done(self.masker.edits()) {
                return Ok(Status::NeedsOutput);
            }
            self.move_on();
            match next(self) {
                Ok(why) => {
                    let read = self.read(policy, why);
                    self.plan();
                    // A value comes before what ends the reading behind it, wherever windows begin.
                    self.failed = self.detected().and(read).err();
                }
                Err(status) => return Ok(status),
            }
        }
    }

    /// What a stream wants whose input has ended.
    fn rest(&self) -> Status {
        if self.ended { Status::Done } else { Status::NeedsOutput }
    }

    /// Copies what is wanted, and fits, into the window.
    fn take(&mut self, input: &[u8]) -> usize {
        let room = self.window.get_mut(self.len..self.enough).unwrap_or(&mut []);
        let count = room.len().min(input.len());
        if let (Some(room), Some(input)) = (room.get_mut(..count), input.get(..count)) {
            room.copy_from_slice(input);
        }
        self.len += count;
        count
    }

    fn give(&mut self, policy: &Policy<'_>, output: &mut [u8]) -> usize {
        let filled = self.window.get(..self.len).unwrap_or(&[]);
        self.giving.give(policy, self.masker.edits(), filled, output)
    }

    /// All is given out: what is done with leaves the window.
    fn move_on(&mut self) {
        let read = self.giving.read().saturating_sub(self.keep);
        self.giving = Giving::new(read, read);
        self.masker.forget_edits();
        if self.keep > 0 {
            self.window.copy_within(self.keep.min(self.len)..self.len, 0);
            self.len = self.len.saturating_sub(self.keep);
            self.base += self.keep as u64;
            self.keep = 0;
        }
    }

    /// Says how far the window is filled before it is read again: a step further, and to twice what is left in it at least, so
    /// that what does not end is not read too often.
    fn plan(&mut self) {
        let (size, left) = (self.window.len(), self.len.saturating_sub(self.keep));
        self.enough = (left + (size / STEPS).max(LEAST)).max(2 * left).min(size);
    }

    /// Gives out up to `until`, with the edits that are noted, then goes on at `keep`.
    fn go_on(&mut self, until: usize, keep: usize) {
        self.giving = Giving::new(self.giving.read(), until);
        self.keep = keep;
    }

    /// Reads the window.
    fn read(&mut self, policy: &Policy<'_>, why: Why) -> Result<(), Error> {
        if let Some(state) = self.unread {
            return self.read_on_unread(state, why);
        }
        let filled = self.window.get(..self.len).unwrap_or(&[]);
        let end = if why == Why::Last { self.len } else { whole_characters(filled) };
        if self.sweep(policy, end, why) {
            return Ok(());
        }
        let part = self.window.get(..end).unwrap_or(&[]);
        let (grammar, containers) = (self.grammar, self.masker.containers().clone());
        let (last, pace) = (why == Why::Last, &mut self.pace);
        match self.masker.part(policy, part, &mut self.grammar, pace, last, self.pass) {
            Ok(pause) => self.paused(policy, pause, why, end),
            Err(NotJson) => Err(self.refused(diagnose_part(part, grammar, containers, last))),
        }
    }

    /// Whether no detector of the host failed whose failure ends the stream.
    fn detected(&mut self) -> Result<(), Error> {
        self.masker.detected().map_err(|error| match error {
            Error::Detector { rule, offset } => Error::Detector { rule, offset: self.offset(offset) },
            other => other,
        })
    }

    /// Masks the fast way what that can; whether it came anywhere.
    fn sweep(&mut self, policy: &Policy<'_>, end: usize, why: Why) -> bool {
        if self.pass > 0 {
            return false;
        }
        let (part, last) = (self.window.get(..end).unwrap_or(&[]), why == Why::Last);
        let part = if last { part } else { part.get(..whole_tokens(part)).unwrap_or(part) };
        let Some(at) = self.masker.sweep_part(policy, part, &mut self.grammar, &self.pace, last) else {
            return false;
        };
        self.ended = last;
        self.go_on(at, at);
        true
    }

    /// The walk stopped.
    fn paused(&mut self, policy: &Policy<'_>, pause: Pause, why: Why, end: usize) -> Result<(), Error> {
        let Pause { at, cause } = pause;
        if cause == Cause::Full {
            let (count, last) = self.masker.edits().behind(at);
            self.pass = if at == 0 { self.pass + count } else { count };
            self.go_on(last.unwrap_or(at), at);
            return Ok(());
        }
        self.pass = 0;
        if at == 0 && why == Why::Full {
            return self.too_large(policy, cause, end);
        }
        self.ended = why == Why::Last;
        self.go_on(at, at);
        Ok(())
    }

    fn refused(&self, fault: Option<(Reason, usize)>) -> Error {
        let (reason, at) = fault.unwrap_or((Reason::Syntax, 0));
        Error::Refused { reason, offset: self.offset(at) }
    }

    /// From a place in the window to one in the stream.
    fn offset(&self, at: usize) -> usize {
        usize::try_from(self.base + at as u64).unwrap_or(usize::MAX)
    }
}
