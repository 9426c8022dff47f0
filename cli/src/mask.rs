//! `spanmask mask`: reads, masks in memory, writes. In that order, so nothing of a refused input is ever written; but
//! inputs that are too large for it are masked as they come (`streamed`).

use crate::args::MaskArgs;
use crate::error::CliError;
use crate::input::{self, About, Source, is_gzip_name};
use crate::output::{self, NewFile, Packer, Replacement};
use crate::policy;
use crate::progress::Progress;
use crate::report::{Counts, RunReport};
use crate::run::{Run, Task};
use crate::streamed::{Streamed, groups};
use spanmask::{Error, Masker};
use std::fs;
use std::io::{self, StdoutLock, Write};
use std::mem;
use std::path::Path;

/// Runs the command.
pub(crate) fn run(args: &MaskArgs) -> Result<(), CliError> {
    let sources = Source::all(&args.input)?;
    check(args, &sources)?;
    let policy = policy::load_for_run(&args.input)?;
    let run = Run::new(&args.input, &policy, args.in_place);
    let mut streamed = Streamed::new(args, &policy);
    let mut report = RunReport::default();
    if args.in_place {
        in_place(&run, &mut streamed, &sources, &mut report)?;
    } else {
        combined(&run, &mut streamed, args, &sources, &mut report)?;
    }
    match &args.report {
        None => Ok(()),
        Some(file) => report.write(file.as_deref()),
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

fn in_place(
    run: &Run<'_>,
    streamed: &mut Streamed<'_>,
    sources: &[Source],
    report: &mut RunReport,
) -> Result<(), CliError> {
    for (sources, large) in groups(sources, |source| streamed.takes(source)) {
        if let Some(source) = large {
            let (name, counts, replacement) = streamed.in_place(source, &run.progress)?;
            report.add(name, counts);
            replacement.map_or(Ok(()), Replacement::commit)?;
        }
        if sources.is_empty() {
            continue;
        }
        run.each(sources, &MaskTask { in_place: true }, &mut |_, masked| {
            let Masked { about, counts, replacement, .. } = masked?;
            report.add(about.name, counts);
            replacement.map_or(Ok(()), Replacement::commit)
        })?;
    }
    Ok(())
}

fn combined(
    run: &Run<'_>,
    streamed: &mut Streamed<'_>,
    args: &MaskArgs,
    sources: &[Source],
    report: &mut RunReport,
) -> Result<(), CliError> {
    let mut sink = Sink::open(args)?;
    let result = all_into(&mut sink, run, streamed, sources, report);
    match result {
        Ok(()) => sink.finish(),
        Err(error) => {
            sink.abandon();
            Err(error)
        }
    }
}

fn all_into(
    sink: &mut Sink,
    run: &Run<'_>,
    streamed: &mut Streamed<'_>,
    sources: &[Source],
    report: &mut RunReport,
) -> Result<(), CliError> {
    for (sources, large) in groups(sources, |source| streamed.takes(source)) {
        if let Some(source) = large {
            let mut begun = false;
            let (name, counts) = streamed.mask(source, &run.progress, &mut |piece| {
                sink.piece(piece, std::mem::replace(&mut begun, true))
            })?;
            report.add(name, counts);
            sink.flush()?;
        }
        if sources.is_empty() {
            continue;
        }
        run.each(sources, &MaskTask { in_place: false }, &mut |_, masked| {
            let Masked { about, counts, parts, .. } = masked?;
            let _bar = run.progress.working("writing", &about.name, parts.iter().map(Vec::len).sum());
            report.add(about.name, counts);
            sink.write(&parts)
        })?;
    }
    Ok(())
}

struct MaskTask {
    in_place: bool,
}

/// A masked input.
struct Masked {
    about: About,
    counts: Counts,
    /// Its text, one part behind the other.
    parts: Vec<Vec<u8>>,
    /// The text again, ready to take the place of the file; none when nothing was masked.
    replacement: Option<Replacement>,
}

impl Task for MaskTask {
    type Done = (Vec<u8>, Counts);
    type Finished = Masked;
    const DOING: &'static str = "masking";

    fn whole(&self, masker: &mut Masker, text: &mut Vec<u8>, _at: usize) -> Result<Self::Done, Error> {
        masker.mask_vec(text)?;
        Ok((mem::take(text), Counts::of(&masker.report())))
    }

    fn block(&self, masker: &mut Masker, text: &[u8], at: usize) -> Result<Self::Done, Error> {
        let mut copy = Vec::with_capacity(text.len() + text.len() / input::SPARE);
        copy.extend_from_slice(text);
        self.whole(masker, &mut copy, at)
    }

    fn finish(
        &self,
        source: &Source,
        about: About,
        done: Vec<Self::Done>,
        progress: &Progress,
    ) -> Result<Masked, CliError> {
        let mut sum = Counts::default();
        done.iter().for_each(|(_, counts)| sum.add(counts));
        let parts: Vec<_> = done.into_iter().map(|(text, _)| text).collect();
        let mut masked = Masked { about, counts: sum, parts, replacement: None };
        if let Source::File(path) = source
            && self.in_place
            && masked.counts.parts() > 0
            && let Some(old) = masked.about.metadata.take()
        {
            let parts = mem::take(&mut masked.parts);
            let _bar = progress.working("writing", &masked.about.name, parts.iter().map(Vec::len).sum());
            let replacement = Replacement::prepare(path, old, &parts, masked.about.gzip)?;
            masked.replacement = Some(replacement);
        }
        Ok(masked)
    }
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

    fn write(&mut self, parts: &[Vec<u8>]) -> Result<(), CliError> {
        let Some(last) = parts.iter().rev().find_map(|part| part.last()) else { return Ok(()) };
        self.begin_input()?;
        self.ended_line = *last == b'\n';
        self.writer.write_parts(parts).map_err(|error| failed(self.name.as_deref(), &error))?;
        self.flush()
    }

    /// A piece of an input that comes in pieces; `begun` says that there were some.
    fn piece(&mut self, piece: &[u8], begun: bool) -> Result<(), CliError> {
        let Some(last) = piece.last() else { return Ok(()) };
        if !begun {
            self.begin_input()?;
        }
        self.ended_line = *last == b'\n';
        self.writer.write_all(piece).map_err(|error| failed(self.name.as_deref(), &error))
    }

    fn begin_input(&mut self) -> Result<(), CliError> {
        let separator: &[u8] = if self.ended_line { b"" } else { b"\n" };
        self.writer.write_all(separator).map_err(|error| failed(self.name.as_deref(), &error))
    }

    /// What is masked goes out before the next input is read; gzip is not cut into pieces for it.
    fn flush(&mut self) -> Result<(), CliError> {
        let result = match &mut self.writer {
            Packer::Plain(writer) => writer.flush(),
            Packer::Gzip(_) => Ok(()),
        };
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
