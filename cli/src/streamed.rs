//! Inputs that are masked as they come, because they are too large for memory, or somebody says so.

use crate::args::MaskArgs;
use crate::error::CliError;
use crate::input::{self, Opened, Source};
use crate::output::{Making, Replacement};
use crate::progress::Progress;
use crate::report::Counts;
use spanmask::{Policy, Status, Stream, StreamOptions};

/// Files of so many bytes are masked as they come.
const LARGE: u64 = 1 << 30;
/// Another size, for tests.
const LARGE_VARIABLE: &str = "SPANMASK_TEST_LARGE_BYTES";
/// The window unless told: values of LLM traces can be long.
const WINDOW: usize = 16 << 20;
/// Bytes that are read and written at once.
const ROOM: usize = 1 << 18;

/// Receives masked text; no piece of it is empty.
type Write<'w> = &'w mut dyn FnMut(&[u8]) -> Result<(), CliError>;

/// Masks large inputs, one after the other.
pub(crate) struct Streamed<'a> {
    policy: &'a Policy,
    options: StreamOptions,
    /// All inputs are taken for large.
    all: bool,
    gzip: bool,
    large: u64,
    stream: Option<Stream>,
}

impl<'a> Streamed<'a> {
    pub(crate) fn new(args: &MaskArgs, policy: &'a Policy) -> Self {
        let large = std::env::var(LARGE_VARIABLE).ok().and_then(|size| size.parse().ok());
        Self {
            policy,
            options: StreamOptions {
                window: args.window.unwrap_or(WINDOW),
                framing: args.input.framing.into(),
                oversize: args.oversize.map(Into::into),
            },
            all: args.window.is_some(),
            gzip: args.input.gzip_input,
            large: large.unwrap_or(LARGE),
            stream: None,
        }
    }

    /// Whether an input is masked here.
    pub(crate) fn takes(&self, source: &Source) -> bool {
        self.all || source.len().is_some_and(|len| len >= self.large)
    }

    /// Masks an input; its name and what was masked in it.
    pub(crate) fn mask(
        &mut self,
        source: &Source,
        progress: &Progress,
        write: Write<'_>,
    ) -> Result<(String, Counts), CliError> {
        let mut opened = input::open(source, self.gzip, progress)?;
        let counts = self.through(&mut opened, write)?;
        Ok((opened.about.name, counts))
    }

    /// Masks a file into what may take its place; none when nothing was masked.
    pub(crate) fn in_place(
        &mut self,
        source: &Source,
        progress: &Progress,
    ) -> Result<(String, Counts, Option<Replacement>), CliError> {
        let mut opened = input::open(source, self.gzip, progress)?;
        let (Source::File(path), Some(old)) = (source, opened.about.metadata.take()) else {
            return Err(CliError::Usage("standard input cannot be masked in place".to_owned()));
        };
        let mut making = Making::begin(path, old, opened.about.gzip)?;
        let counts = self.through(&mut opened, &mut |piece| making.write(piece))?;
        let masked = counts.parts() > 0 || self.stream().oversized() > 0;
        let replacement = if masked { Some(making.finish()?) } else { None };
        Ok((opened.about.name, counts, replacement))
    }

    fn stream(&mut self) -> &mut Stream {
        self.stream.get_or_insert_with(|| self.policy.stream_with(&self.options))
    }

    fn through(&mut self, opened: &mut Opened, write: Write<'_>) -> Result<Counts, CliError> {
        let stream = self.stream();
        stream.reset();
        let (mut input, mut output) = (vec![0; ROOM], vec![0; ROOM]);
        let mut start = Vec::new();
        loop {
            let count = opened.read(&mut input)?;
            let mut piece = input.get(..count).unwrap_or_default();
            if start.is_empty() {
                // It says something about the encoding.
                start.extend(piece.iter().take(4));
            }
            loop {
                let progress = match count {
                    0 => stream.finish(&mut output),
                    _ => stream.push(piece, &mut output),
                };
                let progress =
                    progress.map_err(|error| CliError::refused(&opened.about.name, error, &start))?;
                if let Some(masked @ [_, ..]) = output.get(..progress.produced) {
                    write(masked)?;
                }
                piece = piece.get(progress.consumed..).unwrap_or_default();
                match progress.status {
                    Status::NeedsOutput => {}
                    Status::NeedsInput => break,
                    Status::Done => return Ok(Counts::of(&stream.report())),
                }
            }
        }
    }
}

/// The sources in groups: what is large, and what follows up to the next that is; the first group may begin with what is not.
pub(crate) fn groups(
    sources: &[Source],
    large: impl Fn(&Source) -> bool,
) -> Vec<(&[Source], Option<&Source>)> {
    let mut groups = Vec::new();
    let (mut from, mut first) = (0, None);
    for (at, source) in sources.iter().enumerate() {
        if large(source) {
            groups.push((sources.get(from..at).unwrap_or_default(), first));
            (from, first) = (at + 1, Some(source));
        }
    }
    groups.push((sources.get(from..).unwrap_or_default(), first));
    groups
}
