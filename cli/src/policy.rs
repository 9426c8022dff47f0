//! Policies by name: loading for a run, and `spanmask policy`.

use crate::args::{InputArgs, PolicyCommand};
use crate::error::{CliError, say};
use crate::output::{print, write_file};
use crate::table::Table;
use serde::Serialize;
use spanmask::files::{PRESET, Source, load};
use spanmask::{Policy, WriteError, detectors, schema};
use std::path::Path;
use zeroize::Zeroizing;

/// Runs `spanmask policy`.
pub(crate) fn run(command: &PolicyCommand) -> Result<(), CliError> {
    match command {
        PolicyCommand::Check { policy } => check(policy),
        PolicyCommand::Show { policy } => show(policy),
        PolicyCommand::Compile { policy, output, with_keys } => compile(policy, output, *with_keys),
        PolicyCommand::Schema => print(schema::json_schema().as_bytes()),
        PolicyCommand::Detectors { json } => print(list(*json).as_bytes()),
    }
}

/// The policy of a run, its warnings told.
pub(crate) fn load_for_run(args: &InputArgs) -> Result<Policy, CliError> {
    let policy = load(&args.policy)?;
    if !args.quiet {
        warn(&args.policy, &policy);
    }
    Ok(policy)
}

fn warn(name: &str, policy: &Policy) {
    for warning in policy.warnings() {
        say(&format!("{name}: warning: {warning}"));
    }
}

fn check(name: &str) -> Result<(), CliError> {
    let policy = load(name)?;
    warn(name, &policy);
    let rules = policy.rules().count();
    print(format!("{name}: ok, {rules} {}\n", if rules == 1 { "rule" } else { "rules" }).as_bytes())
}

fn compile(name: &str, output: &Path, with_keys: bool) -> Result<(), CliError> {
    let policy = load(name)?;
    warn(name, &policy);
    let image = match with_keys {
        true => policy.save_with_keys(),
        false => policy.save().map(Zeroizing::new),
    };
    let image = image.map_err(|error| {
        let hint = if error == WriteError::Keys { " (--with-keys writes them)" } else { "" };
        CliError::Policy(format!("{name}: {error}{hint}"))
    })?;
    write_file(output, &image)
}

fn show(name: &str) -> Result<(), CliError> {
    let Source::Text(text) = Source::read(name)? else {
        return Err(CliError::Policy(format!("{name}: it is compiled, and its text is not in it")));
    };
    // A preset comes with its comments.
    let yaml = if name.starts_with(PRESET) { text.text().to_owned() } else { text.parse()?.to_yaml() };
    print((yaml.trim_end().to_owned() + "\n").as_bytes())
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    description: &'static str,
    source: &'static str,
}

fn list(json: bool) -> String {
    if json {
        let listed =
            |d: &detectors::Detector| Listed { name: d.name, description: d.description, source: d.source };
        let all: Vec<_> = detectors::all().iter().map(listed).collect();
        return serde_json::to_string_pretty(&all).unwrap_or_default() + "\n";
    }
    let mut table = Table::new(&["detector", "finds"]);
    for detector in detectors::all() {
        table.row([detector.name.to_owned(), detector.description.to_owned()]);
    }
    table.to_string()
}
