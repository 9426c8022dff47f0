//! The log, on standard error. Whoever reads it, or a disk that is full, must not hold up a request: a thread of its own writes
//! it, and lines that it cannot take are dropped and counted.

use crate::settings::{Log, LogFormat, LogLevel};
use std::io::IsTerminal;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Lines that wait to be written.
const LINES: usize = 4 << 10;

/// Writes what waits when it is dropped.
pub(crate) struct LogGuard {
    _guard: WorkerGuard,
    pub(crate) dropped: ErrorCounter,
}

/// Begins to log. Only what this crate says: what others log about a request may hold a piece of it.
pub(crate) fn begin(settings: &Log) -> LogGuard {
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(LINES).finish(std::io::stderr());
    let dropped = writer.error_counter();
    let as_default = if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    let lines =
        tracing_subscriber::fmt::layer().with_writer(writer).log_internal_errors(false).with_ansi(false);
    let lines = match settings.format.unwrap_or(as_default) {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
    };
    let only_ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level(settings.level));
    // Another subscriber stays when a program has one already.
    let _ = tracing_subscriber::registry().with(lines.with_filter(only_ours)).try_init();
    LogGuard { _guard: guard, dropped }
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}
