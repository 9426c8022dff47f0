//! From text to a tree. What the parsers say is passed on only where it cannot hold a piece of the text.

use super::Format;
use super::node::Node;
use crate::error::{Place, Problem, ProblemKind};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::DuplicateKeyPolicy;

/// A policy may hold a million literals inline.
const YAML_NODES: usize = 2_000_000;
const YAML_BYTES: usize = 256 << 20;
const ALIASES: &str = "anchors and aliases";

pub(crate) fn tree(text: &str, format: Format) -> Result<Node, Problem> {
    match format {
        Format::Yaml => yaml(text),
        Format::Json => json(text),
        Format::Toml => toml(text),
    }
}

fn problem(line: u64, column: u64, what: &str, message: &str) -> Problem {
    let message = match line {
        0 => format!("{what}: {message}"),
        _ => format!("line {line}, column {column}: {what}: {message}"),
    };
    let place = (line > 0).then_some(Place::new(line, column));
    Problem { place, ..Problem::new(ProblemKind::Format, "", message) }
}

fn yaml(text: &str) -> Result<Node, Problem> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: YAML_NODES,
            max_events: YAML_NODES * 2,
            max_total_scalar_bytes: YAML_BYTES,
            max_documents: 1,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| yaml_problem(error.without_snippet()))
}

fn yaml_problem(error: &serde_saphyr::Error) -> Problem {
    use serde_saphyr::Error;
    let (line, column) = error.location().map_or((0, 0), |location| (location.line(), location.column()));
    let (what, message) = match error {
        Error::AliasError { error, .. } => return yaml_problem(error),
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } | Error::MultipleDocuments { .. } => {
            ("not a policy", "more than one YAML document")
        }
        Error::Budget { breach, .. } => return yaml_too_large(yaml_limit(breach)),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => return yaml_too_large(ALIASES),
        Error::DuplicateMappingKey { .. } => ("not a policy", "a name stands twice in one mapping"),
        Error::UnknownAnchor { .. } => ("not YAML", "an alias without its anchor"),
        Error::UnsupportedTag { .. } => ("not a policy", "a tag that has no meaning here"),
        Error::NonFiniteFloat { .. } => ("not a policy", "a number that is not finite"),
        Error::Eof { .. } => ("not YAML", "unexpected end"),
        // The parser's messages show at most one character of the text, behind a colon.
        Error::ExternalMessage { msg, .. } => ("not YAML", msg.split(':').next().unwrap_or_default()),
        _ => ("not YAML", "unexpected here"),
    };
    problem(line, column, what, message)
}

fn yaml_limit(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Depth { .. } => "depth",
        BudgetBreach::Events { .. } | BudgetBreach::Nodes { .. } => "values",
        BudgetBreach::ScalarBytes { .. } => "bytes",
        _ => ALIASES,
    }
}

fn yaml_too_large(limit: &str) -> Problem {
    Problem::new(ProblemKind::TooLarge, "", format!("more YAML than a policy may hold (limit: {limit})"))
}

fn json(text: &str) -> Result<Node, Problem> {
    serde_json::from_str(text).map_err(|error| {
        // Messages of syntax errors are fixed texts; those of others come from visitors.
        let message = if error.is_data() { "unexpected here".to_owned() } else { error.to_string() };
        let message = message.split(" at line ").next().unwrap_or_default();
        problem(error.line() as u64, error.column() as u64, "not JSON", message)
    })
}

fn toml(text: &str) -> Result<Node, Problem> {
    let bytes = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    let deserializer = match toml::Deserializer::parse(text) {
        Ok(deserializer) => deserializer,
        Err(error) => {
            // Syntax messages are fixed texts.
            let (line, column) = place(text, bytes(&error));
            return Err(problem(line, column, "not TOML", error.message()));
        }
    };
    serde::Deserialize::deserialize(deserializer).map_err(|error| {
        let (line, column) = place(text, bytes(&error));
        problem(line, column, "not a policy", "unexpected here")
    })
}

/// Line and column, in characters, both from 1.
fn place(text: &str, offset: usize) -> (u64, u64) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    (line as u64, column as u64)
}
