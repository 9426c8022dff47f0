//! `spanmask scan`: what would be masked and where, never the text.

use crate::args::{ScanArgs, ScanFormat};
use crate::error::{CliError, Exit, printable};
use crate::input::{About, Source};
use crate::output;
use crate::policy;
use crate::progress::Progress;
use crate::run::{Run, Task};
use crate::sarif;
use crate::table::Table;
use serde::Serialize;
use spanmask::{Error, Finding, Masker, Policy};
use std::io::{self, IsTerminal};

/// A finding that outlives the scan.
#[derive(Serialize)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) path: String,
    pub(crate) level: u8,
}

impl Found {
    /// A finding in a text that begins at offset `at` of its input.
    fn of(finding: &Finding<'_>, at: usize) -> Self {
        Self {
            rule: finding.rule.to_owned(),
            start: at + finding.start,
            end: at + finding.end,
            path: finding.path.to_string(),
            level: finding.level,
        }
    }
}

/// What came out of one input.
pub(crate) struct Scanned {
    pub(crate) file: String,
    /// Its findings, or the message why there are none.
    pub(crate) result: Result<Vec<Found>, String>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    found: &'a Found,
}

/// Runs the command.
pub(crate) fn run(args: &ScanArgs) -> Result<Exit, CliError> {
    let sources = Source::all(&args.input)?;
    let policy = policy::load_for_run(&args.input)?;
    let format = args
        .format
        .unwrap_or_else(|| if io::stdout().is_terminal() { ScanFormat::Table } else { ScanFormat::Jsonl });
    let mut scan = Scan { args, format, policy: &policy, all: Vec::new(), failed: false, found: false };
    let shown = scan.inputs(&sources).and_then(|()| scan.show_all());
    match shown {
        // The exit code does not depend on how much of the output was read.
        Ok(()) | Err(CliError::ClosedPipe) => scan.exit(),
        Err(error) => Err(error),
    }
}

struct Scan<'a> {
    args: &'a ScanArgs,
    format: ScanFormat,
    policy: &'a Policy,
    all: Vec<Scanned>,
    failed: bool,
    found: bool,
}

impl Scan<'_> {
    fn inputs(&mut self, sources: &[Source]) -> Result<(), CliError> {
        let run = Run::new(&self.args.input, self.policy, false);
        run.each(sources, &ScanTask, &mut |source, result| {
            if let Err(error) = &result {
                error.print();
            }
            self.failed |= result.is_err();
            self.found |= result.as_ref().is_ok_and(|found| !found.is_empty());
            self.take(Scanned { file: source.name(), result: result.map_err(|error| error.to_string()) })
        })
    }

    /// JSON Lines go out file by file; the other formats need everything first.
    fn take(&mut self, scanned: Scanned) -> Result<(), CliError> {
        if self.format == ScanFormat::Jsonl {
            return output::print(&json_lines(&scanned)?);
        }
        self.all.push(scanned);
        Ok(())
    }

    fn show_all(&self) -> Result<(), CliError> {
        match self.format {
            ScanFormat::Jsonl => Ok(()),
            ScanFormat::Table => output::print(self.table().as_bytes()),
            ScanFormat::Sarif => output::print(sarif::log(self.policy, &self.all)?.as_bytes()),
        }
    }

    fn table(&self) -> String {
        let mut table = Table::new(&["rule", "file", "bytes", "level", "path"]);
        let mut count = 0;
        for Scanned { file, result } in &self.all {
            for found in result.iter().flatten() {
                count += 1;
                let bytes = format!("{}-{}", found.start, found.end);
                let level = found.level.to_string();
                table.row([printable(&found.rule), printable(file), bytes, level, printable(&found.path)]);
            }
        }
        let files = self.all.iter().filter(|scanned| scanned.result.is_ok()).count();
        let summary = format!("{count} {} in {files} {}\n", plural(count, "finding"), plural(files, "file"));
        if count == 0 { summary } else { format!("{table}{summary}") }
    }

    fn exit(&self) -> Result<Exit, CliError> {
        if self.failed {
            return Err(CliError::Reported);
        }
        Ok(if self.args.fail && self.found { Exit::Found } else { Exit::Done })
    }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

struct ScanTask;

impl Task for ScanTask {
    type Done = Vec<Found>;
    type Finished = Vec<Found>;
    const DOING: &'static str = "scanning";

    fn whole(&self, masker: &mut Masker, text: &mut Vec<u8>, at: usize) -> Result<Vec<Found>, Error> {
        self.block(masker, text, at)
    }

    fn block(&self, masker: &mut Masker, text: &[u8], at: usize) -> Result<Vec<Found>, Error> {
        let mut found = Vec::new();
        masker.scan(text, &mut |finding| found.push(Found::of(finding, at)))?;
        Ok(found)
    }

    fn finish(
        &self,
        _source: &Source,
        _about: About,
        done: Vec<Vec<Found>>,
        _progress: &Progress,
    ) -> Result<Vec<Found>, CliError> {
        Ok(done.into_iter().flatten().collect())
    }
}

fn json_lines(scanned: &Scanned) -> Result<Vec<u8>, CliError> {
    let mut lines = Vec::new();
    for found in scanned.result.iter().flatten() {
        serde_json::to_writer(&mut lines, &Line { file: &scanned.file, found })
            .map_err(|error| CliError::stdout(&error.into()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}
