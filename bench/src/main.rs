//! The command `spanmask-bench`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use spanmask_bench::output::Tabular;
use spanmask_bench::{Result, compare, growth, latency, record};
use std::io::{self, Write};
use std::path::PathBuf;

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
    /// Times single calls, and prints percentiles.
    Latency(LatencyArgs),
    /// Measures what hostile texts cost, and whether that grows with their length and no faster.
    Growth(GrowthArgs),
}

#[derive(Args)]
struct CompareArgs {
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Under a minute: fewer inputs, fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Also writes a table and charts into this folder.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
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

#[derive(Args)]
struct LatencyArgs {
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// With these policies.
    #[arg(long = "policy", value_name = "NAME", value_delimiter = ',', default_values = latency::POLICIES)]
    policies: Vec<String>,
    /// For so long each.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

#[derive(Args)]
struct GrowthArgs {
    /// How rows are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Fails when the cost of twice the length is more than so many times the cost.
    #[arg(long, value_name = "TIMES")]
    at_most: Option<f64>,
    /// The smallest size, in KiB.
    #[arg(long, default_value_t = 128)]
    size: usize,
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
        Command::Latency(args) => run_latency(&args),
        Command::Growth(args) => run_growth(&args),
    }
}

fn run_compare(args: CompareArgs) -> Result<()> {
    let options = compare::Options {
        quick: args.quick,
        inputs: args.inputs,
        policies: args.policies,
        engines: args.engines,
    };
    let mut out = Output::begin::<compare::Row>(args.format)?;
    let mut rows = Vec::new();
    compare::run(&options, &mut |row| {
        out.row(&row)?;
        rows.push(row);
        Ok(())
    })?;
    args.record.map_or(Ok(()), |folder| record::write(&folder, &rows))
}

fn run_latency(args: &LatencyArgs) -> Result<()> {
    let policies: Vec<&str> = args.policies.iter().map(String::as_str).collect();
    let mut out = Output::begin::<latency::Row>(args.format)?;
    latency::run(&latency::INPUTS, &policies, args.seconds, &mut |row| out.row(&row))
}

fn run_growth(args: &GrowthArgs) -> Result<()> {
    let mut out = Output::begin::<growth::Row>(args.format)?;
    let (most, mut above) = (args.at_most.unwrap_or(f64::INFINITY), 0);
    growth::run(args.size << 10, &mut |row| {
        above += usize::from(row.growth.max(row.growth_again) > most);
        out.row(&row)
    })?;
    if above == 0 {
        Ok(())
    } else {
        Err(format!("{above} texts cost more than {most} times as much at twice the length").into())
    }
}

/// Standard output, in one of the formats; each row is there as soon as it is known.
struct Output(Format);

impl Output {
    fn begin<R: Tabular>(format: Format) -> Result<Self> {
        if matches!(format, Format::Table) {
            writeln!(io::stdout(), "{}", R::head())?;
        }
        Ok(Self(format))
    }

    fn row<R: Tabular>(&mut self, row: &R) -> Result<()> {
        let line = match self.0 {
            Format::Table => row.line(),
            Format::Json => row.json()?,
        };
        Ok(writeln!(io::stdout(), "{line}")?)
    }
}
