//! Inputs, one after the other or several at a time, with what comes out of each in the order of the arguments.
//!
//! Plain version, and the only one with one job: read an input whole, work on its text, hand on the result. With more:
//!
//! 1. Files that are not long are worked on side by side, each whole by one thread.
//! 2. A long file, or what has no length, is worked on alone, in blocks of whole texts (`blocks`), the blocks side
//!    by side. It is still all masked before any of it is handed on. Blocks count in order, and only as long as each
//!    is valid by itself: a block that follows valid ones begins where a text may begin, so it has the same meaning
//!    by itself as in its place. From the first refused one on the input is taken as one text, read to its end, and
//!    worked on as by one job: then the fault is the same too.

use crate::args::InputArgs;
use crate::blocks::Blocks;
use crate::error::CliError;
use crate::input::{self, About, Source};
use crate::line::{Line, Maskers};
use crate::progress::Progress;
use spanmask::{Error, Framing, Masker, Policy};
use std::collections::HashSet;
use std::fs;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;

/// Bytes of a block: much more than work on it costs beside the work itself, little enough for the caches.
const BLOCK: usize = 1 << 20;
/// Another size, for tests, which want many blocks of little text.
const BLOCK_VARIABLE: &str = "SPANMASK_TEST_BLOCK_BYTES";
/// Files of this many blocks are long.
const LONG: u64 = 8;

/// What is done to inputs.
pub(crate) trait Task: Sync {
    /// What comes out of a text or of a block.
    type Done: Send;
    /// What comes out of an input.
    type Finished: Send;
    /// What the progress bar calls it.
    const DOING: &'static str;

    /// Works on a text, which begins at offset `at` of its input and is all there is from there on. A refused text stays as it was.
    fn whole(&self, masker: &mut Masker, text: &mut Vec<u8>, at: usize) -> Result<Self::Done, Error>;

    /// Works on a block, which begins at offset `at` of its input.
    fn block(&self, masker: &mut Masker, text: &[u8], at: usize) -> Result<Self::Done, Error>;

    /// Puts together what came out of an input. Changes nothing that can be seen outside.
    fn finish(
        &self,
        source: &Source,
        about: About,
        done: Vec<Self::Done>,
        progress: &Progress,
    ) -> Result<Self::Finished, CliError>;
}

/// Receives what comes out of each source, in order; an error ends the run.
pub(crate) type Then<'t, F> = &'t mut dyn FnMut(&Source, Result<F, CliError>) -> Result<(), CliError>;

/// A text, or a part of one, and where it begins in its input.
type Placed = (usize, Vec<u8>);

