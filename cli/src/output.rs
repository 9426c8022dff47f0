//! Outputs: standard output, or files that are there complete or not at all; plain or gzip.

use crate::error::{CliError, DIRECTORY};
use crate::input::resolve;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Bytes that are packed at once.
const CHUNK: usize = 1 << 16;

/// A writer that packs, or not.
pub(crate) enum Packer<W: Write> {
    Plain(W),
    Gzip(Box<GzEncoder<W>>),
}

impl<W: Write> Packer<W> {
    pub(crate) fn new(writer: W, gzip: bool) -> Self {
        if gzip {
            Self::Gzip(Box::new(GzEncoder::new(writer, Compression::default())))
        } else {
            Self::Plain(writer)
        }
    }

    /// The writer below.
    pub(crate) fn get_mut(&mut self) -> &mut W {
        match self {
            Self::Plain(writer) => writer,
            Self::Gzip(encoder) => encoder.get_mut(),
        }
    }

    /// Writes a text that comes in parts. How gzip packs depends on the sizes of the writes: they are made equal, so that
    /// the result does not depend on those of the parts.
    pub(crate) fn write_parts(&mut self, parts: &[Vec<u8>]) -> io::Result<()> {
        let encoder = match self {
            Self::Plain(writer) => return parts.iter().try_for_each(|part| writer.write_all(part)),
            Self::Gzip(encoder) => encoder,
        };
        let mut chunk = Vec::with_capacity(CHUNK);
        for part in parts {
            let mut part = part.as_slice();
            while !part.is_empty() {
                let (now, later) = part.split_at(part.len().min(CHUNK - chunk.len()));
                chunk.extend_from_slice(now);
                part = later;
                if chunk.len() == CHUNK {
                    encoder.write_all(&chunk)?;
                    chunk.clear();
                }
            }
        }
        encoder.write_all(&chunk)
    }

    /// Writes the end of the gzip data and gives the writer back.
    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(writer) => Ok(writer),
            Self::Gzip(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(writer) => writer.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(writer) => writer.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

/// Writes all of `text` to standard output.
pub(crate) fn print(text: &[u8]) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text).and_then(|()| stdout.flush()).map_err(|error| CliError::stdout(&error))
}

/// A file in the making: a temporary file in the same directory, renamed on [`Self::commit`] and removed otherwise.
/// What is no regular file (a device, a pipe) is written as it is.
pub(crate) enum NewFile {
    Atomic { temporary: NamedTempFile, target: PathBuf },
    Direct(File),
}

impl NewFile {
    /// Begins a file at `path`, which may exist; permissions are kept then.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(old) if old.is_file() => Self::replace(&resolve(path)?, &old),
            Ok(_) => Ok(Self::Direct(File::options().write(true).open(path)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::begin(path, None),
            Err(error) => Err(error),
        }
    }

    /// Begins the replacement of the regular file at `target`, which is no symbolic link.
    pub(crate) fn replace(target: &Path, old: &Metadata) -> io::Result<Self> {
        let file = Self::begin(target, Some(old.permissions()))?;
        if let Self::Atomic { temporary, .. } = &file {
            keep_owner(temporary.as_file(), old)?;
            temporary.as_file().set_permissions(old.permissions())?;
        }
        Ok(file)
    }

