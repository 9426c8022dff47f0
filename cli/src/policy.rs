//! Policies by name: loading for a run, and `spanmask policy`.

use crate::args::{InputArgs, PolicyCommand};
use crate::error::{CliError, say, why};
use crate::externals::Surroundings;
use crate::output::{print, write_file};
use crate::table::Table;
use serde::Serialize;
use spanmask::{Document, Format, Policy, WriteError, detectors, is_image, presets, schema};
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const PRESET: &str = "preset:";

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
    let yaml = if name.starts_with(PRESET) { text.text } else { text.parse()?.to_yaml() };
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

fn load(name: &str) -> Result<Policy, CliError> {
    match Source::read(name)? {
        Source::Text(text) => text.compile(),
        Source::Image(image) => {
            Policy::load(&image).map_err(|error| CliError::Policy(format!("{name}: {error}")))
        }
    }
}

/// What stands under the name of a policy.
enum Source {
    Text(Text),
    /// It may hold keys.
    Image(Zeroizing<Vec<u8>>),
}

/// The text of a policy and where it stands.
struct Text {
    name: String,
    text: String,
    format: Format,
    directory: PathBuf,
}

impl Source {
    fn read(name: &str) -> Result<Self, CliError> {
        if let Some(preset) = name.strip_prefix(PRESET) {
            return Text::preset(name, preset).map(Self::Text);
        }
        let bytes = fs::read(name).map(Zeroizing::new).map_err(|error| {
            let hint = if presets::names().contains(&name) {
                format!("; {PRESET}{name} is a preset")
            } else {
                String::new()
            };
            CliError::Policy(format!("{name}: cannot read the policy: {}{hint}", why(&error)))
        })?;
        if is_image(&bytes) {
            return Ok(Self::Image(bytes));
        }
        Text::file(name, &bytes).map(Self::Text)
    }
}

impl Text {
    fn preset(name: &str, preset: &str) -> Result<Self, CliError> {
        let Some(text) = presets::text(preset) else {
            let known: Vec<_> = presets::names().iter().map(|known| format!("{PRESET}{known}")).collect();
            return Err(CliError::Policy(format!(
                "{name}: there is no such preset (there are {})",
                known.join(", ")
            )));
        };
        Ok(Self {
            name: name.to_owned(),
            text: text.to_owned(),
            format: Format::Yaml,
            directory: PathBuf::new(),
        })
    }

    fn file(name: &str, bytes: &[u8]) -> Result<Self, CliError> {
        let path = Path::new(name);
        let text = str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            CliError::Policy(format!("{name}: the policy is not UTF-8 (byte {at})"))
        })?;
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { name: name.to_owned(), text: text.to_owned(), format: Format::of_path(path), directory })
    }

    fn parse(&self) -> Result<Document, CliError> {
        Document::parse(&self.text, self.format).map_err(|error| CliError::policy(&self.name, &error))
    }

    fn compile(&self) -> Result<Policy, CliError> {
        let externals = Surroundings { directory: self.directory.clone() };
        let policy = Policy::compile(&self.parse()?, &externals)
            .map_err(|error| CliError::policy(&self.name, &error))?;
        if let Some(name) = policy.host_detectors().next() {
            let message = "is one that a program brings, and the command has none";
            return Err(CliError::Policy(format!("{}: the detector host:{name} {message}", self.name)));
        }
        Ok(policy)
    }
}
