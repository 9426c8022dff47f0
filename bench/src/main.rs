//! The command `spanmask-bench`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use spanmask_bench::{Result, compare, output};
use std::io::{self, Write};

/// How fast spanmask is, beside others, on the same bytes.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compares engines, interleaved in one process, and checks the result of each.
    Compare(CompareArgs),
}

#[derive(Args)]
struct CompareArgs {
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Under a minute: fewer inputs, fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Only this input; may be given more than once.
    #[arg(long = "input", value_name = "NAME", value_delimiter = ',')]
    inputs: Vec<String>,
    /// Only this policy, but on every input.
    #[arg(long = "policy", value_name = "NAME", value_delimiter = ',')]
    policies: Vec<String>,
    /// Only this engine (and memcpy, without a row).
    #[arg(long = "engine", value_name = "NAME", value_delimiter = ',')]
    engines: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// One object a line.
    Json,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Compare(args) => run_compare(args),
    }
}

fn run_compare(args: CompareArgs) -> Result<()> {
    let options = compare::Options {
        quick: args.quick,
        inputs: args.inputs,
        policies: args.policies,
        engines: args.engines,
    };
    let mut out = io::stdout().lock();
    if matches!(args.format, Format::Table) {
        output::table_head(&mut out)?;
    }
    compare::run(&options, &mut |row| {
        match args.format {
            Format::Table => output::table(&mut out, &row)?,
            Format::Json => output::json(&mut out, &row)?,
        }
        Ok(out.flush()?)
    })
}