    fn begin(target: &Path, old: Option<Permissions>) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".spanmask-");
        // An old file's permissions come later, when the owner is right; until then nobody else reads it.
        #[cfg(unix)]
        if old.is_none() {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(Permissions::from_mode(0o666));
        }
        let temporary = builder.tempfile_in(directory(target))?;
        Ok(Self::Atomic { temporary, target: target.to_owned() })
    }

    /// Makes the file visible under its name, its bytes on the disk before that.
    pub(crate) fn commit(mut self) -> io::Result<()> {
        self.sync()?;
        self.publish()
    }

    /// Waits until the bytes are on the disk.
    fn sync(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(file) => file.flush(),
            Self::Atomic { temporary, .. } => temporary.as_file().sync_all(),
        }
    }

    /// Makes a file that is on the disk visible under its name.
    fn publish(self) -> io::Result<()> {
        if let Self::Atomic { temporary, target } = self {
            temporary.persist(&target).map_err(|error| error.error)?;
            // The rename is done; whether the directory can be synced changes nothing of the result.
            let _ = File::open(directory(&target)).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Atomic { temporary, .. } => temporary.write(bytes),
            Self::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Atomic { temporary, .. } => temporary.flush(),
            Self::Direct(file) => file.flush(),
        }
    }
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(file, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

/// The new text of a file, on the disk but not yet under the file's name.
pub(crate) struct Replacement {
    name: String,
    file: NewFile,
    target: PathBuf,
    old: Metadata,
}

/// The new text of a file, while it is being written.
pub(crate) struct Making {
    name: String,
    packer: Packer<NewFile>,
    target: PathBuf,
    old: Metadata,
}

impl Making {
    /// For the file at `path`, which had the metadata `old` when it was opened.
    pub(crate) fn begin(path: &Path, old: Metadata, gzip: bool) -> Result<Self, CliError> {
        let name = path.display().to_string();
        let fail = |error: io::Error| CliError::file(&name, "replace", &error);
        if !old.is_file() {
            let why = "only regular files can be masked in place".to_owned();
            return Err(CliError::File { name, doing: "replace", why });
        }
        let target = resolve(path).map_err(fail)?;
        let packer = Packer::new(NewFile::replace(&target, &old).map_err(fail)?, gzip);
        Ok(Self { name, packer, target, old })
    }

    /// Writes more of the text.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.packer.write_all(bytes).map_err(|error| CliError::file(&self.name, "replace", &error))
    }

    /// All of the text is written.
    pub(crate) fn finish(self) -> Result<Replacement, CliError> {
        let Self { name, packer, target, old } = self;
        let file = packer.finish().and_then(|mut file| file.sync().map(|()| file));
        let file = file.map_err(|error| CliError::file(&name, "replace", &error))?;
        Ok(Replacement { name, file, target, old })
    }
}

impl Replacement {
    /// Of a text that comes in parts.
    pub(crate) fn prepare(
        path: &Path,
        old: Metadata,
        parts: &[Vec<u8>],
        gzip: bool,
    ) -> Result<Self, CliError> {
        let mut making = Making::begin(path, old, gzip)?;
        let written = making.packer.write_parts(parts);
        written.map_err(|error| CliError::file(&making.name, "replace", &error))?;
        making.finish()
    }

    /// Puts it in the place of the file.
    pub(crate) fn commit(self) -> Result<(), CliError> {
        let Self { name, file, target, old } = self;
        if has_changed(&target, &old) {
            let why = "it changed while it was being masked (nothing was written; run the command again)";
            return Err(CliError::File { name, doing: "replace", why: why.to_owned() });
        }
        file.publish().map_err(|error| CliError::file(name, "replace", &error))
    }
}

fn has_changed(target: &Path, old: &Metadata) -> bool {
    match fs::metadata(target) {
        Ok(now) => now.len() != old.len() || now.modified().ok() != old.modified().ok(),
        Err(_) => true,
    }
}

/// Writes a whole file, atomically.
pub(crate) fn write_file(path: &Path, text: &[u8]) -> Result<(), CliError> {
    let write = || {
        let mut file = NewFile::create(path)?;
        file.write_all(text)?;
        file.commit()
    };
    write().map_err(|error| CliError::file(path.display().to_string(), "write", &error))
}

/// Says early that an output cannot be written, before any input is read.
pub(crate) fn refuse_directory(path: &Path) -> Result<(), CliError> {
    if path.is_dir() {
        let name = path.display().to_string();
        return Err(CliError::File { name, doing: "write", why: DIRECTORY.to_owned() });
    }
    Ok(())
}
