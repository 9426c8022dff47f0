//! SARIF 2.1.0: the part of it that findings at byte offsets need.

use crate::error::CliError;
use crate::scan::Scanned;
use serde::Serialize;
use spanmask::Policy;
use std::collections::HashMap;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    results: Vec<SarifResult<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    information_uri: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: MessageRef<'a>,
}

#[derive(Serialize)]
struct MessageRef<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    byte_offset: usize,
    byte_length: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'static str,
}

/// The log of a scan, as JSON.
pub(crate) fn log(policy: &Policy, scans: &[Scanned]) -> Result<String, CliError> {
    let rules: Vec<&str> = policy.rules().collect();
    let errors = scans.iter().filter_map(|scanned| scanned.result.as_ref().err());
    let notifications: Vec<_> =
        errors.map(|text| Notification { level: "error", message: MessageRef { text } }).collect();
    let run = Run {
        tool: Tool { driver: driver(&rules) },
        invocations: [Invocation {
            execution_successful: notifications.is_empty(),
            tool_execution_notifications: notifications,
        }],
        results: results(&rules, scans),
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    let text = serde_json::to_string_pretty(&log).map_err(|error| CliError::stdout(&error.into()))?;
    Ok(text + "\n")
}

fn driver<'a>(rules: &[&'a str]) -> Driver<'a> {
    let describe = |id: &&'a str| Rule {
        id,
        short_description: Message { text: format!("Text that rule {id} of the policy masks") },
    };
    Driver {
        name: "spanmask",
        version: env!("CARGO_PKG_VERSION"),
        information_uri: env!("CARGO_PKG_REPOSITORY"),
        rules: rules.iter().map(describe).collect(),
    }
}

fn results<'a>(rules: &[&str], scans: &'a [Scanned]) -> Vec<SarifResult<'a>> {
    let indexes: HashMap<&str, usize> = rules.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    let mut results = Vec::new();
    for Scanned { file, result } in scans {
        for found in result.iter().flatten() {
            results.push(SarifResult {
                rule_id: &found.rule,
                rule_index: indexes.get(found.rule.as_str()).copied().unwrap_or_default(),
                level: "warning",
                message: Message { text: format!("{} would be masked at {}", found.rule, found.path) },
                locations: [Location {
                    physical_location: PhysicalLocation {
                        artifact_location: ArtifactLocation { uri: uri(file) },
                        region: Region { byte_offset: found.start, byte_length: found.end - found.start },
                    },
                    logical_locations: [LogicalLocation { fully_qualified_name: &found.path, kind: "value" }],
                }],
            });
        }
    }
    results
}

/// A path as a URI reference: an absolute one as a `file` URI.
fn uri(file: &str) -> String {
    let mut uri = String::from(if file.starts_with('/') { "file://" } else { "" });
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a b/c:d.json"), "a%20b/c%3Ad.json");
        assert_eq!(uri("/tmp/é"), "file:///tmp/%C3%A9");
    }
}
