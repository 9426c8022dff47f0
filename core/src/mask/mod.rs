//! Masking a text that is wholly in memory: composes the stages.
//!
//! For each value that is told of: which rules apply here (`select`), could any match (`prefilter`), is its
//! text JSON itself (then its values are masked in the same way, one level deeper), and if not, which parts match
//! (`find`) and what is written there (`rewrite`).

mod engine;
mod memory;
mod part;
mod sweep;
mod walk;

use crate::active::Active;
#[cfg(feature = "alloc")]
use crate::arch::Path as Vector;
use crate::error::{Error, Reason};
use crate::find::Finder;
#[cfg(feature = "alloc")]
use crate::limits::Limits;
use crate::matcher::host::Host;
use crate::policy::{ByText, Policy};
use crate::report::{Finding, Tally};
use crate::rewrite::{self, Done, Edits, Target};
use crate::scan::grammar::Containers;
use crate::scan::{NotJson, Scanner, diagnose};
use crate::select::{Selection, span_kind};
use crate::span::Span;
use crate::sweep::{Brackets, Course, Sweeper};
use crate::table::Room;
use engine::{Around, AtHand, Engine};
pub use memory::{Memory, Sizes};
pub(crate) use part::Pace;

/// How many texts the input may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Framing {
    /// Exactly one.
    One,
    /// Any number, also none: JSON Lines, or just one behind the other.
    #[default]
    Sequence,
}

/// Receives each part that is masked.
pub type OnFinding<'f> = &'f mut dyn FnMut(&Finding<'_>);

/// The memory that masking with one policy needs. Its calls allocate nothing.
pub struct Masker<'m> {
    trusted: bool,
    readers: Room<'m, Reader>,
    containers: Containers,
    brackets: Brackets<'m>,
    work: Work<'m>,
}

/// What reads one level of nesting.
struct Reader {
    /// Fast, where little is to be told of.
    sweeper: Sweeper,
    /// Token by token: for paths of findings, for numbers of elements, and whatever the other leaves to it.
    scanner: Scanner,
}

/// What reading a text has come to.
struct Read {
    /// The room that writing takes.
    needed: usize,
    /// Whether the fast way came to the end.
    swept: bool,
}

struct Work<'m> {
    selection: Selection<'m>,
    active: Active<'m>,
    runs: Room<'m, u64>,
    /// A bit a search that has factors.
    factored: Room<'m, u64>,
    finder: Finder<'m>,
    edits: Edits<'m>,
    tally: Tally<'m>,
    /// Whether values were looked at for where they stand.
    by_place: bool,
}

impl<'m> Masker<'m> {
    /// Says who answers for the detectors of the host that the policy names. Until then calls that ask one fail
    /// ([`Error::Detector`]).
    pub fn set_host(&mut self, host: &'m mut (dyn Host + Send)) {
        self.work.finder.set_host(host);
    }

    /// The same, with one of its own.
    #[cfg(feature = "alloc")]
    pub fn own_host(&mut self, host: alloc::boxed::Box<dyn Host + Send>) {
        self.work.finder.own_host(host);
    }
}

