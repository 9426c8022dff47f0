//! The masker that users hold: a policy and the memory that masking with it needs.

use crate::Policy;
use spanmask_core::error::Error;
use spanmask_core::mask::Framing;
use spanmask_core::matcher::host::Host;
use spanmask_core::policy::ByText;
use spanmask_core::report::{Path, Tally};
use std::fmt;

/// Masks texts with one policy. Take one a thread; it may mask any number of texts, one after the other.
///
/// All of its memory is taken when it is made: `mask_in_place`, `mask_into` and `scan` allocate nothing.
pub struct Masker {
    policy: Policy,
    core: spanmask_core::mask::Masker<'static>,
    framing: Framing,
}

/// Masks texts of string values, one by one: [`Masker::texts`].
pub struct Texts<'m> {
    policy: ByText<'m, 'static>,
    core: &'m mut spanmask_core::mask::Masker<'static>,
}

impl Texts<'_> {
    /// Whether a rule looks at numbers or booleans too, which are no texts.
    #[must_use]
    pub fn asks_for_numbers(&self) -> bool {
        self.policy.policy().stops.bare != 0
    }

    /// The most containers that may be open around a text (`limits.depth`).
    #[must_use]
    pub fn depth(&self) -> usize {
        usize::from(self.policy.policy().limits.depth)
    }

    /// Masks a text: as JSON if it is, else as it stands. `None` when it stays as it is; else the result, which is UTF-8, in `room`,
    /// which grows when it must. `depth` containers are open around it (`limits.depth`).
    ///
    /// A text in which nothing matches is read at some GB/s.
    ///
    /// # Errors
    /// None but those of the core's bounds; nothing is in `room` then that may be used.
    pub fn mask<'r>(
        &mut self,
        text: &str,
        depth: usize,
        room: &'r mut Vec<u8>,
    ) -> Result<Option<&'r [u8]>, Error> {
        let enough = text.len() + text.len() / 8 + 256;
        if room.len() < enough {
            *room = vec![0; enough];
        }
        let len = loop {
            match self.core.mask_text(self.policy, text, depth, room) {
                Err(Error::Capacity { needed }) if needed > room.len() => *room = vec![0; needed],
                done => break done?,
            }
        };
        Ok(len.and_then(|len| room.get(..len)))
    }
}

/// A part that is, or would be, masked. Its path holds names of members, which are part of the input; nothing else
/// of the input is in it.
#[derive(Clone, Copy)]
pub struct Finding<'a> {
    /// The id of the rule that masks it.
    pub rule: &'a str,
    /// Its index in the policy.
    pub index: usize,
    /// Offset of its first byte in the input.
    pub start: usize,
    /// Offset behind its last byte in the input.
    pub end: usize,
    /// How many bytes it has once it is masked.
    pub masked_len: usize,
    /// Where its value stands: `$['a'][0]`.
    pub path: Path<'a>,
    /// Levels of JSON escapes over its text: 1 in a string value, one more for each nested text around it.
    pub level: u8,
}

