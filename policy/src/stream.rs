//! The stream that users hold: a policy, the memory that masking with it needs, and a window on the input.

use crate::masker::Report;
use crate::{Framing, Policy};
use spanmask_core::error::Error;
use spanmask_core::matcher::host::Host;
use spanmask_core::stream::{Oversize, Progress, Settings};
use std::fmt;

/// How a stream is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamOptions {
    /// Bytes of the input that are looked at together: a string value, quotes included, that is longer is larger than the
    /// window; so is an object of OTLP that must be seen whole, an attribute or (when a rule has `when`) a span. A number
    /// needs a byte more. 32 at least; 1 MiB unless told.
    pub window: usize,
    /// How many texts the input may hold.
    pub framing: Framing,
    /// What happens to what is larger than the window; `None`: as the policy says (`oversize`).
    pub oversize: Option<Oversize>,
}

impl StreamOptions {
    /// Bytes of a window unless told.
    pub const WINDOW: usize = 1 << 20;
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self { window: Self::WINDOW, framing: Framing::default(), oversize: None }
    }
}

/// Masks what comes in pieces with one policy. The output is that of [`crate::Masker::mask_in_place`], byte for byte, however
/// the input is cut.
///
/// All of its memory is taken when it is made: 2.5 bytes for each one of the window, and some 0.7 MB. One stream masks any
/// number of inputs, one after the other ([`Self::reset`]).
///
/// # Example
/// ```
/// use spanmask::{Policy, Status};
///
/// let mut stream = Policy::preset("default")?.stream();
/// let (mut masked, mut room) = (Vec::new(), [0; 64]);
/// for piece in [&br#"{"to":"john@ex"#[..], br#"ample.com"}"#] {
///     let mut left = piece;
///     loop {
///         let progress = stream.push(left, &mut room)?;
///         masked.extend_from_slice(&room[..progress.produced]);
///         left = &left[progress.consumed..];
///         if progress.status == Status::NeedsInput {
///             break;
///         }
///     }
/// }
/// loop {
///     let progress = stream.finish(&mut room)?;
///     masked.extend_from_slice(&room[..progress.produced]);
///     if progress.status == Status::Done {
///         break;
///     }
/// }
/// assert_eq!(masked, br#"{"to":"[REDACTED_EMAIL]"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Stream {
    policy: Policy,
    core: spanmask_core::stream::Stream<'static>,
}

impl Stream {
    pub(crate) fn new(policy: Policy, options: &StreamOptions) -> Self {
        let StreamOptions { window, framing, oversize } = *options;
        let masks = policy.core().masks_oversize;
        let as_policy = if masks { Oversize::Mask } else { Oversize::Error };
        let settings = Settings { framing, oversize: oversize.unwrap_or(as_policy) };
        let core = spanmask_core::stream::Stream::with_window(policy.core(), window, settings);
        Self { policy, core }
    }

    pub(crate) fn set_host(&mut self, host: Box<dyn Host + Send>) {
        self.core.own_host(host);
    }

    /// The policy it masks with.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Takes what it can of `input`, writes what it can into `output`. [`crate::Status::NeedsInput`] says that all of `input`
    /// is taken, [`crate::Status::NeedsOutput`] that the call must be made again with more room and the rest of the input.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON, [`Error::Oversize`] for what is larger than the window; offsets are those in the
    /// stream. What has been written is masked text, and every call fails with the same error until [`Self::reset`].
    pub fn push(&mut self, input: &[u8], output: &mut [u8]) -> Result<Progress, Error> {
        self.core.push(self.policy.core(), input, output)
    }

    /// Writes what can be masked already, for whoever waits for it: all but a last value that has not ended. Costs a walk over
    /// the window. [`crate::Status::NeedsInput`] says that there is no more.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn flush(&mut self, output: &mut [u8]) -> Result<Progress, Error> {
        self.core.flush(self.policy.core(), output)
    }

    /// Ends the input and writes the rest: to be called until it says [`crate::Status::Done`].
    ///
    /// # Errors
    /// As [`Self::push`]; the input may end too early.
    pub fn finish(&mut self, output: &mut [u8]) -> Result<Progress, Error> {
        self.core.finish(self.policy.core(), output)
    }

    /// Begins anew, whatever happened before.
    pub fn reset(&mut self) {
        self.core.reset();
    }

    /// The counts since the beginning. They run ahead of what has been written.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        Report { policy: &self.policy, tally: self.core.tally() }
    }

    /// Strings and objects that were larger than the window, and masked whole ([`Oversize::Mask`]). No rule counts them.
    #[must_use]
    pub fn oversized(&self) -> u64 {
        self.core.oversized()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("policy", &self.policy).finish_non_exhaustive()
    }
}
