//! Inputs: files or standard input, plain or gzip, read whole into one vector.

use crate::args::InputArgs;
use crate::error::{CliError, DIRECTORY};
use crate::progress::{Bar, Progress};
use flate2::bufread::MultiGzDecoder;
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Room for what masking adds, as a fraction of the input: most inputs are then masked without a second pass.
const SPARE: usize = 8;

/// Where an input comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    /// The sources that the arguments name, in their order.
    pub(crate) fn all(args: &InputArgs) -> Result<Vec<Self>, CliError> {
        if args.files.is_empty() {
            return Ok(vec![Self::Stdin]);
        }
        let sources: Vec<_> = args.files.iter().map(|path| Self::of(path)).collect();
        if sources.iter().filter(|source| **source == Self::Stdin).count() > 1 {
            return Err(CliError::Usage("standard input (-) can be read only once".to_owned()));
        }
        Ok(sources)
    }

    fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// What messages and reports call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    fn has_gzip_name(&self) -> bool {
        matches!(self, Self::File(path) if is_gzip_name(path))
    }
}

/// Whether a file of this name holds gzip.
pub(crate) fn is_gzip_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// An input, read and unpacked.
pub(crate) struct Input {
    /// What messages and reports call it.
    pub(crate) name: String,
    /// Its text, with spare capacity.
    pub(crate) text: Vec<u8>,
    /// Whether it was gzip.
    pub(crate) gzip: bool,
    /// Of the file at the time of opening; none for standard input.
    pub(crate) metadata: Option<Metadata>,
}

/// Reads all of a source; `gzip` says that it must be gzip whatever its name.
pub(crate) fn read(source: &Source, gzip: bool, progress: &Progress) -> Result<Input, CliError> {
    let name = source.name();
    let gzip = gzip || source.has_gzip_name();
    match source {
        Source::Stdin => {
            let stdin = io::stdin();
            if stdin.is_terminal() {
                progress.note("reading from the terminal; end with Ctrl-D");
            }
            read_all(name, stdin.lock(), None, gzip, progress)
        }
        Source::File(path) => {
            let file = File::open(path).map_err(|error| CliError::file(&name, "read", &error))?;
            let metadata = file.metadata().map_err(|error| CliError::file(&name, "read", &error))?;
            if metadata.is_dir() {
                return Err(CliError::File { name, doing: "read", why: DIRECTORY.to_owned() });
            }
            read_all(name, file, Some(metadata), gzip, progress)
        }
    }
}

fn read_all(
    name: String,
    reader: impl Read,
    metadata: Option<Metadata>,
    must_be_gzip: bool,
    progress: &Progress,
) -> Result<Input, CliError> {
    let len = metadata.as_ref().map(Metadata::len).filter(|len| *len > 0);
    let mut reader = Counted { reader, bar: progress.reading(&name, len) };
    let fail = |error: io::Error| CliError::file(&name, "read", &error);
    let head = read_head(&mut reader).map_err(fail)?;
    let gzip = head == GZIP_MAGIC;
    if must_be_gzip && !gzip {
        let why = "it is not a gzip file (leave --gzip away, or give it a name that does not end in .gz)";
        return Err(CliError::File { name, doing: "unpack", why: why.to_owned() });
    }
    let mut reader = head.as_slice().chain(reader);
    let expected = len.and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    let text = if gzip {
        let mut unpacked = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, reader));
        fill(&mut unpacked, expected.saturating_mul(4)).map_err(|error| gzip_error(&name, &error))?
    } else {
        fill(&mut reader, expected).map_err(fail)?
    };
    Ok(Input { name, text, gzip, metadata })
}

/// The first two bytes, or fewer when there are no more.
fn read_head(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(GZIP_MAGIC.len());
    reader.take(GZIP_MAGIC.len() as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Reads to the end; a vector that does not fit in memory is an error and no abort.
fn fill(reader: &mut impl Read, expected: usize) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    text.try_reserve_exact(expected.saturating_add(expected / SPARE).saturating_add(1 << 12))?;
    reader.read_to_end(&mut text)?;
    text.try_reserve_exact(text.len() / SPARE)?;
    Ok(text)
}

fn gzip_error(name: &str, error: &io::Error) -> CliError {
    if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::OutOfMemory {
        return CliError::file(name, "read", error);
    }
    let why = "the gzip data is damaged or cut off (is the file complete?)".to_owned();
    CliError::File { name: name.to_owned(), doing: "unpack", why }
}

/// The file behind a path, symbolic links followed.
pub(crate) fn resolve(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// A reader that moves a progress bar.
struct Counted<R> {
    reader: R,
    bar: Bar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.bar.advance(count as u64);
        Ok(count)
    }
}