impl<'a> Finding<'a> {
    pub(crate) fn of(rule: &'a str, found: &spanmask_core::report::Finding<'a>) -> Self {
        let &spanmask_core::report::Finding { rule: index, span, masked_len, level, path } = found;
        Self { rule, index: usize::from(index), start: span.start, end: span.end, masked_len, path, level }
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("rule", &self.rule)
            .field("start", &self.start)
            .field("end", &self.end)
            .field("masked_len", &self.masked_len)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

impl Masker {
    /// Parts that are kept before anything is written. A text with more is read twice, and in place it may need more room on the way
    /// than its result takes. (Of pseudonyms, an eighth is kept.)
    pub const KEPT_PARTS: u64 = spanmask_core::mask::Masker::EDITS as u64;

    pub(crate) fn new(policy: Policy) -> Self {
        let core = spanmask_core::mask::Masker::new(policy.core());
        Self { policy, core, framing: Framing::default() }
    }

    pub(crate) fn set_host(&mut self, host: Box<dyn Host + Send>) {
        self.core.own_host(host);
    }

    /// The policy it masks with.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Says how many texts an input may hold; [`Framing::Sequence`] unless told.
    pub fn set_framing(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// Vouches for the grammar of the texts that follow, or no longer: for a caller that has just serialised them itself.
    /// What is not JSON is then masked in an unspecified way, within its bounds, and mostly without an error. Never the
    /// default; texts inside strings are checked all the same.
    pub fn set_trusted(&mut self, trusted: bool) {
        self.core.set_trusted(trusted);
    }

    /// Masks texts of string values that are no JSON yet, if its policy can: `None` where a rule asks where a value stands (keys,
    /// paths, kinds of spans), masks whole values, or asks a detector of the host.
    ///
    /// # Example
    /// ```
    /// let mut masker = spanmask::Policy::preset("langfuse-docs")?.masker();
    /// let (mut texts, mut room) = (masker.texts().expect("a policy of patterns"), Vec::new());
    /// assert_eq!(texts.mask("Read the file.", 0, &mut room)?, None);
    /// let masked = texts.mask("Write to john@example.com.", 0, &mut room)?;
    /// assert_eq!(masked, Some("Write to [REDACTED_EMAIL].".as_bytes()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn texts(&mut self) -> Option<Texts<'_>> {
        let Self { policy, core, .. } = self;
        Some(Texts { policy: ByText::of(policy.core())?, core })
    }

    /// Whether something in the text of a string value may be masked for what it says, and not just for where it stands. Of most texts
    /// one look of some GB/s tells that not. (Where the policy asks for places, a text of up to 32 bytes always may: it may say of which
    /// kind a span is.)
    ///
    /// If not, whoever writes an object as JSON may write an empty string for it (but not for the value of a member named `key`, which
    /// names an attribute), and mask that: the string stays as it is, unless [`Self::looked_by_place`] is true then.
    ///
    /// # Example
    /// ```
    /// let mut masker = spanmask::Policy::preset("default")?.masker();
    /// assert!(!masker.may_match("Read the file, and tell me what it is about."));
    /// assert!(masker.may_match("Write to john@example.com."));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_match(&mut self, text: &str) -> bool {
        self.core.may_match(self.policy.core(), text)
    }

    /// Whether the last call looked at values for where they stand: under a name that a rule asks for, say.
    #[must_use]
    pub fn looked_by_place(&self) -> bool {
        self.core.looked_by_place()
    }

    /// Masks `buffer[..len]`; the length of `buffer` is its capacity. Returns the new length.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON; [`Error::Capacity`] when the result does not fit, with the number of
    /// bytes it needs; [`Error::Detector`] when a detector of the host failed that must not. The buffer is as it was in all
    /// cases.
    ///
    /// # Example
    /// ```
    /// let policy = spanmask::Policy::preset("default")?;
    /// let mut masker = policy.masker();
    /// let mut buffer = br#"{"to":"john@example.com"}        "#.to_vec();
    /// let len = masker.mask_in_place(&mut buffer, 25)?;
    /// assert_eq!(&buffer[..len], br#"{"to":"[REDACTED_EMAIL]"}"#);
    /// assert_eq!(masker.report().count("EMAIL"), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mask_in_place(&mut self, buffer: &mut [u8], len: usize) -> Result<usize, Error> {
        self.core.mask_in_place(self.policy.core(), buffer, len, self.framing)
    }

    /// Masks `input` into `output`. Returns the length of the result.
    ///
    /// # Errors
    /// As [`Self::mask_in_place`]; `output` is not for use then.
    pub fn mask_into(&mut self, input: &[u8], output: &mut [u8]) -> Result<usize, Error> {
        self.core.mask_into(self.policy.core(), input, output, self.framing)
    }

    /// Masks the bytes of a vector, which grows when the result needs more room; the text is not read again for that.
    ///
    /// # Errors
    /// As [`Self::mask_in_place`], but for [`Error::Capacity`]; the vector is as it was.
    pub fn mask_vec(&mut self, text: &mut Vec<u8>) -> Result<(), Error> {
        self.core.mask_vec(self.policy.core(), text, self.framing)
    }

    /// Finds without changing anything; returns the length that the masked input would have. `on_finding` sees each
    /// part, in order.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON; some findings may have been reported by then.
    pub fn scan(&mut self, input: &[u8], on_finding: &mut dyn FnMut(&Finding<'_>)) -> Result<usize, Error> {
        let policy = self.policy.core();
        self.core.scan(policy, input, self.framing, &mut |found| {
            on_finding(&Finding::of(policy.rule_id(found.rule), found))
        })
    }

    /// The counts of the last call.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        Report { policy: &self.policy, tally: self.core.tally() }
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masker").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// What the last call, or a stream so far, masked, in numbers.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) tally: &'a Tally<'a>,
}

impl<'a> Report<'a> {
    /// Parts masked under a rule; 0 for a rule that the policy does not have.
    #[must_use]
    pub fn count(&self, rule: &str) -> u64 {
        self.counts().find(|(id, _)| *id == rule).map_or(0, |(_, count)| count)
    }

    /// Parts masked, by rule, in the order of the policy.
    pub fn counts(&self) -> impl Iterator<Item = (&'a str, u64)> + use<'a> {
        let Self { policy, tally } = *self;
        policy.rules().zip(tally.parts.iter().copied())
    }

    /// Parts masked under all rules.
    #[must_use]
    pub fn parts(&self) -> u64 {
        self.tally.parts.iter().sum()
    }

    /// Raw bytes of the input that lay in masked parts.
    #[must_use]
    pub fn bytes_masked(&self) -> u64 {
        self.tally.bytes
    }

    /// String values of the texts (those of nested texts are part of them).
    #[must_use]
    pub fn values(&self) -> u64 {
        self.tally.values
    }

    /// JSON texts in the input.
    #[must_use]
    pub fn texts(&self) -> u64 {
        self.tally.texts
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("texts", &self.texts())
            .field("values", &self.values())
            .field("parts", &self.parts())
            .field("bytes_masked", &self.bytes_masked())
            .finish()
    }
}
