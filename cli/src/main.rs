//! The spanmask command: `mask`, `scan`, `serve` and `policy`, and what a shell needs to know about them.

mod args;
mod blocks;
mod error;
mod input;
mod line;
mod mask;
mod output;
mod pages;
mod policy;
mod progress;
mod report;
mod run;
mod sarif;
mod scan;
mod streamed;
mod table;

use args::{Cli, Command};
use clap::Parser;
use error::{CliError, Exit};
use std::panic;
use std::process::ExitCode;

fn main() -> ExitCode {
    // The payload of a panic may quote text, and text may be input: only its place is told.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        error::say(&format!("internal error{place}: this is a bug, please report it"));
    }));
    match run(Cli::parse().command) {
        Ok(exit) => exit.into(),
        Err(error) => {
            error.print();
            error.exit().into()
        }
    }
}

fn run(command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Mask(args) => mask::run(&args).map(|()| Exit::Done),
        Command::Scan(args) => scan::run(&args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => output::print(spanmask_serve::run(&args)?.as_bytes()).map(|()| Exit::Done),
        Command::Policy(command) => policy::run(&command).map(|()| Exit::Done),
        Command::Completions { shell } => pages::completions(shell).map(|()| Exit::Done),
        Command::Man { dir } => pages::man(dir.as_deref()).map(|()| Exit::Done),
    }
}
