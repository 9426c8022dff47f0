//! Inputs: files or standard input, plain or gzip, read whole or a part at a time.

use crate::args::InputArgs;
use crate::error::{CliError, DIRECTORY};
use crate::progress::{Bar, Progress};
use flate2::bufread::MultiGzDecoder;
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Room for what masking adds, as a fraction of the input: most inputs are then masked without a second pass.
pub(crate) const SPARE: usize = 8;

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

    /// The length of its file; none of what is no regular file.
    pub(crate) fn len(&self) -> Option<u64> {
        let Self::File(path) = self else { return None };
        fs::metadata(path).ok().filter(Metadata::is_file).map(|metadata| metadata.len())
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

/// What there is to know of an input beside its text.
pub(crate) struct About {
    /// What messages and reports call it.
    pub(crate) name: String,
    /// Whether it was gzip.
    pub(crate) gzip: bool,
    /// Of the file at the time of opening; none for standard input.
    pub(crate) metadata: Option<Metadata>,
}

/// An input that is being read and unpacked.
pub(crate) struct Opened {
    pub(crate) about: About,
    reader: Box<dyn Read>,
    /// A guess at the length of its text.
    expected: usize,
}

/// Opens a source; `gzip` says that it must be gzip whatever its name.
pub(crate) fn open(source: &Source, gzip: bool, progress: &Progress) -> Result<Opened, CliError> {
    let name = source.name();
    let gzip = gzip || source.has_gzip_name();
    match source {
        Source::Stdin => {
            let stdin = io::stdin();
            if stdin.is_terminal() {
                progress.note("reading from the terminal; end with Ctrl-D");
            }
            begin(name, stdin.lock(), None, gzip, progress)
        }
        Source::File(path) => {
            let file = File::open(path).map_err(|error| CliError::file(&name, "read", &error))?;
            let metadata = file.metadata().map_err(|error| CliError::file(&name, "read", &error))?;
            if metadata.is_dir() {
                return Err(CliError::File { name, doing: "read", why: DIRECTORY.to_owned() });
            }
            begin(name, file, Some(metadata), gzip, progress)
        }
    }
}

fn begin(
    name: String,
    reader: impl Read + 'static,
    metadata: Option<Metadata>,
    must_be_gzip: bool,
    progress: &Progress,
) -> Result<Opened, CliError> {
    let len = metadata.as_ref().map(Metadata::len).filter(|len| *len > 0);
    let mut reader = Counted { reader, bar: progress.reading(&name, len) };
    let head = read_head(&mut reader).map_err(|error| CliError::file(&name, "read", &error))?;
    let gzip = head == GZIP_MAGIC;
    if must_be_gzip && !gzip {
        let why = "it is not a gzip file (leave --gzip away, or give it a name that does not end in .gz)";
        return Err(CliError::File { name, doing: "unpack", why: why.to_owned() });
    }
    let reader = io::Cursor::new(head).chain(reader);
    let expected = len.and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    let about = About { name, gzip, metadata };
    Ok(if gzip {
        let unpacked = MultiGzDecoder::new(BufReader::with_capacity(1 << 16, reader));
        Opened { about, reader: Box::new(unpacked), expected: expected.saturating_mul(4) }
    } else {
        Opened { about, reader: Box::new(reader), expected }
    })
}

impl Opened {
    /// Reads to the end. The text has spare capacity.
    pub(crate) fn read_all(mut self) -> Result<(About, Vec<u8>), CliError> {
        match fill(&mut self.reader, self.expected) {
            Ok(text) => Ok((self.about, text)),
            Err(error) => Err(self.error(&error)),
        }
    }

    /// Appends up to `count` bytes to `text`; fewer only at the end. Returns how many.
    pub(crate) fn read_more(&mut self, text: &mut Vec<u8>, count: usize) -> Result<usize, CliError> {
        let reserved = text.try_reserve(count).map_err(io::Error::from);
        let limited = &mut self.reader.by_ref().take(count as u64);
        reserved.and_then(|()| limited.read_to_end(text)).map_err(|error| self.error(&error))
    }

    /// Reads some bytes into `room`; none only at the end.
    pub(crate) fn read(&mut self, room: &mut [u8]) -> Result<usize, CliError> {
        loop {
            match self.reader.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(|error| self.error(&error)),
            }
        }
    }

    fn error(&self, error: &io::Error) -> CliError {
        let name = &self.about.name;
        if self.about.gzip { gzip_error(name, error) } else { CliError::file(name, "read", error) }
    }
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