/// Runs tasks over sources; what it needs for that.
pub(crate) struct Run<'a> {
    maskers: Maskers<'a>,
    pub(crate) progress: Progress,
    jobs: usize,
    block: usize,
    gzip: bool,
    /// Files are replaced, so one that is named twice must not be read the second time before it was.
    in_place: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(args: &InputArgs, policy: &'a Policy, in_place: bool) -> Self {
        Self {
            maskers: Maskers { policy, framing: args.framing.into() },
            progress: Progress::new(args.quiet),
            jobs: args.jobs.map_or_else(available, usize::from),
            block: block(),
            gzip: args.gzip_input,
            in_place,
        }
    }

    /// Runs `task` over all sources.
    pub(crate) fn each<T: Task>(
        &self,
        sources: &[Source],
        task: &T,
        then: Then<'_, T::Finished>,
    ) -> Result<(), CliError> {
        let mut masker = self.maskers.one();
        let mut left = sources;
        loop {
            if self.jobs > 1 && sources.len() > 1 {
                left = self.side_by_side(left, task, then)?;
            }
            let Some((source, behind)) = left.split_first() else { return Ok(()) };
            let finished = if self.jobs > 1 && self.maskers.framing == Framing::Sequence {
                self.in_blocks(&mut masker, source, task)
            } else {
                self.whole(&mut masker, source, task, &self.progress)
            };
            then(source, finished)?;
            left = behind;
        }
    }

    /// Works on the first sources as long as they are short files; returns the sources behind them.
    fn side_by_side<'s, T: Task>(
        &self,
        sources: &'s [Source],
        task: &T,
        then: Then<'_, T::Finished>,
    ) -> Result<&'s [Source], CliError> {
        let quiet = Progress::none();
        let work = |masker: &mut Masker, source: &'s Source| self.whole(masker, source, task, &quiet);
        thread::scope(|scope| {
            let mut line = Line::new(scope, &self.maskers, self.jobs, &work);
            let mut seen = HashSet::new();
            let (mut left, mut waiting) = (sources, sources.iter());
            loop {
                while !line.is_full()
                    && let Some((source, behind)) = left.split_first()
                    && self.is_short(source, &mut seen)
                {
                    line.put(source);
                    left = behind;
                }
                let (Some(finished), Some(source)) = (line.take(), waiting.next()) else { return Ok(left) };
                then(source, finished?)?;
            }
        })
    }

    fn is_short(&self, source: &Source, seen: &mut HashSet<PathBuf>) -> bool {
        let Source::File(path) = source else { return false };
        let long = LONG.saturating_mul(self.block as u64);
        let short = fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() < long);
        short && (!self.in_place || input::resolve(path).is_ok_and(|path| seen.insert(path)))
    }

    /// Works on one source, in one thread.
    fn whole<T: Task>(
        &self,
        masker: &mut Masker,
        source: &Source,
        task: &T,
        progress: &Progress,
    ) -> Result<T::Finished, CliError> {
        let (about, text) = input::open(source, self.gzip, progress)?.read_all()?;
        let done = one_text(masker, task, &about, (0, text), progress)?;
        task.finish(source, about, vec![done], progress)
    }

    /// Works on one source, in blocks when there is more than one.
    fn in_blocks<T: Task>(
        &self,
        masker: &mut Masker,
        source: &Source,
        task: &T,
    ) -> Result<T::Finished, CliError> {
        let mut blocks = Blocks::new(input::open(source, self.gzip, &self.progress)?, self.block);
        let first = blocks.next()?.unwrap_or_default();
        let mut done = Vec::new();
        let left = if blocks.ended() {
            Some((0, first))
        } else {
            self.valid_blocks(task, first, &mut blocks, &mut done)?
        };
        let about = blocks.about();
        if let Some(left) = left {
            done.push(one_text(masker, task, &about, left, &self.progress)?);
        }
        task.finish(source, about, done, &self.progress)
    }

    /// Works on the blocks up to the first refused one; returns all from there on.
    fn valid_blocks<T: Task>(
        &self,
        task: &T,
        first: Vec<u8>,
        blocks: &mut Blocks,
        done: &mut Vec<T::Done>,
    ) -> Result<Option<Placed>, CliError> {
        let work = |masker: &mut Masker, (at, text): Placed| (task.block(masker, &text, at), at, text);
        thread::scope(|scope| {
            let mut line = Line::new(scope, &self.maskers, self.jobs, &work);
            let mut end = first.len();
            line.put((0, first));
            let mut refused: Option<Placed> = None;
            loop {
                while !line.is_full()
                    && refused.is_none()
                    && let Some(text) = blocks.next()?
                {
                    let at = end;
                    end += text.len();
                    line.put((at, text));
                }
                let Some(result) = line.take() else { break };
                let (result, at, text) = result?;
                match (&mut refused, result) {
                    (Some((_, left)), _) => left.extend(text),
                    (None, Ok(piece)) => done.push(piece),
                    (None, Err(_)) => refused = Some((at, text)),
                }
            }
            if let Some((_, left)) = &mut refused {
                blocks.read_rest(left)?;
            }
            Ok(refused)
        })
    }
}

/// Works on a text that is an input, or what is left of one.
fn one_text<T: Task>(
    masker: &mut Masker,
    task: &T,
    about: &About,
    (at, mut text): Placed,
    progress: &Progress,
) -> Result<T::Done, CliError> {
    let _bar = progress.working(T::DOING, &about.name, text.len());
    task.whole(masker, &mut text, at).map_err(|error| {
        // The start of the input says something about its encoding.
        let start = if at == 0 { text.as_slice() } else { &[] };
        CliError::refused(&about.name, moved(error, at), start)
    })
}

fn moved(error: Error, at: usize) -> Error {
    match error {
        Error::Refused { reason, offset } => Error::Refused { reason, offset: at + offset },
        other => other,
    }
}

fn available() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

fn block() -> usize {
    let size = std::env::var(BLOCK_VARIABLE).ok().and_then(|size| size.parse().ok());
    size.filter(|size| *size > 0).unwrap_or(BLOCK)
}
