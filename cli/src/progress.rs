//! The progress bar: bytes read, then what is being done. Only on a terminal, only for long inputs.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Inputs of fewer bytes are done before a bar could be read.
const LONG: u64 = 8 << 20;
const READING: &str = "reading {msg} [{bar:30}] {bytes}/{total_bytes}, {bytes_per_sec}";
const READING_OPEN: &str = "{spinner} reading {msg}, {bytes}, {bytes_per_sec}";
const WORKING: &str = "{spinner} {msg}, {elapsed}";

/// Whether and where progress is shown.
pub(crate) struct Progress {
    quiet: bool,
    terminal: bool,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal() }
    }

    /// Shows nothing: of inputs that are worked on side by side.
    pub(crate) fn none() -> Self {
        Self { quiet: true, terminal: false }
    }

    /// A line for people who sit at the terminal.
    pub(crate) fn note(&self, text: &str) {
        if self.terminal && !self.quiet {
            crate::error::say(text);
        }
    }

    /// A bar over the reading of an input, of a length that may be unknown. It shows itself once the input turns
    /// out to be long.
    pub(crate) fn reading(&self, name: &str, len: Option<u64>) -> Bar {
        let wanted = self.terminal && !self.quiet && len.is_none_or(|len| len >= LONG);
        Bar { name: crate::error::printable(name), len, read: 0, wanted, bar: None }
    }

    /// Says what is being done to `len` bytes of an input; there is no telling how far it is. Ends with the value.
    pub(crate) fn working(&self, doing: &str, name: &str, len: usize) -> Bar {
        let mut bar = Bar { name: String::new(), len: None, read: 0, wanted: false, bar: None };
        if self.terminal && !self.quiet && len as u64 >= LONG {
            let shown = new_bar(None, WORKING);
            shown.set_message(format!("{doing} {} ({} MB)", crate::error::printable(name), len / 1_000_000));
            shown.enable_steady_tick(Duration::from_millis(100));
            bar.bar = Some(shown);
        }
        bar
    }
}

/// One bar; gone from the terminal when dropped.
pub(crate) struct Bar {
    name: String,
    len: Option<u64>,
    read: u64,
    wanted: bool,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// `count` more bytes were read.
    pub(crate) fn advance(&mut self, count: u64) {
        self.read += count;
        if self.wanted && self.bar.is_none() && (self.len.is_some() || self.read >= LONG) {
            let template = if self.len.is_some() { READING } else { READING_OPEN };
            let bar = new_bar(self.len, template);
            bar.set_message(self.name.clone());
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.read);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(len: Option<u64>, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(len, ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