impl Masker<'_> {
    /// Parts of a text that [`Self::new`] has room for. One with more is read twice.
    #[cfg(feature = "alloc")]
    pub const EDITS: usize = 98_304;

    /// Memory for `policy`: some 0.7 MB, 4.7 MB more of which is used as a text has many parts, 56 bytes for each open container
    /// and 16 for each rule.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(policy: &Policy<'_>) -> Self {
        Self::with_path(policy, Vector::detect())
    }

    /// The same, with the vector instructions of `path`.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn with_path(policy: &Policy<'_>, path: Vector) -> Self {
        Self::with_edits(policy, path, Self::EDITS)
    }

    /// The same, with room for this many edits: 40 bytes each, and 8 for digests.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn with_edits(policy: &Policy<'_>, path: Vector, edits: usize) -> Self {
        let levels = usize::from(policy.limits.nesting.min(Limits::MAX_NESTING)) + 1;
        let words = policy.searches.len().div_ceil(64);
        let mut factored = Room::filled(0, words);
        policy.note_factored(&mut factored);
        Self {
            trusted: false,
            readers: Room::made(|| Reader::new(path), levels),
            containers: Containers::new(policy.limits.depth),
            brackets: Brackets::new(policy.limits.depth),
            work: Work {
                selection: Selection::new(&policy.selectors, &policy.limits),
                active: Active::new(policy),
                runs: Room::filled(0, words),
                factored,
                finder: Finder::new(policy, path),
                edits: Edits::new(edits),
                tally: Tally::new(policy.rules.len()),
                by_place: false,
            },
        }
    }

    /// Whether the caller vouches for the grammar of the texts, having just serialised them. What is not JSON may then be
    /// masked as if it were, in an unspecified way, within its bounds; most errors go unnoticed. Nested texts are checked
    /// all the same.
    pub fn set_trusted(&mut self, trusted: bool) {
        self.trusted = trusted;
    }

    /// Masks the text of a string value, decoded, into `output`: as JSON if it is, else as text. Returns the length of the result;
    /// `None` when the text stays as it is. `depth` containers are open around it.
    ///
    /// Time is linear in the text. Nothing is allocated.
    ///
    /// # Errors
    /// [`Error::Capacity`] when the result does not fit, [`Error::Detector`]; `output` is not for use then.
    pub fn mask_text(
        &mut self,
        policy: ByText<'_, '_>,
        text: &str,
        depth: usize,
        output: &mut [u8],
    ) -> Result<Option<usize>, Error> {
        let (policy, input) = (policy.policy(), text.as_bytes());
        if !self.looks(policy, text, policy.allow.is_empty()) {
            return Ok(None);
        }
        let capacity = output.len();
        let mut target = Target::Into { input, output, done: Done::default() };
        if !self.look_into(policy, &mut target, depth, true) {
            target.restart();
            self.look_into(policy, &mut target, depth, false);
        }
        self.detected()?;
        if self.work.tally.parts.iter().all(|count| *count == 0) {
            return Ok(None);
        }
        let needed = self.work.edits.result_len(input.len());
        if needed > capacity {
            return Err(Error::Capacity { needed });
        }
        Ok(Some(target.finish(policy, &mut self.work.edits)))
    }

    /// Whether something in the text of a string value, decoded, may be masked for what it says, and not just for where it stands; or
    /// whether it may say of which kind a span is. If not, an empty string may stand for it while the text around it is masked, unless
    /// [`Self::looked_by_place`] is true then, or it is the name of an attribute.
    ///
    /// Time is linear in the text.
    pub fn may_match(&mut self, policy: &Policy<'_>, text: &str) -> bool {
        let says_kind = policy.selectors.tracks() && text.len() <= span_kind::LONGEST;
        policy.stops.everywhere || says_kind || self.looks(policy, text, false)
    }

    fn looks(&mut self, policy: &Policy<'_>, text: &str, lists: bool) -> bool {
        let looks = |reader: &mut Reader| reader.sweeper.looks(policy.watch(), text.as_bytes(), lists);
        self.readers.first_mut().is_none_or(looks)
    }

    /// Whether the last call has looked at values for where they stand: under a name that a rule has, say.
    #[must_use]
    pub fn looked_by_place(&self) -> bool {
        self.work.by_place
    }

    /// Masks a target that is the text of a value and has been looked at, by the fast way or token by token; whether that came to
    /// the end.
    fn look_into(
        &mut self,
        policy: &Policy<'_>,
        target: &mut Target<'_>,
        depth: usize,
        sweeps: bool,
    ) -> bool {
        self.clear();
        let span = Span::new(0, target.input().len());
        let mut engine = Engine::new(policy, &mut self.work, target);
        let Some((reader, deeper)) = self.readers.split_first_mut() else { return false };
        let around = if sweeps {
            self.brackets.stand_in(depth);
            let listed = reader.sweeper.listed(span);
            let (candidates, plain) = listed.map_or((None, false), |(listed, plain)| (Some(listed), plain));
            Around::Brackets(&mut self.brackets, false, AtHand { candidates, plain, ..AtHand::default() })
        } else {
            self.containers.truncate(0);
            self.containers.stand_in(depth);
            Around::Tokens(&mut self.containers)
        };
        engine.text(deeper, around, span);
        !engine.doubt
    }

    /// The counts of the last call.
    #[must_use]
    pub fn tally(&self) -> &Tally<'_> {
        &self.work.tally
    }

    /// Masks `buffer[..len]`; the length of `buffer` is its capacity. Returns the new length.
    ///
    /// Time is linear in `len`. Nothing is allocated.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON, [`Error::Capacity`] when the result does not fit, [`Error::Detector`]. The
    /// buffer is as it was in all cases.
    pub fn mask_in_place(
        &mut self,
        policy: &Policy<'_>,
        buffer: &mut [u8],
        len: usize,
        framing: Framing,
    ) -> Result<usize, Error> {
        let len = len.min(buffer.len());
        let read = self.read(policy, buffer.get(..len).unwrap_or(&[]), framing)?;
        if read.needed > buffer.len() {
            return Err(Error::Capacity { needed: read.needed });
        }
        self.write(policy, buffer, len, framing, &read)
    }

    /// Masks the bytes of a vector, which grows when the result needs more room: once the text has been read, so that is not read
    /// again.
    ///
    /// # Errors
    /// As [`Self::mask_in_place`], but for [`Error::Capacity`].
    #[cfg(feature = "alloc")]
    pub fn mask_vec(
        &mut self,
        policy: &Policy<'_>,
        text: &mut alloc::vec::Vec<u8>,
        framing: Framing,
    ) -> Result<(), Error> {
        let len = text.len();
        let read = self.read(policy, text, framing)?;
        if read.needed > len {
            text.reserve_exact(read.needed - len);
            text.resize(read.needed, 0);
        }
        let written = self.write(policy, text, len, framing, &read);
        text.truncate(*written.as_ref().unwrap_or(&len));
        written.map(drop)
    }

    /// Notes what is to be written.
    fn read(&mut self, policy: &Policy<'_>, input: &[u8], framing: Framing) -> Result<Read, Error> {
        let swept = self.run(policy, &mut Target::Later(input), None, framing)?;
        let edits = &self.work.edits;
        let needed =
            if edits.complete() { edits.result_len(input.len()) } else { input.len() + edits.peak() };
        Ok(Read { needed, swept })
    }

    /// Writes it within a buffer that has the room; the new length.
    fn write(
        &mut self,
        policy: &Policy<'_>,
        buffer: &mut [u8],
        len: usize,
        framing: Framing,
        read: &Read,
    ) -> Result<usize, Error> {
        if self.work.edits.complete() {
            return Ok(rewrite::in_place(policy, &self.work.edits, buffer, len));
        }
        // There was no room to note all: the text is moved back by the most that its masked front is ever longer, and read again.
        let shift = read.needed - len;
        buffer.copy_within(..len, shift);
        let buffer = buffer.get_mut(..read.needed).unwrap_or(&mut []);
        let mut target = Target::Moving { buffer, shift, done: Done::default() };
        // What has been read is overwritten, so the way that came to the end is taken again.
        match read.swept {
            true => _ = self.sweep(policy, &mut target, framing),
            false => self.walk(policy, &mut target, None, framing)?,
        }
        Ok(target.finish(policy, &mut self.work.edits))
    }

    /// Masks `input` into `output`. Returns the length of the result.
    ///
    /// # Errors
    /// As [`Self::mask_in_place`]; `output` is not for use then.
    pub fn mask_into(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        output: &mut [u8],
        framing: Framing,
    ) -> Result<usize, Error> {
        let capacity = output.len();
        let mut target = Target::Into { input, output, done: Done::default() };
        self.run(policy, &mut target, None, framing)?;
        let needed = self.work.edits.result_len(input.len());
        if needed > capacity {
            return Err(Error::Capacity { needed });
        }
        Ok(target.finish(policy, &mut self.work.edits))
    }

    /// Finds without changing anything; returns the length that the masked text would have. `on_finding` sees each
    /// part that would be masked, in order.
    ///
    /// # Errors
    /// [`Error::Refused`] for what is not JSON; some findings may have been reported by then.
    pub fn scan(
        &mut self,
        policy: &Policy<'_>,
        input: &[u8],
        framing: Framing,
        on_finding: OnFinding<'_>,
    ) -> Result<usize, Error> {
        self.run(policy, &mut Target::Later(input), Some(on_finding), framing)?;
        Ok(self.work.edits.result_len(input.len()))
    }

    /// Returns whether the fast way came to the end.
    fn run(
        &mut self,
        policy: &Policy<'_>,
        target: &mut Target<'_>,
        on_finding: Option<OnFinding<'_>>,
        framing: Framing,
    ) -> Result<bool, Error> {
        // Paths of findings count elements.
        let sweeps = on_finding.is_none() && !policy.selectors.paths.counts();
        let swept = sweeps && self.sweep(policy, target, framing);
        if !swept {
            self.walk(policy, target, on_finding, framing)?;
        }
        self.detected().map(|()| swept)
    }

    /// Whether all detectors of the host whose failure ends the call have answered.
    pub(crate) fn detected(&mut self) -> Result<(), Error> {
        self.work.finder.failed().map_or(Ok(()), |(rule, offset)| Err(Error::Detector { rule, offset }))
    }

    /// Token by token.
    fn walk(
        &mut self,
        policy: &Policy<'_>,
        target: &mut Target<'_>,
        on_finding: Option<OnFinding<'_>>,
        framing: Framing,
    ) -> Result<(), Error> {
        target.restart();
        self.clear();
        self.containers.truncate(0);
        let sequence = framing == Framing::Sequence;
        let tracking = policy.selectors.tracks() || on_finding.is_some();
        let mut engine = Engine { on_finding, tracking, ..Engine::new(policy, &mut self.work, target) };
        let Some((reader, deeper)) = self.readers.split_first_mut() else { return Ok(()) };
        let mut level = walk::Level { engine: &mut engine, deeper, level: 0 };
        match reader.scanner.document(&mut level, &mut self.containers, sequence) {
            Ok(texts) => {
                self.work.tally.texts = texts;
                Ok(())
            }
            Err(NotJson) => {
                let fault = diagnose::diagnose(target.input(), sequence, policy.limits.depth);
                let (reason, offset) = fault.unwrap_or((Reason::Syntax, 0));
                Err(Error::Refused { reason, offset })
            }
        }
    }

    /// The fast way; whether it came to the end.
    fn sweep(&mut self, policy: &Policy<'_>, target: &mut Target<'_>, framing: Framing) -> bool {
        self.clear();
        self.brackets.truncate(0);
        let course = self.course(policy, target.input().len(), framing);
        let mut engine = Engine { tracking: course.tracks, ..Engine::new(policy, &mut self.work, target) };
        let Some((reader, deeper)) = self.readers.split_first_mut() else { return false };
        let mut level = sweep::Level::new(&mut engine, deeper, 0);
        let swept = reader.sweeper.sweep(&mut level, &mut self.brackets, policy.watch(), &course);
        let Some(swept) = swept.ok().filter(|_| !engine.doubt) else { return false };
        (self.work.tally.texts, self.work.tally.values) = (swept.texts, swept.values);
        true
    }

    /// Over an input of `len` bytes.
    fn course(&self, policy: &Policy<'_>, len: usize, framing: Framing) -> Course {
        Course {
            span: Span::new(0, len),
            level: 0,
            sequence: framing == Framing::Sequence,
            everything: policy.stops.everywhere,
            tracks: policy.selectors.tracks(),
            lists: policy.allow.is_empty(),
            lists_nested: ByText::of(policy).is_some(),
            begun: false,
            trusted: self.trusted,
        }
    }

    fn clear(&mut self) {
        self.work.edits.clear();
        self.work.tally.clear();
        self.work.active.forget();
        self.work.by_place = false;
        *self.work.finder.failed() = None;
    }
}

impl Reader {
    #[cfg(feature = "alloc")]
    fn new(path: Vector) -> Self {
        Self { sweeper: Sweeper::new(path), scanner: Scanner::with_path(path) }
    }
}
