//! `spanmask mask`: reads, masks in memory, writes. In that order, so nothing of a refused input is ever written.

use crate::args::MaskArgs;
use crate::error::CliError;
use crate::input::{self, Input, Source, is_gzip_name};
use crate::output::{self, NewFile, Packer};
use crate::policy;
use crate::progress::Progress;
use crate::report::RunReport;
use spanmask::{Error, Masker};
use std::fs;
use std::io::{self, StdoutLock, Write};
use std::path::Path;

/// Runs the command.
pub(crate) fn run(args: &MaskArgs) -> Result<(), CliError> {
    let sources = Source::all(&args.input)?;
    check(args, &sources)?;
    let policy = policy::load_for_run(&args.input)?;
    let mut run = Run {
        masker: policy.masker(),
        progress: Progress::new(args.input.quiet),
        gzip: args.input.gzip_input,
        report: RunReport::default(),
    };
    run.masker.set_framing(args.input.framing.into());
    if args.in_place {
        run.in_place(&sources)?
    } else {
        run.combined(args, &sources)?
    }
    match &args.report {
        None => Ok(()),
        Some(file) => run.report.write(file.as_deref()),
    }
}

/// Arguments that would destroy something.
fn check(args: &MaskArgs, sources: &[Source]) -> Result<(), CliError> {
    if args.in_place && sources.contains(&Source::Stdin) {
        return Err(CliError::Usage("standard input cannot be masked in place".to_owned()));
    }
    let report = args.report.as_ref().and_then(Option::as_deref);
    for path in report.iter().copied().chain(args.output.as_deref()) {
        output::refuse_directory(path)?;
    }
    let Some(report) = report.and_then(|path| fs::canonicalize(path).ok()) else { return Ok(()) };
    let is_report = |path: &Path| report.is_file() && fs::canonicalize(path).is_ok_and(|path| path == report);
    let files = sources.iter().filter_map(|source| match source {
        Source::File(path) => Some(path.as_path()),
        Source::Stdin => None,
    });
    if files.chain(args.output.as_deref()).any(is_report) {
        return Err(CliError::Usage("the report would overwrite an input or the output".to_owned()));
    }
    Ok(())
}

struct Run {
    masker: Masker,
    progress: Progress,
    gzip: bool,
    report: RunReport,
}

impl Run {
    fn in_place(&mut self, sources: &[Source]) -> Result<(), CliError> {
        for source in sources {
            let Source::File(path) = source else { continue };
            let input = self.masked(source)?;
            if self.masker.report().parts() == 0 {
                continue;
            }
            if let Some(old) = &input.metadata {
                let _bar = self.progress.working("writing", &input.name, input.text.len());
                output::replace(path, old, &input.text, input.gzip)?;
            }
        }
        Ok(())
    }

    fn combined(&mut self, args: &MaskArgs, sources: &[Source]) -> Result<(), CliError> {
        let mut sink = Sink::open(args)?;
        match self.each_into(&mut sink, sources) {
            Ok(()) => sink.finish(),
            Err(error) => {
                sink.abandon();
                Err(error)
            }
        }
    }

    fn each_into(&mut self, sink: &mut Sink, sources: &[Source]) -> Result<(), CliError> {
        for source in sources {
            let input = self.masked(source)?;
            let _bar = self.progress.working("writing", &input.name, input.text.len());
            sink.write(&input.text)?;
        }
        Ok(())
    }

    /// Reads a source and masks it.
    fn masked(&mut self, source: &Source) -> Result<Input, CliError> {
        let mut input = input::read(source, self.gzip, &self.progress)?;
        let bar = self.progress.working("masking", &input.name, input.text.len());
        let result = mask_vec(&mut self.masker, &mut input.text);
        drop(bar);
        result.map_err(|error| CliError::refused(&input.name, error, &input.text))?;
        self.report.add(&input.name, &self.masker.report());
        Ok(input)
    }
}

/// As [`Masker::mask_vec`], but tries the spare capacity of the vector before it masks a second time.
fn mask_vec(masker: &mut Masker, text: &mut Vec<u8>) -> Result<(), Error> {
    let len = text.len();
    text.resize(text.capacity(), 0);
    let mut result = masker.mask_in_place(text, len);
    if let Err(Error::Capacity { needed }) = result {
        text.resize(needed, 0);
        result = masker.mask_in_place(text, len);
    }
    text.truncate(result.unwrap_or(len));
    result.map(drop)
}

/// Where all masked texts go, one after the other.
struct Sink {
    writer: Packer<Writer>,
    name: Option<String>,
    ended_line: bool,
}

enum Writer {
    Stdout(StdoutLock<'static>),
    File(NewFile),
    /// After an error: takes the end that a gzip encoder writes when it is dropped.
    Nowhere,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File(file) => file.flush(),
            Self::Nowhere => Ok(()),
        }
    }
}

impl Sink {
    fn open(args: &MaskArgs) -> Result<Self, CliError> {
        let path = args.output.as_deref().filter(|path| path.as_os_str() != "-");
        let gzip = args.gzip_output || path.is_some_and(is_gzip_name);
        let name = path.map(|path| path.display().to_string());
        let writer = match (path, &name) {
            (Some(path), Some(name)) => {
                Writer::File(NewFile::create(path).map_err(|error| CliError::file(name, "write", &error))?)
            }
            _ => Writer::Stdout(io::stdout().lock()),
        };
        Ok(Self { writer: Packer::new(writer, gzip), name, ended_line: true })
    }

    fn write(&mut self, text: &[u8]) -> Result<(), CliError> {
        let Some(last) = text.last() else { return Ok(()) };
        let separator: &[u8] = if self.ended_line { b"" } else { b"\n" };
        self.ended_line = *last == b'\n';
        let result = self.writer.write_all(separator).and_then(|()| self.writer.write_all(text));
        // What is masked goes out before the next input is read; gzip is not cut into pieces for it.
        let result = result.and_then(|()| match &mut self.writer {
            Packer::Plain(writer) => writer.flush(),
            Packer::Gzip(_) => Ok(()),
        });
        result.map_err(|error| failed(self.name.as_deref(), &error))
    }

    /// Writes nothing more; an unfinished file is removed.
    fn abandon(mut self) {
        *self.writer.get_mut() = Writer::Nowhere;
    }

    fn finish(self) -> Result<(), CliError> {
        let name = self.name;
        let finish = || match self.writer.finish()? {
            Writer::Stdout(mut stdout) => stdout.flush(),
            Writer::File(file) => file.commit(),
            Writer::Nowhere => Ok(()),
        };
        finish().map_err(|error| failed(name.as_deref(), &error))
    }
}

fn failed(name: Option<&str>, error: &io::Error) -> CliError {
    match name {
        Some(name) => CliError::file(name, "write", error),
        None => CliError::stdout(error),
    }
}
